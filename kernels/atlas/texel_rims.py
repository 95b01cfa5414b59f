# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false, reportReturnType=false
# pyright: reportCallIssue=false, reportOptionalMemberAccess=false
"""Texels just outside the faces of an atlas that bilinear look-ups inside the faces still read.

Each goes to the nearest face and stands for that face's nearest point. So a look-up on a seam reads colours of the seam
itself on both of its sides, and a face too small for any texel centre gets texels of its own.
"""

from __future__ import annotations

import warp as wp

from .. import parallel
from ..views.raster_kernels import EMPTY, face_box
from ..views.rasterize import Raster, launch, launch_bands

wp.set_module_options({"enable_backward": False})

RIM = wp.constant(1.4143)  # texels: the corner of the square that a bilinear look-up reads


@wp.func
def along(a: wp.vec3, b: wp.vec3, x: float, y: float) -> float:
    """Share of the way from a to b at which the segment is nearest to (x, y)."""
    dx = b[0] - a[0]
    dy = b[1] - a[1]
    square = dx * dx + dy * dy
    if square <= 0.0:
        return 0.0
    return wp.clamp(((x - a[0]) * dx + (y - a[1]) * dy) / square, 0.0, 1.0)


@wp.func
def gap(a: wp.vec3, b: wp.vec3, x: float, y: float) -> float:
    """Distance of (x, y) from the segment, texels."""
    t = along(a, b, x, y)
    return wp.length(wp.vec2(a[0] + t * (b[0] - a[0]) - x, a[1] + t * (b[1] - a[1]) - y))


@wp.func
def claim_around(
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    t: int,
    owner: wp.array(dtype=int),
    width: int,
    top: int,
    bottom: int,
    keys: wp.array(dtype=wp.uint64),
):
    f = face_box(screen, faces, t, RIM, top, bottom, width)
    for j in range(f.top, f.bottom + 1):
        y = float(j) + 0.5
        for i in range(f.left, f.right + 1):
            q = j * width + i
            if owner[q] < 0:
                x = float(i) + 0.5
                distance = wp.min(gap(f.a, f.b, x, y), wp.min(gap(f.b, f.c, x, y), gap(f.c, f.a, x, y)))
                if distance <= RIM:
                    # a distance is not negative, so its bits sort like itself
                    key = (wp.uint64(wp.cast(distance, wp.uint32)) << wp.uint64(32)) | wp.uint64(t)
                    if key < keys[q]:
                        wp.atomic_min(keys, q, key)


@wp.kernel
def claim_by_bands(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    height: int,
    width: int,
    bands: int,
    keys: wp.array(dtype=wp.uint64),
    owner: wp.array(dtype=int),
):
    band = base + wp.tid()
    for t in range(faces.shape[0]):
        claim_around(
            screen, faces, t, owner, width, height * band / bands, height * (band + 1) / bands - 1, keys
        )  # fmt: skip


@wp.kernel
def claim_by_faces(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    height: int,
    width: int,
    keys: wp.array(dtype=wp.uint64),
    owner: wp.array(dtype=int),
):
    claim_around(screen, faces, base + wp.tid(), owner, width, 0, height - 1, keys)


@wp.kernel
def choose_rim_face(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    width: int,
    keys: wp.array(dtype=wp.uint64),
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
):
    q = base + wp.tid()
    if face[q] >= 0 or keys[q] == EMPTY:
        return
    t = int(keys[q] & wp.uint64(0xFFFFFFFF))
    a = screen[faces[t, 0]]
    b = screen[faces[t, 1]]
    c = screen[faces[t, 2]]
    x = float(q % width) + 0.5
    y = float(q / width) + 0.5
    ab = gap(a, b, x, y)
    bc = gap(b, c, x, y)
    ca = gap(c, a, x, y)
    face[q] = t
    if ab <= bc and ab <= ca:
        s = along(a, b, x, y)
        barycentrics[q] = wp.vec3(1.0 - s, s, 0.0)
    elif bc <= ca:
        s = along(b, c, x, y)
        barycentrics[q] = wp.vec3(0.0, 1.0 - s, s)
    else:
        s = along(c, a, x, y)
        barycentrics[q] = wp.vec3(s, 0.0, 1.0 - s)


def add_rims(raster: Raster, screen: wp.array, faces: wp.array) -> None:
    """Give the free texels within RIM of a face to the nearest face, in `raster` itself.

    screen: [V] vec3, (column, row, anything) in texels; faces [F, 3] int32. Of equally near faces the lower index wins.
    """
    device, pixels = str(screen.device), raster.height * raster.width
    keys = wp.full(pixels, 0xFFFFFFFFFFFFFFFF, dtype=wp.uint64, device=device)
    if not parallel.on_host(device):
        inputs = [screen, faces, raster.height, raster.width, keys, raster.face]
        parallel.launch(claim_by_faces, faces.shape[0], inputs, device)
    else:
        launch_bands(claim_by_bands, screen, faces, raster.height, raster.width, keys, raster.face)
    launch(choose_rim_face, pixels, [screen, faces, raster.width, keys, raster.face, raster.barycentrics], device)
