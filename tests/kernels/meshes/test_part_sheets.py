"""Sheets that touch along an edge."""

import numpy as np
import pytest
import trimesh
from scipy.ndimage import gaussian_filter
from skimage.measure import marching_cubes

from varco3d.kernels.meshes.decimate import decimate
from varco3d.kernels.meshes.part_sheets import part_sheets
from varco3d.kernels.meshes.topology import half_edges


def edge_counts(faces: np.ndarray) -> np.ndarray:
    return np.unique(np.sort(half_edges(faces)[0], axis=1), axis=0, return_counts=True)[1]


def boxes(*corners: tuple[float, float, float]) -> trimesh.Trimesh:
    """Unit boxes with their lowest corners there, equal vertices welded."""
    made = [trimesh.creation.box(bounds=[corner, np.array(corner) + 1]) for corner in corners]
    mesh = trimesh.util.concatenate(made)
    mesh.merge_vertices()
    return mesh


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0, 0), (1, 1, 0)],  # one edge shared
        [(0, 0, 0), (1, 1, 0), (1, 0, 1)],  # three edges that meet
        [(0, 0, 0), (1, 1, 0), (2, 0, 0), (1, -1, 0)],  # a ring, which leaves a hollow
        [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1)],
    ],
)
def test_touching_boxes_come_apart_into_closed_ones(corners):
    mesh = boxes(*corners)
    assert edge_counts(mesh.faces).max() == 4
    vertices, faces = part_sheets(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32))
    assert (edge_counts(faces) == 2).all()
    assert np.array_equal(vertices[: len(mesh.vertices)], mesh.vertices)
    parted = trimesh.Trimesh(vertices, faces, process=False)
    assert parted.is_watertight and parted.is_winding_consistent
    assert parted.volume == pytest.approx(len(corners)) and parted.area == pytest.approx(mesh.area)
    assert len(trimesh.graph.connected_components(parted.face_adjacency)) == len(corners)


def test_boxes_inside_out_share_the_solid_around_them():
    mesh = boxes((0, 0, 0), (1, 1, 0))
    mesh.invert()
    faces = part_sheets(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32))[1]
    assert (edge_counts(faces) == 2).all()
    parted = trimesh.Trimesh(*part_sheets(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32)), process=False)
    assert len(trimesh.graph.connected_components(parted.face_adjacency)) == 1  # the solid goes on between the hollows


def test_nothing_else_is_touched():
    ball = trimesh.creation.icosphere(2)
    vertices, faces = ball.vertices.astype(np.float32), ball.faces.astype(np.int32)
    same = part_sheets(vertices, faces)
    assert same[0] is vertices and same[1] is faces
    fin = np.concatenate([faces, [[faces[0, 0], faces[0, 1], 100]]]).astype(np.int32)  # three faces at an edge
    assert np.array_equal(part_sheets(vertices, fin)[1], fin)


def test_decimated_meshes_stay_closed():
    noise = gaussian_filter(np.random.default_rng(0).normal(size=(48, 48, 48)), 1.5)
    sponge = np.pad(noise - 0.2 * noise.std(), 2, constant_values=-1).astype(np.float32)
    vertices, faces = marching_cubes(sponge, 0)[:2]
    assert (edge_counts(faces) == 2).all()
    for count in (len(faces) // 8, len(faces) // 20):
        fewer = decimate(vertices.astype(np.float32), faces.astype(np.int32), count)[1]
        assert (edge_counts(fewer) == 2).all()
        assert len(fewer) < 1.05 * count
