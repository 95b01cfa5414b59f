"""Bring the colours of views together: one factor per view and channel, in linear light.

Each pair of views is compared on the surface that both see; the median of the ratios is not moved by what one of them
gets wrong. All pairs are settled at once, so that a view which never meets the picture follows those between them. The
picture itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ....kernels.atlas.bake import Baker, View
from ....kernels.meshes.sample_surface import sample_surface
from ..colours import to_linear, to_srgb

POINTS = 40_000  # of the surface, at which views are compared
SEEN = 0.01  # trust * cosine^4 from which a point counts as seen; paint keeps its colour at flat angles
DARK, BRIGHT = 0.01, 0.95  # linear light between which a ratio says something
LEAST = 60  # points that two views must share
LIKE = 0.1  # weight, beside the pairs, of the wish that all generated views change alike
STRONGEST = float(np.log(2.0))  # limit of a change


def matched(
    views: Sequence[View], vertices: np.ndarray, faces: np.ndarray, fixed: int
) -> tuple[list[View], np.ndarray]:
    """Return (views with colours that agree, factors [K, 3] that they got). The first `fixed` views (0 or 1) stay.

    vertices [V, 3], faces [F, 3]: the mesh that all of them show.
    """
    if len(views) < 2:
        return list(views), np.ones((len(views), 3))
    points, normals, _ = sample_surface(vertices, faces, POINTS)
    baker = Baker(vertices, faces, points, normals)
    found = [baker.look_up(view, baker.depth(view)) for view in views]
    factors = np.exp(np.clip(_changes(found, fixed), -STRONGEST, STRONGEST))
    out = []
    for view, factor in zip(views, factors, strict=True):
        changed = np.clip(to_srgb(to_linear(view.picture) * factor.astype(np.float32)), 0.0, 1.0)
        out.append(view if np.allclose(factor, 1.0, atol=1e-3) else replace(view, picture=changed))
    return out, factors


def _changes(found: Sequence[np.ndarray], fixed: int) -> np.ndarray:
    """Logarithms of the factors [K, 3] from what each view shows at the same points, [P, 4] each."""
    count = len(found)
    light = [to_linear(each[:, :3]) for each in found]
    equations: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for i in range(count):
        for j in range(i + 1, count):
            both = (found[i][:, 3] > SEEN) & (found[j][:, 3] > SEEN)
            ratio, shared = _ratio(light[i][both], light[j][both])
            if shared < LEAST:
                continue
            weight = np.sqrt(shared / POINTS)
            row = np.zeros(count)
            row[i], row[j] = weight, -weight
            equations.append(row)
            values.append(-weight * ratio)
    mean = np.zeros(count)
    mean[fixed:] = 1.0 / (count - fixed)
    for k in range(fixed, count):
        row = -mean.copy()
        row[k] += 1.0
        equations.append(np.sqrt(LIKE / count) * row)
        values.append(np.zeros(3))
    if fixed == 0:  # nothing says how bright all of them are: together they stay
        equations.append(mean)
        values.append(np.zeros(3))
    solved = np.zeros((count, 3))
    matrix = np.stack(equations)[:, fixed:]
    solved[fixed:] = np.linalg.lstsq(matrix, np.stack(values), rcond=None)[0]
    return solved


def _ratio(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int]:
    """(median per channel of log a - log b [3], the smallest number of points that speak) of linear light [N, 3]."""
    usable = (np.minimum(a, b) > DARK) & (np.maximum(a, b) < BRIGHT)
    shared = usable.sum(0)
    if shared.min() == 0:
        return np.zeros(3), 0
    logs = np.log(np.maximum(a, 1e-6)) - np.log(np.maximum(b, 1e-6))
    return np.array([np.median(logs[usable[:, c], c]) for c in range(3)]), int(shared.min())
