"""Predicted O-Voxel grid -> mesh that does not tear: mended grid, quads, scraps left out, faces wound alike."""

from typing import Any, cast

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ...arrays import Array, is_tensor, origin_of, to_numpy
from ...meshes.clean import orient_outward
from ...meshes.topology import face_pairs, half_edges
from ..grid_mesh import grid_to_mesh
from .mend import Mending, mend_grid

SCRAP = 6  # faces: an open part of three quads or fewer is an error of flags


def mended_mesh(
    coords: Array,
    local: Array,
    crossed: Array,
    resolution: int,
    *,
    weights: "Array | None" = None,
    facing: "Array | None" = None,
    distances: "Array | None" = None,
    mending: Mending | None = None,
) -> tuple[Any, Any]:
    """Return vertices [M, 3] float32 in [-0.5, 0.5]^3 and faces [F, 3] int32 of a grid that a decoder predicted.

    The setting `decode_grid.rule` chooses it. Takes what `grid_to_mesh` takes but for `split`, and `distances` and
    `mending` of `mend_grid`. The first N vertices are those of the given voxels, in order and unused ones included;
    those of voxels put back follow. Each side of a quad runs from
    voxel to voxel, so no vertex lies within a side of another face. Faces of a sheet look to one side: that of most of
    the signs in `facing` [N, 3] where these are known, else outward where it is closed. A one-sided surface keeps one
    seam. Scraps and winding are worked out on the CPU.

    Raises BadInputError for arrays that do not fit each other, UsageError for a setting out of range.
    """
    origin = origin_of(coords)
    grid = mend_grid(coords, local, crossed, resolution, distances=distances, mending=mending)
    count = len(grid.coords)
    shares = None if weights is None else _lengthened(weights.reshape(-1), count, float(weights.mean()))
    sides = None if facing is None else _lengthened(facing, count, 0)
    vertices, quads = grid_to_mesh(grid.coords, grid.local, grid.crossed, resolution, weights=shares, facing=sides)
    faces = drop_scraps(to_numpy(quads))
    wound = orient_outward(to_numpy(vertices), faces)
    if facing is not None:
        wound = _turned(faces, wound)
    return vertices, origin.give(np.ascontiguousarray(wound, np.int32))


def _turned(before: np.ndarray, wound: np.ndarray) -> np.ndarray:
    """Return faces [F, 3] wound alike, each sheet turned to where most of the same faces looked before."""
    if len(wound) == 0:
        return wound
    pairs = face_pairs(wound)[1]
    links = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (len(wound),) * 2)
    sheet = connected_components(links, directed=False)[1]
    same = np.where((before == wound).all(axis=1), 1.0, -1.0)
    wrong = (np.bincount(sheet, same) < 0)[sheet]
    return np.where(wrong[:, None], wound[:, ::-1], wound)


def drop_scraps(faces: np.ndarray, least: int = SCRAP) -> np.ndarray:
    """Return the faces [F', 3] without open parts of at most `least` faces. Parts share edges; vertices do not join."""
    if len(faces) == 0:
        return faces
    sides, owner = half_edges(faces)
    keys = sides.min(axis=1) * (int(faces.max()) + 1) + sides.max(axis=1)
    _, edge, uses = np.unique(keys, return_inverse=True, return_counts=True)
    links = coo_matrix((np.ones(len(owner), np.int8), (owner, edge + len(faces))), (len(faces) + len(uses),) * 2)
    part = connected_components(links, directed=False)[1][: len(faces)]
    is_open = np.zeros(part.max() + 1, bool)
    is_open[part[owner[uses[edge] == 1]]] = True
    return faces[~(is_open & (np.bincount(part) <= least))[part]]


def _lengthened(values: Array, count: int, filler: float) -> Any:
    """Return values [count, ...] whose rows beyond the given ones are `filler`."""
    missing, given = count - len(values), cast(Any, values)
    if not is_tensor(values):
        return np.concatenate([given, np.full((missing, *given.shape[1:]), filler, given.dtype)])
    import torch

    return torch.cat([given, given.new_full((missing, *given.shape[1:]), filler)])
