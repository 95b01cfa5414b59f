# Warp's annotations know neither its own scalars nor numpy's:
# pyright: reportArgumentType=false
"""Predicted O-Voxel grid -> the grid without its tears.

A decoder misses flags, sets others and leaves voxels out, each on its own; the public rule makes a hole of every one.
Here each edge is decided once, by belief propagation over all that know it: its flag, the planes through the dual
vertices around, the walls it shares with other edges, and the voxels it needs. Voxels that the decided edges need come
back. Ends of a surface are long lines of odd walls, dear to close, and stay; gaps of one or two voxels go. A change is
taken back where more errors side by side would have to explain it than a decoder makes.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ....errors import BadInputError
from ...arrays import Array, check_range, is_tensor, origin_of, to_numpy, to_warp, where
from ...parallel import launch, start_warp
from ...voxels.voxel_index import VoxelIndex, kernel_offsets, rows_to_warp
from ...voxels.voxelize import MAX_RESOLUTION
from ..distinct import distinct
from ..dual_grid import DualGrid
from ..grid_mesh import check_grid, with_item
from ..line_crossings import shared, voxels_of
from .beliefs import decide, sum_beliefs, tell_voxels, tell_walls
from .lost_voxels import beyond_walls, find_torn, named_voxels
from .planes import CERTAIN, first_beliefs, fit_planes, place_lost
from .unlikely import settle, unlikely_changes

TURNS = 3  # of belief propagation, each with the changes taken back that errors do not explain
FACED = 3  # walls to voxels from which on an absent voxel is one that may have been lost


@dataclass(frozen=True)
class Mending:
    """Expectations of a decoder's errors.

    flipped: share of wrong flags. dropped: share of missing voxels. odd: share of walls between voxels where the
    surface ends or branches. planes: most that planes may say, log odds. cluster: most log odds of errors side by side;
    three missed flags have 13.8. rings: rounds in which voxels that may have been lost are looked for, from the rims of
    a gap inwards. sweeps: of belief propagation.
    """

    flipped: float = 0.01
    dropped: float = 0.01
    odd: float = 0.06
    planes: float = 3.0
    cluster: float = 12.0
    rings: int = 4
    sweeps: int = 12

    def __post_init__(self) -> None:
        for name in ("flipped", "dropped", "odd"):
            check_range(name, getattr(self, name), 1e-6, 0.499)
        check_range("planes", self.planes, 0.0, 20.0)
        check_range("cluster", self.cluster, 0.0, 1e9)
        check_range("rings", self.rings, 1, 32)
        check_range("sweeps", self.sweeps, 1, 1000)


def mend_grid(
    coords: Array,
    local: Array,
    crossed: Array,
    resolution: int,
    *,
    distances: "Array | None" = None,
    mending: Mending | None = None,
) -> DualGrid:
    """Return the grid with each edge decided by all that know it, and with the voxels that were lost.

    coords, local, crossed: [N, 3], see `DualGrid`; local may leave 0..1. The first N rows of the result are the given
    voxels with their vertices, in order, so attributes of voxels keep their rows; voxels put back follow. distances:
    [N], unsigned distance of each voxel's centre to the surface in voxels, where a decoder predicts one; it sharpens
    the planes. Takes about 500 bytes a voxel.

    Raises BadInputError for arrays that do not fit each other, UsageError for a setting out of range.
    """
    check_range("resolution", resolution, 1, MAX_RESOLUTION)
    check_grid(coords, local, crossed, None, None)
    if distances is not None and len(distances) != len(coords):
        raise BadInputError(f"distances have shape {tuple(distances.shape)}, expected [{len(coords)}]")
    origin = origin_of(coords)
    start_warp()
    device, given, told = origin.device, len(coords), mending or Mending()
    if given == 0:
        return DualGrid(resolution, coords, local, crossed)
    flags, vertices = rows_to_warp(crossed, device), to_warp(local, wp.vec3, device)
    cells = _with_lost(with_item(coords), flags, resolution, told.rings, device)
    count = len(cells)
    near = rows_to_warp(VoxelIndex(cells).neighbours(kernel_offsets(3)), device)
    far = to_warp(distances.reshape(-1) if distances is not None else np.empty(0, np.float32), float, device)
    planes = [wp.empty(count, dtype=kind, device=device) for kind in (wp.vec3, wp.vec3, float, float)]
    launch(fit_planes, count, [near, given, vertices, far, *planes], device)
    beliefs = _agreed(to_numpy(cells[given:, 1:]), near, flags, planes, told)
    decided, used = wp.zeros((count, 3), dtype=wp.uint8, device=device), wp.empty(count, dtype=int, device=device)
    launch(decide, count, [near, given, beliefs, decided, used], device)
    rows = where(used, 1)
    placed = wp.empty(len(rows), dtype=wp.vec3, device=device)
    launch(place_lost, len(rows), [rows, given, vertices, near, planes[0], planes[1], planes[3], placed], device)
    kept = _taken(rows_to_warp(cells[:, 1:], device), rows)
    return DualGrid(resolution, origin.give(kept), origin.give(placed), origin.give(_taken(decided, rows)))


def _with_lost(voxels: Array, crossed: wp.array, resolution: int, rings: int, device: str) -> Any:
    """Return the voxels [C, 4], and after them those that may have been lost.

    These are the absent ones round a crossed edge, and beside tears and ends those with three walls to voxels or to
    others that may have been lost, found in `rings` rounds.
    """
    cells, given = shared(rows_to_warp(voxels, device)), len(voxels)
    for ring in range(rings):
        count = len(cells)
        near = rows_to_warp(VoxelIndex(cells).neighbours(kernel_offsets(3)), device)
        torn = wp.empty(count, dtype=int, device=device)
        launch(find_torn, count, [near, given, crossed, torn], device)
        faced = wp.empty((count, 6), dtype=wp.int64, device=device)
        placed = rows_to_warp(cells, device)
        launch(beyond_walls, count, [placed, near, torn, resolution, faced], device)
        lost = [distinct(shared(faced).reshape(-1), FACED)]
        if ring == 0:
            named = wp.empty((count, 9), dtype=wp.int64, device=device)
            launch(named_voxels, count, [placed, near, crossed, resolution, named], device)
            lost.append(shared(named).reshape(-1))
        if is_tensor(cells):
            import torch

            cells = torch.cat([cells, voxels_of(distinct(torch.cat(lost)), resolution)])
        else:
            cells = np.concatenate([cells, voxels_of(distinct(np.concatenate(lost)), resolution)])
        if len(cells) == count:
            break
    return cells


def _agreed(
    absent_coords: np.ndarray, near: wp.array, crossed: wp.array, planes: list[wp.array], mending: Mending
) -> wp.array:
    """Return the log odds [3 C] that an edge is not crossed, after all sweeps."""
    device, count, given = str(near.device), len(near), len(crossed)
    doubt = math.log((1.0 - mending.flipped) / mending.flipped)
    absent = math.log((1.0 - mending.dropped) / mending.dropped)
    prior, beliefs = (wp.empty(3 * count, dtype=float, device=device) for _ in range(2))
    walls, voxels = (wp.zeros((3 * count, 4), dtype=float, device=device) for _ in range(2))
    launch(first_beliefs, 3 * count, [near, given, crossed, doubt, mending.planes, *planes, prior], device)
    for turn in range(TURNS):
        for _ in range(mending.sweeps):
            launch(sum_beliefs, 3 * count, [near, prior, walls, voxels, beliefs], device)
            launch(tell_walls, 3 * count, [near, 1.0 - 2.0 * mending.odd, beliefs, walls], device)
            launch(tell_voxels, count - given, [near, given, absent, prior, beliefs, voxels], device)
        launch(sum_beliefs, 3 * count, [near, prior, walls, voxels, beliefs], device)
        if turn + 1 == TURNS:
            break
        open_, sheets = unlikely_changes(absent_coords, near, given, crossed, beliefs, doubt, absent, mending.cluster)
        if len(open_) + len(sheets) == 0:
            break
        for edges, belief in ((open_, CERTAIN), (sheets, 1.0 - CERTAIN)):
            launch(settle, len(edges), [wp.array(edges, dtype=int, device=device), belief, prior], device)
        walls.zero_()
        voxels.zero_()
    return beliefs


def _taken(array: wp.array, rows: wp.array) -> wp.array:
    """Return the rows of `array` that `rows` [K] numbers."""
    found = shared(array)[shared(rows)]
    return wp.from_torch(found) if is_tensor(found) else wp.array(found, dtype=array.dtype, device="cpu", copy=False)
