# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportOperatorIssue=false, reportReturnType=false
"""The kernels of octree decoding: asking for cells and their corners, reading states, going on across faces.

Each works on a list of slots (see bricks). A kernel that "wants" marks bricks to be created; after `Bricks.grow` its
partner "asks", which sets UNKNOWN slots to NEW. All threads that write to one place write the same value.
"""

import warp as wp

from .bricks import CROSSED, KNOWN, NEW, UNKNOWN, USED, WANTED, point_of, slot_of, want_brick

wp.set_module_options({"enable_backward": False})


@wp.kernel
def want_all(base: int, table: wp.array(dtype=int)):
    table[base + wp.tid()] = WANTED


@wp.kernel
def ask_all(base: int, side: int, places: wp.array(dtype=wp.vec3i), state: wp.array(dtype=wp.int8)):
    slot = base + wp.tid()
    p = point_of(slot, places)
    if p[0] < side and p[1] < side and p[2] < side:
        state[slot] = wp.int8(NEW)


@wp.func
def want_box(first: wp.vec3i, last: wp.vec3i, per_side: int, table: wp.array(dtype=int)):
    """Have the bricks made that hold the points from first to last."""
    for x in range(first[0] >> 3, (last[0] >> 3) + 1):
        for y in range(first[1] >> 3, (last[1] >> 3) + 1):
            for z in range(first[2] >> 3, (last[2] >> 3) + 1):
                want_brick(x * 8, y * 8, z * 8, per_side, table)


@wp.func
def ask(x: int, y: int, z: int, per_side: int, table: wp.array(dtype=int), state: wp.array(dtype=wp.int8)):
    """Have a point evaluated that was not asked for before; its brick is held."""
    slot = slot_of(x, y, z, per_side, table)
    if state[slot] == wp.int8(UNKNOWN):
        state[slot] = wp.int8(NEW)


@wp.func
def is_inner(p: wp.vec3i) -> bool:
    """Tell whether all corners of cell p lie in one brick of the nodes.

    Those of two cells in three do.
    """
    return (p[0] & 7) != 7 and (p[1] & 7) != 7 and (p[2] & 7) != 7


@wp.func
def corner_slot(p: wp.vec3i, c: int, slot: int, inner: bool, per_side: int, table: wp.array(dtype=int)) -> int:
    """Slot of corner c of cell p, whose lowest corner has `slot`. inner: `is_inner(p)`."""
    x = c & 1
    y = (c >> 1) & 1
    z = (c >> 2) & 1
    if inner:
        return slot + (x << 6) + (y << 3) + z
    return slot_of(p[0] + x, p[1] + y, p[2] + z, per_side, table)


@wp.func
def first_cover(cell: wp.vec3i, fine: int, coarse: int) -> wp.vec3i:
    """Lowest of the `fine` cells per side that overlap a cell of `coarse` cells per side."""
    return (cell * fine) / coarse


@wp.func
def last_cover(cell: wp.vec3i, fine: int, coarse: int) -> wp.vec3i:
    one = wp.vec3i(1, 1, 1)
    return ((cell + one) * fine + one * (coarse - 1)) / coarse - one


@wp.kernel
def want_cover(
    base: int,
    cells: wp.array(dtype=wp.vec3i),
    coarse: int,
    fine: int,
    per_side: int,
    table: wp.array(dtype=int),
):
    c = cells[base + wp.tid()]
    want_box(first_cover(c, fine, coarse), last_cover(c, fine, coarse), per_side, table)


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
    first = first_cover(c, fine, coarse)
    last = last_cover(c, fine, coarse)
    for x in range(first[0], last[0] + 1):
        for y in range(first[1], last[1] + 1):
            for z in range(first[2], last[2] + 1):
                ask(x, y, z, per_side, table, state)


@wp.kernel
def want_corners(
    base: int,
    slots: wp.array(dtype=int),
    places: wp.array(dtype=wp.vec3i),
    nodes_per_side: int,
    node_table: wp.array(dtype=int),
):
    p = point_of(slots[base + wp.tid()], places)
    if is_inner(p):
        want_brick(p[0], p[1], p[2], nodes_per_side, node_table)
    else:
        want_box(p, p + wp.vec3i(1, 1, 1), nodes_per_side, node_table)


@wp.kernel
def ask_corners(
    base: int,
    slots: wp.array(dtype=int),
    places: wp.array(dtype=wp.vec3i),
    nodes_per_side: int,
    node_table: wp.array(dtype=int),
    node_state: wp.array(dtype=wp.int8),
):
    p = point_of(slots[base + wp.tid()], places)
    lowest = slot_of(p[0], p[1], p[2], nodes_per_side, node_table)
    inner = is_inner(p)
    for c in range(8):
        slot = corner_slot(p, c, lowest, inner, nodes_per_side, node_table)
        if node_state[slot] == wp.int8(UNKNOWN):
            node_state[slot] = wp.int8(NEW)


@wp.kernel
def inherit_values(
    base: int,
    slots: wp.array(dtype=int),
    places: wp.array(dtype=wp.vec3i),
    coarse_per_side: int,
    coarse_table: wp.array(dtype=int),
    coarse_state: wp.array(dtype=wp.int8),
    coarse_values: wp.array(dtype=float),
    state: wp.array(dtype=wp.int8),
    values: wp.array(dtype=float),
):
    slot = slots[base + wp.tid()]
    p = point_of(slot, places)
    if (p[0] | p[1] | p[2]) & 1 == 1:
        return
    coarse = slot_of(p[0] >> 1, p[1] >> 1, p[2] >> 1, coarse_per_side, coarse_table)
    if coarse < 0:
        return
    if coarse_state[coarse] == wp.int8(KNOWN):
        values[slot] = coarse_values[coarse]
        state[slot] = wp.int8(KNOWN)


@wp.kernel
def node_positions(
    base: int,
    slots: wp.array(dtype=int),
    places: wp.array(dtype=wp.vec3i),
    lower: wp.vec3d,
    step: wp.vec3d,
    positions: wp.array(dtype=wp.vec3),
):
    i = base + wp.tid()
    p = point_of(slots[i], places)
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
def inside_corners(
    p: wp.vec3i, level: float, per_side: int, table: wp.array(dtype=int), values: wp.array(dtype=float)
) -> int:
    """Bit c is set when corner c of cell p is above the level."""
    bits = int(0)
    lowest = slot_of(p[0], p[1], p[2], per_side, table)
    inner = is_inner(p)
    for c in range(8):
        slot = corner_slot(p, c, lowest, inner, per_side, table)
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
    places: wp.array(dtype=wp.vec3i),
    nodes_per_side: int,
    node_table: wp.array(dtype=int),
    values: wp.array(dtype=float),
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),
    open_faces: wp.array(dtype=wp.int8),  # bit f: the level crosses face f, so it goes on in the neighbour
):
    i = base + wp.tid()
    slot = slots[i]
    p = point_of(slot, places)
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
    places: wp.array(dtype=wp.vec3i),
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),
):
    i = base + wp.tid()
    mask = int(open_faces[i])
    if mask == 0:
        return
    p = point_of(slots[i], places)
    for face in range(6):
        if (mask >> face) & 1 == 1:
            q = across(p, face)
            ask(q[0], q[1], q[2], per_side, table, state)


@wp.kernel
def read_points(
    base: int, slots: wp.array(dtype=int), places: wp.array(dtype=wp.vec3i), points: wp.array(dtype=wp.vec3i)
):
    i = base + wp.tid()
    points[i] = point_of(slots[i], places)


@wp.kernel
def corner_slots(
    base: int,
    cells: wp.array(dtype=wp.vec3i),
    per_side: int,
    table: wp.array(dtype=int),
    state: wp.array(dtype=wp.int8),  # corners become USED
    corners: wp.array2d(dtype=int),
):
    i = base + wp.tid()
    p = cells[i]
    lowest = slot_of(p[0], p[1], p[2], per_side, table)
    inner = is_inner(p)
    for c in range(8):
        slot = corner_slot(p, c, lowest, inner, per_side, table)
        corners[i, c] = slot
        state[slot] = wp.int8(USED)


@wp.kernel
def gather_values(base: int, slots: wp.array(dtype=int), values: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = base + wp.tid()
    out[i] = values[slots[i]]


@wp.kernel
def number_slots(base: int, slots: wp.array(dtype=int), numbers: wp.array(dtype=int)):
    i = base + wp.tid()
    numbers[slots[i]] = i


@wp.kernel
def renumber_corners(base: int, numbers: wp.array(dtype=int), corners: wp.array2d(dtype=int)):
    i = base + wp.tid()
    for c in range(8):
        corners[i, c] = numbers[corners[i, c]]
