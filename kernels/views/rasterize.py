# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false
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

from .. import parallel
from ..arrays import offsets
from .raster_kernels import count_tiles, interpolate_vertices, raster_bands, raster_tiles, resolve, take_spots

# Pixels or vertices below which a CPU launch is not worth cutting into threads.
SMALL = 1 << 17


def launch(kernel: Any, count: int, inputs: Sequence[Any], device: str) -> None:
    """parallel.launch, but small pictures stay on the calling thread.

    Handing over costs more than it saves, above all in a search that renders hundreds of them on a busy machine.
    """
    if parallel.on_host(device) and count < SMALL:
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
    """Visible spots of a picture, one per pixel, row by row: N = height * width."""

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
        if not parallel.on_host(device) if tiles is None else tiles:
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
    parallel.load_module(kernel.module, "cpu")  # threads must not race to compile

    def run(band: int) -> Callable[[], None]:
        return lambda: wp.launch(kernel, dim=1, inputs=[band, *inputs], device=screen.device)

    parallel.run_threads([run(band) for band in range(bands)])


def covered_spots(raster: Raster, index: wp.array) -> Spots:
    """Return the pixels `index` [N] int32 of the raster."""
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
