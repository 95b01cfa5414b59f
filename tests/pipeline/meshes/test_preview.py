"""Previews: the right side in the right place, true colours, files of every format."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from varco3d.errors import UsageError
from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import render_view, sample_texture, six_views, turntable, write_preview

SIDES = {"+z": (255, 0, 0), "-z": (0, 255, 0), "-x": (0, 0, 255), "+x": (255, 255, 0), "+y": (0, 255, 255)}
SIDES["-y"] = (255, 0, 255)


def painted_cube() -> Mesh:
    """A cube whose six sides have the colours of SIDES."""
    vertices, faces, colors = [], [], []
    for axis in range(3):
        for sign in (-1, 1):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, u] = [-1, 1, 1, -1]
            corners[:, v] = [-1, -1, 1, 1]
            first = len(vertices) * 4
            vertices.append(corners)
            quad = [[0, 1, 2], [0, 2, 3]] if sign > 0 else [[0, 2, 1], [0, 3, 2]]
            faces.append(np.array(quad) + first)
            colors.append(np.tile(SIDES[("+" if sign > 0 else "-") + "xyz"[axis]], (4, 1)))
    return Mesh(
        np.concatenate(vertices).astype(np.float32) * 0.3 + 0.1,
        np.concatenate(faces).astype(np.int32),
        colors=np.concatenate(colors).astype(np.uint8),
    )


def test_each_view_shows_its_side():
    sheet = six_views(painted_cube(), 32)
    assert sheet.shape == (64, 6 * 32, 3)
    for column, side in enumerate(("+z", "-z", "-x", "+x", "+y", "-y")):
        pixel = sheet[16, column * 32 + 16].astype(float)
        wanted = np.array(SIDES[side]) > 0
        assert pixel[wanted].min() > 120 and pixel[~wanted].max(initial=0) < 10, side
    clay = sheet[48, 16].astype(int)
    assert np.ptp(clay) < 12 and clay.min() > 100
    assert (sheet[0, 0] == 255).all()  # background


def test_a_mesh_without_colours_has_one_row():
    cube = painted_cube()
    assert six_views(Mesh(cube.vertices, cube.faces), 16).shape == (16, 96, 3)


def test_light_off_gives_the_texture_itself():
    texture = np.zeros((4, 4, 3), np.uint8)
    texture[:2, :2], texture[:2, 2:] = (200, 10, 20), (10, 200, 20)
    texture[2:, :2], texture[2:, 2:] = (10, 20, 200), (90, 90, 90)
    vertices = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
    mesh = Mesh(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uv=uv, texture=texture)
    picture = render_view(mesh, Camera(), 16, light=0.0)
    for row, column in ((3, 3), (3, 12), (12, 3), (12, 12)):
        assert np.abs(picture[row, column].astype(int) - texture[row // 8 * 2, column // 8 * 2]).max() <= 1
    # from behind the same sheet is mirrored
    back = render_view(mesh, Camera(180), 16, light=0.0)
    assert np.abs(back[3, 3].astype(int) - texture[0, 2]).max() <= 1


def test_alpha_when_there_is_no_background():
    picture = render_view(painted_cube(), Camera(), 32, background=None)
    assert picture.shape == (32, 32, 4)
    assert picture[0, 0, 3] == 0 and picture[14, 18, 3] == 255


def test_sample_texture_wraps_and_interpolates():
    texture = np.array([[[0, 0, 0], [100, 100, 100]]], np.uint8)
    uv = np.array([[0.25, 0.5], [0.5, 0.5], [0.0, 0.5], [1.75, -3.5]])
    assert np.allclose(sample_texture(texture, uv)[:, 0] * 255, [0, 50, 50, 100], atol=1e-3)


@pytest.mark.parametrize("suffix", ["png", "gif", "webp"])
def test_files(tmp_path: Path, suffix: str):
    path = tmp_path / f"cube.{suffix}"
    write_preview(painted_cube(), path, size=24, frames=6)
    with Image.open(path) as picture:
        if suffix == "png":
            assert picture.size == (144, 48)
        else:
            assert picture.size == (24, 24) and picture.n_frames == 6
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_unknown_format(tmp_path: Path):
    with pytest.raises(UsageError):
        write_preview(painted_cube(), tmp_path / "cube.bmp")


def test_a_turntable_keeps_colours_that_only_the_back_has(tmp_path: Path) -> None:
    path = tmp_path / "turn.gif"
    write_preview(painted_cube(), path, size=96, frames=8)
    frames = turntable(painted_cube(), 8, 96)
    with Image.open(path) as gif:
        for index, frame in enumerate(frames):
            gif.seek(index)
            off = np.abs(np.asarray(gif.convert("RGB")).astype(int) - frame)
            assert np.quantile(off, 0.99) <= 24, index
