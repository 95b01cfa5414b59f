# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false
# pyright: reportOptionalMemberAccess=false, reportReturnType=false
"""Triangle rasteriser in screen space: which face, with which barycentrics, owns each pixel.

Shared by camera maps (render_maps), UV-space maps (texel_maps) and the overlap test of the atlas. Pixel centres lie at
+0.5, rows grow downwards. The winner of a pixel is the smallest 64-bit key (depth bits, face index), so the result does
not depend on the order of execution. On a GPU a work item is one (triangle, 16x16 tile), so that huge triangles do not
stall a warp; on a CPU it is one band of rows, so that no two threads write the same pixel (Warp's CPU atomics are not
atomic between threads).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import warp as wp

from . import parallel
from .arrays import offsets

wp.set_module_options({"enable_backward": False})

TILE = wp.constant(16)
EMPTY = wp.constant(wp.uint64(0xFFFFFFFFFFFFFFFF))
# Barycentrics may be this far below zero: closes the cracks that rounding leaves between two triangles of one edge.
SLACK = wp.constant(-1.0e-6)
FAR = wp.constant(3.0e38)
# Pixels or vertices below which a CPU launch is not worth cutting into threads.
SMALL = 1 << 17


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


@wp.func
def usable(a: wp.vec3, b: wp.vec3, c: wp.vec3) -> bool:
    """False for slivers without area and for faces that reach behind a perspective camera (z = FAR)."""
    return edge(a, b, c[0], c[1]) != 0.0 and a[2] < FAR and b[2] < FAR and c[2] < FAR


@wp.func
def fill_box(
    a: wp.vec3,
    b: wp.vec3,
    c: wp.vec3,
    face: int,
    i0: int,
    i1: int,
    j0: int,
    j1: int,
    width: int,
    keys: wp.array(dtype=wp.uint64),
):
    inverse = 1.0 / edge(a, b, c[0], c[1])
    for j in range(j0, j1 + 1):
        y = float(j) + 0.5
        for i in range(i0, i1 + 1):
            x = float(i) + 0.5
            w0 = edge(b, c, x, y) * inverse
            w1 = edge(c, a, x, y) * inverse
            w2 = 1.0 - w0 - w1
            if w0 >= SLACK and w1 >= SLACK and w2 >= SLACK:
                key = ordered(w0 * a[2] + w1 * b[2] + w2 * c[2]) | wp.uint64(face)
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
    y0 = height * band / bands
    y1 = height * (band + 1) / bands
    for t in range(faces.shape[0]):
        a = screen[faces[t, 0]]
        b = screen[faces[t, 1]]
        c = screen[faces[t, 2]]
        j0 = first_pixel(wp.min(a[1], wp.min(b[1], c[1])), y0)
        j1 = last_pixel(wp.max(a[1], wp.max(b[1], c[1])), y1 - 1)
        if j0 <= j1 and usable(a, b, c):
            i0 = first_pixel(wp.min(a[0], wp.min(b[0], c[0])), 0)
            i1 = last_pixel(wp.max(a[0], wp.max(b[0], c[0])), width - 1)
            fill_box(a, b, c, t, i0, i1, j0, j1, width, keys)


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
    a = screen[faces[t, 0]]
    b = screen[faces[t, 1]]
    c = screen[faces[t, 2]]
    n = int(0)
    if usable(a, b, c):
        i0 = first_pixel(wp.min(a[0], wp.min(b[0], c[0])), 0)
        i1 = last_pixel(wp.max(a[0], wp.max(b[0], c[0])), width - 1)
        j0 = first_pixel(wp.min(a[1], wp.min(b[1], c[1])), 0)
        j1 = last_pixel(wp.max(a[1], wp.max(b[1], c[1])), height - 1)
        if i0 <= i1 and j0 <= j1:
            n = (i1 / TILE - i0 / TILE + 1) * (j1 / TILE - j0 / TILE + 1)
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
    a = screen[faces[t, 0]]
    b = screen[faces[t, 1]]
    c = screen[faces[t, 2]]
    i0 = first_pixel(wp.min(a[0], wp.min(b[0], c[0])), 0)
    i1 = last_pixel(wp.max(a[0], wp.max(b[0], c[0])), width - 1)
    j0 = first_pixel(wp.min(a[1], wp.min(b[1], c[1])), 0)
    j1 = last_pixel(wp.max(a[1], wp.max(b[1], c[1])), height - 1)
    tiles_x = i1 / TILE - i0 / TILE + 1
    first = int(0)
    if t > 0:
        first = end[t - 1]
    k = q - first
    ti = (i0 / TILE + k % tiles_x) * TILE
    tj = (j0 / TILE + k / tiles_x) * TILE
    fill_box(
        a, b, c, t, wp.max(i0, ti), wp.min(i1, ti + TILE - 1), wp.max(j0, tj), wp.min(j1, tj + TILE - 1), width, keys
    )  # fmt: skip


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


def launch(kernel: Any, count: int, inputs: Sequence[Any], device: str) -> None:
    """parallel.launch, but small pictures stay on the calling thread: handing over costs more than it saves, above all
    in a search that renders hundreds of them on a busy machine."""
    if device == "cpu" and count < SMALL:
        parallel.start_warp()
        wp.launch(kernel, dim=count, inputs=[0, *inputs], device=device)
    else:
        parallel.launch(kernel, count, inputs, device)


@dataclass(frozen=True)
class Spots:
    """Places on a mesh, Warp arrays: face [N] int32 (-1 = nowhere), barycentrics [N] vec3."""

    face: wp.array
    barycentrics: wp.array


@dataclass(frozen=True)
class Raster(Spots):
    """What each pixel of a picture shows, row by row: N = height * width."""

    height: int
    width: int


def rasterize(
    screen: wp.array, inverse_w: wp.array, faces: wp.array, height: int, width: int, tiles: bool | None = None
) -> Raster:
    """Rasterise faces [F, 3] int32 over vertices `screen` [V] vec3 (column, row, sort key: smaller is nearer).

    inverse_w: [V] 1 / w for perspective-correct barycentrics, ones otherwise. All arrays on one Warp device. tiles:
    work by tiles or by bands; by default what suits the device (the result is the same).
    """
    device = screen.device
    name = str(device)
    pixels = height * width
    keys = wp.full(pixels, 0xFFFFFFFFFFFFFFFF, dtype=wp.uint64, device=device)
    if faces.shape[0] > 0:
        if device.is_cuda if tiles is None else tiles:
            _launch_tiles(screen, faces, height, width, keys)
        else:
            launch_bands(raster_bands, screen, faces, height, width, keys)
    face = wp.empty(pixels, dtype=int, device=device)
    barycentrics = wp.empty(pixels, dtype=wp.vec3, device=device)
    launch(resolve, pixels, [screen, inverse_w, faces, width, keys, face, barycentrics], name)
    return Raster(face, barycentrics, height, width)


def _launch_tiles(screen: wp.array, faces: wp.array, height: int, width: int, keys: wp.array) -> None:
    """One work item per (triangle, tile); on a CPU on one thread only, as its items share pixels."""
    device = str(screen.device)
    count = wp.empty(faces.shape[0], dtype=int, device=device)
    parallel.launch(count_tiles, faces.shape[0], [screen, faces, height, width, count], device)
    end, total = offsets(count)
    if total:
        wp.launch(raster_tiles, dim=total, inputs=[0, screen, faces, end, height, width, keys], device=device)


def launch_bands(kernel: Any, screen: wp.array, faces: wp.array, height: int, width: int, *more: wp.array) -> None:
    """CPU: bands of rows over threads; every band walks all faces, so there are only two bands per thread.

    kernel: takes base, screen, faces, height, width, the number of bands, and `more`; writes its own rows only.
    """
    threads = parallel.thread_count()
    bands = 1 if threads == 1 or height * width + 4 * faces.shape[0] < SMALL else min(threads * 2, height)
    inputs = [screen, faces, height, width, bands, *more]
    if bands == 1:
        wp.launch(kernel, dim=1, inputs=[0, *inputs], device=screen.device)
        return
    kernel.module.load(screen.device, 1)  # threads must not race to compile; CPU blocks hold one thread

    def run(band: int) -> Callable[[], None]:
        return lambda: wp.launch(kernel, dim=1, inputs=[band, *inputs], device=screen.device)

    parallel.run_threads([run(band) for band in range(bands)])


def covered_spots(raster: Raster, index: wp.array) -> Spots:
    """The pixels `index` [N] int32 of the raster."""
    count, device = len(index), raster.face.device
    spots = Spots(wp.empty(count, dtype=int, device=device), wp.empty(count, dtype=wp.vec3, device=device))
    inputs = [index, raster.face, raster.barycentrics, spots.face, spots.barycentrics]
    launch(take_spots, count, inputs, str(device))
    return spots


def interpolate(spots: Spots, faces: wp.array, values: wp.array) -> wp.array:
    """Per-vertex values [V] vec3 -> [N] vec3, zero where there is no face."""
    out = wp.empty(len(spots.face), dtype=wp.vec3, device=spots.face.device)
    launch(interpolate_vertices, len(out), [spots.face, spots.barycentrics, faces, values, out], str(out.device))
    return out
