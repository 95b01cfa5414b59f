"""Values of sparse voxels between their centres."""

from typing import Any

import numpy as np

from ...errors import BadInputError
from ..arrays import Array, is_tensor
from ..voxels.voxel_index import VoxelIndex


def sample_voxels(coords: Array, values: Array, queries: Array, item: int = 0) -> Any:
    """Return the values [Q, C] at queries [Q, 3] in voxel units, trilinear among the voxels that exist.

    coords: [N, 4] (item, x, y, z), voxel i has its centre at i + 0.5. values: [N, C]. Weights of absent neighbours go
    to those that exist; without any the value is 0.

    Raises BadInputError for arrays that do not fit each other.
    """
    if queries.ndim != 2 or queries.shape[1] != 3 or len(values) != len(coords):
        raise BadInputError(
            f"queries have shape {tuple(queries.shape)}, expected [Q, 3]; {len(values)} values for {len(coords)} voxels"
        )
    index = VoxelIndex(coords)
    xp: Any = np
    if is_tensor(queries):
        import torch

        xp = torch
    at: Any = queries - 0.5
    low = xp.floor(at)
    part, table = at - low, xp.asarray(values)
    items = xp.full_like(low[:, 0], item)
    total: Any = 0.0
    weight: Any = 0.0
    for bits in range(8):
        step = [bits & 1, bits >> 1 & 1, bits >> 2]
        asked = xp.stack([items, *(low[:, k] + step[k] for k in range(3))], 1)
        rows: Any = index.rows(xp.asarray(asked, dtype=xp.int32))
        share = (rows >= 0) * 1.0
        for k in range(3):
            share = share * (part[:, k] if step[k] else 1 - part[:, k])
        weight = weight + share
        total = total + share[:, None] * table[rows * (rows >= 0)]
    return total / weight.clip(min=1e-12)[:, None]
