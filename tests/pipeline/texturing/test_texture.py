"""The texture stage on a figure of coloured boxes: registration, symmetry, clean colours, no black texel, seams."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from fakes import cutout
from PIL import Image

from varco3d.errors import BadInputError, BadMeshError, UsageError
from varco3d.kernels.atlas.bake import View
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import SIX_VIEWS, Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.artifacts import Asset, Mesh, PictureCamera, Subject
from varco3d.pipeline.meshes.preview import render_view, sample_texture
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context, Stage
from varco3d.pipeline.stages.clean import Clean
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.paint import EDGE_TRUST, _Cut, _surface, _with_depths, paint
from varco3d.pipeline.texturing.picture import prepare_picture
from varco3d.pipeline.texturing.register import register
from varco3d.pipeline.texturing.symmetry import find_symmetries, mirror_matrix
from varco3d.pipeline.texturing.synthesis import HALF_HEIGHT, Conditions, input_view, make_synthesizer
from varco3d.pipeline.texturing.transfer import transfer_texture

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
    found = register(mesh.vertices, mesh.faces, subject_of(mesh, true, 256).rgba)
    assert found.accepted and found.iou > 0.93
    assert abs(found.camera.azimuth - azimuth) < 3 and abs(found.camera.elevation - elevation) < 3
    corners = mesh.vertices[::7]
    error = found.camera.project(corners, 256, 256)[:, :2] - true.project(corners, 256, 256)[:, :2]
    assert np.abs(error).mean() < 4, "pixels of 256"


@pytest.mark.parametrize("azimuth", [-21.0, 21.0])
def test_registration_tells_sides_of_one_silhouette_apart_by_the_edges(azimuth):
    """A box has one outline from the left and from the right; where its upright edge runs tells them apart."""
    vertices, faces, colours = box((-0.35, -0.5, -0.8), (0.35, 0.5, 0.8), (180, 170, 160))
    true = Camera(azimuth, 0.0, 1.2)
    rgba = render_view(Mesh(vertices, faces, colors=colours.astype(np.uint8)), true, 256, light=0.8, background=None)
    found = register(vertices, faces, rgba.astype(np.float32) / 255)
    assert abs(found.camera.azimuth - azimuth) < 3 and abs(found.camera.elevation) < 3


def test_registration_believes_a_hint_that_fits(monkeypatch):
    """With it nothing else is searched, and a camera beyond the usual range is found; a hint that misses is no harm."""
    mesh, true = figure(), Camera(33.0, 12.0, 1.2, shift=(0.05, -0.08))
    rgba = subject_of(mesh, true, 256).rgba
    missed = register(mesh.vertices, mesh.faces, rgba, spread=40, hint=Camera(-30.0, 40.0, 2.5))
    assert abs(missed.camera.azimuth - 33) < 3
    monkeypatch.setattr("varco3d.pipeline.texturing.register._starts", None)
    affine = np.concatenate([true.axes()[:2] / 1.2, [[0.05], [-0.08]]], 1)
    hint = Camera.from_affine(affine)
    assert hint.azimuth == pytest.approx(33) and hint.elevation == pytest.approx(12)
    assert hint.half_height == pytest.approx(1.2) and hint.shift == (0.05, -0.08)
    near = register(mesh.vertices, mesh.faces, rgba, hint=hint.moved(azimuth=27.0, elevation=15.0))
    assert near.accepted and abs(near.camera.azimuth - 33) < 3 and abs(near.camera.elevation - 12) < 3


def test_registration_refuses_a_picture_of_something_else():
    mesh = figure()
    y, x = np.mgrid[:128, :128]
    cross = ((np.abs(x - 64) < 6) | (np.abs(y - 64) < 6)).astype(np.float32)
    found = register(mesh.vertices, mesh.faces, cutout(cross))
    assert not found.accepted and found.camera.azimuth == 0 and found.camera.elevation == 0
    assert not register(mesh.vertices, mesh.faces, np.zeros((64, 64, 4))).accepted


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
    facts = asset.report["texture"]
    assert facts["registered"] and facts["registration_iou"] > 0.93
    assert facts["camera"]["half_height"] == pytest.approx(1.1, rel=0.05)
    assert facts["camera"]["azimuth"] == pytest.approx(18, abs=6)
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
        replace(asset, mesh=replace(figure(), colors=None)),
        make_settings(Texture.Settings, {"size": 256}),
        Context(warn=pytest.fail),
    )
    assert np.array_equal(again.mesh.texture, asset.mesh.texture) and np.array_equal(again.mesh.uv, asset.mesh.uv)


def test_uvs_are_kept_on_request(painted):
    _, asset = painted
    settings = make_settings(Texture.Settings, {"size": 256, "keep_uv": True, "register": False})
    kept = Texture().run(asset, settings, Context(warn=pytest.fail)).mesh
    assert kept.uv is asset.mesh.uv and np.array_equal(kept.faces, asset.mesh.faces)


def test_uvs_that_cannot_be_kept_as_they_are_are_told(painted):
    _, asset = painted
    settings = make_settings(Texture.Settings, {"size": 256, "keep_uv": True, "register": False})
    folded = asset.mesh.uv.copy()
    folded[:, 0] = np.where(folded[:, 0] > 0.5, 1 - folded[:, 0], folded[:, 0])
    said: list[str] = []
    out = Texture().run(replace(asset, mesh=replace(asset.mesh, uv=folded)), settings, Context(warn=said.append))
    count = out.report["texture"]["overlapped_faces"]
    assert (
        0 < count < len(asset.mesh.faces)
        and len(said) == 1
        and said[0].startswith(f"{count} of {len(asset.mesh.faces)} faces")
    )
    Texture().run(replace(asset, mesh=replace(asset.mesh, uv=folded + 3)), settings, Context(warn=said.append))
    assert "unwrapped anew" in said[1]


def test_views_from_a_folder_are_used(tmp_path: Path):
    truth = figure()
    for name in ("back", "top", "left", "right"):
        azimuth, elevation = SIX_VIEWS[name]
        view = render_view(truth, Camera(azimuth, elevation, HALF_HEIGHT), SIDE, light=0.0, background=(0, 1, 0))
        Image.fromarray(view).save(tmp_path / f"{name}.png")
    asset = Asset(subject=subject_of(truth, Camera(0, 10, 1.1)), mesh=Mesh(truth.vertices, truth.faces))
    settings = make_settings(Texture.Settings, {"size": 256, "views": str(tmp_path), "views_framed": True})
    painted = Texture().run(asset, settings, Context(folder=tmp_path / "extra")).mesh
    wanted = render_view(truth, Camera(180, 30), 128, light=0.0).astype(int)
    got = render_view(painted, Camera(180, 30), 128, light=0.0).astype(int)
    seen = (wanted != 255).any(2)
    assert (np.abs(wanted - got).max(2) < 40)[seen].mean() > 0.93
    written = {path.name for path in (tmp_path / "extra" / "conditions").iterdir()}
    assert {"normal_front.png", "position_back.png", "depth_top.png"} <= written and len(written) == 19
    cameras = json.loads((tmp_path / "extra" / "conditions" / "cameras.json").read_text())
    assert cameras["back"]["azimuth"] == 180 and cameras["back"]["half_height"] == HALF_HEIGHT


def test_own_colours_show_where_the_picture_sees_nothing() -> None:
    """A car of which the picture shows the front, in a light half as strong; its back has another colour."""
    mesh, camera = figure(), Camera(0.0, 10.0, HALF_HEIGHT)
    behind = mesh.vertices[:, 2] < -0.79
    mesh.colors[behind & (mesh.vertices[:, 1] < 0)] = (20, 180, 40)
    subject = subject_of(mesh, camera)
    dim = replace(subject, rgba=subject.rgba * np.array([0.5, 0.5, 0.5, 1.0], np.float32))
    settings = make_settings(Texture.Settings, {"size": 512, "painter": "own"})

    def shown(asset: Asset) -> np.ndarray:
        made = Texture().run(asset, settings, Context()).mesh
        assert made is not None and made.texture is not None and made.uv is not None
        places = (made.vertices[made.faces].mean(1)[:, 2] < -0.79) & (made.vertices[made.faces].mean(1)[:, 1] < -0.05)
        return sample_texture(made.texture, made.uv[made.faces[places]].mean(1)).mean(0)

    red, green, blue = shown(Asset(mesh=mesh, subject=subject))
    assert green > 0.5 and red < 0.2 and blue < 0.3
    darker = shown(Asset(mesh=mesh, subject=dim))
    assert darker[1] < green - 0.1  # lit as the picture is
    wrong = replace(subject, rgba=np.where(np.indices((SIDE, SIDE, 4))[1] % 40 < 8, subject.rgba, 0).astype(np.float32))
    warned: list[str] = []
    made = Texture().run(Asset(mesh=mesh, subject=wrong), settings, Context(warn=warned.append))
    assert any("keeps its own colours" in text for text in warned)
    assert made.report["texture"]["views"] == 0 and made.report["texture"]["seen"] == 0
    spread = shown(Asset(mesh=replace(mesh, colors=None), subject=subject))
    assert spread[1] < 0.4  # without colours of its own those of the sides spread


def test_errors(tmp_path: Path):
    mesh = figure()
    asset = Asset(subject=subject_of(mesh, Camera(), 64), mesh=mesh)
    with pytest.raises(BadMeshError):
        Texture().run(replace(asset, mesh=Mesh(mesh.vertices, mesh.faces[:0])), Texture.Settings(), Context())
    with pytest.raises(UsageError):
        make_synthesizer("nonsense")
    with pytest.raises(BadInputError):
        settings = make_settings(Texture.Settings, {"views": str(tmp_path), "size": 256, "register": False})
        Texture().run(asset, settings, Context())
    with pytest.raises(UsageError):
        make_settings(Texture.Settings, {"size": 50})


class Glossy:
    """A synthesiser that says what its sides are made of: left of the middle rough, right of it metal."""

    name = "glossy"

    def synthesize(self, conditions: Conditions) -> list[View]:
        material = np.zeros((64, 64, 2), np.float32)
        material[:, :32, 0], material[:, 32:, 1] = 0.75, 1.0
        picture = np.full((64, 64, 3), 0.5, np.float32)
        return [View(camera, picture, material=material) for camera in conditions.cameras.values()]


def test_materials_of_a_synthesiser_become_a_map(monkeypatch):
    monkeypatch.setattr("varco3d.pipeline.texturing.painters.painting.make_synthesizer", lambda *_: Glossy())
    truth = figure()
    asset = Asset(subject=subject_of(truth, Camera(), 64), mesh=Mesh(truth.vertices, truth.faces))
    settings = make_settings(Texture.Settings, {"size": 256, "register": False, "metallic": 0.5})
    mesh = Texture().run(asset, settings, Context()).mesh
    front = replace(mesh, texture=mesh.metallic_roughness)
    seen = render_view(front, Camera(0, 0, HALF_HEIGHT), 64, light=0.0)
    assert abs(int(seen[32, 25, 1]) - 191) < 12 and seen[32, 25, 2] < 20, "rough"
    assert seen[32, 39, 1] < 20 and seen[32, 39, 2] > 235, "metal"
    assert mesh.roughness == 1.0 and mesh.metallic == 0.5, "a factor that was asked for stands"


def bumpy_ball() -> Mesh:
    """A ball with small waves on it."""
    ball = trimesh.creation.icosphere(subdivisions=5, radius=0.8)
    x, y, z = ball.vertices.T
    waves = 1.0 + 0.01 * np.sin(12 * x) * np.sin(10 * y + 1) * np.cos(11 * z)
    return Mesh((ball.vertices * waves[:, None]).astype(np.float32), ball.faces.astype(np.int32))


def test_the_normal_map_of_a_simplified_mesh_brings_its_detail_back():
    """Rendered normals of the light mesh with its map are nearer to the fine mesh's than without it."""
    fine = bumpy_ball()
    light = Clean().run(Asset(mesh=fine), make_settings(Clean.Settings, {"faces": 700}), Context()).mesh
    subject = Subject(np.ones((32, 32, 4), np.float32), np.eye(3), (32, 32))
    settings = make_settings(Texture.Settings, {"size": 512, "register": False, "normal_map": True})
    mesh = Texture().run(Asset(subject=subject, coarse=fine, mesh=light), settings, Context(warn=pytest.fail)).mesh
    errors = []
    for camera in (Camera(0, 10), Camera(120, -30)):
        wanted = render_maps(fine.vertices, fine.faces, camera, 200, smooth_normals(fine.vertices, fine.faces))
        got = render_maps(mesh.vertices, mesh.faces, camera, 200, mesh.normals)
        both = wanted.mask & got.mask
        detailed = with_normal_map(mesh, got, both)
        errors.append([np.degrees(np.arccos(np.clip((wanted.normal[both] * n).sum(1), -1, 1))).mean()
                       for n in (got.normal[both], detailed)])  # fmt: skip
    plain, mapped = np.mean(errors, 0)
    assert mapped < 0.6 * plain, f"{plain:.2f} -> {mapped:.2f} degrees"


def with_normal_map(mesh: Mesh, maps, where: np.ndarray) -> np.ndarray:
    """Shading normals [N, 3] as a viewer makes them: tangent and bitangent from the derivatives of place and UV."""
    corners = mesh.faces[maps.face[where]]
    weights = maps.barycentrics[where]
    uv = (mesh.uv[corners] * weights[..., None]).sum(1)
    colour = sample_texture(mesh.normal_map, uv) * 2 - 1
    p, q = mesh.vertices[corners].astype(float), mesh.uv[corners].astype(float)
    e1, e2, d1, d2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0], q[:, 1] - q[:, 0], q[:, 2] - q[:, 0]
    sign = np.sign(d1[:, 0] * d2[:, 1] - d2[:, 0] * d1[:, 1])[:, None]
    along_u = (e1 * d2[:, 1:] - e2 * d1[:, 1:]) * sign
    along_v = (e2 * d1[:, :1] - e1 * d2[:, :1]) * sign
    normal = maps.normal[where]
    tangent = along_u - normal * (along_u * normal).sum(1, keepdims=True)
    bitangent = -along_v + normal * (along_v * normal).sum(1, keepdims=True)  # v runs down
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    bitangent /= np.linalg.norm(bitangent, axis=1, keepdims=True)
    out = colour[:, :1] * tangent + colour[:, 1:2] * bitangent + colour[:, 2:] * normal
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def test_without_a_finer_surface_there_is_a_warning():
    truth = figure()
    warnings = []
    asset = Asset(subject=subject_of(truth, Camera(), 64), mesh=Mesh(truth.vertices, truth.faces))
    settings = make_settings(Texture.Settings, {"size": 256, "register": False, "normal_map": True})
    assert Texture().run(asset, settings, Context(warn=warnings.append)).mesh.normal_map is None
    assert len(warnings) == 1 and "finer" in warnings[0]


def foreign(kind: str) -> Mesh:
    """Meshes as others make them."""
    square = np.array([[-0.5, -0.5, 0], [0.5, -0.5, 0], [0.5, 0.5, 0], [-0.5, 0.5, 0]], np.float32)
    two = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    if kind == "one face":
        return Mesh(square[:3], two[:1])
    if kind == "three wings on one edge":
        wings = np.array([[0, 0.5, 0], [0, -0.5, 0], [0.5, 0, 0], [-0.4, 0, 0.3], [-0.4, 0, -0.3]], np.float32)
        return Mesh(wings, np.array([[0, 1, 2], [0, 1, 3], [0, 1, 4]], np.int32))
    if kind == "both sides of a sheet":
        return Mesh(square, np.concatenate([two, two[:, ::-1]]))
    if kind == "no area, and a vertex nobody uses":
        return Mesh(np.concatenate([square, [[9, 9, 9]]]).astype(np.float32), np.array([*two, [0, 0, 1], [0, 1, 1]]))
    far = square + np.array([400.0, 0, 0], np.float32)
    return Mesh(np.concatenate([square, far]), np.concatenate([two, two + 4]))


@pytest.mark.parametrize("kind", ["one face", "three wings on one edge", "both sides of a sheet",
                                  "no area, and a vertex nobody uses", "parts far apart"])  # fmt: skip
def test_foreign_meshes_are_painted_all_over(kind):
    mesh = foreign(kind)
    rgba = np.zeros((96, 96, 4), np.float32)
    rgba[16:80, 16:80] = (0.8, 0.3, 0.2, 1.0)
    asset = Asset(subject=Subject(rgba, np.eye(3), (96, 96)), mesh=mesh)
    out = Texture().run(asset, make_settings(Texture.Settings, {"size": 256}), Context()).mesh
    assert len(out.faces) == len(mesh.faces) and np.isfinite(out.uv).all()
    assert np.abs(out.texture.astype(int) - [204, 76, 51]).max() <= 3, "nothing black, nothing of the background"


def test_a_source_with_uvs_and_no_texture_gives_a_bare_mesh() -> None:
    vertices, faces, uv, _ = two_squares()
    assert transfer_texture(Mesh(vertices, faces, uv=uv), vertices, faces, 64).texture is None
    red = np.tile(np.uint8([200, 0, 0]), (len(vertices), 1))
    made = transfer_texture(Mesh(vertices, faces, uv=uv, colors=red), vertices, faces, 64)
    assert made.texture is None and made.colors is not None and (made.colors == red).all()


def test_a_picture_without_its_camera_is_no_view() -> None:
    vertices, faces, _, normals = two_squares()
    rgba = np.ones((8, 8, 4), np.float32)
    with pytest.raises(UsageError, match="no picture"):
        input_view(Conditions(rgba, None, vertices, faces, normals, {}))


def two_squares() -> tuple[np.ndarray, ...]:
    """A square that faces +Z and one behind it that faces -Z: vertices, faces, uv, normals."""
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]], np.float32)
    front = np.column_stack([corners, np.full(4, 0.1)])
    vertices = np.concatenate([front, front * [1, 1, -1]]).astype(np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6]], np.int32)
    uv = (corners + 0.5) * [0.4, 0.8] + 0.05
    normals = np.repeat([[0, 0, 1], [0, 0, -1]], 4, axis=0).astype(np.float32)
    return vertices, faces, np.concatenate([uv, uv + np.array([0.5, 0])]).astype(np.float32), normals


def test_only_pictures_count_as_seen():
    picture = np.full((64, 64, 3), 0.5, np.float32)
    views = [View(Camera(0), picture), View(Camera(180), picture, priority=0.5)]
    painted = paint(*two_squares(), views, 128)
    assert painted.seen == pytest.approx(painted.made / 2, abs=0.02) and painted.made > 0.8


def test_pictures_are_trusted_little_beside_steps_in_depth():
    vertices, faces, uv, normals = two_squares()
    step = np.concatenate([vertices[:4], vertices[:4] * 2 - [0, 0, 1]]).astype(np.float32)  # a large one far behind
    view = View(Camera(0, half_height=1.2), np.zeros((96, 96, 3), np.float32), np.full((96, 96), 0.5, np.float32))
    cut = _Cut(step, np.concatenate([faces[:2], faces[:2] + 4]), uv, normals)
    ((ready, depth),) = _with_depths(_surface(cut, 64, None, None), [view])
    row = np.where(np.isfinite(depth[48]), depth[48], depth[48, 48])  # outlines are no steps of the object
    beside = np.flatnonzero((np.abs(np.diff(row)) > 0.5) & np.isfinite(depth[48, :-1]) & np.isfinite(depth[48, 1:]))
    assert len(beside) == 2 and np.allclose(ready.confidence[48, beside], 0.5 * EDGE_TRUST)
    assert ready.confidence[48, 48] == 0.5, "far from it, what the view says counts"


def test_the_camera_of_the_coarse_stage_is_where_registration_begins(monkeypatch):
    asked = []

    def register(vertices, faces, rgba, spread, lowest, hint, device):
        asked.append(hint)
        raise UsageError("enough")

    monkeypatch.setattr("varco3d.pipeline.texturing.register.register", register)
    camera = PictureCamera(np.concatenate([Camera(20.0, 10.0).axes()[:2], np.zeros((2, 1))], 1).astype(np.float32))
    mesh = figure()
    for known in (camera, None):
        asset = Asset(mesh=mesh, subject=subject_of(mesh, Camera(20.0, 10.0, 1.2)), camera=known)
        with pytest.raises(UsageError, match="enough"):
            Texture().run(asset, make_settings(Texture.Settings, {"size": 64}), Context())
    assert asked[0].azimuth == pytest.approx(20) and asked[0].elevation == pytest.approx(10) and asked[1] is None
