# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportOptionalMemberAccess=false
"""Colours of surface points out of several views: sharp, almost the best view's alone, and wide, by weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ..arrays import Array, origin_of, to_warp
from ..parallel import launch

wp.set_module_options({"enable_backward": False})


@dataclass(frozen=True)
class Rule:
    """Limits of the choice between views.

    faint: a view that supports the surroundings less gives way to any other. stand_in: share of the best view's
    priority that a view needs to stand in for it where that one is hidden.
    """

    faint: float
    stand_in: float


@dataclass(frozen=True)
class Mixed:
    """Colours of points, sharp and wide [T, 3], sureness [T], and int8 [T], 1 where a view of priority 1 shows them."""

    sharp: Any
    wide: Any
    sure: Any
    seen: Any


@wp.func
def around(support: float, priority: float, faint: float) -> float:
    """Return the weight of a view for the surroundings of a point."""
    return wp.max(support, 0.0) * priority * wp.clamp((support - faint) / (3.0 * faint), 0.01, 1.0)


@wp.func
def at_point(
    values: wp.array2d(dtype=float), corners: wp.array2d(dtype=int), face: int, share: wp.vec3, k: int
) -> float:
    a = values[corners[face, 0], k] * share[0]
    b = values[corners[face, 1], k] * share[1]
    return a + b + values[corners[face, 2], k] * share[2]


@wp.kernel
def mix_points(
    base: int,
    found: wp.array2d(dtype=wp.vec4),  # [K, T] colour, and trust * cosine^k
    priorities: wp.array(dtype=float),
    support: wp.array2d(dtype=float),  # [V, K]
    corners: wp.array2d(dtype=int),
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
    faint: float,
    stand_in: float,
    sharp: wp.array(dtype=wp.vec3),
    wide: wp.array(dtype=wp.vec3),
    sure: wp.array(dtype=float),
    seen: wp.array(dtype=wp.int8),
):
    q = base + wp.tid()
    best = float(0.0)  # weight of the best view
    surest = float(0.0)
    wanted = float(-1.0)  # most weight for the surroundings, whether the view shows the point or not
    usable = float(0.0)  # most among the views that show the point
    wanted_priority = float(1.0)
    usable_priority = float(0.0)
    full = int(0)
    for k in range(priorities.shape[0]):
        look = found[k, q]
        shown = look[3]
        held = at_point(support, corners, face[q], barycentrics[q], k)
        near = around(held, priorities[k], faint)
        if near > wanted:
            wanted = near
            wanted_priority = priorities[k]
        if shown > 0.0:
            if near > usable:
                usable = near
                usable_priority = priorities[k]
            if priorities[k] >= 1.0:
                full = int(1)
            best = wp.max(best, wp.sqrt(shown * priorities[k] * near))
            surest = wp.max(surest, wp.sqrt(shown * wp.max(held, 0.0)))
    total = float(0.0)
    square = float(0.0)
    near_colour = wp.vec3(0.0, 0.0, 0.0)
    far_colour = wp.vec3(0.0, 0.0, 0.0)
    for k in range(priorities.shape[0]):
        look = found[k, q]
        if look[3] > 0.0:
            near = around(at_point(support, corners, face[q], barycentrics[q], k), priorities[k], faint)
            share = wp.sqrt(look[3] * priorities[k] * near) / wp.max(best, 1.0e-12)
            colour = wp.vec3(look[0], look[1], look[2])
            far_colour += share * colour
            total += share
            share = share * share * share * share
            near_colour += share * colour
            square += share
    sharp[q] = near_colour / wp.max(square, 1.0e-12)
    wide[q] = far_colour / wp.max(total, 1.0e-12)
    substitute = usable_priority / wanted_priority
    sure[q] = surest * wp.clamp((substitute - stand_in) / stand_in, 0.0, 1.0)
    seen[q] = wp.int8(full)


def mix_views(
    found: Array,
    priorities: Sequence[float],
    support: Array,
    corners: Array,
    face: Array,
    barycentrics: Array,
    rule: Rule,
) -> Mixed:
    """Weigh views by the geometric mean of what they show of a point and of its surroundings.

    found: [K, T, 4], colour and trust * cosine^k. support: [V, K], the same at the vertices, of the surroundings.
    corners [F, 3], face [T], barycentrics [T, 3]: where on the surface the points lie. Sureness is the largest of any
    view, whatever its priority; it is lost where a view of far less priority would stand in for the one that shows the
    surroundings: a speck of a guess is worse than a filled hole.
    """
    origin, count = origin_of(face), len(face)
    device = origin.device
    sharp, wide = (wp.empty(count, dtype=wp.vec3, device=device) for _ in range(2))
    sure = wp.empty(count, dtype=float, device=device)
    seen = wp.empty(count, dtype=wp.int8, device=device)
    inputs = [
        to_warp(found, wp.vec4, device),
        to_warp(np.asarray(priorities, np.float32), float, device),
        to_warp(support, float, device),
    ]
    inputs += [to_warp(corners, int, device), to_warp(face, int, device), to_warp(barycentrics, wp.vec3, device)]
    launch(mix_points, count, [*inputs, rule.faint, rule.stand_in, sharp, wide, sure, seen], device)
    return Mixed(*(origin.give(array) for array in (sharp, wide, sure, seen)))
