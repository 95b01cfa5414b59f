# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportReturnType=false
"""Rows of a sparse set of voxels, found by coordinate: neighbour tables for sparse convolution and extraction.

Voxels are held in bricks of 4^3 cells, each with the row of its voxel. A hash table finds bricks, not voxels: it is
one tenth as large for a surface and stays in the cache, and the 27 bricks round a brick are found once for all of its
voxels. Memory: about 270 bytes a brick, 4 bytes a table entry.
"""

from typing import Any

import numpy as np
import warp as wp

from ...errors import BadInputError, UsageError
from ..arrays import Array, origin_of, to_warp
from ..parallel import launch, on_host, start_warp

wp.set_module_options({"enable_backward": False})

CELLS = wp.constant(64)  # of a brick
EMPTY = wp.constant(wp.int64(-1))
AXIS_BRICKS = wp.constant(65536)  # bricks that one axis of a key can number
HALF_AXIS = wp.constant(32768)
SPREAD = wp.constant(wp.uint64(0x9E3779B97F4A7C15))  # 2^64 / golden ratio: Fibonacci hashing
PROBES = wp.constant(128)  # after so many full slots the table counts as too small
REACH = 4  # largest offset that ends in a brick next door
ITEM_LIMIT = wp.constant(32768)


@wp.func
def brick_key(item: int, bx: int, by: int, bz: int) -> wp.int64:
    """Key of the brick (bx, by, bz) of an item, EMPTY when it lies outside what keys can number."""
    x = bx + HALF_AXIS
    y = by + HALF_AXIS
    z = bz + HALF_AXIS
    if x < 0 or y < 0 or z < 0 or x >= AXIS_BRICKS or y >= AXIS_BRICKS or z >= AXIS_BRICKS or item < 0:
        return EMPTY
    return (((wp.int64(item) << wp.int64(16) | wp.int64(x)) << wp.int64(16)) | wp.int64(y)) << wp.int64(16) | wp.int64(
        z
    )


@wp.func
def first_slot(key: wp.int64, shift: wp.uint64) -> int:
    return int((wp.uint64(key) * SPREAD) >> shift)


@wp.func
def find_brick(key: wp.int64, keys: wp.array(dtype=wp.int64), numbers: wp.array(dtype=int), shift: wp.uint64) -> int:
    """Return number of the brick with this key, -1 when there is none."""
    if key == EMPTY:
        return -1
    slot = first_slot(key, shift)
    for _ in range(PROBES):
        if keys[slot] == key:
            return numbers[slot]
        if keys[slot] == EMPTY:
            return -1
        slot = (slot + 1) & (keys.shape[0] - 1)
    return -1


@wp.func
def cell_of(x: int, y: int, z: int) -> int:
    return ((x & 3) << 4) + ((y & 3) << 2) + (z & 3)


@wp.func
def find_row(
    item: int,
    at: wp.vec3i,
    keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    shift: wp.uint64,
    cells: wp.array(dtype=int),
) -> int:
    """Return the row of a voxel, -1 when there is none. The last four arguments are `VoxelIndex.table`."""
    brick = find_brick(brick_key(item, at[0] >> 2, at[1] >> 2, at[2] >> 2), keys, numbers, shift)
    if brick < 0:
        return -1
    return cells[brick * CELLS + cell_of(at[0], at[1], at[2])]


@wp.kernel
def insert_bricks(
    base: int,
    run: int,  # voxels an item inserts one after the other, since neighbours in order mostly share a brick
    coords: wp.array2d(dtype=int),
    shift: wp.uint64,
    keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    brick_slots: wp.array(dtype=int),  # slot of each brick; its length is the number of bricks the table may hold
    counts: wp.array(dtype=int),  # [bricks, 1 when the table is too small, 1 + a row that keys cannot number]
    voxel_slots: wp.array(dtype=int),
):
    first = (base + wp.tid()) * run
    last_key = EMPTY
    placed = int(-1)
    for i in range(first, wp.min(first + run, coords.shape[0])):
        key = brick_key(coords[i, 0], coords[i, 1] >> 2, coords[i, 2] >> 2, coords[i, 3] >> 2)
        if key == EMPTY or coords[i, 0] >= ITEM_LIMIT:
            counts[2] = i + 1
        elif key != last_key:
            placed = int(-1)
            slot = first_slot(key, shift)
            for _ in range(PROBES):
                there = keys[slot]
                if there == EMPTY:
                    there = wp.atomic_cas(keys, slot, EMPTY, key)
                    if there == EMPTY:
                        number = wp.atomic_add(counts, 0, 1)
                        if number < brick_slots.shape[0]:
                            numbers[slot] = number
                            brick_slots[number] = slot
                        else:
                            counts[1] = 1
                        there = key
                if there == key:
                    placed = slot
                    break
                slot = (slot + 1) & (keys.shape[0] - 1)
            if placed < 0:
                counts[1] = 1
            last_key = key
        voxel_slots[i] = placed


@wp.kernel
def fill_cells(
    base: int,
    coords: wp.array2d(dtype=int),
    numbers: wp.array(dtype=int),
    voxel_slots: wp.array(dtype=int),
    voxel_bricks: wp.array(dtype=int),
    cells: wp.array(dtype=int),
):
    i = base + wp.tid()
    brick = numbers[voxel_slots[i]]
    voxel_bricks[i] = brick
    cells[brick * CELLS + cell_of(coords[i, 1], coords[i, 2], coords[i, 3])] = i


@wp.kernel
def find_repeated(
    base: int,
    coords: wp.array2d(dtype=int),
    voxel_bricks: wp.array(dtype=int),
    cells: wp.array(dtype=int),
    repeated: wp.array(dtype=int),
):
    i = base + wp.tid()
    if cells[voxel_bricks[i] * CELLS + cell_of(coords[i, 1], coords[i, 2], coords[i, 3])] != i:
        repeated[0] = i + 1


@wp.kernel
def find_near_bricks(
    base: int,
    brick_slots: wp.array(dtype=int),
    keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    shift: wp.uint64,
    near: wp.array2d(dtype=int),  # [bricks, 27]
):
    b = base + wp.tid()
    key = keys[brick_slots[b]]
    mask = wp.int64(65535)
    z = int(key & mask) - HALF_AXIS
    y = int((key >> wp.int64(16)) & mask) - HALF_AXIS
    x = int((key >> wp.int64(32)) & mask) - HALF_AXIS
    item = int(key >> wp.int64(48))
    for n in range(27):
        if n == 13:
            near[b, n] = b
        else:
            other = brick_key(item, x + n / 9 - 1, y + (n / 3) % 3 - 1, z + n % 3 - 1)
            near[b, n] = find_brick(other, keys, numbers, shift)


@wp.kernel
def read_neighbours(
    base: int,
    coords: wp.array2d(dtype=int),
    steps: wp.array2d(dtype=int),  # [64, K]: from a cell by an offset, brick next door * 64 + cell
    voxel_bricks: wp.array(dtype=int),
    near: wp.array2d(dtype=int),
    cells: wp.array(dtype=int),
    absent: int,
    table: wp.array2d(dtype=int),
):
    i = base + wp.tid()
    cell = cell_of(coords[i, 1], coords[i, 2], coords[i, 3])
    brick = voxel_bricks[i]
    for k in range(steps.shape[1]):
        step = steps[cell, k]
        other = near[brick, step >> 6]
        row = int(-1)
        if other >= 0:
            row = cells[other * CELLS + (step & 63)]
        if row < 0:
            row = absent
        table[i, k] = row


@wp.kernel
def read_rows(
    base: int,
    queries: wp.array2d(dtype=int),
    keys: wp.array(dtype=wp.int64),
    numbers: wp.array(dtype=int),
    shift: wp.uint64,
    cells: wp.array(dtype=int),
    absent: int,
    rows: wp.array(dtype=int),
):
    i = base + wp.tid()
    at = wp.vec3i(queries[i, 1], queries[i, 2], queries[i, 3])
    row = find_row(queries[i, 0], at, keys, numbers, shift, cells)
    if row < 0:
        row = absent
    rows[i] = row


class VoxelIndex:
    """Finds rows of `coords` [N, 4] integers (item, x, y, z) by coordinate; results are of the kind of `coords`.

    Raises BadInputError for a wrong shape or type, for places beyond +-131072 and for two rows at one voxel.
    """

    def __init__(self, coords: Array):
        check_shape(coords)
        start_warp()
        self.count = len(coords)
        self.origin = origin_of(coords)
        self.device = self.origin.device
        self._coords = rows_to_warp(coords, self.device)
        self._near: wp.array | None = None
        self._insert()
        self.cells = wp.full(max(1, self.bricks) * 64, -1, dtype=int, device=self.device)
        self._voxel_bricks = wp.empty(self.count, dtype=int, device=self.device)
        inputs = [self._coords, self._numbers, self._voxel_slots, self._voxel_bricks, self.cells]
        launch(fill_cells, self.count, inputs, self.device)
        repeated = wp.zeros(1, dtype=int, device=self.device)
        launch(find_repeated, self.count, [self._coords, self._voxel_bricks, self.cells, repeated], self.device)
        row = int(repeated.numpy()[0]) - 1
        if row >= 0:
            voxel = self._coords.numpy()[row].tolist()
            raise BadInputError(f"voxel {voxel} (item, x, y, z) is given twice", "give every voxel once")

    def _insert(self) -> None:
        """Give each brick a number.

        The table starts small, as surfaces fill ten voxels of a brick, and grows when needed.
        """
        bits = max(6, int(np.ceil(np.log2(max(1, self.count / 4)))))
        while True:
            slots = 1 << bits
            self._keys = wp.full(slots, EMPTY, dtype=wp.int64, device=self.device)
            self._numbers = wp.full(slots, -1, dtype=int, device=self.device)
            self._brick_slots = wp.empty(slots // 2, dtype=int, device=self.device)
            self._voxel_slots = wp.empty(self.count, dtype=int, device=self.device)
            self._shift = wp.uint64(64 - bits)
            counts = wp.zeros(3, dtype=int, device=self.device)
            run = 64 if on_host(self.device) else 1
            inputs = [run, self._coords, self._shift, self._keys, self._numbers, self._brick_slots, counts]
            items = -(-self.count // run)
            # One range on the CPU, where atomics are plain reads and writes.
            launch(insert_bricks, items, [*inputs, self._voxel_slots], self.device, cuts=[0, items])
            self.bricks, too_small, outside = (int(value) for value in counts.numpy())
            if outside:
                voxel = self._coords.numpy()[outside - 1].tolist()
                raise BadInputError(
                    f"voxel {voxel} (item, x, y, z) lies outside of items 0 to 32767 and places -131072 to 131071"
                )
            if not too_small:
                return
            bits += 2

    def neighbours(self, offsets: Array, absent: int = -1) -> Array:
        """Row of the voxel at each offset [K, 3] from every voxel, [N, K] int32, `absent` where there is none.

        Raises UsageError for offsets beyond 4 in magnitude.
        """
        given = np.asarray(offsets, np.int32)
        if given.ndim != 2 or given.shape[1] != 3 or np.abs(given).max(initial=0) > REACH:
            raise UsageError(f"offsets of shape {given.shape} up to {np.abs(given).max(initial=0)}; allowed: [K, 3], 4")
        if self._near is None:
            self._near = wp.empty((self.bricks, 27), dtype=int, device=self.device)
            inputs = [self._brick_slots, self._keys, self._numbers, self._shift, self._near]
            launch(find_near_bricks, self.bricks, inputs, self.device)
        table = wp.empty((self.count, len(given)), dtype=int, device=self.device)
        steps = rows_to_warp(_steps(given), self.device)
        inputs = [self._coords, steps, self._voxel_bricks, self._near, self.cells, absent, table]
        launch(read_neighbours, self.count, inputs, self.device)
        return self.origin.give(table)

    @property
    def table(self) -> list[Any]:
        """The arguments by which `find_row` finds rows within a kernel."""
        return [self._keys, self._numbers, self._shift, self.cells]

    def rows(self, queries: Array, absent: int = -1) -> Array:
        """Row of the voxel at each query [Q, 4] (item, x, y, z), [Q] int32, `absent` where there is none."""
        check_shape(queries)
        rows = wp.empty(len(queries), dtype=int, device=self.device)
        asked = rows_to_warp(queries, self.device)
        inputs = [asked, *self.table, absent, rows]
        launch(read_rows, len(queries), inputs, self.device)
        return self.origin.give(rows)


def kernel_offsets(size: int) -> np.ndarray:
    """Offsets [size^3, 3] of a cubic kernel round its centre, z fastest, as the weights of a convolution lie."""
    axis = np.arange(size) - size // 2
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.int32)


def _steps(offsets: np.ndarray) -> np.ndarray:
    """Brick next door * 64 + cell [64, K] that each offset [K, 3] leads to from each cell of a brick."""
    cells = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    ends = cells + offsets
    bricks, places = (ends >> 2) + 1, ends & 3
    return (bricks @ [9, 3, 1] * 64 + places @ [16, 4, 1]).astype(np.int32)


def rows_to_warp(array: Array, device: str) -> wp.array:
    """Integers [N, K] as a Warp array of two dimensions."""
    if len(array) == 0:  # Warp reshapes no empty array
        return wp.empty(tuple(array.shape), dtype=int, device=device)
    return to_warp(array.reshape(-1), int, device).reshape(tuple(array.shape))


def check_shape(coords: Array) -> None:
    """Raise BadInputError unless `coords` is [N, 4] integers."""
    if coords.ndim != 2 or coords.shape[1] != 4:
        raise BadInputError(f"voxel coordinates have shape {tuple(coords.shape)}, expected [N, 4] (item, x, y, z)")
    if not str(coords.dtype).removeprefix("torch.").startswith(("int", "uint")):
        raise BadInputError(f"voxel coordinates have type {coords.dtype}, expected integers")
    if len(coords) and str(coords.dtype) not in ("int32", "torch.int32"):
        low, high = int(coords.min()), int(coords.max())
        if low < -(2**31) or high >= 2**31:
            raise BadInputError(f"voxel coordinates run from {low} to {high}, more than 32 bits can hold")
