# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false
"""UV atlas without overlaps: axis charts, exact overlap split, packing.

"Exact" means: at the atlas resolution no texel centre lies strictly inside two faces. That is found by rasterising the
atlas and asking every face which of its texels somebody else owns; such faces move to charts of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ...errors import BadMeshError, UsageError
from .. import parallel
from ..arrays import check_mesh, to_numpy, to_warp
from ..meshes.normals import face_normals
from ..views.raster_kernels import edge, face_box
from ..views.rasterize import Raster, rasterize
from .chart_faces import AXES, U_AXES, V_AXES, chart_faces, face_neighbours, pieces
from .pack_charts import drop_charts, outlines, rotate_charts
from .xatlas_charts import xatlas_charts, xatlas_pack

wp.set_module_options({"enable_backward": False})

METHODS = ("axis", "packed", "xatlas")
SPLIT_ROUNDS = 6
STRICTLY_INSIDE = wp.constant(1.0e-4)


@dataclass(frozen=True)
class Atlas:
    """A mesh cut open along the borders of its charts.

    vertex [V'] int64: the source vertex of each atlas vertex. faces [F, 3] int32: the same faces, in the same order,
    over atlas vertices. uv [V', 2] float32 in 0..1, v runs down from the top of the picture (glTF). chart [F] int32.
    scale: texels per world unit. coverage: share of the texels inside faces.
    """

    vertex: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    chart: np.ndarray
    scale: float
    coverage: float

    @property
    def charts(self) -> int:
        return int(self.chart.max(initial=-1)) + 1


def default_padding(resolution: int) -> int:
    """Texels between charts: two mip levels stay clean at 1024, and one more for each doubling."""
    return max(2, resolution // 384)


def unwrap(
    vertices: Any,
    faces: Any,
    resolution: int = 1024,
    padding: int | None = None,
    device: str = "cpu",
    method: str = "axis",
) -> Atlas:
    """Make an atlas for a triangle mesh of any kind: several parts, open, non-manifold, with folds.

    vertices [V, 3], faces [F, 3]. resolution: side in texels, 64..16384. padding: free texels between charts.
    method: "axis" charts; "packed": the same charts, packed by xatlas; "xatlas": its charts, too (slow, some mirrored).
    Raises BadMeshError, UsageError and, without the package xatlas, MissingDependencyError.
    """
    if method not in METHODS:
        raise UsageError(f"there is no atlas '{method}'", f"Choose {', '.join(METHODS)}.")
    if not 64 <= resolution <= 16384:
        raise UsageError(f"atlas resolution {resolution} is out of range", "Choose 64 to 16384.")
    check_mesh(vertices, faces)
    v, f = to_numpy(vertices, np.float32), to_numpy(faces, np.int32)
    if len(f) == 0:
        raise BadMeshError("a mesh without faces has nothing to unwrap")
    gap = default_padding(resolution) if padding is None else padding
    if method == "xatlas":
        return _by_xatlas(v, f, resolution, gap, device)
    normals, _ = face_normals(v, f)
    extent = max(float(np.ptp(v[f.reshape(-1)], axis=0).max()), 1e-12)
    chart, axis, pairs = chart_faces(v, f, normals, 4 * extent / resolution)
    scale = None
    for _ in range(SPLIT_ROUNDS):
        layout = _lay_out(v, f, chart, axis, resolution, gap, scale, method)
        bad, raster = _losing_faces(v, f, axis, layout, resolution, device)
        if not bad.any():
            break
        # the losers leave together where they touch; what they leave behind may fall apart
        moved = pieces(len(f), pairs, bad[pairs[:, 0]] & bad[pairs[:, 1]])
        chart = np.where(bad, chart.max() + 1 + moved, chart)
        chart = pieces(len(f), pairs, chart[pairs[:, 0]] == chart[pairs[:, 1]])
        scale = layout.scale
    else:
        # Faces that still collide, all parallel and on top of each other, get a chart each.
        chart = np.unique(np.where(bad, chart.max() + 1 + np.arange(len(f)), chart), return_inverse=True)[1].reshape(-1)
        layout = _lay_out(v, f, chart, axis, resolution, gap, scale, method)
        _, raster = _losing_faces(v, f, axis, layout, resolution, device)
    coverage = float((raster.face.numpy() >= 0).mean())
    return Atlas(layout.vertex, layout.faces, layout.uv, chart.astype(np.int32), layout.scale, coverage)


@dataclass(frozen=True)
class _Layout:
    vertex: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    scale: float


def _by_xatlas(v: np.ndarray, f: np.ndarray, resolution: int, gap: int, device: str) -> Atlas:
    vertex, faces, uv = xatlas_charts(v, f, resolution, gap)
    pairs = face_neighbours(faces)
    chart = pieces(len(faces), pairs, np.ones(len(pairs), bool)).astype(np.int32)
    raster = atlas_raster(faces, uv, np.zeros(len(faces), np.float32), resolution, device)[0]
    covered = raster.face.numpy() >= 0
    area = float(face_normals(v, f)[1].sum(dtype=np.float64))
    scale = float(np.sqrt(covered.sum() / max(area, 1e-30)))
    return Atlas(vertex, faces, uv, chart, scale, float(covered.mean()))


def _lay_out(
    v: np.ndarray,
    f: np.ndarray,
    chart: np.ndarray,
    axis: np.ndarray,
    resolution: int,
    gap: int,
    scale: float | None,
    method: str,
) -> _Layout:
    """Cut at chart borders, project, turn, and pack with the largest scale that fits."""
    count = int(chart.max()) + 1
    key = f.astype(np.int64) * count + chart[:, None]
    unique, inverse = np.unique(key.reshape(-1), return_inverse=True)
    vertex, owner = unique // count, unique % count
    new_faces = inverse.reshape(-1, 3).astype(np.int32)
    chart_axis = np.zeros(count, np.int64)
    chart_axis[chart] = axis
    p = v[vertex].astype(np.float64)
    flat = np.stack([(p * U_AXES[chart_axis[owner]]).sum(1), (p * V_AXES[chart_axis[owner]]).sum(1)], 1)
    flat = rotate_charts(flat, owner, count)
    if method == "packed":
        texels = xatlas_pack(flat, new_faces, chart, owner, resolution, gap)
        scale = _growth(flat, texels, new_faces)
    else:
        texels, scale = _pack(flat, new_faces, chart, owner, count, resolution, gap, scale)
    uv = texels / resolution
    uv[:, 1] = 1.0 - uv[:, 1]
    return _Layout(vertex, new_faces, uv.astype(np.float32), scale)


def _growth(before: np.ndarray, after: np.ndarray, faces: np.ndarray) -> float:
    """Return the ratio of lengths in `after` [V, 2] to those in `before` [V, 2], from the area of all faces."""
    areas = []
    for points in (before, after):
        a, b = points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]]
        areas.append(float(np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()))
    return float(np.sqrt(areas[1] / max(areas[0], 1e-30)))


def _pack(
    flat: np.ndarray,
    faces: np.ndarray,
    chart: np.ndarray,
    owner: np.ndarray,
    count: int,
    resolution: int,
    gap: int,
    scale: float | None,
) -> tuple[np.ndarray, float]:
    """Texel positions [V', 2], rows upwards, and the scale. Searches the largest scale that fits, within 2 %."""
    cell = max(gap, resolution // 512)
    columns = resolution // cell
    size = np.zeros((count, 2))
    np.maximum.at(size, owner, flat)
    largest = max(float(size.max()), 1e-12)
    guess = scale or float(np.sqrt(0.6 * resolution**2 / max(float(size.prod(1).sum()), 1e-12)))
    scale = min(guess, (resolution - 4 * cell) / largest)
    fitting: tuple[float, np.ndarray] | None = None
    low, high = 0.0, np.inf
    for _ in range(14):
        shapes = outlines(flat * scale, faces, chart, count, cell)
        place, height = drop_charts(shapes, columns, gap)
        if height <= resolution:
            fitting, low = (scale, place), scale
        else:
            high = scale
        if fitting and (high / low < 1.02 or low * largest >= (resolution - 4 * cell) * 0.999):
            break
        ratio = resolution / height if np.isfinite(height) else 0.5
        guess = scale * ratio**0.5 * (1.0 if ratio > 1 else 0.99)
        scale = guess if low * 1.003 < guess < high * 0.997 else (low + high) / 2 if np.isfinite(high) else scale * 1.1
        scale = min(scale, (resolution - 4 * cell) / largest)
    if fitting is None:
        raise BadMeshError(
            f"{count} separate charts do not fit {resolution} x {resolution} texels", "Raise the texture size."
        )
    scale, place = fitting
    return flat * scale + place[owner] * np.array([cell, 1.0]), float(scale)


def atlas_raster(faces: np.ndarray, uv: np.ndarray, depth: np.ndarray, resolution: int, device: str) -> tuple:
    """Rasterise an atlas, every face with vertices of its own so that `depth` [F] decides between overlapping faces.

    Returns the raster and the screen and face arrays it was made from. Texel (row j, column i) has its centre at
    uv = ((i + 0.5) / resolution, (j + 0.5) / resolution).
    """
    corners = np.empty((len(faces), 3, 3), np.float32)
    corners[..., :2] = uv[faces] * resolution
    corners[..., 2] = depth[:, None]
    screen = to_warp(corners.reshape(-1, 3), wp.vec3, device)
    separate = to_warp(np.arange(3 * len(faces), dtype=np.int32).reshape(-1, 3), int, device)
    ones = wp.full(3 * len(faces), 1.0, dtype=float, device=device)
    return rasterize(screen, ones, separate, resolution, resolution), screen, separate


def overlapped_faces(faces: np.ndarray, uv: np.ndarray, resolution: int, device: str = "cpu") -> np.ndarray:
    """bool [F]: faces with a texel strictly inside that another face, of a lower number, holds too.

    faces: [F, 3]. uv: [V, 2] in 0..1. resolution: side in texels.
    """
    return _overlapped(faces, uv, np.arange(len(faces), dtype=np.float32), resolution, device)[0]


def _losing_faces(
    v: np.ndarray, f: np.ndarray, axis: np.ndarray, layout: _Layout, resolution: int, device: str
) -> tuple[np.ndarray, Raster]:
    """Mark faces [F] with an inner texel that a face nearer to the axis' end owns; also return the atlas raster."""
    depth = -(v[f].mean(1) * AXES[axis]).sum(1)
    return _overlapped(layout.faces, layout.uv, depth, resolution, device)


def _overlapped(
    faces: np.ndarray, uv: np.ndarray, depth: np.ndarray, resolution: int, device: str
) -> tuple[np.ndarray, Raster]:
    raster, screen, separate = atlas_raster(faces, uv, depth, resolution, device)
    lost = wp.zeros(len(faces), dtype=int, device=device)
    parallel.launch(count_lost, len(faces), [screen, separate, resolution, raster.face, lost], device)
    return lost.numpy() > 0, raster


@wp.kernel
def count_lost(
    base: int,
    screen: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    width: int,
    owner: wp.array(dtype=int),
    lost: wp.array(dtype=int),
):
    t = base + wp.tid()
    f = face_box(screen, faces, t, 0.0, 0, width - 1, width)
    area = edge(f.a, f.b, f.c[0], f.c[1])
    n = int(0)
    if wp.abs(area) > 1.0e-9:
        inverse = 1.0 / area
        for j in range(f.top, f.bottom + 1):
            for i in range(f.left, f.right + 1):
                x = float(i) + 0.5
                y = float(j) + 0.5
                w0 = edge(f.b, f.c, x, y) * inverse
                w1 = edge(f.c, f.a, x, y) * inverse
                inside = w0 > STRICTLY_INSIDE and w1 > STRICTLY_INSIDE and w0 + w1 < 1.0 - STRICTLY_INSIDE
                if inside and owner[j * width + i] != t:
                    n = n + 1
    lost[t] = n
