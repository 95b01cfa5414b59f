"""Make a texture continuous over the seams of its atlas: both sides meet in the mean of their colours.

A crease is where charts end and also where pictures meet, so small steps gather there. Each point of a seam is read on
all its sides as bilinear look-ups read it; half of the difference goes to each, fading out within a few texels. Larger
steps are paint that ends at the crease, and stay.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array, beside, copied, is_tensor, namespace, positions
from ..meshes.normals import weld
from ..meshes.sums import sums_by_key
from .fill import grow_rings

BAND = 3  # texels inwards over which a correction fades out
ARTEFACT = 0.12  # steps up to here (largest channel, 0..1) are levelled out ...
PAINT = 0.4  # ... and from here on left alone
MOST_SAMPLES = 4_000_000  # points on seams; longer seams are sampled more thinly


def level_seams(texture: Array, covered: Array, vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray) -> Any:
    """Return the texture [S, S, 3] float32 with small steps over seams levelled.

    Texels that are not `covered` [S, S] stay.

    vertices [V, 3], faces [F, 3], uv [V, 2] in 0..1 (v down): a seam is an edge whose faces meet in place (within
    2^-20 of the longest side) but not in vertices. Texture and covered are NumPy arrays or tensors; the seams are
    found on the host, the texels are read and changed where they live.
    """
    ends, edge = _seam_sides(vertices, faces)
    if len(ends) == 0:
        return texture
    size = texture.shape[0]
    place, number = _points(uv * size, ends, edge)
    sides = np.bincount(number).astype(np.float32)
    column, share, point, sides = (beside(array, texture) for array in (*_taps(place, size), number, sides))
    flat = texture.reshape(-1, 3)
    colour = (flat[column] * share[..., None]).sum(1)
    mean = sums_by_key(point, colour, len(sides)) / sides.clip(1)[:, None]
    change = mean[point] - colour
    xp = namespace(change)
    change = xp.asarray(change, dtype=xp.float32)
    step = 2.0 * _largest(abs(change))
    change *= ((PAINT - step) / (PAINT - ARTEFACT)).clip(0.0, 1.0)[:, None]
    if float(abs(change).max()) < 0.5 / 255:
        return texture
    to, size2 = column.reshape(-1), size * size
    total = sums_by_key(to, share.reshape(-1, 1), size2)[:, 0]
    hit = positions(total > 1e-3)
    pull = xp.concatenate([xp.zeros_like(flat), xp.zeros_like(flat[:, :1])], 1)
    for k in range(3):
        weighted = (share * change[:, k, None]).reshape(-1, 1)
        pull[hit, k] = xp.asarray(sums_by_key(to, weighted, size2)[hit, 0] / total[hit], dtype=pull.dtype)
    pull[hit, 3] = 1.0
    correction, ring = grow_rings(pull.reshape(size, size, 4), BAND)
    near = positions((ring <= BAND).reshape(-1) & covered.reshape(-1))
    fade = (1.0 - xp.asarray(ring.reshape(-1)[near], dtype=xp.float32) / (BAND + 1))[:, None]
    out = copied(flat)
    out[near] = (out[near] + fade * correction.reshape(-1, 3)[near]).clip(0.0, 1.0)
    return out.reshape(texture.shape)


def _largest(values: Any) -> Any:
    """Return the largest of each row [N, 3]."""
    return values.amax(1) if is_tensor(values) else values.max(1)


def _seam_sides(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sides of all seams.

    End vertices [N, 2], in the same order of places for all sides, and edge number [N].
    """
    ends = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    place = weld(vertices)[ends]
    turned = place[:, 0] > place[:, 1]
    ends[turned] = ends[turned][:, ::-1]
    place = np.sort(place, axis=1)
    key = place[:, 0] * len(vertices) + place[:, 1]
    order = np.argsort(key, kind="stable")
    ends, key = ends[order], key[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    number = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(key)]))
    apart = (ends != ends[starts][number]).any(1)
    seam = np.zeros(len(starts), bool)
    seam[number[apart]] = True
    kept = seam[number] & (place[order, 0] != place[order, 1])
    return ends[kept], np.unique(number[kept], return_inverse=True)[1].reshape(-1)


def _points(texel: np.ndarray, ends: np.ndarray, edge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points along the sides, about one a texel: place [P, 2] in texels, and which point of the surface each is [P]."""
    length = np.linalg.norm(texel[ends[:, 0]] - texel[ends[:, 1]], axis=1)
    count = np.ones(int(edge.max()) + 1)
    np.maximum.at(count, edge, np.ceil(length))
    thin = max(1.0, float(count[edge].sum()) / MOST_SAMPLES)
    count = np.maximum(count / thin, 1.0).astype(np.int64)
    each = count[edge]
    side = np.repeat(np.arange(len(edge)), each)
    number = np.arange(len(side)) - np.repeat(np.cumsum(each) - each, each)
    share = ((number + 0.5) / each[side])[:, None]
    place = texel[ends[side, 0]] * (1.0 - share) + texel[ends[side, 1]] * share
    return place, (np.cumsum(count) - count)[edge[side]] + number


def _taps(place: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the four texels [P, 4] (row * size + column) of a bilinear look-up at place [P, 2], and weights."""
    low = np.floor(place - 0.5).astype(np.int64)
    part = place - 0.5 - low
    index, weight = [], []
    for row in (0, 1):
        for column in (0, 1):
            x, y = np.clip(low[:, 0] + column, 0, size - 1), np.clip(low[:, 1] + row, 0, size - 1)
            index.append(y * size + x)
            weight.append(np.abs(1 - column - part[:, 0]) * np.abs(1 - row - part[:, 1]))
    return np.stack(index, 1), np.stack(weight, 1).astype(np.float32)
