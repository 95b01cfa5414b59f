# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportAttributeAccessIssue=false, reportOperatorIssue=false
"""First hits of rays on a mesh, by Warp's bounding volume hierarchy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import warp as wp

from ...errors import BadInputError
from .. import parallel
from ..arrays import check_mesh, check_points, origin_of, to_warp

wp.set_module_options({"enable_backward": False})


@dataclass(frozen=True)
class Hits:
    """distance: float32 [N], in lengths of the direction given, inf without a hit.

    face: int32 [N], -1 without a hit. barycentrics: float32 [N, 3] of the hit in its face.
    """

    distance: Any
    face: Any
    barycentrics: Any


@wp.kernel
def first_hit(
    base: int,
    mesh: wp.uint64,
    origins: wp.array(dtype=wp.vec3),
    directions: wp.array(dtype=wp.vec3),
    longest: float,
    distance: wp.array(dtype=float),
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
):
    q = base + wp.tid()
    length = wp.length(directions[q])
    distance[q] = wp.inf
    face[q] = -1
    barycentrics[q] = wp.vec3(0.0, 0.0, 0.0)
    if length > 0.0:
        hit = wp.mesh_query_ray(mesh, origins[q], directions[q] / length, longest * length)
        if hit.result:
            distance[q] = hit.t / length
            face[q] = hit.face
            # Warp gives the weights of the first two corners
            barycentrics[q] = wp.vec3(hit.u, hit.v, 1.0 - hit.u - hit.v)


def cast_rays(vertices: Any, faces: Any, origins: Any, directions: Any, longest: float = 1.0e6) -> Hits:
    """Nearest hit of each ray, from either side of the faces.

    vertices [V, 3], faces [F, 3], origins [N, 3], directions [N, 3] of any length (zero: no hit); longest: how far, in
    lengths of the direction. Works where `vertices` lives and gives back arrays of its kind. Raises BadMeshError,
    BadInputError.
    """
    check_mesh(vertices, faces)
    check_points(origins, "origins")
    check_points(directions, "directions")
    if len(origins) != len(directions):
        raise BadInputError(f"{len(origins)} origins but {len(directions)} directions")
    origin = origin_of(vertices)
    device, count = origin.device, len(origins)
    parallel.start_warp()
    distance = wp.full(count, wp.inf, dtype=float, device=device)
    face = wp.full(count, -1, dtype=int, device=device)
    barycentrics = wp.zeros(count, dtype=wp.vec3, device=device)
    if len(faces) and count:
        # Keep a reference to the mesh until the launch is over; its id alone does not hold it.
        mesh = wp.Mesh(to_warp(vertices, wp.vec3, device), to_warp(faces, int, device).flatten())
        rays = [to_warp(origins, wp.vec3, device), to_warp(directions, wp.vec3, device)]
        inputs = [mesh.id, *rays, float(longest), distance, face, barycentrics]
        parallel.launch(first_hit, count, inputs, device)
        del mesh
    return Hits(origin.give(distance), origin.give(face), origin.give(barycentrics))
