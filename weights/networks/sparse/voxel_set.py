"""Voxels of a batch, and what layers derive from their coordinates, computed once and kept.

Shapes: N voxels of all items, B items, M voxels of another level.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import torch
from torch import Tensor

from ....errors import BadInputError
from ....kernels.voxels.voxel_index import VoxelIndex, kernel_offsets

T = TypeVar("T")
BIAS = 1 << 17  # makes coordinates positive inside of a key
AXIS_BITS = 18


@dataclass(frozen=True)
class Segments:
    """Voxels cut into groups that attend among themselves, by size, so that no batch needs padding.

    rows: for each size, row numbers [groups, size] int64. A single group of all rows in order has `rows` of one slice.
    """

    rows: tuple[Tensor | slice, ...]

    @staticmethod
    def of_groups(group: Tensor) -> Segments:
        """group: [N] number of the group of every row; any integers."""
        _, group, counts = torch.unique(group, return_inverse=True, return_counts=True)
        order = torch.argsort(group, stable=True)
        starts = torch.cumsum(counts, 0) - counts
        found: list[Tensor | slice] = []
        for size in torch.unique(counts).tolist():
            first = starts[counts == size]
            found.append(order[first[:, None] + torch.arange(size, device=group.device)])
        return Segments(tuple(found))


class VoxelSet:
    """Coordinates [N, 4] int32 (item, x, y, z), items one after another; any order of voxels inside an item.

    items: number of items, more than the coordinates name when the last ones are empty.
    Raises BadInputError for another shape or type, items out of order, and (when tables are asked for) repeated voxels.
    """

    def __init__(self, coords: Tensor, items: int | None = None):
        if coords.ndim != 2 or coords.shape[1] != 4 or coords.is_floating_point():
            raise BadInputError(
                f"voxels of shape {tuple(coords.shape)} and type {coords.dtype}, expected [N, 4] integers"
            )
        self.coords = coords.to(torch.int32).contiguous()
        item = self.coords[:, 0]
        if len(coords) and (int(item[0]) < 0 or bool((item[1:] < item[:-1]).any())):
            raise BadInputError("voxels of the items are mixed", "sort them by their first column, the item, from 0")
        self.items = items if items is not None else int(item[-1]) + 1 if len(coords) else 0
        self._kept: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self.coords)

    @property
    def device(self) -> torch.device:
        return self.coords.device

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """Return the value of `make`, computed at the first call with this key and kept as long as the set."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    def forget(self) -> None:
        """Give back all that is kept: tables, windows, levels."""
        self._kept.clear()

    @cached_property
    def slices(self) -> list[slice]:
        """Rows of each item."""
        counts = torch.bincount(self.coords[:, 0].long(), minlength=self.items).tolist()
        ends = [sum(counts[: i + 1]) for i in range(len(counts))]
        return [slice(end - count, end) for end, count in zip(ends, counts, strict=True)]

    @cached_property
    def keys(self) -> Tensor:
        """One int64 per voxel that orders as (item, x, y, z) do. Raises BadInputError beyond +-131072."""
        places = self.coords[:, 1:].long() + BIAS
        if len(self) and (int(places.min()) < 0 or int(places.max()) >= 2 * BIAS):
            raise BadInputError(f"voxel coordinates reach beyond {-BIAS} to {BIAS - 1}")
        key = self.coords[:, 0].long()
        for axis in range(3):
            key = (key << AXIS_BITS) | places[:, axis]
        return key

    @property
    def index(self) -> VoxelIndex:
        """Rows by coordinate."""
        return self.keep("index", lambda: VoxelIndex(self.coords))

    def table(self, size: int) -> Tensor:
        """Rows of the neighbours under a size^3 kernel, [N, size^3] int32, z fastest, N where there is none."""

        def make() -> Tensor:
            return torch.as_tensor(self.index.neighbours(kernel_offsets(size), absent=len(self)))

        return self.keep(("table", size), make)

    def parents(self, factor: int = 2) -> tuple[VoxelSet, Tensor]:
        """Return the set of coords // factor, ordered by (item, x, y, z), and every voxel's parent row [N] int64."""

        def make() -> tuple[VoxelSet, Tensor]:
            coords = self.coords.clone()
            coords[:, 1:] = torch.div(coords[:, 1:], factor, rounding_mode="floor")
            keys, parent = torch.unique(VoxelSet(coords, self.items).keys, return_inverse=True)
            return VoxelSet(_coords_of(keys), self.items), parent

        return self.keep(("parents", factor), make)

    def child_table(self, factor: int = 2) -> Tensor:
        """Rows of the children of every parent, [M, factor^3] int32, z fastest, N where there is none."""

        def make() -> Tensor:
            coarse, parent = self.parents(factor)
            place = self.coords[:, 1:] % factor
            cell = (place[:, 0] * factor + place[:, 1]) * factor + place[:, 2]
            table = torch.full((len(coarse), factor**3), len(self), dtype=torch.int32, device=self.device)
            table[parent, cell.long()] = torch.arange(len(self), dtype=torch.int32, device=self.device)
            return table

        return self.keep(("children", factor), make)

    def subdivided(self) -> VoxelSet:
        """All eight halves of every voxel, parents in order, z fastest: row r is child r % 8 of voxel r // 8."""

        def make() -> VoxelSet:
            coords = self.coords.repeat_interleave(8, 0).view(-1, 8, 4)
            coords[..., 1:] = 2 * coords[..., 1:] + torch.as_tensor(kernel_offsets(2) + 1, device=self.device)
            return VoxelSet(coords.view(-1, 4), self.items)

        return self.keep("subdivided", make)

    def whole_items(self) -> Segments:
        """Every voxel with all of its item."""

        def make() -> Segments:
            return Segments(tuple(rows for rows in self.slices if rows.stop > rows.start))

        return self.keep("items", make)

    def windows(self, size: int, shift: int = 0) -> Segments:
        """Voxels of an item whose (coords + shift) // size agree. No wrap, no padding."""

        def make() -> Segments:
            coords = self.coords.clone()
            coords[:, 1:] = torch.div(coords[:, 1:] + shift, size, rounding_mode="floor")
            return Segments.of_groups(VoxelSet(coords, self.items).keys)

        return self.keep(("windows", size, shift), make)


@dataclass(frozen=True)
class SparseTensor:
    """features [N, C], one row per voxel of the set."""

    features: Tensor
    voxels: VoxelSet

    def __post_init__(self) -> None:
        if len(self.features) != len(self.voxels):
            raise BadInputError(f"{len(self.features)} rows of features on {len(self.voxels)} voxels")

    @property
    def coords(self) -> Tensor:
        """[N, 4] int32 (item, x, y, z)."""
        return self.voxels.coords

    def but(self, features: Tensor) -> SparseTensor:
        """Other features on the same voxels."""
        return SparseTensor(features, self.voxels)


def _coords_of(keys: Tensor) -> Tensor:
    """Keys [N] of a VoxelSet -> coordinates [N, 4] int32."""
    mask = (1 << AXIS_BITS) - 1
    places = [((keys >> (AXIS_BITS * axis)) & mask) - BIAS for axis in (2, 1, 0)]
    return torch.stack([keys >> (3 * AXIS_BITS), *places], dim=1).to(torch.int32)
