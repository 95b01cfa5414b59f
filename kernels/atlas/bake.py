# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false
"""Back-project pictures onto a surface: every surface point looks itself up in every picture that sees it.

Gathering per texel leaves no holes (scattering per pixel does) and needs no sorting. A point counts as seen when the
four depth samples around its pixel agree with its own depth, within a margin that grows with the slope; so silhouettes
and what lies behind them never mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ...errors import BadInputError
from .. import parallel
from ..arrays import Array, origin_of, to_numpy, to_warp
from ..views.cameras import Camera
from ..views.render_maps import render_maps
from .texel_maps import texel_maps

wp.set_module_options({"enable_backward": False})


@dataclass(frozen=True)
class View:
    """A picture and where it was taken from.

    picture: float32 [H, W, 3], 0..1, colours reaching past the silhouette (no background in it).
    confidence: float32 [H, W], 0..1, how far each pixel is to be trusted, or None for 1 everywhere.
    priority: factor on the weight, against the other views.
    mirror: [4, 4] world -> world, applied before the camera: the picture seen in a mirror plane; or None.
    margin: how far behind the depth map a point may lie and still count as seen, world units; None: 1.5 pixels;
    inf: no depth test.
    material: float32 [H, W, 2], roughness and metalness, 0..1, or None.
    """

    camera: Camera
    picture: np.ndarray
    confidence: np.ndarray | None = None
    priority: float = 1.0
    mirror: np.ndarray | None = None
    margin: float | None = None
    material: np.ndarray | None = None


@wp.struct
class Lens:
    """A view as the kernels see it.

    matrix: world -> (column * w, row * w, depth, w). eye: the camera's place and 1, or the direction towards it and 0.
    The rest as in View and Baker.
    """

    matrix: wp.mat44
    eye: wp.vec4
    margin: float
    lowest_cosine: float
    exponent: float
    two_sided: int


@wp.func
def seen(
    p: wp.vec3,
    n: wp.vec3,
    lens: Lens,
    depth: wp.array2d(dtype=float),
    picture: wp.array2d(dtype=wp.vec3),
    trust: wp.array2d(dtype=float),
) -> wp.vec4:
    """Colour and weight of a point of the surface; weight 0 where the view does not see it. trust: empty for ones."""
    nothing = wp.vec4(0.0, 0.0, 0.0, 0.0)
    towards = wp.vec3(lens.eye[0], lens.eye[1], lens.eye[2])
    if lens.eye[3] > 0.5:
        towards = wp.normalize(towards - p)
    cosine = wp.dot(n, towards)
    if lens.two_sided == 1:
        cosine = wp.abs(cosine)
    if cosine <= lens.lowest_cosine:
        return nothing
    s = lens.matrix * wp.vec4(p[0], p[1], p[2], 1.0)
    if s[3] <= 1.0e-6:
        return nothing
    x = s[0] / s[3] - 0.5
    y = s[1] / s[3] - 0.5
    i = int(wp.floor(x))
    j = int(wp.floor(y))
    if i < 0 or j < 0 or i + 1 >= depth.shape[1] or j + 1 >= depth.shape[0]:
        return nothing
    slope = lens.margin * (1.0 + wp.min(wp.sqrt(wp.max(1.0 - cosine * cosine, 0.0)) / cosine, 4.0))
    near = s[2] - slope
    # Hidden when one of the four samples lies in front. A sample of the background (inf) counts as in front too:
    # at a silhouette half of the pixel's colour is not the object's.
    fx = x - float(i)
    fy = y - float(j)
    total = wp.vec3(0.0, 0.0, 0.0)
    weight = float(0.0)
    for b in range(2):
        for a in range(2):
            d = depth[j + b, i + a]
            if lens.margin < 1.0e9 and (d < near or d > s[2] + 4.0 * slope):
                return nothing
            w = wp.where(a == 0, 1.0 - fx, fx) * wp.where(b == 0, 1.0 - fy, fy)
            if trust.shape[0] > 0:
                w = w * trust[j + b, i + a]
            total = total + w * picture[j + b, i + a]
            weight = weight + w
    if weight <= 1.0e-6:
        return nothing
    total = total / weight
    return wp.vec4(total[0], total[1], total[2], weight * wp.pow(cosine, lens.exponent))


@wp.kernel
def gather(
    base: int,
    position: wp.array(dtype=wp.vec3),
    normal: wp.array(dtype=wp.vec3),
    lens: Lens,
    depth: wp.array2d(dtype=float),
    picture: wp.array2d(dtype=wp.vec3),
    trust: wp.array2d(dtype=float),
    out: wp.array(dtype=wp.vec4),
):
    q = base + wp.tid()
    out[q] = seen(position[q], normal[q], lens, depth, picture, trust)


@wp.kernel
def blend(
    base: int,
    position: wp.array(dtype=wp.vec3),
    normal: wp.array(dtype=wp.vec3),
    lens: Lens,
    depth: wp.array2d(dtype=float),
    picture: wp.array2d(dtype=wp.vec3),
    trust: wp.array2d(dtype=float),
    factor: float,
    total: wp.array(dtype=wp.vec4),  # sums of weight * colour, and of weight
):
    q = base + wp.tid()
    found = seen(position[q], normal[q], lens, depth, picture, trust)
    w = found[3] * factor
    if w > 0.0:
        total[q] = total[q] + wp.vec4(w * found[0], w * found[1], w * found[2], w)


@wp.kernel
def spread(
    base: int,
    index: wp.array(dtype=int),
    total: wp.array(dtype=wp.vec4),
    texture: wp.array(dtype=wp.vec3),
    coverage: wp.array(dtype=float),
):
    q = base + wp.tid()
    sums = total[q]
    coverage[index[q]] = sums[3]
    if sums[3] > 0.0:
        texture[index[q]] = wp.vec3(sums[0], sums[1], sums[2]) / sums[3]


class Baker:
    """Looks up surface points in pictures of one mesh. Depth maps are rendered once per view.

    vertices [V, 3], faces [F, 3]: what hides what. position, normal [T, 3]: the points to colour.
    lowest_cosine: surfaces seen at a flatter angle are not taken. exponent: weight = cosine ^ exponent. two_sided: of
    open sheets, which are seen from behind as well. NumPy arrays or tensors; depth maps come as what the mesh is,
    colours as what the points are. device: Warp's, by default theirs.
    """

    def __init__(
        self,
        vertices: Array,
        faces: Array,
        position: Array,
        normal: Array,
        lowest_cosine: float = 0.17,
        exponent: float = 4.0,
        device: str | None = None,
        two_sided: bool = False,
    ):
        self.vertices, self.faces = vertices, faces
        self.count = len(position)
        self.origin = origin_of(position)
        device = device or self.origin.device
        self.position = to_warp(position, wp.vec3, device)
        self.normal = to_warp(normal, wp.vec3, device)
        self.lowest_cosine, self.exponent, self.device = lowest_cosine, exponent, device
        self.two_sided = two_sided

    def depth(self, view: View) -> Any:
        """Depth map [H, W] of the mesh from the view's camera; in a mirror the points move, not the mesh."""
        height, width = view.picture.shape[:2]
        return render_maps(self.vertices, self.faces, view.camera, (height, width), maps=("depth",)).depth

    def look_up(self, view: View, depth: Array) -> Any:
        """Colour and weight of every point in one view, float32 [T, 4]; weight 0 where it is not seen."""
        return self.look_ups([(view, depth)])[0]

    def look_ups(self, views: Sequence[tuple[View, Array]]) -> Any:
        """Colour and weight of every point in each of the views with their depth maps, float32 [K, T, 4]."""
        out = wp.empty((len(views), self.count), dtype=wp.vec4, device=self.device)
        for k, (view, depth) in enumerate(views):
            parallel.launch(gather, self.count, [*self._inputs(view, depth), out[k]], self.device)
        return self.origin.give(out)

    def blend(self, view: View, depth: Any, total: wp.array) -> None:
        """Add the view to `total` [T] vec4: weight * colour, and weight."""
        inputs = [*self._inputs(view, depth), float(view.priority), total]
        parallel.launch(blend, self.count, inputs, self.device)

    def _inputs(self, view: View, depth: Any) -> list[Any]:
        """Return the arguments of `seen` for a view."""
        height, width = depth.shape
        mirror = np.eye(4) if view.mirror is None else np.asarray(view.mirror, np.float64)
        # The eye seen through the mirror. A mirror plane is its own inverse, other transforms are not.
        back = np.linalg.inv(mirror)
        if view.camera.perspective:
            eye = np.append((back @ np.append(view.camera.position(), 1.0))[:3], 1.0)
        else:
            direction = back[:3, :3] @ view.camera.axes()[2]
            eye = np.append(direction / np.linalg.norm(direction), 0.0)
        margin = 1.5 * view.camera.pixel_size(height) if view.margin is None else view.margin
        lens = Lens()
        lens.matrix = wp.mat44(*(view.camera.pixel_matrix(height, width) @ mirror).ravel().tolist())
        lens.eye = wp.vec4(*eye.tolist())
        lens.margin, lens.lowest_cosine, lens.exponent = float(min(margin, 1e30)), self.lowest_cosine, self.exponent
        lens.two_sided = int(self.two_sided)
        trust = np.zeros((0, 0), np.float32) if view.confidence is None else view.confidence
        return [
            self.position, self.normal, lens, to_warp(depth, float, self.device),
            to_warp(view.picture, wp.vec3, self.device), to_warp(trust, float, self.device),
        ]  # fmt: skip


def bake(
    mesh: Any,
    views: Any,
    cameras: Sequence[Camera],
    size: int,
    weights: Sequence[float] | None = None,
    confidence: Any = None,
    exponent: float = 4.0,
    lowest_cosine: float = 0.17,
) -> tuple[Any, Any]:
    """Back-project pictures into the atlas of a mesh.

    mesh: anything with vertices [V, 3], faces [F, 3], uv [V, 2] and perhaps normals [V, 3]. views: [K, H, W, 3], uint8
    or floats in 0..1. cameras: K of them. size: texels per side. weights: factor per view. confidence: [K, H, W] or
    None. A texel's weight in a view is factor * confidence * cosine ^ exponent, zero where hidden.
    Returns texture float32 [size, size, 3] (weighted mean, zero where nothing was seen) and coverage float32
    [size, size]: the total weight, -1 where no face lies. Raises BadInputError, BadMeshError, UsageError.
    """
    pictures = to_numpy(views)
    if pictures.ndim != 4 or pictures.shape[3] != 3 or len(pictures) != len(cameras):
        raise BadInputError(f"views must be [{len(cameras)}, H, W, 3], got {pictures.shape}")
    origin = origin_of(mesh.vertices)
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, size, getattr(mesh, "normals", None))
    device = origin.device
    baker = Baker(mesh.vertices, mesh.faces, texels.position, texels.normal, lowest_cosine, exponent, device)
    total = wp.zeros(baker.count, dtype=wp.vec4, device=device)
    for k, camera in enumerate(cameras):
        picture = pictures[k].astype(np.float32) / np.float32(255) if pictures.dtype == np.uint8 else pictures[k]
        trust = None if confidence is None else to_numpy(confidence[k], np.float32)
        if not np.isfinite(picture.sum(dtype=np.float64) + (0.0 if trust is None else trust.sum(dtype=np.float64))):
            raise BadInputError(f"view {k} or its confidence holds values that are not finite")
        view = View(camera, picture, trust, priority=1.0 if weights is None else float(weights[k]))
        baker.blend(view, baker.depth(view), total)
    texture = wp.zeros(size * size, dtype=wp.vec3, device=device)
    coverage = wp.full(size * size, -1.0, dtype=float, device=device)
    index = to_warp(texels.index, int, device)
    parallel.launch(spread, baker.count, [index, total, texture, coverage], device)
    return origin.give(texture).reshape(size, size, 3), origin.give(coverage).reshape(size, size)
