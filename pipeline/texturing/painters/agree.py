"""Is the picture where its registration says? Generated views of the same mesh know what each side looks like.

Outlines of some objects fit alike from two sides (a plate from the left and from the right). Silhouettes cannot tell
these cameras apart; the colours of views that were generated on the mesh can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ....kernels.atlas.bake import Baker, View
from ....kernels.meshes.sample_surface import sample_surface
from ..register import Registration, register
from ..synthesis import Conditions, input_view
from .match import POINTS, SEEN, matched

DOUBT = 0.05  # mean difference of colours, 0..1, from which other cameras are tried
BETTER = 0.7  # share of the difference that another camera must come below
FLIPS = ((-1, 1), (1, -1), (-1, -1))  # of azimuth and elevation: cameras whose outlines may be alike


def settled(
    conditions: Conditions, views: Sequence[View], spread: float, lowest_iou: float, tell: Callable[[str], None]
) -> Registration | None:
    """Return the registration under which the picture agrees best with views of the mesh.

    tell: called with a note when it is another one.
    """
    found, rgba = conditions.registration, conditions.rgba
    if found is None or rgba is None or not found.accepted:
        return found
    best, least = found, disagreement(conditions, views)
    if least <= DOUBT:
        return found
    before = least
    for side, height in FLIPS:
        camera = found.camera.moved(azimuth=side * found.camera.azimuth, elevation=height * found.camera.elevation)
        other = register(conditions.vertices, conditions.faces, rgba, spread, lowest_iou, camera)
        error = disagreement(replace(conditions, registration=other), views) if other.accepted else np.inf
        if error < BETTER * before and error < least:
            best, least = other, error
    if best is not found:
        tell(
            f"the picture's camera was taken for azimuth {best.camera.azimuth:.0f} instead of "
            f"{found.camera.azimuth:.0f} degrees, where it agrees with the generated views"
        )
    return best


def disagreement(conditions: Conditions, views: Sequence[View]) -> float:
    """Mean difference of colours, 0..1, between the picture and views, after matching, on surface that both see."""
    both, _ = matched([input_view(conditions), *views], conditions.vertices, conditions.faces, 1)
    points, normals, _ = sample_surface(conditions.vertices, conditions.faces, POINTS)
    baker = Baker(conditions.vertices, conditions.faces, points, normals)
    first, *others = [baker.look_up(view, baker.depth(view)) for view in both]
    weight = np.stack([other[:, 3] for other in others])
    shared = (first[:, 3] > SEEN) & (weight.max(0) > SEEN)
    if not shared.any():
        return 0.0
    colours = np.stack([other[:, :3] for other in others])
    mean = (colours * weight[..., None]).sum(0) / np.maximum(weight.sum(0), 1e-9)[:, None]
    return float(np.abs(mean - first[:, :3])[shared].mean())
