"""Find the vertical mirror planes of a shape, so that its hidden side can take the colours of its twin."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

SAMPLES = 3000
PROBES = 500
NORMAL_WEIGHT = 0.1  # box units per unit of normal: a plane must map surfaces, not only points
# Shares of the extent: mean distance between the shape and its mirror image, above sampling noise.
TOLERANCE = 0.025
BEHIND_BEST = 0.012  # a plane this much worse than the best is an accident of proportions


@dataclass(frozen=True)
class Symmetry:
    """A transform that maps the shape onto itself.

    transform [4, 4]; error: mean distance, share of the extent. normal [3]: of a mirror plane; None of a half turn.
    """

    transform: np.ndarray
    error: float
    normal: np.ndarray | None = None

    def towards(self, direction: np.ndarray) -> float:
        """Return |cosine| between the plane's normal and a direction's horizontal part; 0 of a half turn."""
        level = np.array([direction[0], 0.0, direction[2]])
        length = float(np.linalg.norm(level))
        return 0.0 if self.normal is None or length < 1e-9 else abs(float(self.normal @ level)) / length


class _Likeness:
    """A shape beside its mirror images in vertical planes through its surface's centroid."""

    def __init__(self, points: np.ndarray, normals: np.ndarray):
        self.centre = points.mean(0)
        self._extent = max(float(np.ptp(points, axis=0).max()), 1e-9)
        features = np.concatenate([points, normals * NORMAL_WEIGHT], 1)
        self._tree = KDTree(features)
        self._points, self._normals = points[:PROBES] - self.centre, normals[:PROBES]
        self._floor = float(self._tree.query(features[:PROBES], k=2)[0][:, 1].mean())

    def error(self, angle: float) -> float:
        """Return the mean distance from the shape's mirror image to the shape, share of the extent."""
        direction = plane_normal(angle)
        mirrored = self._points - 2 * np.outer(self._points @ direction, direction) + self.centre
        turned = self._normals - 2 * np.outer(self._normals @ direction, direction)
        distance = self._tree.query(np.concatenate([mirrored, turned * NORMAL_WEIGHT], 1))[0]
        return max(float(distance.mean()) - self._floor, 0.0) / self._extent

    def symmetry(self, angle: float, error: float) -> Symmetry:
        return Symmetry(mirror_matrix(angle, self.centre), error, plane_normal(angle))


def plane_across(vertices: np.ndarray, faces: np.ndarray, direction: np.ndarray, seed: int = 0) -> Symmetry | None:
    """Return the vertical plane straight across a direction, whatever its error; None without a surface."""
    points, normals = _samples(vertices, faces, seed)
    if len(points) == 0:
        return None
    shape, angle = _Likeness(points, normals), float(np.arctan2(direction[2], direction[0]))
    return shape.symmetry(angle, shape.error(angle))


def find_symmetries(vertices: np.ndarray, faces: np.ndarray, seed: int = 0, limit: int = 3) -> list[Symmetry]:
    """At most `limit` vertical mirror planes, best first, then the half turns that pairs of them make.

    Planes pass through the surface's centroid. Deterministic for a seed.
    """
    points, normals = _samples(vertices, faces, seed)
    if len(points) == 0:
        return []
    shape = _Likeness(points, normals)
    angles = np.radians(np.arange(0, 180, 6.0))
    errors = np.array([shape.error(angle) for angle in angles])
    dips = np.flatnonzero((errors <= np.roll(errors, 1)) & (errors <= np.roll(errors, -1)))
    planes: list[tuple[float, float]] = []
    for dip in sorted(dips, key=lambda k: errors[k])[: limit + 2]:
        angle, value = _descend(shape.error, float(angles[dip]), float(errors[dip]))
        apart = all(np.radians(15) < (abs(angle - other) % np.pi) < np.radians(165) for _, other in planes)
        if value < TOLERANCE and apart:
            planes.append((value, angle))
    planes = [plane for plane in sorted(planes) if plane[0] < min(planes)[0] + BEHIND_BEST][:limit]
    found = [shape.symmetry(angle, value) for value, angle in planes]
    turns = [
        Symmetry(first.transform @ second.transform, first.error + second.error)
        for first, second in itertools.combinations(found, 2)
    ]
    return [*found, *(turn for turn in turns if turn.error < TOLERANCE)]


def plane_normal(angle: float) -> np.ndarray:
    return np.array([np.cos(angle), 0.0, np.sin(angle)])


def mirror_matrix(angle: float, centre: np.ndarray) -> np.ndarray:
    """[4, 4]: reflection in the vertical plane through `centre` whose normal is (cos angle, 0, sin angle)."""
    direction = plane_normal(angle)
    out = np.eye(4)
    out[:3, :3] -= 2 * np.outer(direction, direction)
    out[:3, 3] = 2 * float(centre @ direction) * direction
    return out


def _descend(error, angle: float, value: float) -> tuple[float, float]:
    """Return the lowest error near `angle`, by halving steps."""
    step = np.radians(3.0)
    while step > np.radians(0.4):
        for candidate in (angle - step, angle + step):
            there = error(candidate)
            if there < value:
                angle, value = candidate, there
        step /= 2
    return angle % np.pi, value


def _samples(vertices: np.ndarray, faces: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals spread evenly over the surface."""
    corners = vertices[faces].astype(np.float64)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(cross, axis=1)
    if not length.sum() > 0:
        return np.zeros((0, 3)), np.zeros((0, 3))
    rng = np.random.default_rng(seed)
    face = np.searchsorted(np.cumsum(length) / length.sum(), rng.random(SAMPLES)).clip(0, len(faces) - 1)
    a, b = rng.random((2, SAMPLES))
    flip = a + b > 1
    a, b = np.where(flip, 1 - a, a)[:, None], np.where(flip, 1 - b, b)[:, None]
    t = corners[face]
    points = t[:, 0] + a * (t[:, 1] - t[:, 0]) + b * (t[:, 2] - t[:, 0])
    return points, cross[face] / length[face][:, None]
