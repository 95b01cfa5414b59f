"""Pack charts into a square atlas under a horizon: each drops as low as its own lower outline allows.

Outlines are kept per column of a few texels, so charts nest into each other's hollows, which boxes cannot do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ANGLES = np.radians(np.arange(0, 90, 6))


@dataclass(frozen=True)
class Outline:
    """Lower and upper edge of one chart per column, in texels above its own lowest row.

    Columns without surface between two with surface count as full.
    """

    low: np.ndarray
    high: np.ndarray


def rotate_charts(points: np.ndarray, chart: np.ndarray, count: int) -> np.ndarray:
    """Turn each chart so that its bounding box is smallest, and stand it upright.

    points [N, 2], chart [N] sorted or not, numbers 0..count-1. Returns new points with every chart's lowest corner at
    (0, 0).
    """
    order = np.argsort(chart, kind="stable")
    start = np.searchsorted(chart[order], np.arange(count))
    sorted_points = points[order]
    best_area = np.full(count, np.inf)
    best_angle = np.zeros(count)
    for angle in ANGLES:
        turned = _turn(sorted_points, np.full(count, angle), chart[order])
        size = np.maximum.reduceat(turned, start) - np.minimum.reduceat(turned, start)
        area = size.prod(1)
        better = area < best_area * (0.98 if angle else 1.0)  # straight charts stay straight
        best_area = np.where(better, area, best_area)
        best_angle = np.where(better, angle, best_angle)
    turned = _turn(sorted_points, best_angle, chart[order])
    size = np.maximum.reduceat(turned, start) - np.minimum.reduceat(turned, start)
    best_angle = best_angle + np.where(size[:, 0] > size[:, 1], np.pi / 2, 0.0)
    turned = _turn(sorted_points, best_angle, chart[order])
    turned -= np.minimum.reduceat(turned, start)[chart[order]]
    out = np.empty_like(turned)
    out[order] = turned
    return out


def _turn(points: np.ndarray, angle: np.ndarray, chart: np.ndarray) -> np.ndarray:
    cosine, sine = np.cos(angle)[chart], np.sin(angle)[chart]
    x, y = points[:, 0], points[:, 1]
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], 1)


def outlines(points: np.ndarray, faces: np.ndarray, chart: np.ndarray, count: int, cell: float) -> list[Outline]:
    """Outline of each chart.

    points [N, 2] in texels from the chart's lowest corner, faces [F, 3], chart [F], cell: texels per column.
    """
    edges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    owner = np.repeat(chart, 3)
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    swap = a[:, 0] > b[:, 0]
    a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    first = np.floor(a[:, 0] / cell).astype(np.int64)
    last = np.floor(b[:, 0] / cell).astype(np.int64)
    spans = last - first + 1
    row = np.repeat(np.arange(len(edges)), spans)
    column = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(spans) - spans, spans)
    # the part of the edge inside the column
    width = np.maximum(b[row, 0] - a[row, 0], 1e-12)
    t0 = np.clip((column * cell - a[row, 0]) / width, 0.0, 1.0)
    t1 = np.clip(((column + 1) * cell - a[row, 0]) / width, 0.0, 1.0)
    rise = b[row, 1] - a[row, 1]
    y0, y1 = a[row, 1] + t0 * rise, a[row, 1] + t1 * rise
    columns = np.zeros(count, np.int64)
    np.maximum.at(columns, owner, last + 1)
    offset = np.concatenate([[0], np.cumsum(columns)])
    slot = offset[owner[row]] + column
    low, high = np.full(offset[-1], np.inf), np.full(offset[-1], -np.inf)
    np.minimum.at(low, slot, np.minimum(y0, y1))
    np.maximum.at(high, slot, np.maximum(y0, y1))
    empty = ~np.isfinite(low)
    low[empty], high[empty] = 0.0, 0.0
    return [Outline(low[offset[k] : offset[k + 1]], high[offset[k] : offset[k + 1]]) for k in range(count)]


def drop_charts(shapes: list[Outline], columns: int, gap: float) -> tuple[np.ndarray, float]:
    """Place outlines on a strip `columns` wide, at least one column and `gap` texels apart.

    Returns column and row (texels) of each chart's corner, [C, 2], and the height used (inf: a chart is too wide).
    """
    place = np.zeros((len(shapes), 2))
    horizon = np.full(columns, float(gap))
    heights = np.array([shape.high.max() for shape in shapes])
    for k in np.argsort(-heights, kind="stable"):
        # One column more on the right keeps the distance to both sides, since every chart has it.
        low, high = _widened(shapes[k].low, np.minimum), _widened(shapes[k].high, np.maximum)
        if len(low) + 1 > columns:
            return place, np.inf
        windows = np.lib.stride_tricks.sliding_window_view(horizon[1:], len(low))
        rest = np.ceil((windows - low).max(1))  # row at which the chart comes to rest, for every start column
        # wasted space below the chart breaks ties between equally low places
        start = int(np.argmin(rest + 1e-3 * (rest - windows.min(1)))) + 1
        row = rest[start - 1]
        place[k] = (start, row)
        horizon[start : start + len(low)] = np.maximum(horizon[start : start + len(low)], row + high + gap)
    return place, float(horizon.max(initial=0.0))


def _widened(outline: np.ndarray, choose: np.ufunc) -> np.ndarray:
    wide = np.append(outline, outline[-1])
    wide[1:-1] = choose(outline[1:], outline[:-1])
    return wide
