"""Direct3D-S2 as a user has it: files taken in from a folder, meshes of a picture and of a mesh, refusals."""

import json
from pathlib import Path

import pytest
from conftest import Run
from toy_direct3d import DINO, write_toy_direct3d
from toys_for_published import take_for_published
from trimesh.creation import box

from varco3d.weights.checkpoints.zoo import ModelSpec

QUICK = ["--set", "coarse.steps=1", "--set", "refine.steps=1", "--faces", "300", "--texture", "off"]
FINE = ["--set", "voxelize.resolution=16", "--set", "voxelize.voxels=0"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody brings along: a folder of the hub, of toy size."""
    return write_toy_direct3d(tmp_path_factory.mktemp("usb") / "direct3d-s2-v-1-1")


@pytest.fixture
def known(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder, with its toys known by their keys in place of the published files; the store is empty."""
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))

    def file_of(spec: ModelSpec) -> Path:
        return folder / ("dinov2_vitl14_reg.safetensors" if spec.part == "image-encoder" else spec.weights[0].name)

    take_for_published(monkeypatch, ("direct3d-s2", "direct3d-s2-1024"), file_of, DINO)
    return folder


def test_files_are_taken_in_checked_and_used(run: Run, known: Path, picture: Path) -> None:
    missing = run("generate", picture, "-m", "direct3d-s2")
    assert missing.code == 3 and "direct3d-s2-v-1-1-model_dense" in missing.err
    taken = run("models", "import", known)
    assert taken.code == 0, taken.err
    checked = run("models", "verify", "direct3d-s2", "direct3d-s2-1024")
    assert checked.code == 0 and checked.out.count("ok") >= 6
    shown = json.loads(run("models", "show", "direct3d-s2", "--json").out)
    assert {row["licence"] for row in shown["checkpoints"]} == {"mit", "apache-2.0"}

    made = run("generate", picture, "-m", "direct3d-s2", *QUICK, "--save-stages", "-o", "low.glb")
    assert made.code == 0, made.err
    stages = {path.parent.name for path in Path().rglob("stage.json")}
    assert {"coarse", "sample", "refine", "decode", "extract"} <= stages and "voxelize" not in stages
    again = run("generate", picture, "-m", "direct3d-s2", *QUICK, "--save-stages", "--from", "decode", "-o", "low.glb")
    assert again.code == 0, again.err

    high = run("generate", picture, "-m", "direct3d-s2", "--preset", "high", *QUICK, *FINE,
               "--set", "coarse.latent_steps=1", "-o", "high.glb")  # fmt: skip
    assert high.code == 0, high.err
    box(extents=(1, 1.5, 0.7)).export("own.obj")
    own = run("refine", "own.obj", picture, "-m", "varco3d-preview", "--set", "refine.steps=1", "--faces", "300",
              "--texture", "off", *FINE, "-o", "own.glb")  # fmt: skip
    assert own.code == 0, own.err
    assert all(Path(name).stat().st_size > 1000 for name in ("low.glb", "high.glb", "own.glb"))


def test_a_budget_that_no_network_fits_is_refused_before_any_work(run: Run, known: Path, picture: Path) -> None:
    assert run("models", "import", known).code == 0
    refused = run("generate", picture, "-m", "direct3d-s2", "--memory", "0.5")
    assert refused.code == 4 and "direct3d-s2 needs about" in refused.err
    plan = json.loads(run("plan", picture, "-m", "direct3d-s2", "--preset", "high", "--json").out)
    assert plan["estimate"]["peak_mb"] > 2000 and "voxelize" in plan["stages"] and not plan["model"]["missing"]
    assert "voxelize" not in json.loads(run("plan", picture, "-m", "direct3d-s2", "--json").out)["stages"]
