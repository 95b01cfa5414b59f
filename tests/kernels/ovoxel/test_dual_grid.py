"""Mesh -> flexible dual grid against a slow twin, and what it keeps of open surfaces."""

import numpy as np
import pytest
import torch
import twins
from scipy.optimize import lsq_linear

from varco3d.errors import BadMeshError, UsageError
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.topology import face_pairs, face_parts
from varco3d.kernels.ovoxel.distinct import boundary_edges, distinct
from varco3d.kernels.ovoxel.dual_grid import mesh_to_grid
from varco3d.kernels.ovoxel.grid_mesh import grid_to_mesh


def crossings(corners, resolution):
    """Axis, point [3] of every line that a triangle in general position pierces, by solving for its weights."""
    found = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for i, j in np.ndindex(resolution, resolution):
            system = np.stack([corners[:, u], corners[:, v], np.ones(3)])
            if abs(np.linalg.det(system)) < 1e-12:
                continue
            weights = np.linalg.solve(system, [i + 1, j + 1, 1])
            if (weights >= 0).all() and 0 <= weights @ corners[:, axis] < resolution:
                found.append((axis, weights @ corners))
    return found


def slow_grid(vertices, faces, resolution, boundary, pull):
    """Dual vertices [N, 3] and flags [N, 3] by voxel, with a bounded least-squares solver of scipy."""
    corners = (vertices[faces].astype(np.float64) + 0.5) * resolution
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    rows, points, flags = {}, {}, {}
    for face, triangle in enumerate(corners):
        for axis, point in crossings(triangle, resolution):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            own = np.floor(point).astype(int)
            own[[u, v]] = np.round(point[[u, v]]) - 1
            for du, dv in np.ndindex(2, 2):
                voxel = own.copy()
                voxel[[u, v]] += [du, dv]
                if voxel.max() < resolution:
                    rows.setdefault(tuple(voxel), []).append((normals[face], normals[face] @ triangle[0]))
                    points.setdefault(tuple(voxel), []).append(point)
            flags.setdefault(tuple(own), np.zeros(3, int))[axis] = 1
    for face in range(len(faces)):
        for voxel in np.argwhere(twins.touched_voxels(2 * vertices, faces[face : face + 1], resolution)):
            if tuple(voxel) in rows:
                rows[tuple(voxel)].append((normals[face], normals[face] @ corners[face, 0]))
    scaled = (vertices.astype(np.float64) + 0.5) * resolution
    for a, b in boundary_edges(faces):
        along = (scaled[b] - scaled[a]) / np.linalg.norm(scaled[b] - scaled[a])
        across = np.linalg.svd(along[None])[2][1:] * np.sqrt(boundary)
        steps = np.linspace(0, 1, 4001)[:, None]
        for voxel in np.unique(np.floor(scaled[a] + steps * (scaled[b] - scaled[a])).astype(int), axis=0):
            if tuple(voxel) in rows:
                rows[tuple(voxel)] += [(row, row @ scaled[a]) for row in across]
    coords = sorted(rows)
    local = []
    for voxel in coords:
        weight = np.sqrt(pull * len(points[voxel]))
        mean = np.mean(points[voxel], axis=0)
        matrix = np.array([row for row, _ in rows[voxel]] + list(weight * np.eye(3)))
        right = np.array([value - row @ voxel for row, value in rows[voxel]] + list(weight * (mean - voxel)))
        local.append(lsq_linear(matrix, right, (0, 1), tol=1e-14).x)
    return np.array(coords), np.array(local), np.array([flags.get(voxel, np.zeros(3, int)) for voxel in coords])


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("boundary", "pull"), [(0.2, 0.01), (1.0, 0.1)])
def test_equals_the_slow_twin_on_crossing_open_triangles(seed, boundary, pull, run):
    rng = np.random.default_rng(seed)
    vertices, faces = rng.uniform(-0.45, 0.45, (9, 3)).astype(np.float32), rng.integers(0, 9, (7, 3)).astype(np.int32)
    faces = faces[(np.sort(faces, axis=1)[:, 1:] != np.sort(faces, axis=1)[:, :-1]).all(axis=1)]
    coords, local, flags = slow_grid(vertices, faces, 9, boundary, pull)
    grid = mesh_on(run, vertices, faces, 9, boundary_weight=boundary, regularisation=pull)
    np.testing.assert_array_equal(grid[0], coords)
    np.testing.assert_array_equal(grid[2], flags)
    # The walk of an edge may touch a voxel for less than the twin's step.
    far = np.abs(grid[1] - local).max(axis=1)
    assert (far < 1e-4).mean() > 0.99 and np.median(far) < 1e-6


def mesh_on(run, *arguments, **keywords):
    def arrays(*given, **named):
        grid = mesh_to_grid(*given, **named)
        return grid.coords, grid.local, grid.crossed, grid.facing

    return run(arrays, *arguments, **keywords)


def test_a_half_sphere_stays_one_open_sheet(run):
    vertices, faces = twins.half_sphere()
    resolution = 64
    coords, local, crossed, facing = mesh_on(run, vertices, faces, resolution)
    points, quads = run(grid_to_mesh, coords, local, crossed, resolution, facing=facing)
    assert len(np.unique(face_parts(quads))) == 1
    rim = boundary_edges(quads)
    part = face_parts(rim[:, [0, 1, 1]])
    # One loop, and two sides of any quad that dangles where a line is pierced twice in one voxel.
    longest = np.bincount(part).argmax()
    assert (np.bincount(part)[np.arange(part.max() + 1) != longest] == 2).all() and (part == longest).sum() > resolution
    assert np.abs(points[rim[part == longest]][:, :, 2] + 0.157).max() < 1.0 / resolution
    distance = closest_point(vertices, faces, points[np.unique(quads)])[0] * resolution
    assert distance.mean() < 0.1 and np.quantile(distance, 0.999) < 1.0
    assert not face_pairs(quads)[2].any()
    corners = points[quads]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = ((corners.mean(axis=1) - [0.013, 0.021, -0.157]) * normals).sum(axis=1)
    assert (outward > 0).mean() > 0.999


def test_what_lies_outside_the_box_is_ignored(run):
    vertices, faces = twins.half_sphere()
    coords, *_ = mesh_on(run, vertices + np.float32(0.4), faces, 16)
    assert len(coords) > 0 and coords.min() >= 0 and coords.max() == 15
    assert len(mesh_on(run, vertices + np.float32(5), faces, 16)[0]) == 0


def test_a_mesh_without_faces_has_no_voxels(run):
    coords, local, crossed, _ = mesh_on(run, np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), 8)
    assert len(coords) == len(local) == 0
    vertices, faces = run(grid_to_mesh, coords, local, crossed, 8)
    assert len(vertices) == len(faces) == 0


def test_bad_settings_and_meshes_are_told():
    vertices, faces = twins.half_sphere(8)
    with pytest.raises(UsageError, match="regularisation"):
        mesh_to_grid(vertices, faces, 8, regularisation=0.0)
    with pytest.raises(UsageError, match="resolution"):
        mesh_to_grid(vertices, faces, 0)
    with pytest.raises(BadMeshError, match="not finite"):
        mesh_to_grid(np.where(vertices > 0.3, np.nan, vertices), faces, 8)


def test_tensors_are_told_apart_as_arrays_are():
    rng = np.random.default_rng(5)
    keys = rng.integers(-3, 40, 60)
    np.testing.assert_array_equal(distinct(keys), sorted(set(keys[keys >= 0])))
    np.testing.assert_array_equal(distinct(torch.from_numpy(keys)).numpy(), distinct(keys))
    faces = twins.half_sphere()[1]
    uses = {}
    for face in faces.tolist():
        for k in range(3):
            edge = tuple(sorted((face[k], face[k - 1])))
            uses[edge] = uses.get(edge, 0) + 1
    alone = sorted(edge for edge, count in uses.items() if count == 1)
    np.testing.assert_array_equal(boundary_edges(faces), alone)
    np.testing.assert_array_equal(boundary_edges(torch.from_numpy(faces)).numpy(), alone)
    assert boundary_edges(faces[:0]).shape == boundary_edges(torch.from_numpy(faces[:0])).shape == (0, 2)
