"""Bounding boxes."""

from __future__ import annotations

import numpy as np


def box_transform(vertices: np.ndarray, half: float) -> tuple[float, np.ndarray]:
    """Return (scale, offset [3]): scale * v + offset centres vertices [V,3] with a longest side of 2 * half.

    V > 0; a single place is left at its size.
    """
    low, high = vertices.min(0), vertices.max(0)
    longest = float((high - low).max())
    scale = 2 * half / longest if longest > 0 else 1.0
    return scale, -scale * (low + high) / 2


def into_box(vertices: np.ndarray, half: float) -> np.ndarray:
    """Vertices [V,3] so moved and scaled, float32; none stay none."""
    if len(vertices) == 0:
        return vertices
    scale, offset = box_transform(vertices, half)
    return (vertices * scale + offset).astype(np.float32)
