"""From a mesh to what the published encoders read: the box, points on sharp edges, and which points become queries."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from torch import Tensor

from ...kernels.voxels.farthest_points import farthest_points

SHARP_COSINE = 0.985  # a vertex is sharp when one of its faces leans further than this from the vertex normal


def normalised_vertices(vertices: np.ndarray, scale: float) -> np.ndarray:
    """Vertices [V, 3] with the middle of their box at 0 and its longest side 2 * scale."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return (vertices - (low + high) / 2) * (2 * scale / (high - low).max())


@dataclass(frozen=True)
class SharpEdges:
    """Edges between sharp vertices, once per face they belong to: positions and normals [E, 3] of both ends."""

    start: np.ndarray
    end: np.ndarray
    start_normal: np.ndarray
    end_normal: np.ndarray

    def sample(self, places: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points and normals [N, 3], the edge picked by length. places [N] and weights [N, 1] lie in [0, 1).

        Normals are interpolated and, as published, not made unit length again. Returns empty arrays without edges.
        """
        if len(self.start) == 0:
            return np.zeros((0, 3)), np.zeros((0, 3))
        length = np.linalg.norm(self.end - self.start, axis=1)
        edge = np.searchsorted((length / length.sum()).cumsum(), places).clip(max=len(length) - 1)
        points = weights * self.start[edge] + (1 - weights) * self.end[edge]
        return points, weights * self.start_normal[edge] + (1 - weights) * self.end_normal[edge]


def vertex_sharpness(faces: np.ndarray, face_normals: np.ndarray, vertex_normals: np.ndarray) -> np.ndarray:
    """Smallest cosine [V] between a vertex normal and its faces' normals, worked out as published.

    Corner by corner of all faces; where a vertex is the same corner of several faces only the last of them counts.
    """
    cosine = np.ones(len(vertex_normals))
    for corner in range(3):
        vertex = faces[:, corner]
        cosine[vertex] = np.minimum(cosine[vertex], (vertex_normals[vertex] * face_normals).sum(axis=1))
    return cosine


def sharp_edges(vertices: np.ndarray, faces: np.ndarray, vertex_normals: np.ndarray, sharp: np.ndarray) -> SharpEdges:
    """Half edges of the mesh whose two vertices are both `sharp` (bool [V])."""
    start, end = faces.T.reshape(-1), np.roll(faces, -1, axis=1).T.reshape(-1)
    kept = sharp[start] & sharp[end]
    start, end = start[kept], end[kept]
    return SharpEdges(vertices[start], vertices[end], vertex_normals[start], vertex_normals[end])


def farthest_rows(rows: Tensor, count: int) -> Tensor:
    """Farthest point sampling of rows [B, P, 3 + .] by position, from the first of each.

    Index [B * count] int64 into the rows of all objects in one list.
    """
    picked = [torch.as_tensor(farthest_points(points.float(), count)) for points in rows[..., :3]]
    return torch.cat([index + number * rows.shape[1] for number, index in enumerate(picked)])


def picked_count(points: int, ratio: float) -> int:
    """Return how many of `points` the published sampler keeps for a ratio, rounded up in single precision."""
    return ceil(np.float32(points) * np.float32(ratio))


def published_queries(rows: Tensor, queries: float, ratio: int, order: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Choose queries among points: keep `queries * ratio` of them in random order, then sample those evenly.

    rows [B, P, C]; order: permutation of the P points. With fewer points than wanted all are kept. Returns the kept
    rows [B, K, C], the chosen ones [B, N, C], and their index in the kept rows of all objects [B * N].
    """
    wanted = int(queries * ratio)
    kept = rows[:, order[:wanted]]
    index = farthest_rows(kept, picked_count(kept.shape[1], queries / wanted))
    chosen = kept.flatten(0, 1)[index].unflatten(0, (len(rows), -1))
    return kept, chosen, index
