# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false
"""Growing maps from lattice points to data, in bricks of 8^3 under a dense table.

A slot is brick * 512 + place in the brick. Only bricks that a surface comes near are held, so memory grows with the
surface; finding a slot is two reads, without a hash. The table takes 4 bytes per brick of the box (67 MB at 2048^3).
"""

import warp as wp

from ...errors import OutOfMemoryError
from ..arrays import where

wp.set_module_options({"enable_backward": False})

ABSENT = wp.constant(-1)  # table entry of a brick that is not held
WANTED = wp.constant(-2)  # asked for by a kernel, created by the next `grow`
BRICK_SLOTS = 512

# States of a cell and of a lattice point; 0 is "never asked for".
UNKNOWN = wp.constant(0)
NEW = wp.constant(1)  # asked for, not evaluated yet
KNOWN = wp.constant(2)  # evaluated; for a cell: the level does not cross it
CROSSED = wp.constant(3)  # a cell that the level crosses
USED = wp.constant(3)  # a lattice point at a corner of such a cell


class Bricks:
    """State and, when `with_values`, a float of the points of a `side`^3 lattice. New slots hold zeros."""

    def __init__(self, side: int, device: str, with_values: bool = False):
        self.side = side
        self.per_side = -(-side // 8)
        self.device = device
        self.count = 0
        self.table = wp.full(self.per_side**3, ABSENT, dtype=int, device=device)
        self.places = wp.empty(0, dtype=wp.vec3i, device=device)  # first lattice point of each brick
        self.state = wp.empty(0, dtype=wp.int8, device=device)
        self.with_values = with_values
        self.values = wp.empty(0, dtype=float, device=device)

    def grow(self) -> None:
        """Create the bricks marked WANTED, numbered in the order of the table, with every slot UNKNOWN."""
        wanted = where(self.table, WANTED)
        if len(wanted) == 0:
            return
        count = self.count + len(wanted)
        if count * BRICK_SLOTS >= 2**31:
            raise OutOfMemoryError(f"{count} bricks of 8^3 are more than 32 bits can number", "lower the resolution")
        self.places = _extended(self.places, self.count, count)
        self.state = _extended(self.state, self.count * BRICK_SLOTS, count * BRICK_SLOTS)
        if self.with_values:
            self.values = _extended(self.values, self.count * BRICK_SLOTS, count * BRICK_SLOTS)
        inputs = [wanted, self.count, self.per_side, self.table, self.places]
        wp.launch(place_bricks, len(wanted), inputs, device=self.device)
        self.count = count

    def release(self) -> None:
        """Give back states and values; slots that were read before still have their places."""
        self.state = wp.empty(0, dtype=wp.int8, device=self.device)
        self.values = wp.empty(0, dtype=float, device=self.device)

    def slots_in_state(self, state: int) -> wp.array:
        """Ascending slots, [K] int32."""
        return where(self.state[: self.count * BRICK_SLOTS] if self.count else self.state, state)


def _extended(array: wp.array, used: int, needed: int) -> wp.array:
    """`array` if it has `needed` elements, else a zeroed one that has, with the first `used` copied.

    The first time it is made to measure. Later bricks are few, so an eighth of room spares most further copies.
    """
    if len(array) >= needed:
        return array
    room = needed + (needed // 8 if used else 0)
    try:
        larger = wp.zeros(room, dtype=array.dtype, device=array.device)
    except RuntimeError as error:
        raise OutOfMemoryError(
            f"no memory for {room} more samples on {array.device}", "lower the resolution"
        ) from error
    if used:
        wp.copy(larger, array, count=used)
    return larger


@wp.func
def place_of(x: int, y: int, z: int, per_side: int) -> int:
    """Table index of the brick that holds a lattice point."""
    return ((x >> 3) * per_side + (y >> 3)) * per_side + (z >> 3)


@wp.func
def slot_of(x: int, y: int, z: int, per_side: int, table: wp.array(dtype=int)) -> int:
    """Slot of a lattice point, negative when its brick is not held."""
    brick = table[place_of(x, y, z, per_side)]
    if brick < 0:
        return -1
    return brick * 512 + ((x & 7) << 6) + ((y & 7) << 3) + (z & 7)


@wp.func
def point_of(slot: int, places: wp.array(dtype=wp.vec3i)) -> wp.vec3i:
    """Lattice point of a slot."""
    return places[slot >> 9] + wp.vec3i((slot >> 6) & 7, (slot >> 3) & 7, slot & 7)


@wp.func
def want_brick(x: int, y: int, z: int, per_side: int, table: wp.array(dtype=int)):
    place = place_of(x, y, z, per_side)
    if table[place] == ABSENT:
        table[place] = WANTED


@wp.kernel
def place_bricks(
    wanted: wp.array(dtype=int),
    first: int,
    per_side: int,
    table: wp.array(dtype=int),
    places: wp.array(dtype=wp.vec3i),
):
    i = wp.tid()
    place = wanted[i]
    table[place] = first + i
    # Kept, as three divisions for every slot that is read would take longer than all else.
    places[first + i] = wp.vec3i(place / (per_side * per_side), (place / per_side) % per_side, place % per_side) * 8
