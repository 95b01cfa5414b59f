"""Photos of an object's sides: cut out, framed, and brought to the camera they were taken from."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_texture import SIDE, figure, subject_of

from varco3d.errors import BadInputError, UsageError
from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.artifacts import Asset, Mesh
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.painters.choice import check_painter
from varco3d.pipeline.texturing.sides import recorded_cameras, side_files
from varco3d.pipeline.texturing.synthesis import wanted_cameras

WALL = (0.55, 0.55, 0.55)


def photo(path: Path, camera: Camera, wider: int = 90) -> None:
    """A picture of the figure before a grey wall, off the middle of a frame that is not square."""
    shown = render_view(figure(), camera, SIDE, light=0.0, background=WALL)
    wall = np.full((SIDE + 20, SIDE + wider, 3), np.rint(255 * np.array(WALL)), np.uint8)
    wall[20:, wider:] = shown
    Image.fromarray(wall).save(path)


def painted(views: str, **more) -> tuple[Mesh, dict, list[str]]:
    truth, said = figure(), []
    asset = Asset(subject=subject_of(truth, Camera(0, 10, 1.1)), mesh=Mesh(truth.vertices, truth.faces))
    settings = make_settings(Texture.Settings, {"size": 256, "views": views, **more})
    made = Texture().run(asset, settings, Context(warn=said.append))
    return made.mesh, made.report["texture"]["sides"], said


def likeness(mesh: Mesh, camera: Camera) -> float:
    """Share of the visible surface that has the figure's own colour."""
    wanted = render_view(figure(), camera, 128, light=0.0).astype(int)
    got = render_view(mesh, camera, 128, light=0.0).astype(int)
    seen = (wanted != 255).any(2)
    return float((np.abs(wanted - got).max(2) < 40)[seen].mean())


def test_a_photo_on_a_wall_paints_the_back_and_not_the_wall(tmp_path: Path):
    photo(tmp_path / "back.png", Camera(192, 18, 1.4))
    mesh, sides, said = painted(str(tmp_path))
    about = sides["back"]
    assert about["registered"] and about["overlap"] > 0.9 and about["file"] == "back.png", about
    assert abs(about["azimuth"] - 192) < 6 and abs(about["elevation"] - 18) < 6, about
    assert likeness(mesh, Camera(185, 10)) > 0.9
    assert not any("fits the mesh badly" in text for text in said)


def test_a_photo_from_above_is_found_near_the_top(tmp_path: Path):
    photo(tmp_path / "upper.png", Camera(12, 76, 1.3))
    _, sides, _ = painted(f"top={tmp_path}/upper.png")
    assert sides["top"]["registered"] and sides["top"]["overlap"] > 0.9 and sides["top"]["elevation"] > 60


def test_a_picture_of_something_else_is_told(tmp_path: Path):
    bar = np.full((SIDE, SIDE, 3), 140, np.uint8)
    bar[100:110, 20:-20] = (200, 30, 30)
    Image.fromarray(bar).save(tmp_path / "left.png")
    _, sides, said = painted(str(tmp_path))
    assert not sides["left"]["registered"] and sides["left"]["overlap"] < 0.5
    assert any("left.png fits the mesh badly" in text and "straight from the left" in text for text in said)


def test_cameras_beside_the_pictures_make_them_exact(tmp_path: Path):
    camera = Camera(180.0, 0.0, 1.3)
    shown = render_view(figure(), camera, SIDE, light=0.0, background=WALL)
    Image.fromarray(shown).save(tmp_path / "back.png")
    cameras = {**wanted_cameras(), "back": camera}
    (tmp_path / "cameras.json").write_text(json.dumps({name: asdict(each) for name, each in cameras.items()}))
    mesh, sides, _ = painted(str(tmp_path))
    assert sides["back"]["framed"] and likeness(mesh, camera) > 0.9
    assert recorded_cameras(side_files(str(tmp_path), ["back"])) == cameras
    (tmp_path / "cameras.json").write_text('{"back": {"azimuth": "north"}}')
    with pytest.raises(BadInputError, match=r"cameras\.json does not hold cameras"):
        recorded_cameras(side_files(str(tmp_path), ["back"]))


def test_what_cannot_be_used_is_refused_before_work(tmp_path: Path):
    (tmp_path / "back.png").write_text("no picture")
    with pytest.raises(BadInputError, match=r"back\.png"):
        check_painter("auto", str(tmp_path), 0)
    with pytest.raises(UsageError, match="no painter 'miror'"):
        check_painter("miror", None, 0)
    with pytest.raises(UsageError, match="reads no pictures"):
        check_painter("mvadapter", str(tmp_path), 0)
    Image.new("RGB", (40, 40)).save(tmp_path / "extra1.png")
    with pytest.raises(BadInputError, match="extra1"):
        check_painter("folder", f"{tmp_path}/extra1.png", 0)
    check_painter("folder", f"{tmp_path}/extra1.png", 1)
