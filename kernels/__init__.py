"""Geometry with no learned parameter: arrays in, arrays out, on CPU and CUDA; no file access, no printing.

Read arrays (what goes in and out) and parallel (how a kernel is launched), then the rooms

    voxels/    shape to tokens     voxelize, farthest_points, voxel_index
    fields/    field to shape      decode_octree, marching_cubes
    meshes/    shape to shape      clean, decimate, normals, closest_point, sample_surface
    views/     shape to picture    render_maps, cast_rays, cameras
    atlas/     picture to texture  unwrap, bake, fill
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .atlas.bake import bake as bake
    from .atlas.unwrap import unwrap as unwrap
    from .fields.decode_octree import decode_octree as decode_octree
    from .fields.field import Field as Field
    from .fields.marching_cubes import marching_cubes as marching_cubes
    from .meshes.closest_point import closest_point as closest_point
    from .meshes.decimate import decimate as decimate
    from .meshes.sample_surface import sample_surface as sample_surface
    from .views.cameras import Camera as Camera
    from .views.cast_rays import cast_rays as cast_rays
    from .views.render_maps import render_maps as render_maps
    from .voxels.farthest_points import farthest_points as farthest_points
    from .voxels.voxelize import voxelize as voxelize

_EXPORTS = {
    "Camera": ".views.cameras",
    "Field": ".fields.field",
    "bake": ".atlas.bake",
    "cast_rays": ".views.cast_rays",
    "closest_point": ".meshes.closest_point",
    "decimate": ".meshes.decimate",
    "decode_octree": ".fields.decode_octree",
    "farthest_points": ".voxels.farthest_points",
    "marching_cubes": ".fields.marching_cubes",
    "render_maps": ".views.render_maps",
    "sample_surface": ".meshes.sample_surface",
    "unwrap": ".atlas.unwrap",
    "voxelize": ".voxels.voxelize",
}

__all__ = [
    "Camera",
    "Field",
    "bake",
    "cast_rays",
    "closest_point",
    "decimate",
    "decode_octree",
    "farthest_points",
    "marching_cubes",
    "render_maps",
    "sample_surface",
    "unwrap",
    "voxelize",
]


def __getattr__(name: str) -> Any:
    """Return a function of one of the rooms, imported at first use so that `import varco3d.kernels` stays light."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_EXPORTS[name], __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
