"""MV-Adapter's six cameras and control maps: position and normal of the mesh, orthographic, in its own world.

Its world has z up and the front along -y, in a cube of side 1; ours has y up and the front along +z in [-1, 1]^3. The
cameras here look at our mesh and show what its cameras show of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....kernels.views.cameras import Camera
from ....kernels.views.render_maps import render_maps

NAMES = ("front", "right", "back", "left", "top", "bottom")
# Top and bottom stand at azimuth 180: both show +x on the left, the top the front edge above, the bottom below.
PLACES = ((0.0, 0.0), (90.0, 0.0), (180.0, 0.0), (270.0, 0.0), (180.0, 89.99), (180.0, -89.99))
HALF_WIDTH = 0.55  # of the picture, in the adapter's world
REACH = 0.5  # largest coordinate of the mesh there
DISTANCE = 1.8
NEAR, FAR = 0.1, 100.0
TO_ADAPTER = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])  # (x, y, z) -> (x, -z, y)


def scale_of(vertices: np.ndarray) -> float:
    """Adapter units per unit of the mesh. The mesh is scaled about the origin and not centred."""
    return REACH / max(float(np.abs(vertices).max(initial=0.0)), 1e-9)


def cameras(vertices: np.ndarray) -> list[Camera]:
    """Return the six cameras around a mesh [V, 3] of ours, in the order of NAMES."""
    scale = scale_of(vertices)
    return [Camera(azimuth, elevation, HALF_WIDTH / scale, None, DISTANCE / scale) for azimuth, elevation in PLACES]


def matrices(camera: Camera, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Return c2w, w2c, proj and mvp [4, 4] float64 of a camera in the adapter's world, in its conventions.

    The camera looks along -z of its own axes, image rows grow with y after the projection.
    """
    right, up, back = camera.axes() @ TO_ADAPTER.T
    c2w = np.eye(4)
    c2w[:3, :3] = np.stack([right, up, back], 1)
    c2w[:3, 3] = back * camera.distance * scale
    w2c = np.linalg.inv(c2w)
    half = camera.half_height * scale
    depth = FAR - NEAR
    proj = np.diag([1 / half, -1 / half, -2 / depth, 1.0])
    proj[2, 3] = -(FAR + NEAR) / depth
    return {"c2w": c2w, "w2c": w2c, "proj": proj, "mvp": proj @ w2c}


def control_maps(
    vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray, size: int, views: Sequence[Camera] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(control float32 [6, 6, size, size], mask bool [6, size, size]) of a mesh of ours.

    Channels: position, then normal, both of the adapter's world, as colours 0..1; 0.5 where there is nothing.
    """
    scale = scale_of(vertices)
    maps = render_maps(vertices, faces, list(views or cameras(vertices)), size, normals)
    mask = np.asarray(maps.mask)
    turn = TO_ADAPTER.T.astype(np.float32)
    position = np.clip((maps.position @ turn) * np.float32(scale) + 0.5, 0.0, 1.0)
    normal = np.clip((maps.normal @ turn) / 2 + 0.5, 0.0, 1.0)
    control = np.concatenate([position, normal], -1)
    control[~mask] = 0.5
    return np.ascontiguousarray(control.transpose(0, 3, 1, 2), np.float32), mask
