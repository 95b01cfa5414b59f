# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false
"""Device functions on one triangle, in float64.

That is as fast as float32 on a CPU core, and exact enough that a voxel on the edge of a band is decided as by a float64
reference, for triangles of any size and thinness.
"""

import warp as wp

wp.set_module_options({"enable_backward": False})

# A triangle whose height is below this part of its longest side has no usable normal; it is treated as its sides.
SLIVER = wp.constant(wp.float64(1.0e-12))
ZERO = wp.constant(wp.float64(0.0))
HALF = wp.constant(wp.float64(0.5))
ONE = wp.constant(wp.float64(1.0))


@wp.func
def unit_normal(a: wp.vec3d, b: wp.vec3d, c: wp.vec3d) -> wp.vec3d:
    """Return unit normal by the right hand; zero for a sliver."""
    n = wp.cross(b - a, c - a)
    length = wp.length(n)
    longest = wp.max(wp.length_sq(b - a), wp.max(wp.length_sq(c - b), wp.length_sq(a - c)))
    if length <= SLIVER * longest:
        return wp.vec3d(ZERO, ZERO, ZERO)
    return n / length


@wp.func
def nearest_on_segment(p: wp.vec3d, a: wp.vec3d, b: wp.vec3d) -> wp.vec3d:
    """Point of the segment ab nearest to p."""
    d = b - a
    length2 = wp.dot(d, d)
    t = wp.float64(0.0)
    if length2 > ZERO:
        t = wp.clamp(wp.dot(p - a, d) / length2, ZERO, ONE)
    return a + t * d


@wp.func
def nearest_on_sides(p: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d) -> wp.vec3d:
    """Point of the three sides nearest to p."""
    q = nearest_on_segment(p, a, b)
    r = nearest_on_segment(p, b, c)
    if wp.length_sq(r - p) < wp.length_sq(q - p):
        q = r
    r = nearest_on_segment(p, c, a)
    if wp.length_sq(r - p) < wp.length_sq(q - p):
        q = r
    return q


@wp.func
def nearest_on_triangle(p: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d, normal: wp.vec3d) -> wp.vec3d:
    """Point of the triangle nearest to p, by the region of the plane p projects into (Ericson 2005, 5.1.5).

    normal: `unit_normal(a, b, c)`.
    """
    if normal[0] == ZERO and normal[1] == ZERO and normal[2] == ZERO:
        return nearest_on_sides(p, a, b, c)  # the regions need an area
    ab = b - a
    ac = c - a
    ap = p - a
    d1 = wp.dot(ab, ap)
    d2 = wp.dot(ac, ap)
    if d1 <= ZERO and d2 <= ZERO:
        return a
    bp = p - b
    d3 = wp.dot(ab, bp)
    d4 = wp.dot(ac, bp)
    if d3 >= ZERO and d4 <= d3:
        return b
    if d1 * d4 - d3 * d2 <= ZERO and d1 >= ZERO and d3 <= ZERO:
        return a + (d1 / (d1 - d3)) * ab
    cp = p - c
    d5 = wp.dot(ab, cp)
    d6 = wp.dot(ac, cp)
    if d6 >= ZERO and d5 <= d6:
        return c
    if d5 * d2 - d1 * d6 <= ZERO and d2 >= ZERO and d6 <= ZERO:
        return a + (d2 / (d2 - d6)) * ac
    if d3 * d6 - d5 * d4 <= ZERO and d4 - d3 >= ZERO and d5 - d6 >= ZERO:
        return b + ((d4 - d3) / ((d4 - d3) + (d5 - d6))) * (c - b)
    return p - wp.dot(normal, ap) * normal


@wp.struct
class Sides:
    """Terms of a triangle abc, beside its corners, for distances to it."""

    ab: wp.vec3d
    bc: wp.vec3d
    ca: wp.vec3d
    inverse: wp.vec3d  # 1 / squared length of ab, bc, ca; 0 without a length
    inward_ab: wp.vec3d  # in the plane, at right angles to the side
    inward_bc: wp.vec3d
    inward_ca: wp.vec3d
    has_area: bool


@wp.func
def inverse_square(d: wp.vec3d) -> wp.float64:
    square = wp.dot(d, d)
    if square > ZERO:
        return ONE / square
    return ZERO


@wp.func
def sides_of(a: wp.vec3d, b: wp.vec3d, c: wp.vec3d, normal: wp.vec3d) -> Sides:
    """Return normal: `unit_normal(a, b, c)`."""
    s = Sides()
    s.ab = b - a
    s.bc = c - b
    s.ca = a - c
    s.inverse = wp.vec3d(inverse_square(s.ab), inverse_square(s.bc), inverse_square(s.ca))
    s.inward_ab = wp.cross(normal, s.ab)
    s.inward_bc = wp.cross(normal, s.bc)
    s.inward_ca = wp.cross(normal, s.ca)
    s.has_area = normal[0] != ZERO or normal[1] != ZERO or normal[2] != ZERO
    return s


@wp.func
def square_from_side(q: wp.vec3d, side: wp.vec3d, inverse: wp.float64) -> wp.float64:
    """Squared distance of q from the segment from the origin to `side`."""
    return wp.length_sq(q - wp.clamp(wp.dot(q, side) * inverse, ZERO, ONE) * side)


@wp.func
def square_from_triangle(
    p: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d, s: Sides, height: wp.float64
) -> wp.float64:
    """Squared distance of p from the triangle. height: of p above its plane.

    The nearest of the three sides, unless p stands over the triangle. `nearest_on_triangle` calculates less, and takes
    longer: no processor can predict its turns.
    """
    pa = p - a
    pb = p - b
    pc = p - c
    nearest = wp.min(
        square_from_side(pa, s.ab, s.inverse[0]),
        wp.min(square_from_side(pb, s.bc, s.inverse[1]), square_from_side(pc, s.ca, s.inverse[2])),
    )
    depth = wp.min(wp.dot(pa, s.inward_ab), wp.min(wp.dot(pb, s.inward_bc), wp.dot(pc, s.inward_ca)))
    return wp.where(s.has_area and depth >= ZERO, height * height, nearest)


@wp.func
def separates(axis: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d) -> bool:
    """Tell whether the triangle and the unit cube at the origin lie apart along `axis`."""
    reach = HALF * (wp.abs(axis[0]) + wp.abs(axis[1]) + wp.abs(axis[2]))
    x = wp.dot(axis, a)
    y = wp.dot(axis, b)
    z = wp.dot(axis, c)
    return wp.min(x, wp.min(y, z)) > reach or wp.max(x, wp.max(y, z)) < -reach


@wp.func
def touches_cube(p: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d) -> bool:
    """Tell whether the triangle meets the closed unit cube at p: separating axes (Akenine-Moller 2001)."""
    u = a - p
    v = b - p
    w = c - p
    low = wp.min(u, wp.min(v, w))
    high = wp.max(u, wp.max(v, w))
    if wp.max(low) > HALF or wp.min(high) < -HALF:
        return False
    if separates(wp.cross(v - u, w - u), u, v, w):
        return False
    for k in range(3):
        axis = wp.vec3d(ZERO, ZERO, ZERO)
        axis[k] = ONE
        if separates(wp.cross(axis, v - u), u, v, w):
            return False
        if separates(wp.cross(axis, w - v), u, v, w):
            return False
        if separates(wp.cross(axis, u - w), u, v, w):
            return False
    return True
