"""Table of the bench's cases, their inputs and the libraries that compete."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np

from . import compare, ours, peers
from .peers import Arrays, Call


@dataclass(frozen=True)
class Candidate:
    """make: inputs -> the call to be timed. package: what must be importable. most: sizes above it take minutes."""

    who: str
    make: Callable[[Arrays], Call]
    package: str = ""
    most: int = 1 << 62

    @property
    def installed(self) -> bool:
        return not self.package or find_spec(self.package) is not None


@dataclass(frozen=True)
class Case:
    """kernel: the module of varco3d.kernels it is about. axis: what its size counts, "faces" or "resolution".

    candidates: ours first. compare: (inputs, our answer, an answer) -> figures. most: sizes above it are not run.
    """

    kernel: str
    title: str
    axis: str
    prepare: Callable[[str, int], Arrays]
    compare: Callable[[Arrays, Arrays, Arrays], dict[str, float]]
    candidates: tuple[Candidate, ...]
    most: int = 1 << 62


def mesh(shape: str, faces: int) -> Arrays:
    from .shapes import shape_mesh

    vertices, triangles = shape_mesh(shape, faces)
    return {"vertices": vertices, "faces": triangles}


def mesh_and(shape: str, faces: int, **more: int) -> Arrays:
    return {**mesh(shape, faces), **more}


def voxel_centres(shape: str, faces: int) -> Arrays:
    """Return the voxels that refinement starts from, of which it keeps 8,192."""
    from ...kernels.voxels.voxelize import voxelize

    inputs = mesh(shape, faces)
    voxels = voxelize(inputs["vertices"], inputs["faces"], 128)[0].astype(np.float32)
    return {"points": voxels, "count": min(8192, len(voxels))}


def surface_points(shape: str, faces: int) -> Arrays:
    from ...kernels.meshes.sample_surface import sample_surface

    inputs = mesh(shape, faces)
    return {"points": sample_surface(inputs["vertices"], inputs["faces"], 200_000)[0], "count": 32_768}


def scattered_points(shape: str, faces: int) -> Arrays:
    points = np.random.default_rng(0).uniform(-1, 1, (200_000, 3)).astype(np.float32)
    return {**mesh(shape, faces), "points": points}


def scattered_rays(shape: str, faces: int) -> Arrays:
    """Rays from a sphere around the shape to places within it, in no order."""
    rng = np.random.default_rng(0)
    origins = rng.normal(size=(200_000, 3))
    origins *= 2 / np.linalg.norm(origins, axis=1, keepdims=True)
    targets = rng.uniform(-0.7, 0.7, (200_000, 3))
    return {
        **mesh(shape, faces), "origins": origins.astype(np.float32),
        "directions": (targets - origins).astype(np.float32),
    }  # fmt: skip


def pixel_rays(shape: str, faces: int) -> Arrays:
    """Return the picture that render_maps draws from the front, and its pixels' rays."""
    from ...kernels.views.cameras import Camera

    side = 1024
    towards = Camera(0.0, 0.0, 1.0).axes()[2]
    to_world = np.linalg.inv(Camera(0.0, 0.0, 1.0).pixel_matrix(side, side))
    rows, columns = np.divmod(np.arange(side * side), side)
    places = np.stack([columns + 0.5, rows + 0.5, np.zeros(side * side), np.ones(side * side)], axis=1) @ to_world.T
    places = places[:, :3] / places[:, 3:]
    origins = places + (2 - places @ towards)[:, None] * towards
    directions = np.broadcast_to(-towards, origins.shape)
    return {
        **mesh(shape, faces), "pixels": side,
        "origins": origins.astype(np.float32), "directions": np.ascontiguousarray(directions, np.float32),
    }  # fmt: skip


def field(shape: str, resolution: int) -> Arrays:
    return {"shape": shape, "resolution": resolution}


def samples_of_field(shape: str, resolution: int) -> Arrays:
    """Sparse samples; for dense peers the grid with the same samples at the surface, and the side elsewhere."""
    from .shapes import shape_field

    made = shape_field(shape, resolution)
    inputs = {name: getattr(made, name) for name in ("cells", "corners", "points", "values")}
    inputs |= {"resolution": resolution, "positions": made.positions()}
    if resolution <= DENSE:
        inputs["grid"] = dense(np.asarray(made.points), np.asarray(made.values), resolution)
    return inputs


def dense(points: np.ndarray, values: np.ndarray, resolution: int) -> np.ndarray:
    """Return the grid [R + 1]^3 float32 of a closed shape.

    Samples where there are any, else the last one before along z.

    Between two samples of a row the surface is not crossed, so the sign holds; rows begin outside.
    """
    side = resolution + 1
    grid = np.full((side,) * 3, np.nan, np.float32)
    grid[tuple(points.T)] = values
    grid[:, :, 0] = np.where(np.isnan(grid[:, :, 0]), np.float32(-1), grid[:, :, 0])
    for z in range(1, side):
        unknown = np.isnan(grid[:, :, z])
        grid[:, :, z][unknown] = np.sign(grid[:, :, z - 1][unknown])
    return grid


def unwelded(shape: str, faces: int) -> Arrays:
    """Every face with its own three vertices, and one in a hundred twice."""
    inputs = mesh(shape, faces)
    soup = inputs["vertices"][inputs["faces"]].reshape(-1, 3)
    own = np.arange(len(soup), dtype=np.int32).reshape(-1, 3)
    return {"vertices": soup, "faces": np.concatenate([own, own[::100]])}


def a_tenth(shape: str, faces: int) -> Arrays:
    inputs = mesh(shape, faces)
    return {**inputs, "count": len(inputs["faces"]) // 10}


def six_pictures(shape: str, faces: int) -> Arrays:
    """Return an atlas, and what six cameras see of a known colour."""
    from ...kernels.atlas.unwrap import unwrap
    from ...kernels.views.cameras import six_cameras
    from ...kernels.views.render_maps import render_maps

    inputs = mesh(shape, faces)
    atlas = unwrap(inputs["vertices"], inputs["faces"], 2048)
    maps = render_maps(inputs["vertices"], inputs["faces"], six_cameras(), 1024, maps=("position",))
    return {
        "vertices": inputs["vertices"][atlas.vertex], "faces": atlas.faces, "uv": atlas.uv, "texels": 2048,
        "views": ours.true_colours(maps.position),
    }  # fmt: skip


DENSE = 512  # cells per side up to which dense grids are made: 1024^3 would be 4.3 GB before any temporary
ON_VOXELS = partial(mesh_and, voxels_per_side=128)

CASES = (
    Case("voxelize", "voxels within 1 voxel of the surface, exact distances, 128³", "faces", ON_VOXELS,
         compare.voxels,
         (Candidate("ours", partial(ours.voxels, rule="distance")),
          Candidate("libigl", peers.voxels_by_libigl, "igl"))),
    Case("voxelize", "voxels touched by a triangle, 128³", "faces", ON_VOXELS, compare.voxels,
         (Candidate("ours", partial(ours.voxels, rule="intersect")),
          Candidate("trimesh", peers.touched_by_trimesh, "trimesh"))),
    Case("farthest_points", "8,192 of the touched voxels", "faces", voxel_centres, compare.farthest,
         (Candidate("ours", ours.farthest),
          *(Candidate(f"fpsample h={h}", partial(peers.farthest_by_fpsample, height=h), "fpsample") for h in (5, 7)))),
    Case("farthest_points", "32,768 of 200,000 surface points", "faces", surface_points, compare.farthest,
         (Candidate("ours", ours.farthest),
          *(Candidate(f"fpsample h={h}", partial(peers.farthest_by_fpsample, height=h), "fpsample")
            for h in (5, 7, 9))), most=200_000),
    Case("decode_octree", "decoding without the field's own time", "resolution", field, compare.decoded,
         (Candidate("ours", ours.decoded),)),
    Case("marching_cubes", "surface of the sampled field", "resolution", samples_of_field, compare.surface,
         (Candidate("ours", ours.surface),
          Candidate("libigl, sparse", peers.surface_by_libigl, "igl", 512),
          Candidate("scikit-image, dense", peers.surface_by_skimage, "skimage", DENSE),
          Candidate("PyMCubes, dense", peers.surface_by_mcubes, "mcubes", DENSE)), most=1024),
    Case("render_maps", "face and depth of 1024² pixels", "faces", pixel_rays, compare.hits,
         (Candidate("ours", ours.picture), Candidate("embreex", peers.hits_by_embree, "embreex"))),
    Case("cast_rays", "first hits of 200,000 unordered rays", "faces", scattered_rays, compare.hits,
         (Candidate("ours", ours.hits), Candidate("embreex", peers.hits_by_embree, "embreex"))),
    Case("closest_point", "nearest points of 200,000 unordered places", "faces", scattered_points,
         compare.nearest,
         (Candidate("ours", ours.nearest), Candidate("libigl", peers.nearest_by_libigl, "igl"))),
    Case("sample_surface", "409,600 surface points", "faces", partial(mesh_and, count=409_600), compare.samples,
         (Candidate("ours", ours.samples), Candidate("trimesh", peers.samples_by_trimesh, "trimesh"))),
    Case("clean", "unwelded triangles with repeated faces made one mesh", "faces", unwelded, compare.surface,
         (Candidate("ours", ours.cleaned), Candidate("trimesh", peers.cleaned_by_trimesh, "trimesh"))),
    Case("decimate", "a tenth of the faces", "faces", a_tenth, compare.fewer,
         (Candidate("ours", ours.fewer), Candidate("pymeshlab", peers.fewer_by_meshlab, "pymeshlab"),
          Candidate("libigl", peers.fewer_by_libigl, "igl"))),
    Case("unwrap", "atlas of 2048²", "faces", partial(mesh_and, texels=2048), compare.atlas,
         (Candidate("ours", ours.atlas), Candidate("xatlas", peers.atlas_by_xatlas, "xatlas", 20_000)),
         most=200_000),
    Case("bake", "six pictures of 1024² into 2048² texels", "faces", six_pictures, compare.texture,
         (Candidate("ours", ours.texture),), most=200_000),
)  # fmt: skip
