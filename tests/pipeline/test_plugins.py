"""The packages of examples/plugins install, run, show up, and stand in docs/extending.md as they are."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted((ROOT / "examples" / "plugins").iterdir())
PICTURE = ROOT / "examples" / "fluent3d_mushroom.png"
QUICK = [
    "coarse.candidates=1",
    "coarse.second_look=false",
    "sample.tokens=256",
    "decode.resolution=48",
    "texture.size=256",
    "texture.register=false",
]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that sees the three packages installed."""
    built, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("installed")
    for package in PACKAGES:  # pip builds in the source folder
        for file in package.rglob("*"):
            if file.suffix in (".py", ".toml"):
                copy = built / file.relative_to(ROOT / "examples" / "plugins")
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes())
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    sources = [str(built / package.name) for package in PACKAGES]
    done = subprocess.run([*command, "--target", str(target), *sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": str(target)}


def varco3d(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "varco3d.cli", *arguments], env=environ, capture_output=True, text=True
    )


def test_a_foreign_recipe_runs_a_foreign_stage_and_synthesizer(environ: dict[str, str], tmp_path: Path) -> None:
    settings = [word for text in QUICK for word in ("--set", text)]
    out = tmp_path / "mushroom.glb"
    arguments = ["generate", str(PICTURE), "-o", str(out), "-m", "tiny-softened", "--preset", "draft", "--json"]
    done = varco3d(environ, *arguments, "--device", "cpu", "--painter", "rows", *settings)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    stages = [event["stage"] for event in events if event["type"] == "stage_finished"]
    assert stages[-3:] == ["relax", "texture", "export"]
    assert out.stat().st_size > 10_000


def test_doctor_lists_plug_ins_and_names_a_broken_one(environ: dict[str, str], tmp_path: Path) -> None:
    about = tmp_path / "broken-2.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 2.0\n")
    (about / "entry_points.txt").write_text("[varco3d.stages]\nmelt = no_such_module:Melt\n")
    path = os.pathsep.join([environ["PYTHONPATH"], str(tmp_path)])
    done = varco3d({**environ, "PYTHONPATH": path}, "doctor", "--no-self-test", "--json")
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["stage relax"]["status"] == "ok" and "varco3d-relax 1.0" in checks["stage relax"]["detail"]
    assert checks["recipe tiny-softened"]["status"] == checks["synthesizer rows"]["status"] == "ok"
    assert checks["stage melt"]["status"] == "fail" and "no_such_module" in checks["stage melt"]["detail"]


@pytest.mark.parametrize(
    ("words", "near"),
    [(["-m", "tiny-softned"], "tiny-softened"), (["-m", "tiny-softened", "--set", "relax.round=3"], "rounds")],
)
def test_a_misspelt_plug_in_fails_in_plan(environ: dict[str, str], words: list[str], near: str) -> None:
    done = varco3d(environ, "plan", str(PICTURE), *words)
    assert done.returncode == 2 and near in done.stderr


def test_the_page_shows_the_packages_as_they_are() -> None:
    files = [file for package in PACKAGES for file in package.rglob("*") if file.suffix in (".py", ".toml")]
    sources = "\n".join(file.read_text(encoding="utf-8") for file in files)
    blocks = re.findall(r"```(?:python|toml)\n(.*?)```", (ROOT / "docs" / "extending.md").read_text("utf-8"), re.S)
    assert len(blocks) == 5
    for block in blocks:
        assert block.strip() in sources
