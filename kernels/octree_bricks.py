"""Growing maps from lattice points to data, in bricks of 8^3 under a dense table, and the kernels that walk them.

A slot is brick * 512 + place in the brick. Only bricks that a surface comes near are held, so finding a slot is two reads,
without a hash, and memory grows with the surface: the table takes 4 bytes per brick of the box (67 MB at 2048^3).
"""

import warp as wp

from .arrays import where
from .errors import OutOfMemoryError

wp.set_module_options({"enable_backward": False})

ABSENT = wp.constant(-1)  # table entry of a brick that is not held
WANTED = wp.constant(-2)  # asked for by a kernel, created by the next `grow`
BRICK_SLOTS = 512

# States of a cell and of a lattice point; 0 is "never asked for".
UNKNOWN = wp.constant(0)
NEW = wp.constant(1)  # asked for, not evaluated yet
KNOWN = wp.constant(2)  # evaluated; for a cell: the level does not cross it
CROSSED = wp.constant(3)  # a cell that the level crosses


class Bricks:
    """State, and on request a float, of the points of a `side`^3 lattice."""

    def __init__(self, side: int, device: str, with_values: bool = False):
        self.side = side
        self.per_side = -(-side // 8)
        self.device = device
        self.count = 0
        self.table = wp.full(self.per_side**3, ABSENT, dtype=int, device=device)
        self.places = wp.empty(0, dtype=int, device=device)  # table index of each brick
        self.state = wp.empty(0, dtype=wp.int8, device=device)
        self.values = wp.empty(0, dtype=float, device=device) if with_values else None

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
        if self.values is not None:
            self.values = _extended(self.values, self.count * BRICK_SLOTS, count * BRICK_SLOTS)
        wp.launch(place_bricks, len(wanted), [wanted, self.count, self.table, self.places], device=self.device)
        self.count = count

    def slots_in_state(self, state: int) -> wp.array:
        """Ascending slots, [K] int32."""
        return where(self.state[: self.count * BRICK_SLOTS] if self.count else self.state, state)


def _extended(array: wp.array, used: int, needed: int) -> wp.array:
    """`array` if it has `needed` elements, else a zeroed, half again larger one with the first `used` copied."""
    if len(array) >= needed:
        return array
    larger = wp.zeros(needed + needed // 2, dtype=array.dtype, device=array.device)
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
def point_of(slot: int, per_side: int, places: wp.array(dtype=int)) -> wp.vec3i:
    """Lattice point of a slot."""
    place = places[slot >> 9]
    x = place / (per_side * per_side)
    y = (place / per_side) % per_side
    z = place % per_side
    return wp.vec3i(x * 8 + ((slot >> 6) & 7), y * 8 + ((slot >> 3) & 7), z * 8 + (slot & 7))


@wp.func
def want_brick(x: int, y: int, z: int, per_side: int, table: wp.array(dtype=int)):
    place = place_of(x, y, z, per_side)
    if table[place] == ABSENT:
        table[place] = WANTED


@wp.kernel
def place_bricks(wanted: wp.array(dtype=int), first: int, table: wp.array(dtype=int), places: wp.array(dtype=int)):
    i = wp.tid()
    table[wanted[i]] = first + i
    places[first + i] = wanted[i]


@wp.kernel
def want_all(base: int, table: wp.array(dtype=int)):
    table[base + wp.tid()] = WANTED


@wp.kernel
def ask_all(base: int, side: int, per_side: int, places: wp.array(dtype=int), state: wp.array(dtype=wp.int8)):
    slot = base + wp.tid()
    p = point_of(slot, per_side, places)
    if p[0] < side and p[1] < side and p[2] < side:
        state[slot] = wp.int8(NEW)


@wp.func
def first_cover(i: int, fine: int, coarse: int) -> int:
    """Lowest of the `fine` cells per side that overlaps cell i of `coarse` cells per side."""
    return (i * fine) / coarse


@wp.func
def last_cover(i: int, fine: int, coarse: int) -> int:
    return ((i + 1) * fine + coarse - 1) / coarse - 1


@wp.kernel
def want_cover(base: int, cells: wp.array(dtype=wp.vec3i), coarse: int, fine: int, per_side: int, table: wp.array(dtype=int)):
    c = cells[base + wp.tid()]
    for x in range(first_cover(c[0], fine, coarse) >> 3, (last_cover(c[0], fine, coarse) >> 3) + 1):
        for y in range(first_cover(c[1], fine, coarse) >> 3, (last_cover(c[1], fine, coarse) >> 3) + 1):
            for z in range(first_cover(c[2], fine, coarse) >> 3, (last_cover(c[2], fine, coarse) >> 3) + 1):
                want_brick(x * 8, y * 8, z * 8, per_side, table)


@wp.kernel
def ask_cover(
    base: int,
    cells: wp.array(dtype=wp.vec3i),
    coarse: int,
    fine: int,
    per_side: int,
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),
):
    c = cells[base + wp.tid()]
    for x in range(first_cover(c[0], fine, coarse), last_cover(c[0], fine, coarse) + 1):
        for y in range(first_cover(c[1], fine, coarse), last_cover(c[1], fine, coarse) + 1):
            for z in range(first_cover(c[2], fine, coarse), last_cover(c[2], fine, coarse) + 1):
                slot = slot_of(x, y, z, per_side, table)
                if state[slot] == wp.int8(UNKNOWN):
                    state[slot] = wp.int8(NEW)


@wp.kernel
def want_corners(
    base: int,
    slots: wp.array(dtype=int),
    cells_per_side: int,
    places: wp.array(dtype=int),
    nodes_per_side: int,
    node_table: wp.array(dtype=int),
):
    p = point_of(slots[base + wp.tid()], cells_per_side, places)
    for x in range(p[0] >> 3, ((p[0] + 1) >> 3) + 1):
        for y in range(p[1] >> 3, ((p[1] + 1) >> 3) + 1):
            for z in range(p[2] >> 3, ((p[2] + 1) >> 3) + 1):
                want_brick(x * 8, y * 8, z * 8, nodes_per_side, node_table)


@wp.kernel
def ask_corners(
    base: int,
    slots: wp.array(dtype=int),
    cells_per_side: int,
    places: wp.array(dtype=int),
    nodes_per_side: int,
    node_table: wp.array(dtype=int),
    node_state: wp.array(dtype=wp.int8),
):
    p = point_of(slots[base + wp.tid()], cells_per_side, places)
    for c in range(8):
        slot = slot_of(p[0] + (c & 1), p[1] + ((c >> 1) & 1), p[2] + ((c >> 2) & 1), nodes_per_side, node_table)
        if node_state[slot] == wp.int8(UNKNOWN):
            node_state[slot] = wp.int8(NEW)


@wp.kernel
def inherit_values(
    base: int,
    slots: wp.array(dtype=int),
    per_side: int,
    places: wp.array(dtype=int),
    coarse_per_side: int,
    coarse_table: wp.array(dtype=int),
    coarse_state: wp.array(dtype=wp.int8),
    coarse_values: wp.array(dtype=float),
    state: wp.array(dtype=wp.int8),
    values: wp.array(dtype=float),
):
    slot = slots[base + wp.tid()]
    p = point_of(slot, per_side, places)
    if (p[0] | p[1] | p[2]) & 1 == 1:
        return
    coarse = slot_of(p[0] >> 1, p[1] >> 1, p[2] >> 1, coarse_per_side, coarse_table)
    if coarse >= 0:
        if coarse_state[coarse] == wp.int8(KNOWN):
            values[slot] = coarse_values[coarse]
            state[slot] = wp.int8(KNOWN)


@wp.kernel
def node_positions(
    base: int,
    slots: wp.array(dtype=int),
    per_side: int,
    places: wp.array(dtype=int),
    lower: wp.vec3d,
    step: wp.vec3d,
    positions: wp.array(dtype=wp.vec3),
):
    i = base + wp.tid()
    p = point_of(slots[i], per_side, places)
    at = lower + wp.cw_mul(wp.vec3d(wp.float64(p[0]), wp.float64(p[1]), wp.float64(p[2])), step)
    positions[i] = wp.vec3(float(at[0]), float(at[1]), float(at[2]))


@wp.kernel
def store_values(
    base: int,
    slots: wp.array(dtype=int),
    given: wp.array(dtype=float),
    state: wp.array(dtype=wp.int8),
    values: wp.array(dtype=float),
):
    i = base + wp.tid()
    values[slots[i]] = given[i]
    state[slots[i]] = wp.int8(KNOWN)


@wp.func
def inside_corners(p: wp.vec3i, level: float, per_side: int, table: wp.array(dtype=int), values: wp.array(dtype=float)) -> int:
    """Bit c is set when corner c of cell p is above the level."""
    bits = int(0)
    for c in range(8):
        slot = slot_of(p[0] + (c & 1), p[1] + ((c >> 1) & 1), p[2] + ((c >> 2) & 1), per_side, table)
        if values[slot] > level:
            bits = bits | (1 << c)
    return bits


@wp.func
def face_corners(face: int) -> int:
    """Mask of the corners of a face: faces 2 * axis and 2 * axis + 1 are the lower and the upper one."""
    mask = int(0)
    for c in range(8):
        if (c >> (face >> 1)) & 1 == face & 1:
            mask = mask | (1 << c)
    return mask


@wp.func
def across(p: wp.vec3i, face: int) -> wp.vec3i:
    q = p
    q[face >> 1] = q[face >> 1] + 2 * (face & 1) - 1
    return q


@wp.kernel
def classify_cells(
    base: int,
    slots: wp.array(dtype=int),
    level: float,
    side: int,
    per_side: int,
    places: wp.array(dtype=int),
    nodes_per_side: int,
    node_table: wp.array(dtype=int),
    values: wp.array(dtype=float),
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),
    open_faces: wp.array(dtype=wp.int8),  # bit f: the level crosses face f, so it goes on in the neighbour
):
    i = base + wp.tid()
    slot = slots[i]
    p = point_of(slot, per_side, places)
    bits = inside_corners(p, level, nodes_per_side, node_table, values)
    if bits == 0 or bits == 255:
        state[slot] = wp.int8(KNOWN)
        open_faces[i] = wp.int8(0)
        return
    state[slot] = wp.int8(CROSSED)
    mask = int(0)
    for face in range(6):
        corners = face_corners(face)
        if bits & corners != 0 and bits & corners != corners:
            q = across(p, face)
            if wp.min(q) >= 0 and wp.max(q) < side:
                mask = mask | (1 << face)
                want_brick(q[0], q[1], q[2], per_side, table)
    open_faces[i] = wp.int8(mask)


@wp.kernel
def ask_across(
    base: int,
    slots: wp.array(dtype=int),
    open_faces: wp.array(dtype=wp.int8),
    per_side: int,
    places: wp.array(dtype=int),
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),
):
    i = base + wp.tid()
    mask = int(open_faces[i])
    if mask == 0:
        return
    p = point_of(slots[i], per_side, places)
    for face in range(6):
        if (mask >> face) & 1 == 1:
            q = across(p, face)
            slot = slot_of(q[0], q[1], q[2], per_side, table)
            if state[slot] == wp.int8(UNKNOWN):
                state[slot] = wp.int8(NEW)


@wp.kernel
def read_points(
    base: int, slots: wp.array(dtype=int), per_side: int, places: wp.array(dtype=int), points: wp.array(dtype=wp.vec3i)
):
    i = base + wp.tid()
    points[i] = point_of(slots[i], per_side, places)


@wp.kernel
def corner_slots(
    base: int,
    cells: wp.array(dtype=wp.vec3i),
    per_side: int,
    table: wp.array(dtype=int),
    used: wp.array(dtype=wp.int8),
    corners: wp.array2d(dtype=int),
):
    i = base + wp.tid()
    p = cells[i]
    for c in range(8):
        slot = slot_of(p[0] + (c & 1), p[1] + ((c >> 1) & 1), p[2] + ((c >> 2) & 1), per_side, table)
        corners[i, c] = slot
        used[slot] = wp.int8(1)


@wp.kernel
def renumber_corners(base: int, numbers: wp.array(dtype=int), corners: wp.array2d(dtype=int)):
    i = base + wp.tid()
    for c in range(8):
        corners[i, c] = numbers[corners[i, c]] - 1


@wp.kernel
def gather_values(base: int, slots: wp.array(dtype=int), values: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = base + wp.tid()
    out[i] = values[slots[i]]
