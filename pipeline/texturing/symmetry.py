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
    """A transform that maps the shape onto itself. transform [4, 4]; error: mean distance, share of the extent."""

    transform: np.ndarray
    error: float


def find_symmetries(vertices: np.ndarray, faces: np.ndarray, seed: int = 0, limit: int = 3) -> list[Symmetry]:
    """At most `limit` vertical mirror planes, best first, then the half turns that pairs of them make.

    Planes pass through the surface's centroid. Deterministic for a seed.
    """
    points, normals = _samples(vertices, faces, seed)
    if len(points) == 0:
        return []
    extent = max(float(np.ptp(points, axis=0).max()), 1e-9)
    centre = points.mean(0)
    features = np.concatenate([points, normals * NORMAL_WEIGHT], 1)
    tree = KDTree(features)
    probe_points, probe_normals = points[:PROBES] - centre, normals[:PROBES]
    floor = float(tree.query(features[:PROBES], k=2)[0][:, 1].mean())

    def error(angle: float) -> float:
        direction = np.array([np.cos(angle), 0.0, np.sin(angle)])
        mirrored = probe_points - 2 * np.outer(probe_points @ direction, direction) + centre
        turned = probe_normals - 2 * np.outer(probe_normals @ direction, direction)
        distance = tree.query(np.concatenate([mirrored, turned * NORMAL_WEIGHT], 1))[0]
        return max(float(distance.mean()) - floor, 0.0) / extent

    angles = np.radians(np.arange(0, 180, 6.0))
    errors = np.array([error(angle) for angle in angles])
    dips = np.flatnonzero((errors <= np.roll(errors, 1)) & (errors <= np.roll(errors, -1)))
    planes: list[tuple[float, float]] = []
    for dip in sorted(dips, key=lambda k: errors[k])[: limit + 2]:
        angle, value = _descend(error, float(angles[dip]), float(errors[dip]))
        apart = all(np.radians(15) < (abs(angle - other) % np.pi) < np.radians(165) for _, other in planes)
        if value < TOLERANCE and apart:
            planes.append((value, angle))
    planes = [plane for plane in sorted(planes) if plane[0] < min(planes)[0] + BEHIND_BEST][:limit]
    found = [Symmetry(mirror_matrix(angle, centre), value) for value, angle in planes]
    turns = [
        Symmetry(first.transform @ second.transform, first.error + second.error)
        for first, second in itertools.combinations(found, 2)
    ]
    return [*found, *turns]


def mirror_matrix(angle: float, centre: np.ndarray) -> np.ndarray:
    """[4, 4]: reflection in the vertical plane through `centre` whose normal is (cos angle, 0, sin angle)."""
    direction = np.array([np.cos(angle), 0.0, np.sin(angle)])
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
