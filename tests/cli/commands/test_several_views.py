"""generate with pictures of several sides, from the command line down to the multi-view model's condition."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from varco3d.pipeline.meshes.glb_check import check_glb

FIXTURE = Path(__file__).parents[2] / "parity" / "fixtures" / "hy20_pipeline"
RECIPE = """
order = ["prepare", "coarse", "decode", "extract", "export"]
[models]
cutout = "u2netp"
coarse = "{model}"
refine = "{model}"
[stages.prepare]
settings = {{ size = 64, margin = 0.075 }}
[stages.coarse]
use = "generate"
settings = {{ steps = 3, guidance = 2.0 }}
[stages.decode]
settings = {{ resolution = 16, start = 8 }}
"""


@pytest.fixture
def recipe(run):
    """A miniature of Hunyuan3D-2mv, or of 2.0, on random weights."""

    def make(encoder: str) -> str:
        folder = Path(encoder)
        folder.mkdir()
        shutil.copy(FIXTURE / "model.fp16.safetensors", folder)
        text = (FIXTURE / "config.yaml").read_text().replace("type: DinoImageEncoder", f"type: {encoder}")
        (folder / "config.yaml").write_text(text)
        Path(f"{encoder}.toml").write_text(RECIPE.format(model=folder))
        return f"{encoder}.toml"

    for name, colour in (("front", 30), ("left", 120), ("back", 220)):
        pixels = np.full((50, 40, 4), colour, np.uint8)
        pixels[..., 3] = 0
        pixels[8:42, 6 : 20 + colour // 20, 3] = 255
        Image.fromarray(pixels).save(f"{name}.png")
    return make


def test_sides_reach_the_model(run, recipe) -> None:
    model = recipe("DinoImageEncoderMV")
    sides = ("--left", "left.png", "--back", "back.png")
    answer = run("generate", "front.png", *sides, "-m", model, "-o", "three.glb", "--save-stages")
    assert answer.code == 0, answer.err
    assert check_glb(Path("three.glb")) == []
    kept = Path("three.stages/prepare/subject")
    assert sorted(path.name for path in kept.glob("*.png")) == ["back.png", "left.png", "subject.png"]
    assert np.asarray(Image.open(kept / "left.png")).shape == (64, 64, 4)
    assert run("generate", "front.png", "-m", model, "-o", "one.glb").code == 0
    assert Path("three.glb").read_bytes() != Path("one.glb").read_bytes()
    again = run("generate", "front.png", "--from", "coarse", "-m", model, "-o", "three.glb")
    assert again.code == 0, again.err


def test_a_side_is_part_of_what_was_asked_for(run, recipe) -> None:
    model = recipe("DinoImageEncoderMV")

    def counts(side: str) -> dict[str, int]:
        answer = run("generate", "front.png", "--left", side, "-m", model, "-o", "out", "--until", "coarse", "--json")
        return json.loads(answer.out.splitlines()[-1])["counts"]

    assert counts("left.png")["ok"] == 1
    assert counts("left.png")["skipped"] == 1
    assert counts("back.png")["ok"] == 1


def test_what_cannot_work_is_refused(run, recipe) -> None:
    model = recipe("DinoImageEncoder")
    one = run("generate", "front.png", "--left", "left.png", "-m", model, "-o", "x.glb")
    assert one.code == 2 and "error[usage]" in one.err and "one picture" in one.err
    both = run("generate", "front.png", "back.png", "--left", "left.png", "-m", model, "-o", "out")
    assert both.code == 2 and "one object" in both.err
    lost = run("generate", "front.png", "--right", "nowhere.png", "-m", model, "-o", "x.glb")
    assert "nowhere.png does not exist" in lost.err and lost.code != 0
