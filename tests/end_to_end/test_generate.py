"""The shipped weights on a real picture, through the program as it is installed, judged by the Khronos validator."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "examples" / "fluent3d_mushroom.png"
QUICK = ["--preset", "draft", "--set", "coarse.steps=2", "--set", "refine.steps=2", "--octree-resolution", "64",
         "--texture-size", "512"]  # fmt: skip

pytestmark = pytest.mark.skipif(
    not (ROOT / "weights" / "tiny" / "SHA256SUMS").exists(), reason="the tiny weights are not in this checkout"
)


def varco3d(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own, as a script would call it."""
    command = [sys.executable, "-m", "varco3d.cli", *map(str, arguments)]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("VARCO3D_")}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, timeout=600)


def khronos(path: Path) -> dict:
    """The Khronos validator's answer. Skips where it is missing; `scripts/setup dev` installs it if npm exists."""
    folder = ROOT / "scripts" / "validator"
    if shutil.which("node") is None or not (folder / "node_modules" / "gltf-validator").is_dir():
        pytest.skip("the Khronos gltf-validator is not installed: npm install --prefix scripts/validator")
    done = subprocess.run(["node", folder / "validate.js", path], capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with m.glb, its preview, its stages, and events.ndjson of the run that made them."""
    folder = tmp_path_factory.mktemp("generate")
    done = varco3d(
        "generate", PICTURE, "-o", "m.glb", *QUICK, "--preview", "png", "--save-stages", "--json", cwd=folder
    )
    assert done.returncode == 0, done.stderr.decode()
    (folder / "events.ndjson").write_bytes(done.stdout)
    return folder


def test_glb_is_valid(made: Path) -> None:
    report = khronos(made / "m.glb")
    assert report["errors"] == 0, report["messages"]
    assert report["warnings"] == 0, report["messages"]


def test_mesh_is_closed_and_painted(made: Path) -> None:
    done = varco3d("inspect", "m.glb", "--json", "--require", "watertight,winding_consistent", cwd=made)
    assert done.returncode == 0, done.stderr.decode()
    (report,) = json.loads(done.stdout)["meshes"]
    low, high = np.array(report["bbox"])
    assert np.isclose((high - low).max(), 1.0, atol=1e-4)  # metres
    assert report["texture_size"] == [512, 512] and report["degenerate_faces"] == 0


def test_preview_shows_something(made: Path) -> None:
    sheet = np.asarray(Image.open(made / "m.preview.png").convert("RGB"))
    assert sheet.shape == (512, 6 * 256, 3)
    for view in range(6):  # no empty view, and no black hole in the colours
        part = sheet[:256, view * 256 : (view + 1) * 256]
        seen = (part < 250).any(2)
        assert seen.mean() > 0.01
        assert (part[seen].max(1) < 8).mean() < 0.05


def test_events_follow_the_schema(made: Path) -> None:
    schema = json.loads((ROOT / "cli" / "schemas" / "event.schema.json").read_text())
    events = [json.loads(line) for line in (made / "events.ndjson").read_text().splitlines()]
    for event in events:
        jsonschema.validate(event, schema)
    stages = [event["stage"] for event in events if event["type"] == "stage_finished"]
    assert stages == [
        "prepare",
        "coarse",
        "voxelize",
        "sample",
        "refine",
        "decode",
        "extract",
        "clean",
        "texture",
        "export",
    ]
    assert events[0]["type"] == "run_started" and events[-1]["type"] == "run_finished"
    assert events[0]["model"]["sha256"]
    assert any(event["type"] == "progress" and event["stage"] == "coarse" for event in events)
    peaks = [event["peak_mb"] for event in events if event["type"] == "stage_finished"]
    assert max(peaks) < 3000


def test_resumed_from_kept_stages_gives_the_same_bytes(made: Path) -> None:
    """The seeds of the later stages do not depend on where the run starts."""
    shutil.copytree(made / "m.stages", made / "again.stages")
    done = varco3d("generate", PICTURE, "-o", "again.glb", *QUICK, "--from", "clean", cwd=made)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split() == ["again.glb"]
    assert (made / "again.glb").read_bytes() == (made / "m.glb").read_bytes()


def test_piped_glb(made: Path) -> None:
    done = varco3d("generate", PICTURE, "-o", "-", *QUICK, "--skip", "refine", "--texture", "off", cwd=made)
    assert done.returncode == 0, done.stderr.decode()
    (made / "piped.glb").write_bytes(done.stdout)
    assert done.stdout[:4] == b"glTF"
    assert khronos(made / "piped.glb")["errors"] == 0


def test_doctor_makes_a_mesh(made: Path) -> None:
    done = varco3d("doctor", "--json", cwd=made)
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, json.loads((ROOT / "cli" / "schemas" / "doctor.schema.json").read_text()))
    failed = [check for check in answer["checks"] if check["status"] == "fail"]
    assert done.returncode == 0 and answer["ok"] and not failed, failed
    assert [check["status"] for check in answer["checks"] if check["name"] == "self-test"] == ["ok"]
