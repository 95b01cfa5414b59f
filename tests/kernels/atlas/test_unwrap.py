"""The atlas: no overlap, padding kept, nothing lost, little stretch; against a slow count of claims per texel."""

import numpy as np
import pytest

from varco3d.errors import BadMeshError, UsageError
from varco3d.kernels.atlas.pack_charts import drop_charts, outlines
from varco3d.kernels.atlas.unwrap import Atlas, unwrap


def torus(n: int = 24, m: int = 12) -> tuple[np.ndarray, np.ndarray]:
    u, v = np.meshgrid(np.arange(n) * 2 * np.pi / n, np.arange(m) * 2 * np.pi / m, indexing="ij")
    r = 0.6 + 0.25 * np.cos(v)
    vertices = np.stack([r * np.cos(u), 0.25 * np.sin(v), r * np.sin(u)], -1).reshape(-1, 3).astype(np.float32)
    i, j = np.meshgrid(np.arange(n), np.arange(m), indexing="ij")
    a, b = (i * m + j).ravel(), ((i + 1) % n * m + j).ravel()
    c, d = ((i + 1) % n * m + (j + 1) % m).ravel(), (i * m + (j + 1) % m).ravel()
    return vertices, np.concatenate([np.stack([a, c, b], 1), np.stack([a, d, c], 1)]).astype(np.int32)


def spiral(turns: int = 3, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """A rolled sheet: every axis sees it several times over."""
    t = np.linspace(0.3, turns * 2 * np.pi, n)
    r = t / (turns * 2 * np.pi)
    edge = np.stack([r * np.cos(t), np.zeros(n), r * np.sin(t)], 1)
    up = np.array([0, 0.3, 0])
    vertices = np.concatenate([edge - up, edge + up]).astype(np.float32)
    i = np.arange(n - 1)
    faces = np.concatenate([np.stack([i, i + 1, i + n], 1), np.stack([i + 1, i + n + 1, i + n], 1)])
    return vertices, faces.astype(np.int32)


def soup(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    vertices = rng.normal(0, 0.4, (count * 3, 3)).astype(np.float32)
    return vertices, np.arange(count * 3, dtype=np.int32).reshape(-1, 3)


def twice() -> tuple[np.ndarray, np.ndarray]:
    """The same faces two times: a non-manifold shape whose copies hide each other exactly."""
    vertices, faces = torus(12, 8)
    return vertices, np.concatenate([faces, faces])


def claims(atlas: Atlas, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Slow twin: how many faces strictly contain each texel centre, and the chart of one of them (-1: none)."""
    count, chart = np.zeros((size, size), int), np.full((size, size), -1)
    for t, (a, b, c) in enumerate(atlas.uv[atlas.faces].astype(np.float64) * size):
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) < 1e-9:
            continue
        low = np.maximum(np.floor(np.min([a, b, c], 0)).astype(int), 0)
        high = np.minimum(np.ceil(np.max([a, b, c], 0)).astype(int), size)
        y, x = np.mgrid[low[1] : high[1], low[0] : high[0]] + 0.5
        w0 = ((c[0] - b[0]) * (y - b[1]) - (c[1] - b[1]) * (x - b[0])) / area
        w1 = ((a[0] - c[0]) * (y - c[1]) - (a[1] - c[1]) * (x - c[0])) / area
        inside = (w0 > 2e-4) & (w1 > 2e-4) & (w0 + w1 < 1 - 2e-4)
        window = np.s_[low[1] : high[1], low[0] : high[0]]
        count[window] += inside
        chart[window][inside] = atlas.chart[t]
    return count, chart


@pytest.mark.parametrize("shape", [torus, spiral, soup, twice])
def test_no_texel_is_claimed_twice(shape):
    vertices, faces = shape()
    size, padding = 256, 2
    atlas = unwrap(vertices, faces, size, padding)
    assert np.array_equal(atlas.vertex[atlas.faces], faces)
    assert atlas.uv.min() >= 0 and atlas.uv.max() <= 1
    assert np.array_equal(np.unique(atlas.chart), np.arange(atlas.charts))
    count, chart = claims(atlas, size)
    assert count.max() == 1
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0)):
        a, b = chart, np.roll(chart, (-dy, -dx), (0, 1))
        clash = (a >= 0) & (b >= 0) & (a != b)
        assert not clash[: size - 2, 2 : size - 2].any(), "islands closer than the padding"


def test_areas_are_nearly_kept():
    vertices, faces = torus()
    atlas = unwrap(vertices, faces, 512)
    corners = vertices[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    flat = atlas.uv[atlas.faces].astype(np.float64) * 512 / atlas.scale
    a, b = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    ratio = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / area
    assert ratio.max() <= 1.001 and ratio.min() > 0.3 and ratio.mean() > 0.8
    assert atlas.coverage > 0.4


def test_seen_from_outside_uvs_are_not_mirrored():
    """Tangent-space maps need one handedness: u to the right, v down, hence a negative area for faces turned to us."""
    vertices, faces = torus()
    corners = unwrap(vertices, faces, 256)
    uv = corners.uv[corners.faces]
    a, b = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    assert (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0).all()


def test_rounding_up_never_overflows_the_atlas():
    vertices, faces = soup(200)
    atlas = unwrap(vertices, faces, 64, 1)
    assert atlas.uv.max() <= 1 and atlas.uv.min() >= 0


def test_degenerate_faces_are_kept():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0]], np.float32)
    faces = np.array([[0, 1, 2], [0, 1, 3], [0, 0, 0]], np.int32)
    atlas = unwrap(vertices, faces, 64)
    assert np.array_equal(atlas.vertex[atlas.faces], faces) and np.isfinite(atlas.uv).all()


def test_charts_nest_under_the_horizon():
    """Two L shapes fit together where two boxes would not."""
    points = np.array([[0, 0], [10, 0], [10, 4], [4, 4], [4, 20], [0, 20]], float)
    faces = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 5], [3, 4, 5]])
    turned = np.array([10, 20]) - points
    both = np.concatenate([points, turned])
    shapes = outlines(both, np.concatenate([faces, faces + 6]), np.repeat([0, 1], 4), 2, 1.0)
    _, height = drop_charts(shapes, 18, 1.0)
    assert height < 30
    assert len(shapes[0].low) == 11 and shapes[0].high[2] == 20 and shapes[0].high[8] == 4


def test_a_mesh_in_loose_triangles_gets_the_same_islands():
    vertices, faces = torus()
    loose = unwrap(vertices[faces.reshape(-1)], np.arange(faces.size).reshape(-1, 3), 256)
    joined = unwrap(vertices, faces, 256)
    assert loose.charts == joined.charts and np.allclose(loose.uv[loose.faces], joined.uv[joined.faces], atol=1e-5)


@pytest.mark.parametrize("method", ["packed", "xatlas"])
def test_atlases_by_xatlas(method):
    pytest.importorskip("xatlas")
    vertices, faces = torus()
    atlas = unwrap(vertices, faces, 256, 2, method=method)
    assert np.array_equal(atlas.vertex[atlas.faces], faces) and atlas.uv.min() >= 0 and atlas.uv.max() <= 1
    assert claims(atlas, 256)[0].max() == 1
    plain = unwrap(vertices, faces, 256, 2)
    if method == "packed":
        assert atlas.charts == plain.charts and atlas.coverage > plain.coverage
    corners, flat = vertices[faces].astype(float), atlas.uv[atlas.faces].astype(float) * 256 / atlas.scale
    length = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)
    assert 0.7 < (np.linalg.norm(flat[:, 1] - flat[:, 0], axis=1) / length).mean() < 1.3, "scale: texels per unit"


@pytest.mark.parametrize(("resolution", "gap"), [(64, 2), (1024, 2), (2048, 5), (4096, 10)])
def test_the_gap_between_charts_grows_with_the_atlas(resolution, gap):
    uv = unwrap(*torus(8, 6), resolution).uv
    np.testing.assert_array_equal(uv, unwrap(*torus(8, 6), resolution, padding=gap).uv)
    assert not np.array_equal(uv, unwrap(*torus(8, 6), resolution, padding=gap - 1).uv)


def test_errors():
    vertices, faces = torus(8, 6)
    with pytest.raises(UsageError):
        unwrap(vertices, faces, 32)
    with pytest.raises(UsageError):
        unwrap(vertices, faces, 64, method="magic")
    with pytest.raises(BadMeshError):
        unwrap(vertices, faces[:0], 64)
    with pytest.raises(BadMeshError):
        unwrap(vertices[:3], faces, 64)
