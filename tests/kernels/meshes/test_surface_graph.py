"""Values on a surface: they spread along it and not through it, meet at edges, and unknown parts get some too."""

import numpy as np
import pytest

from varco3d.errors import BadInputError
from varco3d.kernels.meshes.split_edges import split_long_edges
from varco3d.kernels.meshes.surface_graph import SurfaceGraph

RED, BLUE = np.array([0.9, 0.1, 0.1]), np.array([0.1, 0.1, 0.9])


def grid(n: int, z: float, turned: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A square over x, y in -1..1 at height z that faces +Z, or -Z when turned."""
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij")
    i, j = (k.ravel() for k in np.meshgrid(np.arange(n - 1), np.arange(n - 1), indexing="ij"))
    a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    vertices = np.stack([x, y, np.full_like(x, z)], -1).reshape(-1, 3)
    return vertices.astype(np.float32), (faces[:, ::-1] if turned else faces).astype(np.int32)


def joined(*parts: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    start = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
    return (
        np.concatenate([vertices for vertices, _ in parts]),
        np.concatenate([faces + start[k] for k, (_, faces) in enumerate(parts)]),
    )


def spread(vertices, faces, colour, known) -> np.ndarray:
    """Colours [V, 3] from the faces' centres; colour [F, 3], known [F] bool."""
    graph = SurfaceGraph(vertices, faces)
    thirds = np.full((len(faces), 3), 1 / 3)
    mean, trust = graph.gather(np.arange(len(faces)), thirds, np.where(known[:, None], colour, 0.0), known * 1.0)
    return graph.at_vertices(graph.spread(mean, trust), trust)


def test_the_other_side_of_a_plate_keeps_its_colour():
    vertices, faces = joined(grid(40, 0.01), grid(40, -0.01, turned=True))
    half = len(faces) // 2
    colour = np.where(np.arange(len(faces))[:, None] < half, RED, BLUE)
    out = spread(vertices, faces, colour, vertices[faces][..., 0].mean(1) < 0)
    assert np.abs(out[: len(vertices) // 2] - RED).max() < 0.05
    assert np.abs(out[len(vertices) // 2 :] - BLUE).max() < 0.05


def test_between_two_colours_the_fill_is_a_ramp():
    vertices, faces = grid(30, 0.0)
    x = vertices[faces][..., 0].mean(1)
    red = spread(vertices, faces, np.where((x > 0)[:, None], RED, BLUE), np.abs(x) > 0.5)[:, 0]
    bins = [red[(vertices[:, 0] > a) & (vertices[:, 0] < a + 0.2)].mean() for a in np.arange(-0.5, 0.5, 0.2)]
    assert np.all(np.diff(bins) > 0.05) and 0.4 < bins[2] < 0.6


def test_a_loose_part_takes_the_nearest_colour_and_seams_are_no_border():
    plane, faces = grid(12, 0.0)
    far, far_faces = grid(4, 0.0)
    vertices, faces = joined((plane, faces), (far * 0.1 + [4.0, 0, 0], far_faces))
    soup = vertices[faces.reshape(-1)], np.arange(faces.size).reshape(-1, 3)  # every edge is a seam
    known = soup[0][soup[1]][..., 0].mean(1) < 0
    out = spread(*soup, np.tile(RED, (len(faces), 1)), known)
    assert np.abs(out - RED).max() < 1e-3
    nothing = spread(vertices, faces, np.tile(RED, (len(faces), 1)), np.zeros(len(faces), bool))
    assert np.isfinite(nothing).all()
    with pytest.raises(BadInputError):
        SurfaceGraph(vertices, faces).gather(np.zeros(2, int), np.zeros((1, 3)), np.zeros((2, 3)), np.zeros(2))


def test_smoothing_keeps_means_and_flattens_steps():
    vertices, faces = grid(40, 0.0)
    graph = SurfaceGraph(vertices, faces)
    x = vertices[faces][..., 0].mean(1)
    values = np.where(x > 0, 1.0, 0.0)[:, None]
    mean, trust = graph.gather(np.arange(len(faces)), np.full((len(faces), 3), 1 / 3), values, np.ones(len(faces)))
    out = graph.at_vertices(graph.smooth(mean, trust, 0.2))[:, 0]
    middle = np.abs(vertices[:, 0]) < 0.1
    assert out[middle].min() > 0.15 and out[middle].max() < 0.85, "the step is a ramp"
    assert out[vertices[:, 0] > 0.8].min() > 0.95 and abs(out.mean() - 0.5) < 0.02


def test_large_meshes_use_cells_without_steps(monkeypatch):
    monkeypatch.setattr("varco3d.kernels.meshes.surface_graph.MOST_NODES", 300)
    vertices, faces = grid(60, 0.0)
    x = vertices[faces][..., 0].mean(1)
    out = spread(vertices, faces, np.stack([x, x, x], 1), np.abs(x) > 0.4)
    assert SurfaceGraph(vertices, faces).count < 800
    assert np.abs(np.diff(out[:, 0].reshape(60, 60), axis=0)).max() < 0.12
    assert np.abs(out[:, 0] - vertices[:, 0]).mean() < 0.06


def test_long_edges_are_split_without_gaps():
    vertices, faces = grid(3, 0.0)
    seam = vertices[faces.reshape(-1)], np.arange(faces.size).reshape(-1, 3)
    for points, triangles in ((vertices, faces), seam):
        uv = points[:, :2] * 0.5
        fine, pieces = split_long_edges(np.concatenate([points, uv], 1), triangles, 0.3, 10_000)
        place = fine[:, :3][pieces].astype(np.float64)
        assert np.linalg.norm(place - np.roll(place, 1, 1), axis=2).max() <= 0.3 + 1e-6
        cross = np.cross(place[:, 1] - place[:, 0], place[:, 2] - place[:, 0])
        assert (cross[:, 2] > 0).all() and np.isclose(cross[:, 2].sum() / 2, 4.0)
        assert np.allclose(fine[:, 3:], fine[:, :2] * 0.5) and np.array_equal(fine[: len(points), :3], points)
        # all corners of a T would show as a vertex inside another face's edge
        edges = np.sort(np.round(place, 6)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2, 3), 1).reshape(-1, 6)
        count = np.unique(edges, axis=0, return_counts=True)[1]
        assert count.max() == 2 and (count == 1).sum() == 4 * 8, "only the border of the square is single"
    same, kept = split_long_edges(vertices, faces, 0.3, 1)
    assert np.array_equal(same, vertices) and np.array_equal(kept, faces)
