"""Colours of a texture at UVs."""

from __future__ import annotations

import numpy as np


def sample_texture(texture: np.ndarray, uv: np.ndarray, wrap: tuple[str, str] = ("repeat", "repeat")) -> np.ndarray:
    """Bilinear look-up: texture uint8 [H, W, C], uv [N, 2] (v down) -> float32 [N, C] in 0..1.

    wrap: repeat, clamp or mirror, per axis.
    """
    height, width, channels = texture.shape
    x = uv[:, 0] * width - 0.5
    y = uv[:, 1] * height - 0.5
    left, top = np.floor(x), np.floor(y)
    fx, fy = (x - left).astype(np.float32)[:, None], (y - top).astype(np.float32)[:, None]
    x0, x1 = (wrapped(left.astype(np.int64) + step, width, wrap[0]) for step in (0, 1))
    y0, y1 = (wrapped(top.astype(np.int64) + step, height, wrap[1]) for step in (0, 1))
    flat = texture.reshape(-1, channels)
    upper = flat[y0 * width + x0] * (1 - fx) + flat[y0 * width + x1] * fx
    lower = flat[y1 * width + x0] * (1 - fx) + flat[y1 * width + x1] * fx
    return ((upper * (1 - fy) + lower * fy) / 255.0).astype(np.float32)


def wrapped(index: np.ndarray, size: int, rule: str) -> np.ndarray:
    """Texel numbers of any size as texels 0..size-1 under a wrap rule."""
    if rule == "clamp":
        return np.clip(index, 0, size - 1)
    if rule == "mirror":
        index = index % (2 * size)
        return np.where(index >= size, 2 * size - 1 - index, index)
    return index % size
