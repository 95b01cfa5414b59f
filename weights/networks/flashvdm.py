"""The published volume decoders: coarse grid, then only near the surface, with attention to a few keys if wished.

Ours is kernels/decode_octree: sparse, exact, on the grid asked for. This file reproduces the published numbers, for
`compat = reference` and for checking checkpoints. It holds dense grids; vertices never asked are NaN.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .key_selection import Query, Selection, attend_selected
from .layers import attend_all

NEVER = -10000.0  # value of vertices not asked; anything below ASKED counts as such
ASKED = -9000.0
BAND = 0.95  # logits this small are near the surface of a truncated field
QUERY_CELLS = 6  # later levels are sorted into 6^3 cells of their bounding box
FIRST_STRIDE, LATER_STRIDE, MERGE_STRIDE = 100, 50, 30  # every n-th query of a part votes for keys


@dataclass(frozen=True)
class Volume:
    """Decoding settings of a family.

    widen: dilations of the active set and then of its children, on all levels but the last.
    """

    bounds: float
    select: Selection | None = None
    widen: tuple[int, int] = (1, 1)
    min_resolution: int = 63
    mini_grids: int = 4  # per side; the first level is cut into these, each with keys of its own


def halved_levels(resolution: int, min_resolution: int) -> list[int]:
    """`resolution` halved (rounding down) while it is not below `min_resolution`, coarsest first."""
    levels = [resolution]
    while levels[-1] // 2 >= min_resolution:
        levels.append(levels[-1] // 2)
    return levels[::-1]


def flash_levels(resolution: int, min_resolution: int, mini_grids: int) -> list[int]:
    """Coarsest level made to fit the mini grids, then doubled: 384 becomes 95, 190, 380."""
    levels = halved_levels(resolution, min_resolution)
    first = round(levels[0] / mini_grids) * mini_grids - 1
    return [first * 2**index for index in range(len(levels))]


def near_surface(grid: Tensor, offset: float = 0.0) -> Tensor:
    """Vertices of grid [X, Y, Z] whose sign differs from one of the 6 neighbours'. bool, same shape.

    offset is added to the values first, as published (where it should be subtracted). Neighbours never asked, or
    outside, count as the vertex itself.
    """
    values = grid + offset
    asked = values > ASKED
    sign = torch.sign(values)
    changes = torch.zeros_like(asked)
    for axis in range(3):
        count = grid.shape[axis]
        low, high = (slice(None),) * axis + (slice(0, count - 1),), (slice(None),) * axis + (slice(1, count),)
        differs = (sign[low] != sign[high]) & asked[low] & asked[high]
        changes[low] |= differs
        changes[high] |= differs
    return changes


def dilate(mask: Tensor, times: int) -> Tensor:
    """3^3 dilation of mask [X, Y, Z], `times` times."""
    for _ in range(times):
        mask = F.max_pool3d(mask[None, None].float(), 3, stride=1, padding=1)[0, 0] > 0
    return mask


def lattice(resolution: int, bounds: float) -> Tensor:
    """All points [(R + 1)^3, 3] of the lattice over [-bounds, bounds]^3, x slowest."""
    axis = torch.linspace(-bounds, bounds, resolution + 1, dtype=torch.float64).float()
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).flatten(0, 2)


def decode_dense(query: Query, resolution: int, bounds: float, chunk: int) -> Tensor:
    """Return the whole grid [R + 1, R + 1, R + 1]."""
    parts = [query(points, attend_all) for points in lattice(resolution, bounds).split(chunk)]
    return torch.cat(parts).unflatten(0, (resolution + 1,) * 3)


def decode_mini_grids(query: Query, resolution: int, volume: Volume, chunk: int) -> Tensor:
    """Return the whole grid, cut into mini grids that each choose their keys.

    Resolution + 1 is a multiple of their number.
    """
    side = (resolution + 1) // volume.mini_grids
    size = side**3
    points = lattice(resolution, volume.bounds).reshape(*(volume.mini_grids, side) * 3, 3)
    points = points.permute(0, 2, 4, 1, 3, 5, 6).reshape(-1, 3)
    logits = [
        query(part, attend_selected([size] * (len(part) // size), FIRST_STRIDE, "mean"))
        for part in points.split(max(chunk // size, 1) * size)
    ]
    grid = torch.cat(logits).reshape(*(volume.mini_grids,) * 3, side, side, side)
    return grid.permute(0, 3, 1, 4, 2, 5).reshape((resolution + 1,) * 3)


def ask_in_cells(query: Query, points: Tensor, chunk: int, select: Selection) -> Tensor:
    """Logits [P] of points [P, 3], sorted into 6^3 cells of their box, each cell with keys of its own."""
    low, high = points.amin(dim=0), points.amax(dim=0)
    cell = torch.floor((points - low) / (high - low) * (QUERY_CELLS - 0.001)).long()
    number = (cell[:, 0] * QUERY_CELLS + cell[:, 1]) * QUERY_CELLS + cell[:, 2]
    order = torch.sort(number).indices  # like the published code not stable: the sampled queries depend on it
    counts = torch.unique(number, return_counts=True)[1].tolist()
    stride = LATER_STRIDE if select == "mean" else MERGE_STRIDE
    logits = torch.empty(len(points), dtype=torch.float32, device=points.device)
    start, group = 0, []
    for index, count in enumerate(counts):
        group.append(count)
        if index + 1 == len(counts) or sum(group) + counts[index + 1] >= chunk:
            rows = order[start : start + sum(group)]
            logits[rows] = query(points[rows], attend_selected(group, stride, select))
            start, group = start + sum(group), []
    return logits


def decode_reference(
    query: Query, resolution: int, volume: Volume, chunk: int = 8000, offset: float = 0.0, flash: bool = True
) -> Tensor:
    """Return the grid [R' + 1]^3 that the published decoders give; NaN where they ask nothing.

    flash: FlashVDM's levels, whose last is not always `resolution`; else plain halving.
    """
    levels = halved_levels(resolution, volume.min_resolution)
    if flash:
        levels = flash_levels(resolution, volume.min_resolution, volume.mini_grids)
    if flash and volume.select is not None:
        grid = decode_mini_grids(query, levels[0], volume, chunk)
    else:
        grid = decode_dense(query, levels[0], volume.bounds, chunk)
    for level in levels[1:]:
        last = level == levels[-1]
        active = near_surface(grid, offset) | (grid.abs() < BAND)
        children = torch.zeros((level + 1,) * 3, dtype=torch.bool, device=grid.device)
        index = torch.nonzero(dilate(active, 0 if last else volume.widen[0])) * 2
        children[tuple(index.T)] = True
        asked = torch.nonzero(dilate(children, 2 if last else volume.widen[1]))
        step = torch.tensor(2 * volume.bounds / level, dtype=torch.float32, device=grid.device)
        points = asked * step - torch.tensor(volume.bounds, dtype=torch.float32, device=grid.device)
        if flash and volume.select is not None:
            logits = ask_in_cells(query, points, chunk, volume.select)
        else:
            logits = torch.cat([query(part, attend_all) for part in points.split(chunk)])
        grid = torch.full((level + 1,) * 3, NEVER, device=grid.device)
        grid[tuple(asked.T)] = logits
    return torch.where(grid == NEVER, torch.nan, grid)
