"""Polygons to triangles: convex ones as a fan, the others by ear clipping (mapbox_earcut)."""

from __future__ import annotations

import numpy as np

from .scene import Source

MAX_CORNERS = 40_000  # of one polygon
MAX_WORK = 1_500_000_000  # sum of squared corners of polygons that are cut by ears: at worst about ten seconds


def triangulate(
    vertices: np.ndarray, corners: np.ndarray, counts: np.ndarray, source: Source
) -> tuple[np.ndarray, np.ndarray]:
    """Triangles of the polygons that `corners` lists one after the other.

    vertices: float64 [V,3]; corners: int64 [C], vertex of each corner; counts: int64 [P], corners of each polygon;
    those with fewer than three give nothing. Returns places [T,3] in `corners` and the polygon [T] of each triangle.
    Raises BadMeshError for polygons of so many corners that cutting them would take minutes.
    """
    most = int(counts.max(initial=0))
    if most > MAX_CORNERS:
        raise source.bad_mesh(f"it has a face of {most} corners", "Cut it in its own program.")
    budget = MAX_WORK
    starts = np.cumsum(counts) - counts
    triangles: list[np.ndarray] = [np.zeros((0, 3), np.int64)]
    owners: list[np.ndarray] = [np.zeros(0, np.int64)]
    for count in np.unique(counts[counts >= 3]):
        chosen = np.flatnonzero(counts == count)
        places = starts[chosen][:, None] + np.arange(count)  # [P, n]
        for start in range(0, len(chosen), step := max(1, 2_000_000 // int(count))):
            block = slice(start, start + step)
            found, owner, work = _cut(vertices, corners, places[block], budget)
            budget -= work
            if budget < 0:
                raise source.bad_mesh("its hollow faces have too many corners", "Cut them in its own program.")
            triangles.append(found)
            owners.append(chosen[block][owner])
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return np.concatenate(triangles)[order], owner[order]


def _cut(
    vertices: np.ndarray, corners: np.ndarray, places: np.ndarray, budget: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the triangles [T,3] of polygons of equally many corners, the row [T] of each, and the work of ears.

    Triangles are places [P,n] in `corners`. Nothing is cut when the work exceeds `budget`.
    """
    rows, count = places.shape
    if count == 3:
        return places, np.arange(rows), 0
    fan = np.stack([np.zeros(count - 2, np.int64), np.arange(1, count - 1), np.arange(2, count)], axis=1)
    points = vertices[corners[places]]
    turns = _turns(points)
    if count == 4:  # a quad with one corner that turns inward is cut from there
        first = np.where(turns.sum(axis=1) == 3, turns.argmin(axis=1), 0)
        turned = np.take_along_axis(places, (first[:, None] + np.arange(4)) % 4, axis=1)
        return turned[:, fan].reshape(-1, 3), np.repeat(np.arange(rows), 2), 0
    convex = turns.all(axis=1) & _goes_round_once(points)
    plain = np.flatnonzero(convex)
    triangles, owners = [places[plain][:, fan].reshape(-1, 3)], [np.repeat(plain, count - 2)]
    work = int((~convex).sum()) * count * count
    for row in np.flatnonzero(~convex) if work <= budget else ():
        ears = _ears(points[row], fan)
        triangles.append(places[row][ears])
        owners.append(np.full(len(ears), row))
    return np.concatenate(triangles), np.concatenate(owners), work


def _newell(points: np.ndarray) -> np.ndarray:
    """Return normals [P,3] of polygons [P,n,3], twice as long as their area; right for concave ones too."""
    local = points - points[:, :1]
    return np.cross(local, np.roll(local, -1, axis=1)).sum(axis=1)


def _turns(points: np.ndarray) -> np.ndarray:
    """Mask [P,n] of the corners of polygons [P,n,3] that do not turn inward, as seen along the normal."""
    normal = _newell(points)
    edge = points - np.roll(points, 1, axis=1)  # towards each corner
    along = np.einsum("pnk,pk->pn", np.cross(edge, np.roll(edge, -1, axis=1)), normal)
    return along >= -1e-9 * np.abs(along).max(axis=1, initial=0.0)[:, None]


def _goes_round_once(points: np.ndarray) -> np.ndarray:
    """Mask [P] of the polygons whose fan has no triangle that looks away; a star turns one way and has some."""
    spokes = points[:, 1:] - points[:, :1]
    fan = np.einsum("pnk,pk->pn", np.cross(spokes[:, :-1], spokes[:, 1:]), _newell(points))
    return (fan >= -1e-9 * np.abs(fan).max(axis=1, initial=0.0)[:, None]).all(axis=1)


def _ears(points: np.ndarray, fan: np.ndarray) -> np.ndarray:
    """Triangles [T,3] of one polygon [n,3], corners counted from 0; a fan when it has no area to clip ears from."""
    import mapbox_earcut

    normal = _newell(points[None])[0]
    length = float(np.linalg.norm(normal))
    if not np.isfinite(length) or length <= 0:
        return fan
    axis = int(np.abs(normal).argmax())
    flat = np.delete(points - points[0], axis, axis=1)
    ears = mapbox_earcut.triangulate_float64(np.ascontiguousarray(flat), np.array([len(flat)], np.uint32))
    ears = np.asarray(ears, np.int64).reshape(-1, 3)
    if len(ears) == 0:
        return fan
    first, second, third = (points[ears[:, k]] for k in range(3))
    turned = np.cross(second - first, third - first) @ normal < 0  # ears come in one order, the polygon in either
    ears[turned] = ears[turned][:, ::-1]
    return ears
