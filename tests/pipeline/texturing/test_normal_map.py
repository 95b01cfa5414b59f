"""Normal maps: known slopes come out in the tangent frame of glTF, at any turn of the island."""

import numpy as np
import pytest

from varco3d.pipeline.texturing.normal_map import bake_normal_map


def sheet(n: int, height) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square over x, y in -1..1 that faces +Z: vertices, faces, uv (u to the right, v down)."""
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij")
    vertices = np.stack([x, y, height(x, y)], -1).reshape(-1, 3).astype(np.float32)
    i, j = (k.ravel() for k in np.meshgrid(np.arange(n - 1), np.arange(n - 1), indexing="ij"))
    a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    return vertices, faces, np.stack([(x + 1) / 2, (1 - y) / 2], -1).reshape(-1, 2).astype(np.float32)


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_slopes_in_the_tangent_frame(turns):
    light, faces, uv = sheet(3, lambda x, y: 0 * x)
    for _ in range(turns):  # the island turned by 90 degrees in the atlas
        uv = np.stack([1 - uv[:, 1], uv[:, 0]], 1)
    fine, fine_faces, _ = sheet(65, lambda x, y: 0.004 * np.sin(9 * x) + 0.003 * np.cos(7 * y))
    normals = np.tile(np.array([0, 0, 1], np.float32), (len(light), 1))
    picture = bake_normal_map(light, faces, uv, normals, fine, fine_faces, 64)
    got = picture.astype(float) / 255 * 2 - 1
    column, row = np.meshgrid((np.arange(64) + 0.5) / 64, (np.arange(64) + 0.5) / 64)
    u, v = column, row
    for _ in range(turns):
        u, v = v, 1 - u
    x, y = u * 2 - 1, 1 - 2 * v
    slope = np.stack([-0.036 * np.cos(9 * x), 0.021 * np.sin(7 * y)], -1)
    for _ in range(turns):  # x and y as the turned picture's right and up
        slope = np.stack([slope[..., 1], -slope[..., 0]], -1)
    wanted = np.concatenate([slope, np.ones_like(slope[..., :1])], -1)
    wanted /= np.linalg.norm(wanted, axis=-1, keepdims=True)
    inner = np.s_[2:-2, 2:-2]
    assert np.abs(got[inner] - wanted[inner]).max() < 0.012
    assert np.abs(wanted[..., :2]).max() > 0.03


def test_without_a_fine_surface_in_reach_the_map_is_flat():
    light, faces, uv = sheet(3, lambda x, y: 0 * x)
    far, far_faces, _ = sheet(9, lambda x, y: 0 * x + 0.5)
    normals = np.tile(np.array([0, 0, 1], np.float32), (len(light), 1))
    picture = bake_normal_map(light, faces, uv, normals, far, far_faces, 32)
    assert np.abs(picture.astype(int) - [128, 128, 255]).max() <= 1
