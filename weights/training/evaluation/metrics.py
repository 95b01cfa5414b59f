"""Measures of shape: point-to-triangle distances, volume and silhouette overlap (lattice.md)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ....kernels.meshes.closest_point import closest_point
from ....kernels.views.cameras import Camera
from ....kernels.views.render_maps import render_maps
from ..objects import SignedDistance

GROUND_TRUTH_HALF = 0.99  # the truth's longest side is scaled to twice this, the prediction by the same transform
SURFACE_SAMPLES = 100_000
VOLUME_SAMPLES = 100_000
SHEET = 0.004  # half the thickness that an open sheet counts as having

Triangles = tuple[np.ndarray, np.ndarray]
"""Vertices [V,3] float32, faces [F,3] int32."""


@dataclass(frozen=True)
class ShapeScores:
    """Scores of a shape against the truth.

    chamfer: mean of accuracy (prediction to truth) and completeness (truth to prediction), in units of half the
    truth's longest side / 0.99; f_*: F-score at that distance, per cent; normal: mean |cos|; iou: of volumes."""

    accuracy: float
    completeness: float
    chamfer: float
    f_1: float
    f_2: float
    f_5: float
    normal: float
    iou: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def surface_samples(mesh: Triangles, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Area-uniform points [count,3] and their unit normals [count,3]."""
    vertices, faces = mesh
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    cumulative = np.cumsum(area, dtype=np.float64)
    pick = np.searchsorted(cumulative, (np.arange(count) + rng.random(count)) * (cumulative[-1] / count))
    pick = np.minimum(pick, len(faces) - 1)
    r1, r2 = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
    points = (1 - r1) * a[pick] + r1 * (1 - r2) * b[pick] + r1 * r2 * c[pick]
    return points.astype(np.float32), (cross[pick] / np.maximum(area[pick, None], 1e-12)).astype(np.float32)


def directed(points: np.ndarray, normals: np.ndarray, target: Triangles) -> tuple[np.ndarray, np.ndarray]:
    """Distances [N] from points [N,3] with normals [N,3] to `target`, and |cos| between the normals there."""
    vertices, faces = target
    distance, _, face = closest_point(vertices, faces, points)
    a, b, c = (vertices[faces[face, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    cross /= np.maximum(np.linalg.norm(cross, axis=1, keepdims=True), 1e-12)
    return distance, np.abs((cross * normals).sum(1))


class ShapeJudge:
    """Scores predictions against one truth; what depends on the truth alone is worked out once."""

    def __init__(self, truth: Triangles, seed: int = 0):
        low, high = truth[0].min(0), truth[0].max(0)
        self._scale, self._centre = 2 * GROUND_TRUTH_HALF / float((high - low).max()), (low + high) / 2
        self._seed = seed
        self._truth = self._normalised(truth)
        self._samples = surface_samples(self._truth, SURFACE_SAMPLES, np.random.default_rng(seed))
        self._volume = np.random.default_rng(seed + 1).uniform(-1, 1, (VOLUME_SAMPLES, 3)).astype(np.float32)
        self._inside = inside_hull(self._truth, self._volume)

    def _normalised(self, mesh: Triangles) -> Triangles:
        return ((mesh[0] - self._centre) * self._scale).astype(np.float32), mesh[1]

    def scores(self, prediction: Triangles) -> ShapeScores:
        """Return the scores of a prediction in the truth's frame."""
        predicted = self._normalised(prediction)
        samples = surface_samples(predicted, SURFACE_SAMPLES, np.random.default_rng(self._seed))
        accuracy, cos_a = directed(*samples, self._truth)
        completeness, cos_c = directed(*self._samples, predicted)

        def f_score(distance: float) -> float:
            precision, recall = (accuracy < distance).mean(), (completeness < distance).mean()
            return float(200 * precision * recall / max(precision + recall, 1e-9))

        inside = inside_hull(predicted, self._volume)
        return ShapeScores(
            accuracy=float(accuracy.mean()),
            completeness=float(completeness.mean()),
            chamfer=float(accuracy.mean() + completeness.mean()) / 2,
            f_1=f_score(0.01),
            f_2=f_score(0.02),
            f_5=f_score(0.05),
            normal=float(cos_a.mean() + cos_c.mean()) / 2,
            iou=float((inside & self._inside).sum() / max(1, (inside | self._inside).sum())),
        )


def shape_scores(prediction: Triangles, truth: Triangles) -> ShapeScores:
    """Scores of a prediction in the same frame as the truth."""
    return ShapeJudge(truth).scores(prediction)


def inside_hull(mesh: Triangles, points: np.ndarray) -> np.ndarray:
    """Mark the points [P,3] that lie within the outer hull of a mesh, bool [P]."""
    vertices, faces = mesh
    reach = max(1.0, float(np.abs(vertices).max()))  # a prediction may leave the box
    inside = np.zeros(len(points), bool)
    near = ((points > vertices.min(0) - SHEET) & (points < vertices.max(0) + SHEET)).all(1)
    inside[near] = SignedDistance(vertices / reach, faces, sheet=SHEET / reach)(points[near] / np.float32(reach)) > 0
    return inside


def silhouette_iou(mesh: Triangles, camera: Camera, mask: np.ndarray) -> float:
    """Overlap of the mesh's silhouette with a mask [S,S] bool."""
    seen = render_maps(mesh[0], mesh[1], camera, mask.shape[0], maps=()).face >= 0
    return float((seen & mask).sum() / max(1, (seen | mask).sum()))
