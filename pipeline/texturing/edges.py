"""Distance between a mesh's creases and a picture's edges, for one camera.

It decides where silhouettes look alike.

Truncated distances from the edges of each to those of the other, both ways (Chamfer matching, Barrow et al. 1977;
truncated, so that paint without a crease and creases without contrast cost a bounded amount).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from ...kernels.arrays import beside, is_tensor, namespace
from ...kernels.views.edge_distance import edge_distance
from ...kernels.views.render_maps import Maps

CONTRAST = 0.08  # change of a colour channel (0..1) over two pixels that counts as an edge
CREASE = 0.9  # cosine between the normals of neighbouring pixels below which there is a crease
STEP = 6.0  # pixel sizes between the depths of neighbouring pixels that make one part hide another
REACH = 0.04  # of the side of the picture: edges further apart than this have nothing to do with each other
RIM = 3  # pixels inside the outline that are left out: the silhouette speaks for them
FEWEST = 24  # pixels: shorter edges say nothing


class PictureEdges:
    """The edges of one picture [S,S,4] (0..1), to be compared with meshes seen by cameras.

    As an argument of `misfit` goes a render of the same size.
    """

    def __init__(self, rgba: np.ndarray):
        steps = [np.abs(np.roll(rgba[..., :3], 1, axis) - np.roll(rgba[..., :3], -1, axis)).max(-1) for axis in (0, 1)]
        self._edges = (np.maximum(*steps) > CONTRAST) & _inner(rgba[..., 3] > 0.5)
        self._reach = REACH * len(rgba)
        self._distance = _distances(self._edges, self._reach)
        self._there: tuple[Any, Any] | None = None  # edges and distances where the maps lie

    def misfit(self, maps: Maps, pixel: float) -> float:
        """0 (all edges coincide) to 1 (none is near another); 0.5 when either has next to none.

        maps: with normal and depth. pixel: world units that one pixel covers.
        """
        creases = crease_lines(maps, pixel)
        if is_tensor(creases):
            return self._misfit_there(creases)
        if self._edges.sum() < FEWEST or creases.sum() < FEWEST:
            return 0.5
        there = self._distance[creases].mean()
        back = _distances(creases, self._reach)[self._edges].mean()
        return float((there + back) / 2)

    def _misfit_there(self, creases: Any) -> float:
        """Return the misfit of creases [S,S] on a device, which is waited for once."""
        if self._there is None or self._there[0].device != creases.device:
            self._there = beside(self._edges, creases), beside(self._distance, creases)
        edges, distance = self._there
        drawn, folded = edges.sum(), creases.sum()
        there = (distance * creases).sum() / folded.clip(1)
        back = (edge_distance(creases, self._reach) * edges).sum() / drawn.clip(1)
        sure = (drawn >= FEWEST) & (folded >= FEWEST)
        return float(namespace(creases).where(sure, (there + back) / 2, 0.5))


def crease_lines(maps: Maps, pixel: float) -> Any:
    """bool [S,S]: pixels inside the silhouette where the surface bends or one part passes before another."""
    inside = _inner(maps.mask)
    xp = namespace(inside)
    depth = xp.where(maps.mask, maps.depth, 0.0)
    lines = xp.zeros_like(inside)
    for axis in (0, 1):
        bend = (maps.normal * xp.roll(maps.normal, 1, axis)).sum(-1) < CREASE
        jump = abs(depth - xp.roll(depth, 1, axis)) > STEP * pixel
        lines |= bend | jump
    return lines & inside


def _inner(mask: Any) -> Any:
    """Return the mask [S,S] without its outer RIM pixels, counted along rows and columns."""
    if not is_tensor(mask):
        return ndimage.binary_erosion(mask, iterations=RIM)
    from torch.nn import functional as F

    for _ in range(RIM):
        wide = F.pad(mask, (1, 1, 1, 1))
        mask = mask & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return mask


def _distances(edges: np.ndarray, reach: float) -> np.ndarray:
    """Distance of every pixel from the nearest edge over `reach`, at most 1."""
    if not edges.any():
        return np.ones(edges.shape, np.float32)
    return np.minimum(np.asarray(ndimage.distance_transform_edt(~edges)) / reach, 1.0).astype(np.float32)
