"""Taking light out of a picture: shading goes, paint stays, and a picture without light is left alone."""

import numpy as np

from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.texturing.delight import delight

SIDE = 160
CAMERA = Camera(15.0, 10.0, 1.2)


def ball(n: int = 48) -> tuple[np.ndarray, np.ndarray]:
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * n), np.linspace(0, np.pi, n), indexing="ij")
    vertices = np.stack([np.sin(v) * np.sin(u), np.cos(v), np.sin(v) * np.cos(u)], -1).reshape(-1, 3)
    i, j = (k.ravel() for k in np.meshgrid(np.arange(2 * n - 1), np.arange(n - 1), indexing="ij"))
    a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1
    faces = np.concatenate([np.stack([a, d, c], 1), np.stack([a, c, b], 1)])
    return vertices.astype(np.float32), faces.astype(np.int32)


def picture(lit: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture [S, S, 4], linear albedo [S, S, 3] and mask of a ball with stripes, lit from above left by `lit`."""
    vertices, faces = ball()
    maps = render_maps(vertices, faces, CAMERA, SIDE, smooth_normals(vertices, faces))
    stripe = np.floor(maps.position[..., 1] * 4).astype(int) % 2 == 0
    albedo = np.where(stripe[..., None], [0.5, 0.15, 0.1], [0.12, 0.3, 0.45]) * maps.mask[..., None]
    lamp = np.array([-0.5, 0.7, 0.5]) / np.linalg.norm([-0.5, 0.7, 0.5])
    shade = 1.0 - lit + lit * (0.25 + 0.9 * np.maximum(maps.normal @ lamp, 0.0))
    linear = np.clip(albedo * shade[..., None], 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return np.concatenate([srgb, maps.mask[..., None]], 2).astype(np.float32), albedo, maps.mask


def spread_of(rgba: np.ndarray, albedo: np.ndarray, inner: np.ndarray) -> float:
    """Standard deviation of the logarithm of brightness over albedo: 0 when the light is even."""
    linear = np.where(rgba[..., :3] <= 0.04045, rgba[..., :3] / 12.92, ((rgba[..., :3] + 0.055) / 1.055) ** 2.4)
    return float(np.log(linear[inner].mean(1) / albedo[inner].mean(1)).std())


def test_shading_goes_and_paint_stays():
    vertices, faces = ball()
    rgba, albedo, mask = picture(1.0)
    facing = render_maps(vertices, faces, CAMERA, SIDE).normal @ CAMERA.axes()[2] > 0.4
    out, explained = delight(rgba, CAMERA, vertices, faces, smooth_normals(vertices, faces))
    assert explained > 0.5
    before, after = spread_of(rgba, albedo, facing & mask), spread_of(out, albedo, facing & mask)
    assert after < 0.25 * before, f"{before:.3f} -> {after:.3f}"
    assert np.array_equal(out[..., 3], rgba[..., 3])


def test_without_light_nothing_changes():
    vertices, faces = ball()
    rgba, _, _ = picture(0.0)
    out, explained = delight(rgba, CAMERA, vertices, faces, smooth_normals(vertices, faces))
    assert explained == 0.0 and out is rgba
    nothing = np.zeros((64, 64, 4), np.float32)
    assert delight(nothing, CAMERA, vertices, faces, smooth_normals(vertices, faces))[0] is nothing
