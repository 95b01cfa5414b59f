"""Normals of corners at creases and of faces that differ in size."""

import numpy as np

from varco3d.kernels.meshes.normals import crease_normals


def roof(width: float, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """A square [0, 1]^2 in the plane z = 0 and, over the edge x = 1, a strip of `width` that bends down."""
    x, z = 1 + width * np.cos(np.radians(degrees)), -width * np.sin(np.radians(degrees))
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [x, 0, z], [x, 1, z]], np.float32)
    return vertices, np.array([[0, 1, 3], [1, 2, 3], [1, 4, 5], [1, 5, 2]], np.int32)


def test_a_flat_edge_is_smoothed_by_the_areas_of_its_faces():
    vertices, faces = roof(0.25, 30.0)
    flat, bent = np.array([0, 0, 1.0]), np.array([np.sin(np.pi / 6), 0, np.cos(np.pi / 6)])
    wanted = 1.0 * flat + 0.25 * bent  # at vertex 1: two triangles of the square, two of the strip
    np.testing.assert_allclose(crease_normals(vertices, faces)[0, 1], wanted / np.linalg.norm(wanted), atol=1e-6)


def test_a_steep_edge_stays_sharp():
    normals = crease_normals(*roof(0.25, 60.0))
    np.testing.assert_allclose(normals[:2], np.broadcast_to([0, 0, 1.0], (2, 3, 3)), atol=1e-6)
