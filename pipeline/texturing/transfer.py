"""Carries the texture or the vertex colours of one mesh over to another mesh of the same shape."""

from __future__ import annotations

import numpy as np

from ...kernels.atlas.fill import fill_gutters
from ...kernels.atlas.texel_maps import texel_maps
from ...kernels.atlas.unwrap import default_padding, unwrap
from ...kernels.meshes.closest_point import closest_point
from ...kernels.meshes.normals import smooth_normals
from ..artifacts import Mesh
from ..meshes.preview import sample_texture


def transfer_texture(source: Mesh, vertices: np.ndarray, faces: np.ndarray, size: int = 1024) -> Mesh:
    """The mesh (vertices [V,3], faces [F,3]) unwrapped anew, each texel coloured from the nearest point of `source`.

    Vertex colours are carried over as vertex colours, a bare source gives a bare mesh. size: texels per side.
    """
    bare = Mesh(vertices.astype(np.float32), faces.astype(np.int32))
    if source.uv is None or source.texture is None:
        if source.colors is None:
            return bare
        face, weights = _locate(source, bare.vertices)
        colors = np.einsum("nk,nkc->nc", weights, source.colors[source.faces[face]].astype(np.float32))
        return Mesh(bare.vertices, bare.faces, colors=np.rint(colors).astype(np.uint8))
    atlas = unwrap(bare.vertices, bare.faces, size)
    points = bare.vertices[atlas.vertex]
    texels = texel_maps(points, atlas.faces, atlas.uv, size)
    face, weights = _locate(source, np.asarray(texels.position))
    uv = np.einsum("nk,nkc->nc", weights, source.uv[source.faces[face]])
    picture = np.zeros((size * size, 3), np.float32)
    covered = np.zeros(size * size, bool)
    picture[texels.index] = sample_texture(source.texture, uv)
    covered[texels.index] = True
    filled = fill_gutters(picture.reshape(size, size, 3), covered.reshape(size, size), default_padding(size))
    return Mesh(
        points,
        atlas.faces,
        smooth_normals(bare.vertices, bare.faces)[atlas.vertex],
        atlas.uv,
        np.rint(filled * 255).astype(np.uint8),
        metallic=source.metallic,
        roughness=source.roughness,
    )


def _locate(source: Mesh, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(face [N], barycentric weights [N,3]) of the point of `source` that is nearest to each of points [N,3]."""
    _, nearest, face = closest_point(source.vertices, source.faces, points)
    a, b, c = np.moveaxis(source.vertices[source.faces[face]].astype(np.float64), 1, 0)
    u, v, w = b - a, c - a, nearest - a
    uu, uv, vv = (u * u).sum(1), (u * v).sum(1), (v * v).sum(1)
    uw, vw = (u * w).sum(1), (v * w).sum(1)
    span = np.maximum(uu * vv - uv * uv, 1e-300)
    second = np.clip((vv * uw - uv * vw) / span, 0, 1)
    third = np.clip((uu * vw - uv * uw) / span, 0, 1)
    weights = np.stack([1 - second - third, second, third], axis=1).clip(0, 1)
    return np.asarray(face), (weights / weights.sum(1, keepdims=True)).astype(np.float32)
