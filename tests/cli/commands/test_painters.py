"""--painter, --prompt and what belongs to them, from the command line to the file."""

import json
import struct
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw
from standin import ball
from tiny_hunyuan import fill_store21
from tiny_painter import fill_store

from varco3d.pipeline.meshes.outputs import Placement, write_mesh

SMALL = ("--texture-size", "64", "--set", "texture.painter_size=64", "--set", "texture.painter_steps=1",
         "--set", "texture.passes=0")  # fmt: skip


@pytest.fixture
def mesh(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ball in the working folder, and a store with a tiny painter."""
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOME", str(tmp_path))
    torch.set_num_threads(1)
    write_mesh(ball(10, 0.5), Path("ball"), ("glb",), Placement(size=None, origin="keep"))
    return Path("ball.glb")


def test_words_paint_a_mesh_without_any_picture(run, mesh: Path, tmp_path: Path) -> None:
    fill_store(tmp_path / "models", words=True)
    words = ("--prompt", "weathered bronze", "--negative", "rust")
    answer = run("texture", mesh, *words, "-o", "out.glb", "--save-stages", *SMALL)
    assert answer.code == 0, answer.err
    assert Path("out.glb").stat().st_size > 1000
    folder = Path("out.stages") / "texture"
    assert {path.name for path in (folder / "painter").glob("view_*.png")} == {
        f"view_{name}.png" for name in ("front", "right", "back", "left", "top", "bottom")
    }
    told = json.loads((folder / "stage.json").read_text())
    assert told["settings"]["prompt"] == "weathered bronze" and told["settings"]["negative"] == "rust"


def test_a_prompt_without_weights_names_the_pull_line(run, mesh: Path) -> None:
    answer = run("texture", mesh, "--prompt", "weathered bronze", "-o", "out.glb", *SMALL)
    assert answer.code != 0 and "varco3d models pull mvadapter-text" in answer.err
    assert not Path("out.glb").exists()


def test_neither_picture_nor_words_is_a_wrong_call(run, mesh: Path) -> None:
    answer = run("texture", mesh, "-o", "out.glb")
    assert answer.code == 2 and "--prompt" in answer.err


def test_the_mirror_needs_no_weights_and_the_record_names_it(run, mesh: Path) -> None:
    red_disc("front.png")
    small = ("--texture-size", "64", "--set", "texture.register=off")
    answer = run("--json", "texture", mesh, "front.png", "--painter", "mirror", "-o", "out.glb", *small)
    assert answer.code == 0, answer.out
    assert '"painter": "mirror"' in answer.out
    wrong = run("texture", mesh, "front.png", "--painter", "mirrow", "-o", "b.glb", "--texture-size", "64")
    assert wrong.code == 2 and "mirror" in wrong.err


def red_disc(path: str) -> None:
    picture = Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((16, 16, 80, 80), fill=(200, 60, 40, 255))
    picture.save(path)


def test_materials_reach_the_file_and_the_saved_stages(run, mesh: Path, tmp_path: Path, monkeypatch) -> None:
    fill_store21(tmp_path / "models")
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)
    red_disc("front.png")
    painted = ("texture", mesh, "front.png", "--painter", "hunyuan3d-paint-2.1", "--save-stages", *SMALL)
    answer = run("--json", *painted, "-o", "out.glb", "--set", "texture.bake_picture=off")
    assert answer.code == 0, answer.err
    data = Path("out.glb").read_bytes()
    told = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])
    surface = told["materials"][0]["pbrMetallicRoughness"]
    assert {"baseColorTexture", "metallicRoughnessTexture"} <= set(surface)
    assert surface.get("roughnessFactor", 1) == surface.get("metallicFactor", 1) == 1
    folder = Path("out.stages") / "texture"
    kinds = ("view", "position", "normal", "roughness", "metalness")
    shown = {path.name for path in (folder / "painter").glob("*_bottom.png")}
    assert shown == {f"{kind}_bottom.png" for kind in kinds}
    assert Image.open(folder / "painter" / "roughness_bottom.png").mode == "L"
    assert '"painter": "hunyuan3d-paint-2.1"' in answer.out
    assert '"seen": 0.0' in answer.out, "the picture itself is not baked"


@pytest.mark.parametrize(
    ("asked", "cause"),
    [
        (("--painter", "mirror", "--lora", "here.safetensors"), "the painter mirror takes no LoRAs. Use --painter"),
        (("--painter", "own", "--painter-base", "here.safetensors"), "the painter own takes no other base"),
        (("--painter", "mirror", "--negative", "rust"), "the painter mirror takes no words"),
        (("--painter", "hunyuan3d-paint-2.1", "--prompt", "oak"), "the painter hunyuan3d-paint-2.1 takes no words"),
        (("--painter", "mvadapter", "back=front.png"), "reads no pictures of sides"),
        (("--prompt", "oak", "back=front.png"), "the painter folder takes no words"),
        (("--negative", "rust"), "varco3d models pull mvadapter"),
        (("--prompt", "oak", "--lora", "here.safetensors:heavy"), "'heavy' is no weight"),
        (("--prompt", "oak", "--lora", "gone.safetensors"), "there is no LoRA file gone.safetensors"),
        (("--prompt", "oak", "--painter-base", "gone"), "there is no base model gone"),
        (("--painter", "mvadapter", "--memory", "2"), "mvadapter needs about"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wishes_that_a_painter_does_not_read_are_refused_before_any_work(
    run, mesh: Path, asked: tuple[str, ...], cause: str
) -> None:
    red_disc("front.png")
    Path("here.safetensors").write_bytes(b"")
    answer = run("texture", mesh, "front.png", *asked, "-o", "out.glb", *SMALL)
    assert answer.code != 0 and cause in answer.err and "unwrap" not in answer.err
    assert not Path("out.glb").exists() and not Path("varco3d.jsonl").exists()


def test_a_plan_names_what_the_painter_lacks(run, mesh: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save("a.png")
    told = json.loads(run("--json", "plan", "a.png", "--painter", "mvadapter").out)
    assert "mvadapter-ig2mv-sdxl" in told["model"]["missing"] and "sdxl-unet" in told["model"]["missing"]
    words = json.loads(run("--json", "plan", "a.png", "--prompt", "bronze").out)
    assert "mvadapter-ig2mv-sdxl" in words["model"]["missing"], "with a picture, the adapter that reads it"
    assert json.loads(run("--json", "plan", "a.png").out)["model"]["missing"] == []
    answer = run("generate", "a.png", "--painter", "mvadapter", "-o", "a.glb")
    assert answer.code != 0 and "varco3d models pull mvadapter" in answer.err
