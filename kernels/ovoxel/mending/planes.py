# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportReturnType=false
"""Planes through the dual vertices around each voxel.

They tell of its edges and of a vertex it has lost. A plane gives the unsigned distance near it. Along an edge that a
sheet passes, the gradients of that distance at the two ends oppose, and the two distances add up to the edge's height
over the plane.
"""

import warp as wp

wp.set_module_options({"enable_backward": False})

REACH = wp.constant(0.9)  # voxels: spread of the weights round a voxel's centre
FLAT = wp.constant(0.3)  # voxels: spread of vertices off their plane at which it is trusted by 1/e
WIDE = wp.constant(0.35)  # voxels: least spread along it, below which they lie on a line
SURE = wp.constant(0.12)  # voxels: error of a plane through vertices that lie on it
CERTAIN = wp.constant(50.0)  # log odds of what cannot be


@wp.func
def beside(near: wp.array2d(dtype=int), row: int, first: int, a: int, second: int, b: int) -> int:
    """Return the row of the voxel `a` steps along axis `first` and `b` along axis `second`; negative if absent."""
    at = wp.vec3i(0, 0, 0)
    at[first] = a
    at[second] = b
    return near[row, at[0] * 9 + at[1] * 3 + at[2] + 13]


@wp.func
def offset_of(k: int) -> wp.vec3:
    """Return the steps to column `k` of the 27 neighbours."""
    return wp.vec3(float(k / 9 - 1), float((k / 3) % 3 - 1), float(k % 3 - 1))


@wp.func
def weight_of(p: wp.vec3) -> float:
    """Return the weight of a point in the frame of a voxel, 1 at its centre."""
    q = p - wp.vec3(0.5, 0.5, 0.5)
    return wp.exp(-wp.dot(q, q) / (2.0 * REACH * REACH))


@wp.kernel
def fit_planes(
    base: int,
    near: wp.array2d(dtype=int),  # [C, 27]
    given: int,  # rows from here on have no vertex
    local: wp.array(dtype=wp.vec3),
    distances: wp.array(dtype=float),  # of the given voxels' centres, or none
    middles: wp.array(dtype=wp.vec3),  # from the voxel's low corner
    normals: wp.array(dtype=wp.vec3),
    spreads: wp.array(dtype=float),
    trusts: wp.array(dtype=float),
):
    i = base + wp.tid()
    total = float(0.0)
    count = float(0.0)
    middle = wp.vec3()
    for k in range(27):
        row = near[i, k]
        if row >= 0 and row < given:
            p = local[row] + offset_of(k)
            w = weight_of(p)
            total += w
            middle += w * p
            count += 1.0
    middle /= wp.max(total, 1.0e-9)
    square = wp.mat33()
    for k in range(27):
        row = near[i, k]
        if row >= 0 and row < given:
            p = local[row] + offset_of(k)
            square += weight_of(p) * wp.outer(p - middle, p - middle)
    axes = wp.mat33()
    sizes = wp.vec3()
    axes, sizes = wp.eig3(square / wp.max(total, 1.0e-9))
    least = int(wp.argmin(sizes))
    most = wp.max(sizes)
    normal = wp.normalize(wp.vec3(axes[0, least], axes[1, least], axes[2, least]))
    second = sizes[0] + sizes[1] + sizes[2] - most - sizes[least]
    off = wp.sqrt(wp.max(sizes[least], 0.0))
    trust = wp.exp(-off * off / (FLAT * FLAT)) * wp.clamp((count - 3.0) / 3.0, 0.0, 1.0)
    if second < WIDE * WIDE:
        trust = 0.0
    if distances.shape[0] > 0:
        middle += normal * shift_to_distances(i, near, given, distances, middle, normal)
    middles[i] = middle
    normals[i] = normal
    spreads[i] = wp.sqrt(off * off / 4.0 + SURE * SURE)
    trusts[i] = trust


@wp.func
def shift_to_distances(
    i: int,
    near: wp.array2d(dtype=int),
    given: int,
    distances: wp.array(dtype=float),
    middle: wp.vec3,
    normal: wp.vec3,
) -> float:
    """Return half the way along the normal to the plane that the distances of the voxels around ask for."""
    total = float(0.0)
    shift = float(0.0)
    for k in range(27):
        row = near[i, k]
        if row >= 0 and row < given:
            centre = offset_of(k) + wp.vec3(0.5, 0.5, 0.5)
            height = wp.dot(centre - middle, normal)
            rest = wp.abs(height) - distances[row]
            # Two planes have that distance; where the nearer is no surer than the other, nothing is said.
            if wp.abs(rest) < 0.5 * distances[row]:
                w = weight_of(centre)
                total += w
                shift += w * rest * wp.sign(height)
    return 0.5 * shift / wp.max(total, 1.0e-9)


@wp.func
def below(x: float) -> float:
    """Return the share of a normal distribution below x deviations (a logistic curve, within 0.01)."""
    return 1.0 / (1.0 + wp.exp(-1.702 * wp.clamp(x, -12.0, 12.0)))


@wp.kernel
def first_beliefs(
    base: int,
    near: wp.array2d(dtype=int),
    given: int,
    crossed: wp.array2d(dtype=int),
    doubt: float,  # log odds that a flag is right
    weight: float,  # largest log odds that planes give
    middles: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    spreads: wp.array(dtype=float),
    trusts: wp.array(dtype=float),
    prior: wp.array(dtype=float),  # [3 C] log odds of not being crossed, CERTAIN where a voxel round the edge is absent
):
    i = base + wp.tid()
    row = i / 3
    axis = i % 3
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    whole = int(1)
    share = float(0.0)
    total = float(0.0)
    for k in range(4):
        other = beside(near, row, u, k & 1, v, k >> 1)
        if other < 0:
            whole = 0
        else:
            end = wp.vec3()
            end[u] = float(1 - (k & 1))
            end[v] = float(1 - (k >> 1))
            low = wp.dot(end - middles[other], normals[other])
            high = low + normals[other][axis]
            spread = spreads[other]
            passes = below(wp.max(low, high) / spread) - below(wp.min(low, high) / spread)
            share += trusts[other] * passes
            total += trusts[other]
    belief = CERTAIN
    if whole == 1:
        known = wp.min(0.5 * total, 1.0)
        chance = known * (share + 0.001) / (total + 0.002) + 0.5 * (1.0 - known)
        belief = wp.clamp(wp.log((1.001 - chance) / (chance + 0.001)), -weight, weight)
        if row < given:
            if crossed[row, axis] != 0:
                belief -= doubt
            else:
                belief += doubt
    prior[i] = belief


@wp.kernel
def place_lost(
    base: int,
    rows: wp.array(dtype=int),
    given: int,
    local: wp.array(dtype=wp.vec3),
    near: wp.array2d(dtype=int),
    middles: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    trusts: wp.array(dtype=float),
    out: wp.array(dtype=wp.vec3),
):
    """Write a voxel's vertex: the given one, or the one nearest to the planes around.

    It is drawn towards the foot of the voxel's centre on the voxel's own plane.
    """
    i = base + wp.tid()
    row = rows[i]
    if row < given:
        out[i] = local[row]
        return
    centre = wp.vec3(0.5, 0.5, 0.5)
    foot = centre - normals[row] * wp.dot(centre - middles[row], normals[row])
    a = wp.identity(n=3, dtype=float) * 0.1
    b = foot * 0.1
    for k in range(27):
        other = near[row, k]
        if other >= 0:
            p = middles[other] + offset_of(k)
            n = normals[other]
            w = trusts[other] * weight_of(p)
            a += w * wp.outer(n, n)
            b += w * n * wp.dot(n, p)
    best = wp.inverse(a) * b
    for k in range(3):
        out[i][k] = wp.clamp(best[k], 0.0, 1.0)
