"""Bake the detail of a fine mesh into a tangent-space normal map for a light mesh, as glTF wants it.

Tangent frame: T along growing u, B along falling v (up in the picture), N the interpolated vertex normal; that is what
MikkTSpace gives viewers for an atlas without mirrored islands, so no TANGENT attribute is needed. Colour =
0.5 + 0.5 * (n.T, n.B, n.N).
"""

from __future__ import annotations

import numpy as np

from ...kernels.atlas.fill import fill_gutters
from ...kernels.atlas.texel_maps import texel_maps
from ...kernels.atlas.unwrap import default_padding
from ...kernels.meshes.normals import crease_normals
from ...kernels.views.cast_rays import cast_rays

FLAT = np.array([0.5, 0.5, 1.0], np.float32)


def bake_normal_map(
    vertices: np.ndarray,
    faces: np.ndarray,
    uv: np.ndarray,
    normals: np.ndarray,
    fine_vertices: np.ndarray,
    fine_faces: np.ndarray,
    size: int,
    reach: float = 0.02,
    two_sided: bool = False,
) -> np.ndarray:
    """Return the normal map uint8 [size, size, 3] of the light mesh from the fine mesh.

    The light mesh is vertices, faces, uv and normals [V, 3]. reach: how far the two surfaces may lie apart, world
    units. From each texel a ray goes along the normal and one against it; the nearer hit that faces the same way gives
    the normal. Texels without a hit stay flat. two_sided: the fine mesh is open, and its faces may look either way.
    """
    texels = texel_maps(vertices, faces, uv, size, normals)
    fine_normals = crease_normals(fine_vertices, fine_faces, 60.0)  # [F, 3, 3]
    wanted = texels.normal.copy()
    nearest = np.full(len(wanted), np.inf, np.float32)
    for sign in (1.0, -1.0):
        # starts a little inside, so that touching surfaces are hit
        start = texels.position - sign * texels.normal * (0.02 * reach)
        hits = cast_rays(fine_vertices, fine_faces, start, sign * texels.normal, longest=reach)
        found = np.flatnonzero(hits.face >= 0)
        corner = fine_normals[hits.face[found]]
        normal = (hits.barycentrics[found][:, :, None] * corner).sum(1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-9)[:, None]
        if two_sided:
            normal *= np.where((normal * texels.normal[found]).sum(1) < 0, -1, 1)[:, None].astype(np.float32)
        same_side = (normal * texels.normal[found]).sum(1) > 0.2
        better = same_side & (hits.distance[found] < nearest[found])
        nearest[found[better]] = hits.distance[found[better]]
        wanted[found[better]] = normal[better]
    tangent, bitangent = _frames(vertices, faces, uv, normals, texels)
    local = np.stack([(wanted * axis).sum(1) for axis in (tangent, bitangent, texels.normal)], 1)
    local /= np.maximum(np.linalg.norm(local, axis=1), 1e-9)[:, None]
    picture = np.tile(FLAT, (size * size, 1))
    covered = np.zeros(size * size, bool)
    picture[texels.index], covered[texels.index] = 0.5 + 0.5 * local, True
    covered = covered.reshape(size, size)
    padded = fill_gutters(picture.reshape(size, size, 3), covered, 2 * default_padding(size))
    return np.rint(np.clip(padded, 0, 1) * 255).astype(np.uint8)


def _frames(vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray, normals: np.ndarray, texels) -> tuple:
    """Return unit tangent and bitangent [T, 3] at the texels.

    Vertex tangents are interpolated and made orthogonal to the normal.
    """
    p, q = vertices[faces].astype(np.float64), uv[faces].astype(np.float64)
    e1, e2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    d1, d2 = q[:, 1] - q[:, 0], q[:, 2] - q[:, 0]
    area = d1[:, 0] * d2[:, 1] - d2[:, 0] * d1[:, 1]
    # direction of growing u, scaled by the area so that it weighs large faces more; the sign of the area stays out
    along_u = (e1 * d2[:, 1:] - e2 * d1[:, 1:]) * np.sign(area)[:, None]
    total = np.zeros((len(vertices), 3))
    for axis in range(3):
        for k in range(3):
            total[:, axis] += np.bincount(faces[:, k], along_u[:, axis], len(vertices))
    corner = total[faces[texels.face]]
    tangent = (texels.barycentrics[:, :, None] * corner).sum(1)
    normal = texels.normal.astype(np.float64)
    tangent -= normal * (tangent * normal).sum(1, keepdims=True)
    length = np.linalg.norm(tangent, axis=1, keepdims=True)
    tangent = np.where(length > 1e-12, tangent / np.maximum(length, 1e-12), np.cross(normal, [0.577, 0.577, 0.577]))
    # v runs down, so unmirrored islands have negative area: there B = N x T points up in the picture
    hand = np.where(area < 0, 1.0, -1.0)[texels.face][:, None]
    return tangent, np.cross(normal, tangent) * hand
