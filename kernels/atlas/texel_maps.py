"""Maps of a mesh in UV space: which surface point each texel of its atlas shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ...errors import BadMeshError, UsageError
from ..arrays import check_mesh, namespace, origin_of, to_numpy, to_warp
from ..meshes.normals import face_normals
from ..views.rasterize import covered_spots, interpolate, rasterize
from ..views.render_maps import normals_at
from .texel_rims import add_rims


@dataclass(frozen=True)
class Texels:
    """The covered texels of an atlas of size x size, T of them, row by row.

    index: int32 [T], row * size + column. face: int32 [T]. barycentrics, position, normal: float32 [T, 3]; normal unit.
    NumPy arrays, or torch tensors when the vertices were one.
    """

    size: int
    index: Any
    face: Any
    barycentrics: Any
    position: Any
    normal: Any


def texel_maps(
    vertices: Any,
    faces: Any,
    uv: Any,
    size: int,
    normals: Any = None,
    device: str | None = None,
    rims: bool = False,
) -> Texels:
    """Surface points under the texel centres.

    vertices [V, 3], faces [F, 3], uv [V, 2] in 0..1 (v down). normals: vertex normals [V, 3], or None for the faces'
    own. Where faces overlap in the atlas the one with the lower index wins. rims: also texels that lie just outside the
    faces, as the nearest point of the nearest face (see texel_rims). Raises BadMeshError and UsageError.
    """
    if not 1 <= size <= 16384:
        raise UsageError(f"texture size {size} is out of range 1..16384")
    check_mesh(vertices, faces)
    if tuple(uv.shape) != (len(vertices), 2):
        raise BadMeshError(f"uv must have the shape [V, 2], got {tuple(uv.shape)} for {len(vertices)} vertices")
    xp = namespace(uv)
    flat = xp.asarray(uv, dtype=xp.float32)
    if not bool(xp.isfinite(flat).all()):
        raise BadMeshError("the mesh has texture coordinates that are not finite", "unwrap it again")
    origin = origin_of(vertices)
    target = device or origin.device
    corners = xp.concatenate([flat * size, xp.zeros_like(flat[:, :1])], 1)
    warp_faces = to_warp(faces, int, target)
    ones = wp.full(len(vertices), 1.0, dtype=float, device=target)
    screen = to_warp(corners, wp.vec3, target)
    raster = rasterize(screen, ones, warp_faces, size, size)
    if rims:
        add_rims(raster, screen, warp_faces)
    face = origin.give(raster.face)
    index = face >= 0
    index = np.flatnonzero(index).astype(np.int32) if isinstance(face, np.ndarray) else index.nonzero().flatten().int()
    spots = covered_spots(raster, to_warp(index, int, target))
    position = interpolate(spots, warp_faces, to_warp(vertices, wp.vec3, target))
    given = normals if normals is not None else face_normals(to_numpy(vertices), to_numpy(faces))[0]
    normal = normals_at(spots, warp_faces, to_warp(given, wp.vec3, target), normals is not None)
    parts = (origin.give(array) for array in (spots.face, spots.barycentrics, position, normal))
    return Texels(size, index, *parts)
