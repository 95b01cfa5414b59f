"""Pinhole and orthographic cameras around the box [-1, 1]^3.

World: right-handed, Y up, the front of an object looks along +Z. Azimuth 0, elevation 0 looks along -Z at the front.
A growing azimuth walks the camera to the object's +X side (the right of the front picture), a growing elevation up.
Pictures are row-major with row 0 at the top; the centre of pixel (row j, column i) lies at (i + 0.5, j + 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ...errors import UsageError

# Azimuth, elevation in degrees of the six pictures of a preview, in reading order.
SIX_VIEWS: dict[str, tuple[float, float]] = {
    "front": (0.0, 0.0),
    "back": (180.0, 0.0),
    "left": (270.0, 0.0),
    "right": (90.0, 0.0),
    "top": (0.0, 90.0),
    "bottom": (0.0, -90.0),
}


@dataclass(frozen=True)
class Camera:
    """A camera that looks at the origin.

    azimuth, elevation: degrees (elevation -90..90).
    half_height: half of the picture's height in world units; used by orthographic cameras only.
    fov: vertical field of view in degrees (0 < fov < 170), or None for an orthographic camera.
    distance: from the origin to the camera, world units; the object must lie in front of a perspective camera.
    shift: where the origin appears, in half pictures (x right, y up): (1, 1) is the top right corner.
    roll: degrees by which the camera is turned about its axis, to its own left; the picture turns to the right.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    half_height: float = 1.0
    fov: float | None = None
    distance: float = 4.0
    shift: tuple[float, float] = (0.0, 0.0)
    roll: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.azimuth, self.elevation, self.half_height, self.distance, *self.shift, self.roll)
        if not all(math.isfinite(number) for number in numbers):
            raise UsageError(f"camera values must be finite, got {self}")
        if self.half_height <= 0 or self.distance <= 0 or not -90.001 <= self.elevation <= 90.001:
            raise UsageError(f"camera needs half_height > 0, distance > 0, elevation in -90..90, got {self}")
        if self.fov is not None and not 0 < self.fov < 170:
            raise UsageError(f"camera fov must lie between 0 and 170 degrees, got {self.fov}")

    @classmethod
    def from_affine(cls, affine: np.ndarray) -> Camera:
        """Return the orthographic camera nearest to an affine map [2,4] of (x, y, z, 1) to the picture, -1..1, y up."""
        linear = np.asarray(affine, np.float64)[:, :3]
        x, y, z = np.cross(*linear)  # towards the camera
        return cls(
            azimuth=math.degrees(math.atan2(x, z)),
            elevation=math.degrees(math.atan2(y, math.hypot(x, z))),
            half_height=2.0 / max(float(np.linalg.norm(linear, axis=1).sum()), 1e-6),
            shift=(float(affine[0, 3]), float(affine[1, 3])),
        )

    @classmethod
    def from_axes(cls, axes: np.ndarray, like: Camera) -> Camera:
        """Return the camera with these axes [3, 3] (see `axes`) and the rest of `like`."""
        right, _, back = np.asarray(axes, np.float64)
        level = replace(
            like,
            azimuth=math.degrees(math.atan2(back[0], back[2])),
            elevation=math.degrees(math.atan2(back[1], math.hypot(back[0], back[2]))),
            roll=0.0,
        )
        sideways, upward, _ = level.axes()
        return replace(level, roll=math.degrees(math.atan2(right @ upward, right @ sideways)))

    @property
    def perspective(self) -> bool:
        return self.fov is not None

    def axes(self) -> np.ndarray:
        """Rows: right, up, back (from the object towards the camera) in world space, [3, 3] float64, orthonormal."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        right = (math.cos(a), 0.0, -math.sin(a))
        up = (-math.sin(a) * math.sin(e), math.cos(e), -math.cos(a) * math.sin(e))
        back = (math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e))
        axes = np.array([right, up, back], np.float64)
        if self.roll:
            c, s = math.cos(math.radians(self.roll)), math.sin(math.radians(self.roll))
            axes[:2] = np.array([[c, s], [-s, c]]) @ axes[:2]
        return axes

    def position(self) -> np.ndarray:
        """Return the camera's place in world space, [3] float64.

        An orthographic camera stands there too, seen by depth.
        """
        return self.axes()[2] * self.distance

    def matrix(self, aspect: float = 1.0) -> np.ndarray:
        """World -> clip, [4, 4] float64, for column vectors.

        clip = (x, y, depth, w): x/w and y/w run from -1 (left, bottom) to 1 (right, top) over the picture; depth is the
        distance from the camera along its axis in world units (not divided by w); w is 1, or the depth in perspective.
        aspect: width / height of the picture.
        """
        right, up, back = self.axes()
        depth_row = np.append(-back, self.distance)
        if self.fov is None:
            scale, w_row = 1.0 / self.half_height, np.array([0.0, 0.0, 0.0, 1.0])
        else:
            scale, w_row = 1.0 / math.tan(math.radians(self.fov) / 2), depth_row
        x_row = np.append(right * (scale / aspect), 0.0) + self.shift[0] * w_row
        y_row = np.append(up * scale, 0.0) + self.shift[1] * w_row
        return np.stack([x_row, y_row, depth_row, w_row])

    def pixel_matrix(self, height: int, width: int) -> np.ndarray:
        """World -> (column * w, row * w, depth, w), [4, 4] float64: divide the first two by w for pixel coordinates."""
        clip = self.matrix(width / height)
        column = (clip[0] + clip[3]) * (width / 2)
        row = (clip[3] - clip[1]) * (height / 2)
        return np.stack([column, row, clip[2], clip[3]])

    def project(self, points: np.ndarray, height: int, width: int) -> np.ndarray:
        """points [..., 3] -> [..., 3] float64: column, row in pixels, depth in world units."""
        points = np.asarray(points, np.float64)
        m = self.pixel_matrix(height, width)
        out = points @ m[:, :3].T + m[:, 3]
        return np.concatenate([out[..., :2] / out[..., 3:], out[..., 2:3]], -1)

    def pixel_size(self, height: int) -> float:
        """World units that one pixel covers at the depth of the origin."""
        reach = self.half_height if self.fov is None else self.distance * math.tan(math.radians(self.fov) / 2)
        return 2.0 * reach / height

    def moved(self, **changes: float | tuple[float, float] | None) -> Camera:
        """Return a copy with some values replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


def six_cameras(half_height: float = 1.0) -> list[Camera]:
    """Orthographic cameras for front, back, left, right, top, bottom (the object's left is the picture's -X side)."""
    return [Camera(azimuth, elevation, half_height) for azimuth, elevation in SIX_VIEWS.values()]


def orbit(count: int, elevation: float = 15.0, half_height: float = 1.0, start: float = 0.0) -> list[Camera]:
    """`count` orthographic cameras evenly around the object, for a turntable."""
    return [Camera(start + 360.0 * i / count, elevation, half_height) for i in range(count)]
