"""Views beyond the six fixed ones: those that show most of what the others miss."""

from __future__ import annotations

import math

import numpy as np

from ...kernels.atlas.bake import Baker, View
from ...kernels.meshes.normals import face_normals
from ...kernels.views.cameras import Camera

SIDE = 256  # pixels of the depth maps that tell what a view sees
LOWEST_COSINE = 0.3  # a flatter look at a face does not count
LEAST_GAIN = 0.003  # share of the surface that a further view must add
MARGIN = 1.05  # free border around the object in further views
AZIMUTHS = range(0, 360, 30)
ELEVATIONS = (-60, -30, 30, 60)


def further_cameras(vertices: np.ndarray, faces: np.ndarray, known: dict[str, Camera], count: int) -> dict[str, Camera]:
    """At most `count` more views, called extra1, extra2, ...; vertices [V, 3] in [-1, 1]^3, faces [F, 3].

    Each is the one of 56 around the object that adds most surface (so, in an even atlas, most texels) to what `known`
    and the views before it see. It ends early when no view adds LEAST_GAIN of the surface.
    """
    chosen: dict[str, Camera] = {}
    if count == 0:
        return chosen
    normal, area = face_normals(vertices, faces)
    baker = Baker(vertices, faces, vertices[faces].mean(1), normal, lowest_cosine=LOWEST_COSINE, exponent=1.0)
    blank = np.zeros((SIDE, SIDE, 3), np.float32)

    def sees(camera: Camera) -> np.ndarray:
        """Tell of each face [F] whether the camera sees its middle."""
        view = View(camera, blank, margin=4.0 * camera.pixel_size(SIDE))
        return baker.look_up(view, baker.depth(view))[:, 3] > 0

    open_ = area * ~np.any([sees(camera) for camera in known.values()], axis=0)
    candidates = [_framed(vertices, azimuth, elevation) for azimuth in AZIMUTHS for elevation in ELEVATIONS]
    candidates += [_framed(vertices, azimuth, 0) for azimuth in AZIMUTHS if azimuth % 90]
    seen = np.stack([sees(camera) for camera in candidates])
    for number in range(1, count + 1):
        gain = seen @ open_
        best = int(gain.argmax())
        if gain[best] < LEAST_GAIN * area.sum():
            break
        chosen[f"extra{number}"] = candidates[best]
        open_ = open_ * ~seen[best]
    return chosen


def _framed(vertices: np.ndarray, azimuth: float, elevation: float) -> Camera:
    """Return an orthographic camera in whose picture the whole object lies."""
    camera = Camera(float(azimuth), float(elevation))
    reach = float(np.abs(vertices @ camera.axes()[:2].T).max())
    return camera.moved(half_height=MARGIN * max(reach, 1e-3), distance=max(4.0, 2.0 * reach * math.sqrt(3)))
