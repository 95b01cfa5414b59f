"""Fields sampled on whole bricks of a lattice, as sparse decoders give them.

The rest of the lattice is one far value. Brick p of B^3 samples holds lattice points p * B + (0..B-1). Work and memory
follow the bricks: no dense lattice is made. Shapes: N bricks, B samples along a brick, R samples along the lattice, S =
R / B.
"""

from __future__ import annotations

from itertools import product

import torch
from scipy import ndimage
from torch import Tensor

from ...errors import BadInputError
from ..voxels.voxel_index import VoxelIndex
from .field import CORNERS, Bounds, Field, box

FAR = 1.0  # size of the value that stands for samples that no brick holds
CHUNK = 1 << 22  # samples that are worked on at once


def field_from_bricks(
    bricks: Tensor,
    values: Tensor,
    resolution: int,
    level: float = 0.0,
    inside: Tensor | None = None,
    bounds: float | Bounds = 1.0,
) -> Field:
    """Return the field of all cells that touch a sample of a brick.

    There it equals that of the dense lattice. bricks: [N, 3] integers, each once. values: [N, B, B, B], positive
    inside. resolution: samples along the lattice, R, and cells along the box `bounds`. level: value at the surface.
    inside: bool [T, T, T], T a divisor of R: the cells in which samples of no brick are FAR instead of -FAR; -FAR
    everywhere without it. Raises BadInputError for bricks outside of the lattice, or twice.
    """
    side = _checked(bricks, values, resolution)
    bricks, values = bricks.to(torch.int32), values.float()
    index = VoxelIndex(_items(bricks))
    owners = owning_bricks(bricks)
    step = max(1, CHUNK // (side + 1) ** 3)
    cells, corners = [bricks.new_zeros(0, 3)], [values.new_zeros(0, 8)]
    for part in owners.split(step):
        samples, known = samples_round(part, index, values, resolution, inside)
        found = _crossed(samples, known, level)
        row, x, y, z = (column[:, None] for column in found.unbind(1))
        at = torch.as_tensor(CORNERS, device=part.device).long().unbind(1)
        place = found[:, 1:].int() + part[found[:, 0]] * side
        within = (place < resolution - 1).all(1)
        cells.append(place[within])
        corners.append(samples[row, x + at[0], y + at[1], z + at[2]][within])
    return _field(torch.cat(cells), torch.cat(corners), resolution, level, bounds)


def _checked(bricks: Tensor, values: Tensor, resolution: int) -> int:
    """Return the samples along a brick."""
    side = values.shape[-1] if values.ndim == 4 else 0
    if side == 0 or values.shape[1:] != (side,) * 3 or bricks.shape != (len(values), 3) or resolution % side:
        shapes = f"{tuple(bricks.shape)} bricks of values {tuple(values.shape)}"
        raise BadInputError(f"{shapes} do not make a lattice of {resolution}", "Give [N, 3] and [N, B, B, B].")
    if len(bricks) and (int(bricks.min()) < 0 or (int(bricks.max()) + 1) * side > resolution):
        raise BadInputError(
            f"bricks run from {int(bricks.min())} to {int(bricks.max())} in {resolution // side} a side"
        )
    return side


def owning_bricks(bricks: Tensor) -> Tensor:
    """Return the places [M, 3], sorted, in whose bricks the lowest corners of all cells at `bricks` [N, 3] lie."""
    below = (bricks[:, None] - torch.as_tensor(CORNERS, device=bricks.device)).reshape(-1, 3)
    return torch.unique(below[(below >= 0).all(1)], dim=0)


def samples_round(
    owners: Tensor, index: VoxelIndex, values: Tensor, resolution: int, inside: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return samples [M, B+1, B+1, B+1] of bricks with the first of their upper neighbours, and which are known."""
    side = values.shape[-1]
    samples = _far_samples(owners, side, resolution, inside)
    known = torch.zeros(samples.shape, dtype=torch.bool, device=samples.device)
    neighbours = owners[:, None] + torch.as_tensor(CORNERS, device=owners.device)
    rows = torch.as_tensor(index.rows(_items(neighbours.view(-1, 3)), absent=-1)).long().view(-1, 8)
    for corner, offset in enumerate(CORNERS.tolist()):
        at = torch.nonzero(rows[:, corner] >= 0)[:, 0]
        into = (at, *(slice(side, None) if upper else slice(side) for upper in offset))
        out_of = (rows[at, corner], *(slice(1) if upper else slice(None) for upper in offset))
        samples[into] = values[out_of]
        known[into] = True
    return samples, known


def _far_samples(owners: Tensor, side: int, resolution: int, inside: Tensor | None) -> Tensor:
    shape = (len(owners), *(side + 1,) * 3)
    if inside is None:
        return torch.full(shape, -FAR, device=owners.device)
    along = torch.arange(side + 1, device=owners.device)
    cells = (owners.long()[..., None] * side + along) * len(inside) // resolution
    x, y, z = cells.clamp(max=len(inside) - 1).unbind(1)
    filled = inside.to(owners.device)[x[:, :, None, None], y[:, None, :, None], z[:, None, None, :]]
    return torch.where(filled, FAR, -FAR)


def _crossed(samples: Tensor, known: Tensor, level: float) -> Tensor:
    """Return [K, 4] (row, x, y, z) of the cells between samples that the level crosses and of which one is known."""
    above = samples > torch.tensor(level, dtype=torch.float32)
    every, some, told = None, None, None
    size = samples.shape[-1] - 1
    for x, y, z in CORNERS.tolist():
        part = (slice(None), slice(x, x + size), slice(y, y + size), slice(z, z + size))
        every = above[part] if every is None else every & above[part]
        some = above[part] if some is None else some | above[part]
        told = known[part] if told is None else told | known[part]
    assert every is not None and some is not None and told is not None
    return torch.nonzero(some & ~every & told)


def _field(cells: Tensor, corners: Tensor, resolution: int, level: float, bounds: float | Bounds) -> Field:
    """Field of cells [C, 3] with samples [C, 8] at their corners."""
    nodes = (cells[:, None] + torch.as_tensor(CORNERS, device=cells.device)).view(-1, 3).long()
    keys = (nodes[:, 0] * resolution + nodes[:, 1]) * resolution + nodes[:, 2]
    keys, rows = torch.unique(keys, return_inverse=True)
    values = torch.empty(len(keys), dtype=torch.float32, device=cells.device)
    values[rows] = corners.reshape(-1)  # cells that share a point hold the same number of it
    points = torch.stack([keys // resolution**2, keys // resolution % resolution, keys % resolution], dim=1)
    return Field(resolution, box(bounds), cells, rows.view(-1, 8).int(), points.int(), values, float(level))


def enclosed_bricks(bricks: Tensor, values: Tensor, resolution: int, level: float = 0.0) -> Tensor:
    """Return bool [S, S, S]: bricks that are not given, in spaces that given ones enclose and that are inside.

    A space is inside when more samples at its border lie above the level than below.
    """
    side = _checked(bricks, values, resolution)
    count = resolution // side
    free = torch.ones((count,) * 3, dtype=torch.bool)
    x, y, z = bricks.cpu().long().unbind(1)
    free[x, y, z] = False
    spaces, number = ndimage.label(free.numpy())  # type: ignore[misc]
    spaces = torch.from_numpy(spaces).long()
    votes = torch.zeros(number + 1, dtype=torch.float64)
    for axis, (end, step) in product(range(3), ((0, -1), (side - 1, 1))):
        face = values.select(axis + 1, end)
        lean = 2.0 * (face > level).sum((1, 2)).cpu() - side**2
        beside = bricks.cpu().long().clone()
        beside[:, axis] += step
        held = (beside[:, axis] >= 0) & (beside[:, axis] < count)
        x, y, z = beside[held].unbind(1)
        votes.index_add_(0, spaces[x, y, z], lean[held].double())
    inner = votes > 0
    inner[0] = False  # the given bricks themselves
    for axis, end in product(range(3), (0, -1)):
        inner[spaces.select(axis, end).flatten()] = False
    return inner[spaces]


def _items(places: Tensor) -> Tensor:
    """Coordinates [N, 3] as those of item 0, [N, 4]."""
    return torch.cat([torch.zeros_like(places[:, :1]), places], dim=1).to(torch.int32)
