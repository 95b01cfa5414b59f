"""The texture stage on a figure of coloured boxes: registration, symmetry, clean colours, no black texel, seams."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from varco3d.kernels.cameras import SIX_VIEWS, Camera
from varco3d.kernels.errors import BadInputError, BadMeshError, UsageError
from varco3d.kernels.render_maps import render_maps
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.preview import render_view
from varco3d.pipeline.stage import Context, Stage, make_settings
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.picture import prepare_picture
from varco3d.pipeline.texturing.register import register
from varco3d.pipeline.texturing.symmetry import find_symmetries, mirror_matrix
from varco3d.pipeline.texturing.synthesis import HALF_HEIGHT, make_synthesizer

SIDE = 192


def box(low, high, colour) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A box with its faces cut into 4 x 4 squares, wound outwards."""
    vertices, faces = [], []
    for axis in range(3):
        for sign in (0, 1):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            s, t = np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5), indexing="ij")
            p = np.zeros((25, 3))
            p[:, axis], p[:, u], p[:, v] = sign, s.ravel(), t.ravel()
            i, j = (k.ravel() for k in np.meshgrid(np.arange(4), np.arange(4), indexing="ij"))
            a, b, c, d = i * 5 + j, (i + 1) * 5 + j, (i + 1) * 5 + j + 1, i * 5 + j + 1
            f = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]) + 25 * len(vertices)
            vertices.append(np.asarray(low) + p * (np.asarray(high) - low))
            faces.append(f if sign else f[:, ::-1])
    points = np.concatenate(vertices)
    return points.astype(np.float32), np.concatenate(faces).astype(np.int32), np.tile(colour, (len(points), 1))


def figure() -> Mesh:
    """A car of sorts: symmetric about x = 0, different in front and behind."""
    parts = [
        box((-0.4, -0.3, -0.8), (0.4, 0.0, 0.8), (200, 60, 40)),
        box((-0.35, 0.0, -0.75), (0.35, 0.3, 0.2), (60, 90, 200)),
        box((-0.45, -0.45, 0.3), (-0.3, -0.15, 0.6), (90, 90, 60)),
        box((0.3, -0.45, 0.3), (0.45, -0.15, 0.6), (90, 90, 60)),
        box((-0.15, -0.1, 0.8), (0.15, 0.1, 0.9), (230, 220, 90)),
    ]
    offset = np.cumsum([0, *(len(part[0]) for part in parts)])
    return Mesh(
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] + offset[k] for k, part in enumerate(parts)]),
        colors=np.concatenate([part[2] for part in parts]).astype(np.uint8),
    )


def subject_of(mesh: Mesh, camera: Camera, side: int = SIDE) -> Subject:
    picture = render_view(mesh, camera, side, light=0.0, background=None)
    return Subject(picture.astype(np.float32) / 255, np.eye(3), (side, side))


@pytest.mark.parametrize(("azimuth", "elevation", "fov"), [(22.0, 25.0, None), (-14.0, 8.0, 30.0)])
def test_registration_finds_the_camera(azimuth, elevation, fov):
    mesh = figure()
    true = Camera(azimuth, elevation, 1.2, fov, 4.2, shift=(0.05, -0.08))
    alpha = render_maps(mesh.vertices, mesh.faces, true, 256, maps=()).mask.astype(np.float32)
    found = register(mesh.vertices, mesh.faces, alpha)
    assert found.accepted and found.iou > 0.93
    assert abs(found.camera.azimuth - azimuth) < 3 and abs(found.camera.elevation - elevation) < 3
    corners = mesh.vertices[::7]
    error = found.camera.project(corners, 256, 256)[:, :2] - true.project(corners, 256, 256)[:, :2]
    assert np.abs(error).mean() < 4, "pixels of 256"


def test_registration_refuses_a_picture_of_something_else():
    mesh = figure()
    y, x = np.mgrid[:128, :128]
    cross = ((np.abs(x - 64) < 6) | (np.abs(y - 64) < 6)).astype(np.float32)
    found = register(mesh.vertices, mesh.faces, cross)
    assert not found.accepted and found.camera.azimuth == 0 and found.camera.elevation == 0
    assert not register(mesh.vertices, mesh.faces, np.zeros((64, 64))).accepted


def test_symmetry_finds_the_mirror_plane_at_any_turn():
    mesh = figure()
    for degrees in (0.0, 37.0):
        a = np.radians(degrees)
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        found = find_symmetries(mesh.vertices @ turn.T, mesh.faces)
        assert len(found) == 1 and found[0].error < 0.01
        normal = turn @ [1, 0, 0]
        assert np.allclose(found[0].transform[:3, :3] @ normal, -normal, atol=0.05)
    assert np.allclose(mirror_matrix(0.0, np.array([0.5, 0, 0])) @ [0.2, 1, 2, 1], [0.8, 1, 2, 1])


def test_pictures_lose_their_background():
    rgba = np.zeros((128, 128, 4), np.float32)
    rgba[..., 1] = 1.0  # a green screen that shines through at the rim
    y, x = np.mgrid[:128, :128]
    distance = np.hypot(x - 64, y - 64)
    rgba[distance < 40, :3] = (0.8, 0.2, 0.1)
    rgba[..., 3] = np.clip(41 - distance, 0, 1)
    rgba[(distance > 39) & (distance < 41), 1] = 0.7
    picture, trust = prepare_picture(rgba)
    assert np.abs(picture[distance < 60] - [0.8, 0.2, 0.1]).max() < 0.02
    assert trust[64, 64] == 1.0 and trust[0, 0] == 0.0 and 0 < trust[64, 64 + 42] < 0.2


@pytest.fixture(scope="module")
def painted() -> tuple[Mesh, Asset]:
    mesh = figure()
    asset = Asset(subject=subject_of(mesh, Camera(18, 20, 1.1)), mesh=Mesh(mesh.vertices, mesh.faces))
    settings = make_settings(Texture.Settings, {"size": 256})
    return mesh, Texture().run(asset, settings, Context(warn=pytest.fail))


def test_the_texture_shows_the_picture(painted):
    truth, asset = painted
    assert isinstance(Texture(), Stage)
    mesh = asset.mesh
    assert mesh.texture.shape == (256, 256, 3) and mesh.uv.shape == (len(mesh.vertices), 2)
    assert np.array_equal(mesh.vertices[mesh.faces], truth.vertices[truth.faces])
    assert asset.report["texture"]["registered"] and asset.report["texture"]["registration_iou"] > 0.93
    # front, and the side that only the mirror plane reaches
    for azimuth, share in ((18, 0.95), (0, 0.9), (90, 0.85), (270, 0.8)):
        wanted = render_view(truth, Camera(azimuth, 15), 128, light=0.0).astype(int)
        got = render_view(mesh, Camera(azimuth, 15), 128, light=0.0).astype(int)
        seen = (wanted != 255).any(2)
        good = (np.abs(wanted - got).max(2) < 40)[seen]
        assert good.mean() > share, f"azimuth {azimuth}: {good.mean():.2f}"


def test_no_texel_is_black_or_background(painted):
    _, asset = painted
    texture = asset.mesh.texture.astype(int)
    assert texture.max(2).min() > 50  # the darkest colour of the figure is (90, 90, 60)
    assert texture.min(2).max() < 200  # the brightest (230, 220, 90); white would be the picture's background


def test_the_same_input_gives_the_same_bytes(painted):
    _, asset = painted
    again = Texture().run(
        replace(asset, mesh=figure()), make_settings(Texture.Settings, {"size": 256}), Context(warn=pytest.fail)
    )
    assert np.array_equal(again.mesh.texture, asset.mesh.texture) and np.array_equal(again.mesh.uv, asset.mesh.uv)


def test_uvs_are_kept_on_request(painted):
    _, asset = painted
    settings = make_settings(Texture.Settings, {"size": 256, "keep_uv": True, "register": False})
    kept = Texture().run(asset, settings, Context()).mesh
    assert kept.uv is asset.mesh.uv and np.array_equal(kept.faces, asset.mesh.faces)


def test_views_from_a_folder_are_used(tmp_path: Path):
    truth = figure()
    for name in ("back", "top", "left", "right"):
        azimuth, elevation = SIX_VIEWS[name]
        view = render_view(truth, Camera(azimuth, elevation, HALF_HEIGHT), SIDE, light=0.0, background=(0, 1, 0))
        Image.fromarray(view).save(tmp_path / f"{name}.png")
    asset = Asset(subject=subject_of(truth, Camera(0, 10, 1.1)), mesh=Mesh(truth.vertices, truth.faces))
    settings = make_settings(Texture.Settings, {"size": 256, "views": str(tmp_path)})
    painted = Texture().run(asset, settings, Context(folder=tmp_path / "extra")).mesh
    wanted = render_view(truth, Camera(180, 30), 128, light=0.0).astype(int)
    got = render_view(painted, Camera(180, 30), 128, light=0.0).astype(int)
    seen = (wanted != 255).any(2)
    assert (np.abs(wanted - got).max(2) < 40)[seen].mean() > 0.93
    written = {path.name for path in (tmp_path / "extra" / "conditions").iterdir()}
    assert {"normal_front.png", "position_back.png", "depth_top.png"} <= written and len(written) == 18


def test_off_and_errors(tmp_path: Path):
    mesh = figure()
    asset = Asset(subject=subject_of(mesh, Camera(), 64), mesh=mesh)
    assert Texture().run(asset, make_settings(Texture.Settings, {"enabled": "off"}), Context()) is asset
    with pytest.raises(BadMeshError):
        Texture().run(replace(asset, mesh=Mesh(mesh.vertices, mesh.faces[:0])), Texture.Settings(), Context())
    with pytest.raises(UsageError):
        make_synthesizer("nonsense")
    with pytest.raises(BadInputError):
        settings = make_settings(Texture.Settings, {"views": str(tmp_path), "size": 256, "register": False})
        Texture().run(asset, settings, Context())
    with pytest.raises(UsageError):
        make_settings(Texture.Settings, {"size": 100})
