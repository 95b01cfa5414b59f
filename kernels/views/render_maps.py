# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportOperatorIssue=false
"""Maps of a mesh as cameras see it: depth, normal, position, face id, barycentrics."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ...errors import UsageError
from ..arrays import check_mesh, origin_of, to_numpy, to_warp
from ..meshes.normals import face_normals
from .cameras import Camera
from .raster_kernels import FAR
from .rasterize import Raster, Spots, interpolate, launch, rasterize

wp.set_module_options({"enable_backward": False})

MAX_SIDE = 16384
ALL_MAPS = ("depth", "normal", "position")


@dataclass(frozen=True)
class Maps:
    """Maps of the visible surface, H x W per camera; with a list of cameras every array has a leading axis K.

    face: int32, -1 where there is nothing. barycentrics: float32 [..., 3], perspective-correct, zero outside.
    depth: float32, distance from the camera along its axis in world units, inf outside.
    normal: float32 [..., 3] unit, world space, zero outside. position: float32 [..., 3], world space, zero outside.
    Maps that were not asked for are None. NumPy arrays, or torch tensors when the vertices were one.
    """

    face: Any
    barycentrics: Any
    depth: Any = None
    normal: Any = None
    position: Any = None

    @property
    def mask(self) -> Any:
        """True where the mesh is seen."""
        return self.face >= 0


@wp.kernel
def project(
    base: int,
    vertices: wp.array(dtype=wp.vec3),
    matrix: wp.mat44,
    perspective: int,
    screen: wp.array(dtype=wp.vec3),
    inverse_w: wp.array(dtype=float),
    depth: wp.array(dtype=float),
):
    v = base + wp.tid()
    p = vertices[v]
    q = matrix * wp.vec4(p[0], p[1], p[2], 1.0)
    depth[v] = q[2]
    if perspective == 0:
        screen[v] = wp.vec3(q[0], q[1], q[2])
        inverse_w[v] = 1.0
    elif q[3] > 1.0e-3:
        # -1/w is linear on the screen and grows with the distance
        screen[v] = wp.vec3(q[0] / q[3], q[1] / q[3], -1.0 / q[3])
        inverse_w[v] = 1.0 / q[3]
    else:
        screen[v] = wp.vec3(0.0, 0.0, FAR)
        inverse_w[v] = 0.0


@wp.kernel
def interpolate_normals(
    base: int,
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    normals: wp.array(dtype=wp.vec3),
    per_vertex: int,
    out: wp.array(dtype=wp.vec3),
):
    q = base + wp.tid()
    f = face[q]
    n = wp.vec3(0.0, 0.0, 0.0)
    if f >= 0:
        if per_vertex == 1:
            b = barycentrics[q]
            n = wp.normalize(b[0] * normals[faces[f, 0]] + b[1] * normals[faces[f, 1]] + b[2] * normals[faces[f, 2]])
        else:
            n = normals[f]
    out[q] = n


@wp.kernel
def interpolate_depth(
    base: int,
    face: wp.array(dtype=int),
    barycentrics: wp.array(dtype=wp.vec3),
    faces: wp.array2d(dtype=int),
    depth: wp.array(dtype=float),
    out: wp.array(dtype=float),
):
    q = base + wp.tid()
    f = face[q]
    if f >= 0:
        b = barycentrics[q]
        out[q] = b[0] * depth[faces[f, 0]] + b[1] * depth[faces[f, 1]] + b[2] * depth[faces[f, 2]]
    else:
        out[q] = wp.inf


def render_maps(
    vertices: Any,
    faces: Any,
    cameras: Camera | Sequence[Camera],
    size: int | tuple[int, int],
    normals: Any = None,
    maps: Sequence[str] = ALL_MAPS,
    device: str | None = None,
) -> Maps:
    """Rasterise a mesh for one camera (maps [H, W, ...]) or several (maps [K, H, W, ...]).

    vertices: [V, 3] floats, world units. faces: [F, 3] integers. size: side in pixels, or (height, width), 1..16384.
    normals: unit vertex normals [V, 3] for smooth normal maps, or None for the face's own. Faces are seen from both
    sides. A face with a vertex behind a perspective camera is left out.
    maps: the ones to compute beside face and barycentrics. device: Warp device, by default the vertices' own.
    A mesh without faces gives empty maps.
    Raises BadMeshError (not finite, index out of range) and UsageError.
    """
    height, width = (size, size) if isinstance(size, int) else size
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise UsageError(f"picture size {height}x{width} is out of range 1..{MAX_SIDE}")
    unknown = set(maps) - set(ALL_MAPS)
    if unknown:
        raise UsageError(f"unknown maps {sorted(unknown)}", f"Known are {', '.join(ALL_MAPS)}.")
    check_mesh(vertices, faces)
    single = isinstance(cameras, Camera)
    wanted = [cameras] if isinstance(cameras, Camera) else list(cameras)
    scene = Scene(vertices, faces, normals, maps, device)
    pictures = [scene.maps_of(camera, height, width) for camera in wanted]
    if single:
        return pictures[0]
    known = {name: part for name, part in vars(pictures[0]).items() if part is not None}
    return Maps(**{name: stack([getattr(picture, name) for picture in pictures]) for name in known})


class Scene:
    """A mesh on a Warp device, ready to be rendered many times. Arguments as in render_maps."""

    def __init__(
        self, vertices: Any, faces: Any, normals: Any = None, maps: Sequence[str] = ALL_MAPS, device: str | None = None
    ):
        self.origin = origin_of(vertices)
        self.device = device = device or self.origin.device
        self.maps = tuple(maps)
        self.vertices = to_warp(vertices, wp.vec3, device)
        self.faces = to_warp(faces, int, device)
        self.smooth = normals is not None
        if "normal" in maps:
            given = normals if self.smooth else face_normals(to_numpy(vertices), to_numpy(faces))[0]
            self.normals = to_warp(given, wp.vec3, device)

    def raster(self, camera: Camera, height: int, width: int) -> tuple[Raster, wp.array]:
        """Return the raster of one camera, and the vertices' depths."""
        count = self.vertices.shape[0]
        screen = wp.empty(count, dtype=wp.vec3, device=self.device)
        inverse_w = wp.empty(count, dtype=float, device=self.device)
        depth = wp.empty(count, dtype=float, device=self.device)
        matrix = wp.mat44(*camera.pixel_matrix(height, width).ravel().tolist())
        inputs = [self.vertices, matrix, int(camera.perspective), screen, inverse_w, depth]
        launch(project, count, inputs, self.device)
        return rasterize(screen, inverse_w, self.faces, height, width), depth

    def maps_of(self, camera: Camera, height: int, width: int) -> Maps:
        """Return the maps of one camera, of the vertices' kind."""
        given: dict[str, Any] = {}
        for name, flat in self.render(camera, height, width).items():
            tail = (3,) if name in ("barycentrics", "normal", "position") else ()
            given[name] = self.origin.give(flat).reshape(height, width, *tail)
        return Maps(**given)

    def render(self, camera: Camera, height: int, width: int) -> dict[str, wp.array]:
        """Flat Warp arrays by the names of Maps."""
        raster, vertex_depth = self.raster(camera, height, width)
        out = {"face": raster.face, "barycentrics": raster.barycentrics}
        pixels = height * width
        if "depth" in self.maps:
            out["depth"] = wp.empty(pixels, dtype=float, device=self.device)
            inputs = [raster.face, raster.barycentrics, self.faces, vertex_depth, out["depth"]]
            launch(interpolate_depth, pixels, inputs, self.device)
        if "position" in self.maps:
            out["position"] = interpolate(raster, self.faces, self.vertices)
        if "normal" in self.maps:
            out["normal"] = normals_at(raster, self.faces, self.normals, self.smooth)
        return out


def normals_at(spots: Spots, faces: wp.array, normals: wp.array, per_vertex: bool) -> wp.array:
    """Return unit normals [N] vec3 from vertex normals [V] or face normals [F]; zero where there is no face."""
    out = wp.empty(len(spots.face), dtype=wp.vec3, device=spots.face.device)
    inputs = [spots.face, spots.barycentrics, faces, normals, int(per_vertex), out]
    launch(interpolate_normals, len(out), inputs, str(out.device))
    return out


def stack(parts: list[Any]) -> Any:
    """np.stack or torch.stack."""
    return np.stack(parts) if isinstance(parts[0], np.ndarray) else sys.modules["torch"].stack(parts)
