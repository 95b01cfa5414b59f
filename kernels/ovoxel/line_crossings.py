# Warp's annotations know neither its own scalars nor numpy's:
# pyright: reportArgumentType=false
"""Crossings of a mesh with the lines of a grid, and the voxels round them, on the mesh's device."""

from typing import Any

import numpy as np
import warp as wp

from ..arrays import Array, is_tensor, offsets
from ..parallel import launch, on_host
from .crossings import cross_lines, touched_voxels
from .distinct import distinct


def line_crossings(corners: wp.array, triangles: wp.array, resolution: int) -> tuple[wp.array, wp.array, wp.array]:
    """Return what is crossed: edge (voxel * 3 + axis) [K] int64, face [K] and height along the axis [K] float64."""
    device = str(corners.device)
    items = 3 * len(triangles)
    counts = wp.zeros(items, dtype=int, device=device)

    def out(size: int) -> tuple[wp.array, wp.array, wp.array]:
        kinds = (wp.int64, int, wp.float64)
        keys, owners, heights = (wp.empty(size, dtype=kind, device=device) for kind in kinds)
        return keys, owners, heights

    launch(cross_lines, items, [corners, triangles, resolution, False, counts, *out(0)], device)
    ends, total = offsets(counts)
    found = out(total)
    launch(cross_lines, items, [corners, triangles, resolution, True, ends, *found], device)
    return found


def crossed_voxels(edges: wp.array, resolution: int) -> Any:
    """Return the voxels [N, 4] int32 (0, x, y, z) round the crossed edges, in lexicographic order.

    A NumPy array for edges on the CPU, a tensor for those on a device.
    """
    device = str(edges.device)
    single = distinct(shared(edges))
    touched = wp.empty((len(single), 4), dtype=wp.int64, device=device)
    launch(touched_voxels, len(single), [_keys_to_warp(single), resolution, touched], device)
    keys = distinct(shared(touched).reshape(-1))
    return voxels_of(keys, resolution)


def voxels_of(keys: Any, resolution: int) -> Any:
    """Return the voxels [N, 4] int32 (0, x, y, z) of keys [N] x * R^2 + y * R + z, as the kind of the keys."""
    side = resolution * resolution
    columns = [keys * 0, keys // side, keys // resolution % resolution, keys % resolution]
    if not is_tensor(keys):
        return np.stack(columns, axis=1).astype(np.int32)
    import torch

    return torch.stack(columns, dim=1).to(torch.int32)


def shared(array: wp.array) -> Any:
    """Return a view of the memory of `array`: a NumPy array on the CPU, a tensor on a device."""
    return array.numpy() if on_host(array.device) else wp.to_torch(array)


def _keys_to_warp(keys: Array) -> wp.array:
    return wp.from_torch(keys) if is_tensor(keys) else wp.array(keys, dtype=wp.int64, device="cpu", copy=False)
