"""Distance between a mesh's creases and a picture's edges, for one camera.

It decides where silhouettes look alike.

Truncated distances from the edges of each to those of the other, both ways (Chamfer matching, Barrow et al. 1977;
truncated, so that paint without a crease and creases without contrast cost a bounded amount).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

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

    def misfit(self, maps: Maps, pixel: float) -> float:
        """0 (all edges coincide) to 1 (none is near another); 0.5 when either has next to none.

        maps: with normal and depth. pixel: world units that one pixel covers.
        """
        creases = crease_lines(maps, pixel)
        if self._edges.sum() < FEWEST or creases.sum() < FEWEST:
            return 0.5
        there = self._distance[creases].mean()
        back = _distances(creases, self._reach)[self._edges].mean()
        return float((there + back) / 2)


def crease_lines(maps: Maps, pixel: float) -> np.ndarray:
    """bool [S,S]: pixels inside the silhouette where the surface bends or one part passes before another."""
    inside = _inner(maps.mask)
    depth = np.where(maps.mask, maps.depth, 0.0)
    lines = np.zeros_like(inside)
    for axis in (0, 1):
        bend = (maps.normal * np.roll(maps.normal, 1, axis)).sum(-1) < CREASE
        jump = np.abs(depth - np.roll(depth, 1, axis)) > STEP * pixel
        lines |= bend | jump
    return lines & inside


def _inner(mask: np.ndarray) -> np.ndarray:
    return ndimage.binary_erosion(mask, iterations=RIM)


def _distances(edges: np.ndarray, reach: float) -> np.ndarray:
    """Distance of every pixel from the nearest edge over `reach`, at most 1."""
    if not edges.any():
        return np.ones(edges.shape, np.float32)
    return np.minimum(np.asarray(ndimage.distance_transform_edt(~edges)) / reach, 1.0).astype(np.float32)
