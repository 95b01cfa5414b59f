# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
# pyright: reportGeneralTypeIssues=false, reportReturnType=false, reportAttributeAccessIssue=false
"""Mesh with textures -> materials of its O-Voxel voxels: base colour, metalness, roughness, alpha.

Every triangle that pierces a grid line beside a voxel gives it what its textures show nearest to the voxel's centre, at
the mip level whose texels are as wide as the voxel; a voxel holds the mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from ...errors import BadInputError
from ..arrays import Array, check_mesh, check_range, is_tensor, origin_of, to_warp
from ..parallel import launch, start_warp
from ..voxels.triangles import nearest_on_triangle, unit_normal
from ..voxels.voxel_index import rows_to_warp
from ..voxels.voxelize import MAX_RESOLUTION
from .crossings import corner_of, touched_voxels
from .distinct import distinct
from .line_crossings import line_crossings, shared, voxels_of

wp.set_module_options({"enable_backward": False})

WRAPS = ("repeat", "clamp", "mirror")
REPEAT = wp.constant(0)
CLAMP = wp.constant(1)
FLAT_UV = wp.constant(wp.float64(1e-6))  # a triangle with less area in the texture has no scale, and level 0


@dataclass(frozen=True)
class Look:
    """Textures of a mesh, all optional, with their factors.

    uv: [V, 2], v down from the top row. base: uint8 [H, W, 4] colour and alpha. surface: uint8 [H, W, 2] metalness and
    roughness. tints: uint8 [V, 3], multiply the base colour. base_factor, surface_factor: in 0..1, multiply the
    textures. alpha_mode: opaque, mask (1 from alpha_cutoff on, else 0) or blend. wrap: repeat, clamp or mirror, per
    axis. Sides of textures are powers of two and equal.
    """

    uv: "Array | None" = None
    base: np.ndarray | None = None
    surface: np.ndarray | None = None
    tints: np.ndarray | None = None
    base_factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    surface_factor: tuple[float, float] = (1.0, 1.0)
    alpha_mode: str = "opaque"
    alpha_cutoff: float = 0.5
    wrap: tuple[str, str] = ("repeat", "repeat")


@wp.struct
class Levels:
    """A square texture and its halves, one after another, rows from the top; without texels it is white."""

    texels: wp.array(dtype=wp.vec4ub)
    side: int
    count: int
    wrap_u: int
    wrap_v: int


@wp.func
def wrapped(i: int, size: int, rule: int) -> int:
    if rule == CLAMP:
        return wp.clamp(i, 0, size - 1)
    if rule == REPEAT:
        return ((i % size) + size) % size
    k = ((i % (2 * size)) + 2 * size) % (2 * size)
    return wp.min(k, 2 * size - 1 - k)


@wp.func
def texel(levels: Levels, start: int, size: int, i: int, j: int) -> wp.vec4d:
    t = levels.texels[start + wrapped(j, size, levels.wrap_v) * size + wrapped(i, size, levels.wrap_u)]
    return wp.vec4d(wp.float64(t[0]), wp.float64(t[1]), wp.float64(t[2]), wp.float64(t[3]))


@wp.func
def level_at(levels: Levels, level: int, uv: wp.vec2d) -> wp.vec4d:
    """Return the bilinear value of one level, 0..255."""
    size = levels.side >> level
    start = 4 * ((levels.side * levels.side - size * size) / 3)
    x = uv[0] * wp.float64(size) - wp.float64(0.5)
    y = uv[1] * wp.float64(size) - wp.float64(0.5)
    i = int(wp.floor(x))
    j = int(wp.floor(y))
    s = x - wp.floor(x)
    t = y - wp.floor(y)
    one = wp.float64(1.0)
    upper = (one - s) * texel(levels, start, size, i, j) + s * texel(levels, start, size, i + 1, j)
    lower = (one - s) * texel(levels, start, size, i, j + 1) + s * texel(levels, start, size, i + 1, j + 1)
    return (one - t) * upper + t * lower


@wp.func
def value_at(levels: Levels, uv: wp.vec2d, scale: wp.float64) -> wp.vec4d:
    """Return the blend of two levels, 0..1. scale: width of a voxel in the texture, as a share of its side."""
    if levels.count == 0:
        return wp.vec4d(wp.float64(1.0), wp.float64(1.0), wp.float64(1.0), wp.float64(1.0))
    level = wp.float64(0.0)
    if scale > wp.float64(0.0):
        level = wp.clamp(wp.log2(scale * wp.float64(levels.side)), wp.float64(0.0), wp.float64(levels.count - 1))
    low = int(wp.floor(level))
    part = level - wp.floor(level)
    found = level_at(levels, low, uv)
    if part > wp.float64(0.0):
        found = (wp.float64(1.0) - part) * found + part * level_at(levels, low + 1, uv)
    return found / wp.float64(255.0)


@wp.func
def shares(p: wp.vec3d, a: wp.vec3d, b: wp.vec3d, c: wp.vec3d) -> wp.vec3d:
    """Return the barycentric coordinates of a point in the plane of a triangle."""
    u = b - a
    v = c - a
    w = p - a
    uu = wp.dot(u, u)
    uv = wp.dot(u, v)
    vv = wp.dot(v, v)
    span = wp.max(uu * vv - uv * uv, wp.float64(1.0e-300))
    second = (vv * wp.dot(u, w) - uv * wp.dot(v, w)) / span
    third = (uu * wp.dot(v, w) - uv * wp.dot(u, w)) / span
    return wp.vec3d(wp.float64(1.0) - second - third, second, third)


@wp.func
def texture_scale(u: wp.vec3d, v: wp.vec3d, s: wp.vec2d, t: wp.vec2d) -> wp.float64:
    """Return the width of a voxel as a share of the texture's side.

    u, v: sides of the triangle; s, t: those in the texture.

    0 where the triangle has no area in the texture. Sides in voxel units.
    """
    det = s[0] * t[1] - s[1] * t[0]
    if wp.abs(det) < FLAT_UV:
        return wp.float64(0.0)
    along_u = wp.length(t[1] * u - s[1] * v)
    along_v = wp.length(s[0] * v - t[0] * u)
    return wp.abs(det) / wp.sqrt(wp.max(along_u * along_v, wp.float64(1.0e-300)))


@wp.func
def uv_of(uv: wp.array(dtype=wp.vec2), vertex: int) -> wp.vec2d:
    at = uv[vertex]
    return wp.vec2d(wp.float64(at[0]), wp.float64(at[1]))


@wp.kernel
def mean_material(
    base_index: int,
    voxels: wp.array2d(dtype=int),  # [N, 4]
    ends: wp.array(dtype=int),  # [N + 1] of the owners of each voxel
    owners: wp.array(dtype=int),
    corners: wp.array(dtype=wp.vec3),
    triangles: wp.array2d(dtype=int),
    resolution: int,
    uv: wp.array(dtype=wp.vec2),  # empty without textures
    tints: wp.array(dtype=wp.vec3),  # empty for none
    levels: Levels,
    factor: wp.vec4d,
    cutoff: wp.float64,  # of the fourth channel; below 0 for none
    clamped: bool,
    out: wp.array(dtype=wp.vec4),
):
    i = base_index + wp.tid()
    half = wp.float64(0.5)
    centre = wp.vec3d(wp.float64(voxels[i, 1]) + half, wp.float64(voxels[i, 2]) + half, wp.float64(voxels[i, 3]) + half)
    total = wp.vec4d()
    weight = wp.float64(0.0)
    for k in range(ends[i], ends[i + 1]):
        row = owners[k]
        a = corner_of(corners, triangles[row, 0], resolution)
        b = corner_of(corners, triangles[row, 1], resolution)
        c = corner_of(corners, triangles[row, 2], resolution)
        normal = unit_normal(a, b, c)
        distance = wp.dot(normal, centre - a)
        p = centre - distance * normal
        if clamped:
            p = nearest_on_triangle(centre, a, b, c, normal)
        share = shares(p, a, b, c)
        scale = wp.float64(0.0)
        at = wp.vec2d()
        if levels.count > 0:
            ta = uv_of(uv, triangles[row, 0])
            tb = uv_of(uv, triangles[row, 1])
            tc = uv_of(uv, triangles[row, 2])
            at = share[0] * ta + share[1] * tb + share[2] * tc
            scale = texture_scale(b - a, c - a, tb - ta, tc - ta)
        value = wp.cw_mul(value_at(levels, at, scale), factor)
        if tints.shape[0] > 0:
            for channel in range(3):
                tint = wp.float64(0.0)
                for corner in range(3):
                    tint += share[corner] * wp.float64(tints[triangles[row, corner]][channel])
                value[channel] = value[channel] * wp.clamp(tint, wp.float64(0.0), wp.float64(1.0))
        if cutoff >= wp.float64(0.0):
            value[3] = wp.where(value[3] >= cutoff, wp.float64(1.0), wp.float64(0.0))
        # Nearer to the plane counts more, by next to nothing: distances are below a voxel of the box's side.
        much = wp.float64(1.0) - distance / wp.float64(resolution)
        total += much * value
        weight += much
    if weight > wp.float64(0.0):
        total = total / weight
    out[i] = wp.vec4(float(total[0]), float(total[1]), float(total[2]), float(total[3]))


def mesh_to_materials(
    vertices: Array, faces: Array, look: Look, resolution: int, *, published: bool = False
) -> tuple[Any, Any]:
    """Return the voxels [N, 3] int32 of a mesh in the box [-0.5, 0.5]^3 and their materials [N, 6] uint8.

    Channels: base colour 3, metalness, roughness, alpha. The voxels and their order are those of `mesh_to_grid`.
    published: as the public code does it, textures are read beyond the triangle where the voxel's centre lies beyond
    it, and values are cut, not rounded, to whole levels.

    Raises BadMeshError for a malformed or not finite mesh, BadInputError for textures that do not fit, UsageError for a
    resolution out of range.
    """
    check_range("resolution", resolution, 1, MAX_RESOLUTION)
    check_mesh(vertices, faces)
    _check(look, len(vertices))
    origin = origin_of(vertices)
    start_warp()
    device = origin.device
    corners, triangles = to_warp(vertices, wp.vec3, device), rows_to_warp(faces, device)
    edges, owners, _ = line_crossings(corners, triangles, resolution)
    voxels, ends, faces_of = _pairs(edges, owners, len(triangles), resolution)
    uv = to_warp(np.zeros((0, 2), np.float32) if look.uv is None else look.uv, wp.vec2, device)
    inputs = [rows_to_warp(voxels, device), to_warp(ends, int, device), to_warp(faces_of, int, device)]
    inputs += [corners, triangles, resolution, uv]
    nothing = np.zeros((0, 3), np.float32)
    tints = nothing if look.tints is None else look.tints.astype(np.float32) / np.float32(255)
    r, g, b, alpha = look.base_factor
    cutoff = look.alpha_cutoff if look.alpha_mode == "mask" else -1.0

    def mean(pixels: np.ndarray | None, tints: np.ndarray, factor: wp.vec4d, cutoff: float) -> np.ndarray:
        out = wp.empty(len(voxels), dtype=wp.vec4, device=device)
        levels = mip_levels(pixels, look.wrap, device)
        rest = [to_warp(tints, wp.vec3, device), levels, factor, wp.float64(cutoff), not published, out]
        launch(mean_material, len(voxels), [*inputs, *rest], device)
        return out.numpy()

    colour = mean(look.base, tints, wp.vec4d(r, g, b, alpha), cutoff)
    surface = mean(look.surface, nothing, wp.vec4d(*look.surface_factor, 1.0, 1.0), -1.0)
    if look.alpha_mode == "opaque":
        colour[:, 3] = 1.0
    values = np.concatenate([colour[:, :3], surface[:, :2], colour[:, 3:]], axis=1)
    levels = np.clip(values * 255.0 + (0.0 if published else 0.5), 0.0, 255.0).astype(np.uint8)
    return origin.give(rows_to_warp(voxels[:, 1:], device)), origin.give(levels)


def _check(look: Look, count: int) -> None:
    for name, pixels, channels in (("base", look.base, 4), ("surface", look.surface, 2)):
        if pixels is None:
            continue
        side = pixels.shape[0]
        if pixels.dtype != np.uint8 or pixels.shape != (side, side, channels) or side & (side - 1) or side == 0:
            raise BadInputError(
                f"texture {name} is {pixels.dtype} {pixels.shape}, expected uint8 [S, S, {channels}], S a power of two"
            )
        if look.uv is None or len(look.uv) != count:
            raise BadInputError(f"texture {name} needs UVs for all {count} vertices")
    if look.tints is not None and len(look.tints) != count:
        raise BadInputError(f"{len(look.tints)} tints for {count} vertices")
    if look.alpha_mode not in ("opaque", "mask", "blend") or not set(look.wrap) <= set(WRAPS):
        raise BadInputError(f"alpha mode {look.alpha_mode!r} or wrap {look.wrap!r} is not known")


def _pairs(edges: wp.array, owners: wp.array, faces: int, resolution: int) -> tuple[Any, Any, Any]:
    """Return the voxels [N, 4] beside crossed edges, and the faces that cross there, each once, with their ends."""
    device = str(edges.device)
    touched = wp.empty((len(edges), 4), dtype=wp.int64, device=device)
    launch(touched_voxels, len(edges), [edges, resolution, touched], device)
    # A place beyond the grid is -1, and stays below 0 with the face added.
    both = distinct((shared(touched) * faces + shared(owners)[:, None]).reshape(-1))
    place, face = both // max(faces, 1), both % max(faces, 1)
    first = place[1:] != place[:-1]
    if is_tensor(both):
        import torch

        starts = torch.nonzero(first)[:, 0] + 1
        ends = torch.cat([starts.new_zeros(min(1, len(both))), starts, starts.new_full((1,), len(both))])
    else:
        ends = np.concatenate([np.zeros(min(1, len(both)), np.int64), np.flatnonzero(first) + 1, [len(both)]])
    return voxels_of(place[ends[:-1]], resolution), ends, face


def mip_levels(pixels: np.ndarray | None, wrap: tuple[str, str], device: str) -> Levels:
    """Return the texture [S, S, C], C up to 4, and its halves, each the mean of 2 x 2 texels cut to whole levels."""
    levels = Levels()
    levels.wrap_u, levels.wrap_v = (WRAPS.index(rule) for rule in wrap)
    if pixels is None:
        levels.texels = wp.empty(0, dtype=wp.vec4ub, device=device)
        return levels
    whole = np.zeros((*pixels.shape[:2], 4), np.uint8)
    whole[..., : pixels.shape[2]] = pixels
    found = [whole]
    while len(found[-1]) > 1:
        fine = found[-1].astype(np.uint16)
        found.append(((fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2]) // 4).astype(np.uint8))
    levels.side, levels.count = len(whole), len(found)
    texels = np.concatenate([level.reshape(-1, 4) for level in found])
    levels.texels = wp.array(texels, dtype=wp.vec4ub, device=device)
    return levels
