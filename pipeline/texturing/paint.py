"""Views to texture: look up, blend in two bands, fill along the surface, pad.

Two bands hide seams without blurring: where views meet, their slowly varying colours mix over a wide zone (so a
difference in exposure has no edge) while fine detail comes almost only from the best view (so it is not doubled).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from ...kernels.bake import Baker, View
from ...kernels.fill import fill_gutters, fill_surface
from ...kernels.normals import face_normals
from ...kernels.texel_maps import Texels, texel_maps
from ...kernels.unwrap import default_padding
from .picture import resized

BLUR = 0.02  # share of the picture's side: what counts as slowly varying
BLUR_SIDE = 256  # the slow band holds nothing that more pixels would show
SHARPNESS = 4  # exponent on relative weights for the fine band
SURE = 0.02  # a weight (trust * cosine^4) from which a texel needs no fill
LEAN = 0.9  # cosine
CHUNK = 1 << 20  # texels looked up at once


@dataclass(frozen=True)
class Painted:
    """texture: uint8 [size, size, 3]. seen: share of the surface's texels that a view of priority 1 shows; made: that
    any view shows."""

    texture: np.ndarray
    seen: float
    made: float


def paint(
    vertices: np.ndarray,
    faces: np.ndarray,
    uv: np.ndarray,
    normals: np.ndarray,
    views: Sequence[View],
    size: int,
    exponent: float = 4.0,
) -> Painted:
    """Texture of a mesh whose vertices are cut for `uv` [V, 2]. Every texel inside a face gets a colour."""
    texels = texel_maps(vertices, faces, uv, size, normals)
    normal = _honest_normals(vertices, faces, texels)
    count = len(texels.index)
    colour = np.zeros((count, 3), np.float32)
    sure = np.zeros(count, np.float32)
    seen = made = 0
    bands = [_bands(view) for view in views]
    depths = _depths(vertices, faces, views)
    for start in range(0, count, CHUNK):
        part = slice(start, start + CHUNK)
        baker = Baker(vertices, faces, texels.position[part], normal[part], exponent=exponent)
        found = [
            (baker.look_up(view, depth), baker.look_up(low, depth))
            for (view, low), depth in zip(bands, depths, strict=True)
        ]
        colour[part], sure[part] = _blend([view.priority for view in views], found)
        first = [full[:, 3] > 0 for view, (full, _) in zip(views, found, strict=True) if view.priority >= 1.0]
        seen += int(np.any(first, axis=0).sum()) if first else 0
        made += int((sure[part] > 0).sum())
    calm = fill_surface(texels.position, normal, colour, sure)
    mix = np.clip(sure / SURE, 0.0, 1.0)[:, None]
    mix = mix * mix * (3.0 - 2.0 * mix)
    colour = mix * colour + (1.0 - mix) * calm
    flat = np.zeros((size * size, 3), np.float32)
    covered = np.zeros(size * size, bool)
    flat[texels.index], covered[texels.index] = colour, True
    padded = fill_gutters(flat.reshape(size, size, 3), covered.reshape(size, size), 2 * default_padding(size))
    texture = np.rint(np.clip(padded, 0.0, 1.0) * 255).astype(np.uint8)
    return Painted(texture, seen / max(count, 1), made / max(count, 1))


def _honest_normals(vertices: np.ndarray, faces: np.ndarray, texels: Texels) -> np.ndarray:
    """Shading normals [T, 3] where they are near the face's own, else the face's: on a box with shared corners they
    lean by up to 55 degrees, and a side in full view would count as turned away."""
    flat = face_normals(vertices, faces)[0][texels.face]
    return np.where((flat * texels.normal).sum(1, keepdims=True) > LEAN, texels.normal, flat)


def _bands(view: View) -> tuple[View, View]:
    """The view, and the view with its picture blurred (trusted pixels only)."""
    trust = np.ones(view.picture.shape[:2], np.float32) if view.confidence is None else view.confidence
    side = min(BLUR_SIDE, max(view.picture.shape[:2]))
    weight = np.maximum(trust, 1e-3)[..., None]
    four = resized(np.concatenate([view.picture * weight, weight], 2), side, side)
    sigma = (BLUR * side, BLUR * side, 0)
    calm = gaussian_filter(four, sigma, mode="nearest", truncate=3)
    height, width = view.picture.shape[:2]
    low = resized(calm[..., :3] / calm[..., 3:], height, width)
    return view, View(view.camera, low, view.confidence, view.priority, view.mirror, view.margin)


def _depths(vertices: np.ndarray, faces: np.ndarray, views: Sequence[View]) -> list[np.ndarray]:
    """Depth map per view; views of one camera and size share theirs."""
    nothing = np.zeros((0, 3), np.float32)
    baker = Baker(vertices, faces, nothing, nothing)
    known: dict[tuple, np.ndarray] = {}
    out = []
    for view in views:
        key = (view.camera, view.picture.shape[:2])
        if key not in known:
            known[key] = baker.depth(view)
        out.append(known[key])
    return out


def _blend(
    priorities: Sequence[float], found: Sequence[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Colour [T, 3] and sureness [T] (largest trust * cosine^k, whatever the priority) of looked-up points."""
    weights = np.stack([full[:, 3] * priority for priority, (full, _) in zip(priorities, found, strict=True)])
    largest = weights.max(0)
    relative = weights / np.maximum(largest, 1e-12)
    low = np.zeros((weights.shape[1], 3), np.float32)
    high = np.zeros_like(low)
    low_total, high_total = relative.sum(0), (relative**SHARPNESS).sum(0)
    for share, (full, blurred) in zip(relative, found, strict=True):
        low += share[:, None] * blurred[:, :3]
        high += (share**SHARPNESS)[:, None] * (full[:, :3] - blurred[:, :3])
    colour = low / np.maximum(low_total, 1e-12)[:, None] + high / np.maximum(high_total, 1e-12)[:, None]
    sure = np.stack([full[:, 3] for full, _ in found]).max(0)
    return np.clip(colour, 0.0, 1.0), sure
