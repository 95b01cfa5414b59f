# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false
# pyright: reportOptionalMemberAccess=false, reportReturnType=false
"""The kernels of the rasteriser: which pixels a face covers, and what they show."""

import warp as wp

wp.set_module_options({"enable_backward": False})

TILE = wp.constant(16)
EMPTY = wp.constant(wp.uint64(0xFFFFFFFFFFFFFFFF))
# Barycentrics may be this far below zero: closes the cracks that rounding leaves between two triangles of one edge.
SLACK = wp.constant(-1.0e-6)
FAR = wp.constant(3.0e38)
# A side of a triangle bounds the pixels of a row unless it runs this many times as far across as down.
STEEP = wp.constant(64.0)


@wp.func
def edge(a: wp.vec3, b: wp.vec3, x: float, y: float) -> float:
    """Twice the signed area of (a, b, (x, y))."""
    return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])


@wp.func
def ordered(z: float) -> wp.uint64:
    """Bits of a float that sort like the float, negative ones too; in the high half of a 64-bit key."""
    bits = wp.cast(z, wp.uint32)
    if (bits >> wp.uint32(31)) == wp.uint32(1):
        bits = ~bits
    else:
        bits = bits | (wp.uint32(1) << wp.uint32(31))
    return wp.uint64(bits) << wp.uint64(32)


@wp.func
def first_pixel(low: float, limit: int) -> int:
    """First pixel whose centre is not below `low`, at least `limit`."""
    return wp.max(int(wp.floor(wp.max(low, -1.0) - 0.5)) + 1, limit)


@wp.func
def last_pixel(high: float, limit: int) -> int:
    """Last pixel whose centre is not above `high`, at most `limit`."""
    return wp.min(int(wp.floor(wp.min(high, float(limit) + 2.0) - 0.5)), limit)


@wp.struct
class FaceBox:
    """The corners of a face on the screen, and the pixels around it, inclusive; none when right < left."""

    a: wp.vec3
    b: wp.vec3
    c: wp.vec3
    left: int
    right: int
    top: int
    bottom: int


@wp.func
def face_box(
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    t: int,
    margin: float,
    top: int,
    bottom: int,
    width: int,
) -> FaceBox:
    """Return the box of face t, `margin` pixels wider than the face, within the rows from top to bottom."""
    f = FaceBox()
    f.a = screen[faces[t, 0]]
    f.b = screen[faces[t, 1]]
    f.c = screen[faces[t, 2]]
    f.left = 0
    f.right = -1
    f.top = first_pixel(wp.min(f.a[1], wp.min(f.b[1], f.c[1])) - margin, top)
    f.bottom = last_pixel(wp.max(f.a[1], wp.max(f.b[1], f.c[1])) + margin, bottom)
    if f.top <= f.bottom:
        f.left = first_pixel(wp.min(f.a[0], wp.min(f.b[0], f.c[0])) - margin, 0)
        f.right = last_pixel(wp.max(f.a[0], wp.max(f.b[0], f.c[0])) + margin, width - 1)
    return f


@wp.func
def usable(f: FaceBox) -> bool:
    """Return False for faces without area, behind a perspective camera (z = FAR), or off the box."""
    area = edge(f.a, f.b, f.c[0], f.c[1])
    return (
        f.left <= f.right and wp.abs(area) > 0.0 and wp.abs(area) < FAR and wp.max(f.a[2], wp.max(f.b[2], f.c[2])) < FAR
    )


@wp.func
def fill_box(f: FaceBox, face: int, width: int, keys: wp.array(dtype=wp.uint64)):
    """Offer the face to the pixels of its box that it covers.

    In each row the sides of the triangle bound the pixels worth a test: testing whole boxes costs half as much again,
    for the branches a processor cannot predict. Sides near the horizontal bound nothing, as rounding moves their ends.
    """
    inverse = 1.0 / edge(f.a, f.b, f.c[0], f.c[1])
    # Weights of the corners, as planes through a: steps to the right (s) and down (t).
    s0 = (f.b[1] - f.c[1]) * inverse
    s1 = (f.c[1] - f.a[1]) * inverse
    s2 = (f.a[1] - f.b[1]) * inverse
    t0 = (f.c[0] - f.b[0]) * inverse
    t1 = (f.a[0] - f.c[0]) * inverse
    t2 = (f.b[0] - f.a[0]) * inverse
    q0 = wp.where(STEEP * wp.abs(s0) > wp.abs(t0), -1.0 / s0, 0.0)
    q1 = wp.where(STEEP * wp.abs(s1) > wp.abs(t1), -1.0 / s1, 0.0)
    q2 = wp.where(STEEP * wp.abs(s2) > wp.abs(t2), -1.0 / s2, 0.0)
    left = float(f.left) + 0.5 - f.a[0]
    right = float(f.right) + 0.5 - f.a[0]
    for j in range(f.top, f.bottom + 1):
        dy = float(j) + 0.5 - f.a[1]
        r0 = 1.0 + t0 * dy
        r1 = t1 * dy
        r2 = t2 * dy
        first = f.left
        last = f.right
        if last - first > 2:
            low = wp.max(
                wp.where(q0 < 0.0, r0 * q0, left),
                wp.max(wp.where(q1 < 0.0, r1 * q1, left), wp.where(q2 < 0.0, r2 * q2, left)),
            )
            high = wp.min(
                wp.where(q0 > 0.0, r0 * q0, right),
                wp.min(wp.where(q1 > 0.0, r1 * q1, right), wp.where(q2 > 0.0, r2 * q2, right)),
            )
            slack = 0.01 + 1.0e-4 * (wp.abs(left) + wp.abs(right) + wp.abs(dy))
            across = float(last - first)
            last = first + int(wp.clamp(high - left + slack, -1.0, across) + 1.0) - 1
            first = first + int(wp.ceil(wp.clamp(low - left - slack, 0.0, across + 1.0)))
        for i in range(first, last + 1):
            dx = float(i) + 0.5 - f.a[0]
            w0 = r0 + s0 * dx
            w1 = r1 + s1 * dx
            w2 = r2 + s2 * dx
            if w0 >= SLACK and w1 >= SLACK and w2 >= SLACK:
                key = ordered(w0 * f.a[2] + w1 * f.b[2] + w2 * f.c[2]) | wp.uint64(face)
                if key < keys[j * width + i]:
                    wp.atomic_min(keys, j * width + i, key)


@wp.kernel
def raster_bands(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    height: int,
    width: int,
    bands: int,
    keys: wp.array(dtype=wp.uint64),
):
    band = base + wp.tid()
    top = height * band / bands
    bottom = height * (band + 1) / bands - 1
    for t in range(faces.shape[0]):
        f = face_box(screen, faces, t, 0.0, top, bottom, width)
        if usable(f):
            fill_box(f, t, width, keys)


@wp.kernel
def count_tiles(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    height: int,
    width: int,
    count: wp.array(dtype=int),
):
    t = base + wp.tid()
    f = face_box(screen, faces, t, 0.0, 0, height - 1, width)
    n = int(0)
    if usable(f):
        n = (f.right / TILE - f.left / TILE + 1) * (f.bottom / TILE - f.top / TILE + 1)
    count[t] = n


@wp.kernel
def raster_tiles(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    end: wp.array(dtype=int),
    height: int,
    width: int,
    keys: wp.array(dtype=wp.uint64),
):
    q = base + wp.tid()
    t = wp.lower_bound(end, q + 1)  # `end` is the inclusive prefix sum of the tiles of each face
    f = face_box(screen, faces, t, 0.0, 0, height - 1, width)
    tiles_x = f.right / TILE - f.left / TILE + 1
    k = q
    if t > 0:
        k -= end[t - 1]
    left = (f.left / TILE + k % tiles_x) * TILE
    top = (f.top / TILE + k / tiles_x) * TILE
    f.left = wp.max(f.left, left)
    f.right = wp.min(f.right, left + TILE - 1)
    f.top = wp.max(f.top, top)
    f.bottom = wp.min(f.bottom, top + TILE - 1)
    fill_box(f, t, width, keys)


@wp.kernel
def resolve(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    inverse_w: wp.array(dtype=float),
    faces: wp.array2d(dtype=int),
    width: int,
    keys: wp.array(dtype=wp.uint64),
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
):
    q = base + wp.tid()
    key = keys[q]
    if key == EMPTY:
        face[q] = -1
        barycentrics[q] = wp.vec3(0.0, 0.0, 0.0)
        return
    f = int(key & wp.uint64(0xFFFFFFFF))
    face[q] = f
    a = screen[faces[f, 0]]
    b = screen[faces[f, 1]]
    c = screen[faces[f, 2]]
    x = float(q % width) + 0.5
    y = float(q / width) + 0.5
    inverse = 1.0 / edge(a, b, c[0], c[1])
    w0 = edge(b, c, x, y) * inverse
    w1 = edge(c, a, x, y) * inverse
    w2 = 1.0 - w0 - w1
    # perspective-correct: linear in space, not on the screen
    w0 = w0 * inverse_w[faces[f, 0]]
    w1 = w1 * inverse_w[faces[f, 1]]
    w2 = w2 * inverse_w[faces[f, 2]]
    scale = 1.0 / (w0 + w1 + w2)
    barycentrics[q] = wp.vec3(w0 * scale, w1 * scale, w2 * scale)


@wp.kernel
def interpolate_vertices(
    base: int,
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    values: wp.array(dtype=wp.vec3),
    out: wp.array(dtype=wp.vec3),
):
    q = base + wp.tid()
    f = face[q]
    if f >= 0:
        b = barycentrics[q]
        out[q] = b[0] * values[faces[f, 0]] + b[1] * values[faces[f, 1]] + b[2] * values[faces[f, 2]]
    else:
        out[q] = wp.vec3(0.0, 0.0, 0.0)


@wp.kernel
def take_spots(
    base: int,
    index: wp.array(dtype=int),
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
    face_out: wp.array(dtype=int),
    barycentrics_out: wp.array(dtype=wp.vec3),
):
    q = base + wp.tid()
    face_out[q] = face[index[q]]
    barycentrics_out[q] = barycentrics[index[q]]
