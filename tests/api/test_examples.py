"""The examples of docs/python.md, the README and examples/ run as they stand, with fewer tokens and faces."""

import re
import runpy
import sys
from pathlib import Path

import pytest
from PIL import Image

import varco3d
from varco3d import _pipeline
from varco3d.pipeline.recipe import Recipe, load_recipe

ROOT = Path(__file__).parents[2]
QUICK = {
    "coarse": {"steps": 2, "candidates": 1, "second_look": False, "outline": False, "resolution": 32},
    "sample": {"tokens": 256},
    "refine": {"steps": 2, "draws": 1},
    "texture": {"size": 128, "register": False},
    "decode": {"resolution": 32, "outline": False, "smooth": 0.0},
    "clean": {"faces": 2000},
}


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the examples in it, and every pipeline a small one."""

    def small(name: str = "tiny", preset: str = "standard", overrides: dict | None = None) -> Recipe:
        return load_recipe(name, preset, overrides).with_settings(QUICK)

    monkeypatch.setattr(_pipeline, "load_recipe", small)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)


def test_the_page_on_python_runs_from_top_to_bottom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for block in blocks("docs/python.md"):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert (tmp_path / "mushroom.glb").read_bytes()[:4] == b"glTF"
    assert (tmp_path / "print.stl").stat().st_size > 84
    half, result = names["half"], names["result"]
    assert isinstance(half, varco3d.Result) and isinstance(result, varco3d.Result)
    assert result.report["watertight"] and not half.report["watertight"]
    assert "bad_input no-such-picture.png does not exist" in capsys.readouterr().out


def test_every_example_of_the_readme_is_on_the_page_on_python() -> None:
    readme = blocks("README.md")
    assert readme
    known = " ".join("\n".join(blocks("docs/python.md")).split())
    for block in readme:
        for line in block.splitlines():
            assert line.partition("#")[0].strip() in known


def test_the_stage_by_stage_example_draws_its_strip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["stages.py", "--preset", "draft", "--out", str(tmp_path / "strip.png")])
    runpy.run_path(str(ROOT / "examples" / "stages.py"), run_name="__main__")
    with Image.open(tmp_path / "strip.png") as strip:
        assert strip.width == 7 * 256
        panels = [strip.crop((256 * i, 20, 256 * (i + 1), strip.height)) for i in range(7)]
    assert all(len(panel.getcolors(1 << 20)) > 20 for panel in panels[:2])
    assert all(any(low < 250 for low, _ in panel.getextrema()) for panel in panels)


def test_the_toy_of_a_sparse_structure_trains_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step or two of each network; what the example learns in minutes is told in docs/training.md."""
    out = tmp_path / "structure.png"
    settings = ["--minutes", "0.02", "--kinds", "2", "--each", "2", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["structure_training.py", *settings])
    runpy.run_path("examples/structure_training.py", run_name="__main__")
    with Image.open(out) as figure:
        assert figure.size == (2 * 160, 4 * 160)
    assert "intersection over union" in capsys.readouterr().out
