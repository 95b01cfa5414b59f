# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportOperatorIssue=false
"""Fill pictures where they hold nothing: gutters of an atlas by dilation, holes by a pyramid of means.

Pictures are NumPy arrays or tensors; the work is done where they live.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import warp as wp

from .. import parallel
from ..arrays import Array, copied, is_tensor, namespace, origin_of, to_warp

wp.set_module_options({"enable_backward": False})


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


def fill_gutters(picture: Array, covered: Array, padding: int) -> Any:
    """Grow the covered texels outwards by `padding` texels and paint the rest in their mean colour.

    picture float32 [H, W, 3], covered bool [H, W]. Returns float32 [H, W, 3]; covered texels are unchanged.
    """
    origin, xp = origin_of(picture), namespace(picture)
    if not bool(covered.any()):
        return xp.asarray(picture, dtype=xp.float32)
    height, width = covered.shape
    current = _with_weight(picture, covered[..., None], origin.device)
    other = wp.empty_like(current)
    for _ in range(padding):
        parallel.launch(grow, height * width, [current, height, width, other], origin.device)
        current, other = other, current
    out = origin.give(current).reshape(height, width, 4)
    filled = xp.where(out[..., 3:] > 0, out[..., :3], picture[covered].mean(0))
    return xp.asarray(filled, dtype=xp.float32)


def _with_weight(picture: Array, weight: Array, device: str) -> wp.array:
    """Colours [H, W, 3] and weight [H, W, 1] as vec4 [H * W]; memory of its own."""
    if is_tensor(picture):
        four = namespace(picture).cat([picture.float(), weight.float()], 2)
    else:
        four = np.concatenate([picture, weight], 2).astype(np.float32)
    return to_warp(four.reshape(-1, 4), wp.vec4, device)


def grow_rings(picture: Array, rings: int) -> tuple[Any, Any]:
    """Grow a picture outwards from its pixels of weight above 0, as means of neighbours, ring by ring.

    picture float32 [H, W, 4], the last channel the weight. Returns the picture [H, W, 3] and the ring of each pixel
    [H, W] uint8: 0 where it was known, up to `rings`, 255 beyond.
    """
    height, width = picture.shape[:2]
    origin, xp = origin_of(picture), namespace(picture)
    current = to_warp(copied(xp.asarray(picture, dtype=xp.float32)).reshape(-1, 4), wp.vec4, origin.device)
    other = wp.empty_like(current)
    ring = xp.asarray(xp.where(picture[..., 3] > 0, 0, 255), dtype=xp.uint8)
    for number in range(1, rings + 1):
        parallel.launch(grow, height * width, [current, height, width, other], origin.device)
        current, other = other, current
        known = origin.give(current).reshape(height, width, 4)[..., 3] > 0
        ring = xp.where(known & (ring == 255), xp.full_like(ring, number), ring)
    return origin.give(current).reshape(height, width, 4)[..., :3], ring


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


def push_pull(picture: Array, weight: Array) -> Any:
    """Smoothly continue a picture into its pixels of weight 0: [H, W, 3] float32 from picture and weight [H, W], 0..1.

    A pyramid of weighted means, filled from coarse to fine: work linear in the pixels whatever the size of the hole.
    """
    height, width = weight.shape
    origin = origin_of(picture)
    device = origin.device
    trust = weight.clip(0.0, 1.0)[..., None]
    levels = [(_with_weight(picture * trust, trust, device), height, width)]
    while max(levels[-1][1:]) > 1:
        fine, h, w = levels[-1]
        half_height, half_width = (h + 1) // 2, (w + 1) // 2
        out = wp.empty(half_height * half_width, dtype=wp.vec4, device=device)
        parallel.launch(halve, half_height * half_width, [fine, h, w, out], device)
        levels.append((out, half_height, half_width))
    for (fine, h, w), (coarse, _, _) in zip(levels[-2::-1], levels[:0:-1], strict=True):
        parallel.launch(refill, h * w, [fine, h, w, coarse], device)
    return copied(origin.give(levels[0][0]).reshape(height, width, 4)[..., :3])
