"""Further views go where the six fixed ones see nothing."""

import numpy as np

from varco3d.pipeline.texturing.synthesis import wanted_cameras
from varco3d.pipeline.texturing.view_set import further_cameras


def slab(low, high) -> tuple[np.ndarray, np.ndarray]:
    """A box of 12 triangles."""
    corner = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], np.int32)
    return (np.array(low) + corner * (np.array(high) - low)).astype(np.float32), faces


def test_a_convex_shape_needs_no_further_view():
    vertices, faces = slab((-0.9, -0.5, -0.7), (0.9, 0.5, 0.7))
    known = wanted_cameras()
    assert further_cameras(vertices, faces, known, 6) == {} and further_cameras(vertices, faces, known, 0) == {}


def test_the_inside_of_a_gap_is_looked_at():
    """Two walls that hide each other's inner sides from all six views but not from above the side."""
    first, faces = slab((-0.9, -0.4, 0.25), (0.9, 0.5, 0.45))
    second, _ = slab((-0.9, -0.4, -0.45), (0.9, 0.5, -0.25))
    vertices, both = np.concatenate([first, second]), np.concatenate([faces, faces + 8])
    found = further_cameras(vertices, both, wanted_cameras(), 3)
    assert 1 <= len(found) <= 3 and next(iter(found)) == "extra1"
    for camera in found.values():
        assert abs(np.sin(np.radians(camera.azimuth))) > 0.4 or abs(camera.elevation) > 20
        reach = camera.project(vertices, 2, 2)[:, :2]
        assert reach.min() > 0 and reach.max() < 2, "the whole object is in the picture"
