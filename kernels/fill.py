# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportOperatorIssue=false
"""Fill what no picture saw: along the surface for texels, by a pyramid or by dilation for pictures.

Along the surface: the atlas points are gathered into small cells of (place, direction), cells are joined to their
nearest neighbours, and colours spread over that graph like heat until they settle (the discrete Laplace equation). A
thin plate's two sides have other directions and so other cells; islands that only touch in the atlas never meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import warp as wp
from scipy.sparse import coo_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import cg
from scipy.spatial import cKDTree

from . import parallel
from .errors import BadInputError

wp.set_module_options({"enable_backward": False})

NEIGHBOURS = 8
# World units that a turn of the normal by 60 degrees counts for: keeps the two sides of a plate apart.
NORMAL_REACH = 0.12
_SIGNS = 3  # cells tell apart -, about zero, + for each component of the normal


@dataclass(frozen=True)
class _Cells:
    """Points gathered by place and direction: which cell each point is in, and the cells' means."""

    of_point: np.ndarray  # [N]
    place: np.ndarray  # [C, 3]
    direction: np.ndarray  # [C, 3]


def fill_surface(
    position: np.ndarray, normal: np.ndarray, colour: np.ndarray, weight: np.ndarray, cells: int = 20_000
) -> np.ndarray:
    """Colours [N, 3] float32 for all points, spread along the surface from those with weight.

    position, normal [N, 3] (unit normals), colour [N, 3], weight [N] >= 0: how well a point's colour is known; cells
    below 1 % of the largest weight count as unknown.
    cells: about how many cells the surface is divided into; the fill is smooth on that scale. Points with weight get
    the smooth colour too; mixing with their own is the caller's choice. Without any weight everything is grey (0.5).
    """
    if len({len(position), len(normal), len(colour), len(weight)}) != 1:
        raise BadInputError("position, normal, colour and weight must have one length")
    if len(position) == 0:
        return np.zeros((0, 3), np.float32)
    if not (weight > 0).any():
        return np.full((len(position), 3), 0.5, np.float32)
    group = _gather_cells(position, normal, cells)
    count = len(group.place)
    total = np.bincount(group.of_point, weight, count)
    known = total > 0.01 * float(weight.max()) * np.bincount(group.of_point, minlength=count)
    if not known.any():
        known = total > 0
    mean = np.stack([np.bincount(group.of_point, weight * colour[:, k], count) for k in range(3)], 1)
    mean = mean / np.maximum(total, 1e-30)[:, None]
    features = np.concatenate([group.place, group.direction * NORMAL_REACH], 1)
    k = min(NEIGHBOURS + 1, count)
    distance, near = cKDTree(features).query(features, k=k)
    distance, near = distance.reshape(-1, k), near.reshape(-1, k)
    solved = _settle(features, mean, known, distance, near)
    return _spread(position, normal, group, solved, near)


def _gather_cells(position: np.ndarray, normal: np.ndarray, wanted: int) -> _Cells:
    """Cells of a grid, split by the signs of the normal; the pitch is chosen to give about `wanted` of them."""
    low = position.min(0)
    extent = max(float(np.ptp(position, axis=0).max()), 1e-9)
    sign = np.rint(np.clip(normal, -0.99, 0.99) * 0.8).astype(np.int64) + 1  # 0, 1, 2 for -, about zero, +
    sign = sign @ np.array([1, 3, 9])

    def key(part: slice, side: int) -> np.ndarray:
        place = ((position[part] - low) * (side / extent)).astype(np.int64)
        return (place @ np.array([1, side + 1, (side + 1) ** 2])) * 27 + sign[part]

    side, some = 64, slice(None, None, max(1, len(position) // (8 * wanted)))
    for _ in range(3):
        count = len(np.unique(key(some, side)))
        if 0.5 * wanted < count < 1.6 * wanted:
            break
        side = int(np.clip(side * np.sqrt(wanted / count), 8, 400))
    _, of_point = np.unique(key(slice(None), side), return_inverse=True)
    of_point = of_point.reshape(-1)
    size = np.bincount(of_point).astype(np.float64)
    means = [np.bincount(of_point, values) / size for values in (*position.T, *normal.T)]
    direction = np.stack(means[3:], 1)
    direction /= np.maximum(np.linalg.norm(direction, axis=1), 1e-9)[:, None]
    return _Cells(of_point, np.stack(means[:3], 1), direction)


def _settle(
    features: np.ndarray, mean: np.ndarray, known: np.ndarray, distance: np.ndarray, near: np.ndarray
) -> np.ndarray:
    """Colours of all cells: the known stay, the others become the weighted mean of their neighbours.

    distance, near [C, k]: each cell's neighbours, itself first. Pieces of the graph without any known cell (loose parts
    that nothing saw) take the nearest known colour in space.
    """
    unknown = np.flatnonzero(~known)
    if len(unknown) == 0:
        return mean
    seen = np.flatnonzero(known)
    out = mean.copy()
    out[unknown] = mean[seen[cKDTree(features[seen]).query(features[unknown])[1]]]
    count = len(mean)
    if near.shape[1] < 2:
        return out
    floor = 0.3 * max(float(np.median(distance[:, 1])), 1e-9)
    closeness = 1.0 / (distance[:, 1:] ** 2 + floor**2)
    row = np.repeat(np.arange(count), near.shape[1] - 1)
    graph = coo_matrix((closeness.ravel(), (row, near[:, 1:].ravel())), (count, count)).tocsr()
    graph = graph.maximum(graph.T).tocsr()
    piece = connected_components(graph, directed=False)[1]
    reached = np.bincount(piece, known.astype(np.float64))[piece] > 0
    unknown = np.flatnonzero(~known & reached)
    if len(unknown) == 0:
        return out
    rows = graph[unknown]
    system = (diags(np.asarray(rows.sum(1)).ravel()) - rows[:, unknown]).tocsr()
    right = rows[:, seen] @ out[seen]
    jacobi = diags(1.0 / system.diagonal())
    for channel in range(3):
        start = out[unknown, channel]
        out[unknown, channel] = cg(system, right[:, channel], x0=start, rtol=1e-4, maxiter=300, M=jacobi)[0]
    return np.clip(out, mean[seen].min(0), mean[seen].max(0))


def _spread(
    position: np.ndarray, normal: np.ndarray, group: _Cells, colour: np.ndarray, near: np.ndarray
) -> np.ndarray:
    """Colour at each point from its own cell and that cell's neighbours, by inverse squared distance."""
    out = np.empty((len(position), 3), np.float32)
    features = np.concatenate([group.place, group.direction * NORMAL_REACH], 1).astype(np.float32)
    values = colour.astype(np.float32)
    chunk = 1 << 18  # keeps the temporaries below 100 MB
    for start in range(0, len(position), chunk):
        part = slice(start, start + chunk)
        point = np.concatenate([position[part], normal[part] * NORMAL_REACH], 1).astype(np.float32)
        total = np.zeros((len(point), 3), np.float32)
        weight = np.zeros((len(point), 1), np.float32)
        own = near[group.of_point[part]]
        for k in range(near.shape[1]):
            cell = own[:, k]
            w = 1.0 / (((point - features[cell]) ** 2).sum(1, keepdims=True) + 1e-8)
            total += w * values[cell]
            weight += w
        out[part] = total / weight
    return out


# ------------------------------------------------------------------------------------------------- pictures and gutters


@wp.kernel
def grow(
    base: int,
    source: wp.array(dtype=wp.vec4),
    height: int,
    width: int,
    out: wp.array(dtype=wp.vec4),
):
    q = base + wp.tid()
    value = source[q]
    if value[3] > 0.0:
        out[q] = value
        return
    x = q % width
    y = q / width
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    for j in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for i in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
            n = source[j * width + i]
            if n[3] > 0.0:
                w = wp.where(i == x or j == y, 1.0, 0.5)
                total = total + wp.vec4(n[0] * w, n[1] * w, n[2] * w, w)
    if total[3] > 0.0:
        out[q] = wp.vec4(total[0] / total[3], total[1] / total[3], total[2] / total[3], 1.0)
    else:
        out[q] = value


def fill_gutters(picture: np.ndarray, covered: np.ndarray, padding: int, device: str = "cpu") -> np.ndarray:
    """Grow the covered texels outwards by `padding` texels and paint the rest in their mean colour.

    picture float32 [H, W, 3], covered bool [H, W]. Returns float32 [H, W, 3]; covered texels are unchanged.
    """
    if not covered.any():
        return picture.astype(np.float32)
    height, width = covered.shape
    four = np.concatenate([picture, covered[..., None]], 2).astype(np.float32)
    current = wp.array(four.reshape(-1, 4), dtype=wp.vec4, device=device)
    other = wp.empty_like(current)
    for _ in range(padding):
        parallel.launch(grow, height * width, [current, height, width, other], device)
        current, other = other, current
    out = current.numpy().reshape(height, width, 4)
    return np.where(out[..., 3:] > 0, out[..., :3], picture[covered].mean(0)).astype(np.float32)


@wp.kernel
def halve(base: int, fine: wp.array(dtype=wp.vec4), height: int, width: int, out: wp.array(dtype=wp.vec4)):
    q = base + wp.tid()
    half = (width + 1) / 2
    x = (q % half) * 2
    y = (q / half) * 2
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    for j in range(y, wp.min(y + 2, height)):
        for i in range(x, wp.min(x + 2, width)):
            total = total + fine[j * width + i]
    if total[3] > 1.0:
        total = total / total[3]
    out[q] = total


@wp.kernel
def refill(base: int, fine: wp.array(dtype=wp.vec4), height: int, width: int, coarse: wp.array(dtype=wp.vec4)):
    q = base + wp.tid()
    own = fine[q]
    if own[3] >= 1.0:
        return
    half_width = (width + 1) / 2
    half_height = (height + 1) / 2
    x = (float(q % width) + 0.5) * 0.5 - 0.5
    y = (float(q / width) + 0.5) * 0.5 - 0.5
    i = int(wp.floor(x))
    j = int(wp.floor(y))
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    for b in range(2):
        for a in range(2):
            wx = wp.where(a == 0, 1.0 - (x - float(i)), x - float(i))
            wy = wp.where(b == 0, 1.0 - (y - float(j)), y - float(j))
            row = wp.clamp(j + b, 0, half_height - 1)
            total = total + wx * wy * coarse[row * half_width + wp.clamp(i + a, 0, half_width - 1)]
    if total[3] > 0.0:
        fine[q] = own + (1.0 - own[3]) * (total / total[3])


def push_pull(picture: np.ndarray, weight: np.ndarray, device: str = "cpu") -> np.ndarray:
    """Smoothly continue a picture into its pixels of weight 0: [H, W, 3] float32 from picture and weight [H, W], 0..1.

    A pyramid of weighted means, filled from coarse to fine: work linear in the pixels whatever the size of the hole.
    """
    height, width = weight.shape
    trust = np.clip(weight, 0.0, 1.0)[..., None]
    four = np.concatenate([picture * trust, trust], 2).astype(np.float32)
    levels = [(wp.array(four.reshape(-1, 4), dtype=wp.vec4, device=device), height, width)]
    while max(levels[-1][1:]) > 1:
        fine, h, w = levels[-1]
        half_height, half_width = (h + 1) // 2, (w + 1) // 2
        out = wp.empty(half_height * half_width, dtype=wp.vec4, device=device)
        parallel.launch(halve, half_height * half_width, [fine, h, w, out], device)
        levels.append((out, half_height, half_width))
    for (fine, h, w), (coarse, _, _) in zip(levels[-2::-1], levels[:0:-1], strict=True):
        parallel.launch(refill, h * w, [fine, h, w, coarse], device)
    return levels[0][0].numpy().reshape(height, width, 4)[..., :3].copy()
