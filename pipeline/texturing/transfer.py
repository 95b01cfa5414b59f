"""Carries the texture or the vertex colours of one mesh over to another mesh of the same shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...kernels.atlas.fill import fill_gutters
from ...kernels.atlas.texel_maps import texel_maps
from ...kernels.atlas.unwrap import default_padding, unwrap
from ...kernels.meshes.closest_point import closest_point
from ...kernels.meshes.normals import smooth_normals
from ..artifacts import Mesh
from ..meshes.texture_lookup import sample_texture


def transfer_texture(source: Mesh, vertices: np.ndarray, faces: np.ndarray, size: int = 1024) -> Mesh:
    """Return the mesh unwrapped anew, each texel coloured from the nearest point of `source`.

    vertices: [V,3]; faces: [F,3].     Vertex colours are carried over as vertex colours, a bare source gives a bare
    mesh; opacity and metalness with roughness go along with the texture. A normal map does not: it belongs to the old
    UVs. size: texels per side.
    """
    bare = Mesh(vertices.astype(np.float32), faces.astype(np.int32))
    factors = {
        name: getattr(source, name)
        for name in ("metallic", "roughness", "alpha_mode", "alpha_cutoff", "alpha", "double_sided")
    }
    if source.uv is None or source.texture is None:
        if source.colors is None:
            return replace(bare, **factors)
        return replace(bare, colors=nearest_colors(source, bare.vertices), **factors)
    atlas = unwrap(bare.vertices, bare.faces, size)
    points = bare.vertices[atlas.vertex]
    texels = texel_maps(points, atlas.faces, atlas.uv, size)
    face, weights = _locate(source, np.asarray(texels.position))
    corners = source.faces[face]
    uv = np.einsum("nk,nkc->nc", weights, source.uv[corners])

    def moved(pixels: np.ndarray, tint: np.ndarray | None = None) -> np.ndarray:
        found = sample_texture(pixels, uv, source.wrap)
        picture = np.zeros((size * size, pixels.shape[2]), np.float32)
        covered = np.zeros(size * size, bool)
        picture[texels.index] = found if tint is None else found * tint
        covered[texels.index] = True
        whole = picture.reshape(size, size, -1)
        filled = fill_gutters(whole, covered.reshape(size, size), default_padding(size))
        return np.rint(filled * 255).astype(np.uint8)

    tint = None
    if source.colors is not None:
        tint = np.einsum("nk,nkc->nc", weights, source.colors[corners].astype(np.float32) / 255)
    surface, opacity = source.metallic_roughness, source.opacity
    return Mesh(
        points,
        atlas.faces,
        smooth_normals(bare.vertices, bare.faces)[atlas.vertex],
        atlas.uv,
        moved(source.texture, tint),
        metallic_roughness=None if surface is None else moved(surface),
        opacity=None if opacity is None else moved(np.repeat(opacity[..., None], 3, axis=2))[..., 0],
        **factors,
    )


def nearest_colors(source: Mesh, points: np.ndarray) -> np.ndarray:
    """Vertex colours uint8 [N,3] of a source that has some, at the places nearest to points [N,3]."""
    assert source.colors is not None
    face, weights = _locate(source, points)
    colors = np.einsum("nk,nkc->nc", weights, source.colors[source.faces[face]].astype(np.float32))
    return np.rint(colors).astype(np.uint8)


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
