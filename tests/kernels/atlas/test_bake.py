"""Baking against a brute-force ray cast per texel, exact colours on smooth fields, mirrors, confidence."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from varco3d.errors import BadInputError, BadMeshError
from varco3d.kernels.atlas.bake import Baker, View, bake
from varco3d.kernels.atlas.texel_maps import texel_maps
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps


def sheet(z: float, half: float = 0.5, n: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square that faces +Z: vertices, faces, uv (u to the right, v down)."""
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij")
    vertices = np.stack([x * half, y * half, np.full_like(x, z)], -1).reshape(-1, 3).astype(np.float32)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(n - 1), indexing="ij")
    a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    uv = np.stack([(x + 1) / 2, (1 - y) / 2], -1).reshape(-1, 2).astype(np.float32)
    return vertices, faces.astype(np.int32), uv


def scene() -> SimpleNamespace:
    """A large sheet with a small one floating before it; left half of the atlas and right half."""
    v0, f0, uv0 = sheet(0.0, 0.8)
    v1, f1, uv1 = sheet(0.4, 0.25)
    uv = np.concatenate([uv0 * [0.48, 1] + [0.01, 0], uv1 * [0.48, 1] + [0.51, 0]]).astype(np.float32)
    return SimpleNamespace(vertices=np.concatenate([v0, v1]), faces=np.concatenate([f0, f1 + len(v0)]), uv=uv)


def field(p: np.ndarray) -> np.ndarray:
    return (
        0.5 + 0.4 * np.stack([np.sin(2 * p[..., 0]), np.cos(3 * p[..., 1]), np.sin(p[..., 2] + p[..., 0])], -1)
    ).astype(np.float32)


def blocked(points: np.ndarray, towards: np.ndarray, vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Slow twin of visibility: does any face lie on the ray from each point, float64."""
    t = vertices.astype(np.float64)[faces]
    e1, e2 = t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]
    out = np.zeros(len(points), bool)
    for k, (point, ray) in enumerate(zip(points.astype(np.float64), towards, strict=True)):
        p = np.cross(ray, e2)
        determinant = (e1 * p).sum(1)
        determinant[np.abs(determinant) < 1e-12] = np.nan
        s = point - t[:, 0]
        u = (s * p).sum(1) / determinant
        q = np.cross(s, e1)
        v = (q @ ray) / determinant
        hit = (q * e2).sum(1) / determinant
        out[k] = ((u >= 0) & (v >= 0) & (u + v <= 1) & (hit > 1e-4)).any()
    return out


@pytest.mark.parametrize("camera", [Camera(25, 10), Camera(-30, 20, fov=50, distance=2.5)])
def test_visibility_and_colour(camera):
    mesh, size, side = scene(), 96, 256
    maps = render_maps(mesh.vertices, mesh.faces, camera, side)
    picture = np.where(maps.mask[..., None], field(maps.position), 0.0).astype(np.float32)
    texture, coverage = bake(mesh, picture[None], [camera], size)
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, size)
    eye = (
        camera.position() - texels.position
        if camera.perspective
        else np.broadcast_to(camera.axes()[2], (len(texels.index), 3))
    )
    hidden = blocked(texels.position, eye, mesh.vertices, mesh.faces)
    seen = coverage.reshape(-1)[texels.index] > 0
    assert hidden.any() and not (seen & hidden).any(), "a hidden texel took a colour"
    assert (seen | hidden).mean() > 0.93, "only a rim of two pixels may be lost"
    error = np.abs(texture.reshape(-1, 3)[texels.index] - field(texels.position))[seen]
    assert error.max() < 0.03 and error.mean() < 0.004
    assert (coverage.reshape(-1)[np.setdiff1d(np.arange(size * size), texels.index)] == -1).all()


def test_weights_are_the_cosine_to_the_power():
    vertices, faces, uv = sheet(0.0)
    mesh = SimpleNamespace(vertices=vertices, faces=faces, uv=uv)
    pictures = np.full((1, 64, 64, 3), 200, np.uint8)
    _, coverage = bake(mesh, pictures, [Camera(60)], 32, exponent=3.0)
    assert coverage[16, 16] == pytest.approx(0.125, abs=1e-4)
    texture, coverage = bake(mesh, pictures, [Camera(60)], 32, weights=[0.5], exponent=1.0)
    assert coverage[16, 16] == pytest.approx(0.25, abs=1e-4) and texture[16, 16, 0] == pytest.approx(
        200 / 255, abs=1e-4
    )
    assert (bake(mesh, pictures, [Camera(120)], 32)[1] <= 0).all(), "seen from behind"


def test_a_sheet_of_two_sides_is_painted_from_behind_where_nothing_is_in_the_way():
    mesh = scene()
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, 64)
    view = View(Camera(180), np.full((64, 64, 3), 0.5, np.float32))
    weights = []
    for two_sided in (False, True):
        baker = Baker(mesh.vertices, mesh.faces, texels.position, texels.normal, exponent=2.0, two_sided=two_sided)
        weights.append(baker.look_up(view, baker.depth(view))[:, 3])
    large = texels.position[:, 2] < 0.2
    inner = np.abs(texels.position[:, :2]).max(axis=1) < 0.75
    assert (weights[0] == 0).all() and (weights[1][~large] == 0).all()  # the small one is hidden behind the large one
    assert weights[1][large & inner] == pytest.approx(1.0, abs=1e-4)


def test_confidence_excludes_pixels():
    vertices, faces, uv = sheet(0.0)
    mesh = SimpleNamespace(vertices=vertices, faces=faces, uv=uv)
    pictures = np.zeros((2, 64, 64, 3), np.float32)
    pictures[0, :, :, 0], pictures[1, :, :, 1] = 1.0, 1.0
    trust = np.ones((2, 64, 64), np.float32)
    trust[0, :, :32] = 0.0  # the first view is blind in its left half
    texture, _ = bake(mesh, pictures, [Camera(), Camera()], 64, confidence=trust)
    assert np.allclose(texture[32, 8], [0, 1, 0], atol=1e-5)
    assert np.allclose(texture[32, 56], [0.5, 0.5, 0], atol=1e-5)


@pytest.mark.parametrize("fov", [None, 40.0])
def test_a_mirrored_view_is_the_view_of_mirrored_points(fov):
    mesh = scene()
    camera = Camera(35, 15, fov=fov)
    picture = np.random.default_rng(0).random((128, 128, 3)).astype(np.float32)
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, 64)
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])  # the scene is symmetric about x = 0
    baker = Baker(mesh.vertices, mesh.faces, texels.position, texels.normal)
    mirrored = baker.look_up(View(camera, picture, mirror=flip), baker.depth(View(camera, picture)))
    other = Baker(mesh.vertices, mesh.faces, texels.position * [-1, 1, 1], texels.normal * [-1, 1, 1])
    plain = other.look_up(View(camera, picture), other.depth(View(camera, picture)))
    assert (plain[:, 3] > 0).any() and np.allclose(mirrored, plain, atol=2e-5)


def test_texel_maps_lie_on_the_surface():
    mesh = scene()
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, 64)
    rebuilt = (texels.barycentrics[:, :, None] * mesh.vertices[mesh.faces[texels.face]]).sum(1)
    assert np.allclose(rebuilt, texels.position, atol=1e-5) and np.allclose(texels.normal, [0, 0, 1], atol=1e-6)
    centre = np.stack([texels.index % 64 + 0.5, texels.index // 64 + 0.5], 1) / 64
    uv = (texels.barycentrics[:, :, None] * mesh.uv[mesh.faces[texels.face]]).sum(1)
    assert np.abs(uv - centre).max() < 1e-5


def test_bake_gives_the_kind_it_got_and_agrees_with_single_views():
    """Slow twin: the weighted mean of what each view says, in float64."""
    mesh, cameras = scene(), [Camera(20, 10), Camera(-40, -15)]
    pictures = np.random.default_rng(0).random((2, 96, 96, 3)).astype(np.float32)
    factors, trust = [1.0, 0.3], np.random.default_rng(1).random((2, 96, 96)).astype(np.float32)
    texture, coverage = bake(mesh, pictures, cameras, 64, weights=factors, confidence=trust)
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, 64)
    baker = Baker(mesh.vertices, mesh.faces, texels.position, texels.normal)
    views = [View(camera, picture, t) for camera, picture, t in zip(cameras, pictures, trust, strict=True)]
    seen = np.stack([baker.look_up(view, baker.depth(view)) for view in views]).astype(np.float64)
    weight = seen[..., 3] * np.array(factors)[:, None]
    total = weight.sum(0)
    expected = (weight[..., None] * seen[..., :3]).sum(0) / np.maximum(total, 1e-12)[:, None]
    assert np.allclose(coverage.reshape(-1)[texels.index], total, atol=1e-6) and (total > 0).any()
    assert np.allclose(texture.reshape(-1, 3)[texels.index], expected, atol=1e-5)
    as_torch = SimpleNamespace(vertices=torch.from_numpy(mesh.vertices), faces=mesh.faces, uv=mesh.uv)
    again, _ = bake(as_torch, torch.from_numpy(pictures), cameras, 64, weights=factors, confidence=trust)
    assert isinstance(again, torch.Tensor) and np.array_equal(again.numpy(), texture)


def test_errors():
    mesh = scene()
    with pytest.raises(BadInputError):
        bake(mesh, np.zeros((2, 8, 8, 3)), [Camera()], 16)
    with pytest.raises(BadMeshError):
        texel_maps(mesh.vertices, mesh.faces, mesh.uv[:3], 16)
    with pytest.raises(BadInputError, match="view 1"):
        bake(mesh, np.stack([np.zeros((8, 8, 3)), np.full((8, 8, 3), np.nan)]), [Camera(), Camera()], 16)
    with pytest.raises(BadMeshError, match="not finite"):
        texel_maps(mesh.vertices, mesh.faces, np.where(mesh.uv > 0.9, np.inf, mesh.uv), 16)
