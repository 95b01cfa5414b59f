"""Cameras of a turntable."""

import numpy as np

from varco3d.kernels.views.cameras import orbit


def test_frames_of_an_orbit_divide_the_circle_evenly():
    cameras = orbit(8, elevation=20.0, half_height=1.5, start=10.0)
    assert [camera.azimuth for camera in cameras] == [10.0 + 45.0 * i for i in range(8)]
    assert {(camera.elevation, camera.half_height) for camera in cameras} == {(20.0, 1.5)}
    places = np.array([camera.position() for camera in cameras])
    steps = np.linalg.norm(places - np.roll(places, 1, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0])  # from the last to the first one too
