"""Rims of atlas islands: what bilinear look-ups read outside the faces is the face's nearest point."""

import numpy as np

from varco3d.kernels.atlas.texel_maps import texel_maps

SIZE = 32


def island() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A triangle, and a sliver that covers no texel centre."""
    uv = np.array([[0.2, 0.2], [0.6, 0.25], [0.3, 0.7], [0.8, 0.3], [0.8003, 0.9], [0.8006, 0.3]], np.float32)
    vertices = np.concatenate([uv * SIZE, np.zeros((6, 1), np.float32)], 1)
    return vertices.astype(np.float32), np.array([[0, 1, 2], [3, 4, 5]], np.int32), uv


def test_rims_are_the_nearest_points_and_slivers_get_texels():
    vertices, faces, uv = island()
    plain = texel_maps(vertices, faces, uv, SIZE)
    full = texel_maps(vertices, faces, uv, SIZE, rims=True)
    assert set(plain.index) < set(full.index) and (plain.face == 0).all() and (full.face == 1).sum() > 30
    centre = np.stack([full.index % SIZE + 0.5, full.index // SIZE + 0.5], 1)
    distance = np.linalg.norm(full.position[:, :2] - centre, axis=1)  # positions are texel places here
    outside = ~np.isin(full.index, plain.index)
    assert distance[~outside].max() < 1e-3 and distance.max() <= 1.4143
    # every texel around a place within the triangle is there
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(3), 500)
    place = weights @ (uv[:3] * SIZE) - 0.5
    corners = (np.floor(place)[:, None] + [[0, 0], [1, 0], [0, 1], [1, 1]]).astype(int).reshape(-1, 2)
    assert np.isin(corners[:, 1] * SIZE + corners[:, 0], full.index).all()
    # slow twin: the nearest point on the triangle's border
    a = uv[faces[0]] * SIZE
    for q in np.flatnonzero(outside & (full.face == 0))[::7]:
        t = np.linspace(0, 1, 400)[:, None]
        border = np.concatenate([a[k] + t * (a[(k + 1) % 3] - a[k]) for k in range(3)])
        assert np.linalg.norm(border - centre[q], axis=1).min() > distance[q] - 0.02
