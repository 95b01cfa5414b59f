"""Cameras and condition maps of Hunyuan3D-Paint: positions and normals of the mesh as colours on white.

Its world is (-x, z, -y) of ours, a mirror image, centred by the bounding box, in a ball of radius 1.15 / 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ....kernels.meshes.normals import face_normals
from ....kernels.views.cameras import Camera
from ....kernels.views.render_maps import render_maps

NAMES = ("front", "right", "back", "left", "top", "bottom")
PLACES = ((0, 0), (90, 0), (180, 0), (270, 0), (0, 90), (180, -90))  # azimuth, elevation in degrees
WEIGHTS = (1.0, 0.1, 0.5, 0.1, 0.05, 0.05)
BALL = 1.15  # diameter of the mesh in the painter's world
HALF_WIDTH = 0.6
DISTANCE = 1.45
NEAR, FAR = 0.1, 100.0
RENDERED = 2048  # side of the maps before they are made smaller
TO_PAINTER = np.array([[-1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])  # (x, y, z) -> (-x, z, -y)
# First number of the twelve cameras of an elevation; those at the poles count every third one.
FIRST_NUMBER = {-20: 0, 0: 12, 20: 24, -90: 36, 90: 40}


@dataclass(frozen=True)
class Frame:
    """The painter's world around a mesh of ours: (point - centre) * scale, then turned. centre [3]."""

    centre: np.ndarray
    scale: float

    @classmethod
    def around(cls, vertices: np.ndarray) -> Frame:
        """Return the frame of a mesh [V, 3]."""
        points = np.asarray(vertices, np.float64)
        centre = (points.min(0) + points.max(0)) / 2
        return cls(centre, BALL / 2 / max(float(np.linalg.norm(points - centre, axis=1).max()), 1e-9))

    def inside(self, vertices: np.ndarray) -> np.ndarray:
        """Return points [..., 3] in the painter's world."""
        return ((np.asarray(vertices, np.float64) - self.centre) * self.scale) @ TO_PAINTER.T

    def camera(self, place: tuple[float, float], size: int) -> Camera:
        """Return the camera at (azimuth, elevation) for pictures of `size` px of the mesh in our own axes and place.

        Its pictures put the edges of the view at the middles of the outer pixels.
        """
        half = HALF_WIDTH * size / (size - 1) / self.scale
        camera = Camera(float(place[0]), float(place[1]), half, None, DISTANCE / self.scale)
        right, up, _ = camera.axes()
        return camera.moved(shift=(-float(right @ self.centre) / half, -float(up @ self.centre) / half))


def camera_number(place: tuple[int, int]) -> int:
    """Return the number of a camera in 2.0's table of painted views. Raises KeyError for another elevation."""
    azimuth, elevation = place
    turn = (azimuth // 30 + 9) % 12
    return FIRST_NUMBER[elevation] + (turn // 3 if abs(elevation) == 90 else turn)


def matrices(camera: Camera, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    """Return world to camera and projection, [4, 4] float64 each, in the painter's world.

    Rows of pictures grow with the camera's y.
    """
    w2c = np.eye(4)
    w2c[:3, :3] = np.diag([1.0, -1.0, 1.0]) @ camera.axes() @ TO_PAINTER.T
    w2c[2, 3] = -camera.distance * frame.scale
    depth = FAR - NEAR
    proj = np.diag([1 / HALF_WIDTH, 1 / HALF_WIDTH, -2 / depth, 1.0])
    proj[2, 3] = -(FAR + NEAR) / depth
    return w2c, proj


def mean_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return unit vertex normals [V, 3] from the normals of the faces around, all with the same weight."""
    unit, _ = face_normals(vertices, faces)
    sums = [
        sum(np.bincount(faces[:, corner], unit[:, axis], len(vertices)) for corner in range(3)) for axis in range(3)
    ]
    summed = np.stack(sums, 1)
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)


def condition_map(
    vertices: np.ndarray,
    faces: np.ndarray,
    normals: np.ndarray | None,
    size: int,
    place: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Return position and normal seen from one place, float32 colours [size, size, 3], 1 where there is nothing.

    normals [V, 3]: of vertices, mean_normals for 2.0, whose blends between vertices stay shorter than 1 as published;
    None for one normal per triangle (2.1).
    """
    frame = Frame.around(vertices)
    maps = render_maps(vertices, faces, frame.camera(place, size), size, None, ("position", "normal"))
    mask = np.asarray(maps.mask)
    position, normal = np.ones((2, size, size, 3), np.float32)
    seen = np.asarray(maps.normal)[mask]
    if normals is not None:
        corners = faces[np.asarray(maps.face)[mask]]
        weights = np.asarray(maps.barycentrics)[mask]
        seen = sum(weights[:, k, None] * normals[corners[:, k]] for k in range(3))
    position[mask] = 0.5 - frame.inside(np.asarray(maps.position)[mask]) / BALL
    normal[mask] = (1 - seen @ TO_PAINTER.T) / 2  # normals of a mirrored mesh point inwards
    return position.clip(0, 1), normal.clip(0, 1)


def condition_maps(
    vertices: np.ndarray,
    faces: np.ndarray,
    smooth: bool,
    size: int,
    places: Sequence[tuple[float, float]] = PLACES,
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and normals from all places, float32 [V, size, size, 3]. smooth: True in 2.0, False in 2.1."""
    normals = mean_normals(vertices, faces) if smooth else None
    made = [condition_map(vertices, faces, normals, size, place) for place in places]
    return np.stack([position for position, _ in made]), np.stack([normal for _, normal in made])


def shades(maps: np.ndarray) -> np.ndarray:
    """Return maps in 0..1 as uint8, cut off as published."""
    return (maps * 255).astype(np.uint8)


def rounded(maps: np.ndarray) -> np.ndarray:
    """Return uint8 maps as float32 in 0..1 with the roundings of float16, as published."""
    return (maps / 255.0).astype(np.float16).astype(np.float32)


def reduced_maps(
    vertices: np.ndarray,
    faces: np.ndarray,
    smooth: bool,
    size: int,
    places: Sequence[tuple[float, float]] = PLACES,
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and normals for pictures of `size` px, rendered larger and made smaller one by one as published.

    float32 [V, size, size, 3] in 0..1 with the roundings of float16.
    """
    normals = mean_normals(vertices, faces) if smooth else None
    made: list[list[np.ndarray]] = []
    for place in places:
        pair = condition_map(vertices, faces, normals, RENDERED, place)
        made.append([np.asarray(Image.fromarray(shades(each)).resize((size, size))) for each in pair])
    return rounded(np.stack([position for position, _ in made])), rounded(np.stack([normal for _, normal in made]))
