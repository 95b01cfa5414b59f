# Most of these libraries need not be here, and some have no types:
# pyright: reportMissingImports=false, reportOptionalMemberAccess=false
"""Jobs of the bench done by other libraries. Each function takes a case's inputs and returns the call to be timed.

They run in the measured process, which imports its library here; conversions to the types a library wants are made
before the clock starts, structures that it builds for a mesh (trees, scenes) while it runs, as ours are.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Arrays = dict[str, Any]
Call = Callable[[], Arrays]


def voxels_by_libigl(inputs: Arrays) -> Call:
    """Voxels with their centre within one voxel: exact distances by tree, from 16^3 down to the last level."""
    import igl

    vertices, faces = inputs["vertices"].astype(np.float64), inputs["faces"].astype(np.int64)
    resolution = int(inputs["voxels_per_side"])
    corners = np.array([[c & 1, c >> 1 & 1, c >> 2 & 1] for c in range(8)])

    def call() -> Arrays:
        tree = igl.AABB()
        tree.init(vertices, faces)
        side = min(16, resolution)
        cells = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        while True:
            squared = tree.squared_distance(vertices, faces, (cells + 0.5) * (2 / side) - 1)
            squared = squared[0] if isinstance(squared, tuple) else squared
            distance = np.sqrt(squared) * side / 2
            if side == resolution:
                near = distance <= 1
                return {"indices": cells[near], "distance": distance[near]}
            # A fine centre within one fine voxel lies within half a coarse one of the surface, and a quarter of the
            # diagonal from the coarse centre.
            cells = (2 * cells[distance <= 0.5 + 0.25 * np.sqrt(3)][:, None] + corners).reshape(-1, 3)
            side *= 2

    return call


def touched_by_trimesh(inputs: Arrays) -> Call:
    """Voxels of the vertices of the mesh subdivided to sides under half a voxel, which trimesh calls voxelization."""
    import trimesh

    pitch = 2 / int(inputs["voxels_per_side"])
    # Its voxels have their centres at the multiples of the pitch, ours half a voxel beside them.
    mesh = trimesh.Trimesh(inputs["vertices"].astype(np.float64) - pitch / 2, inputs["faces"], process=False)

    def call() -> Arrays:
        grid = trimesh.voxel.creation.voxelize(mesh.copy(), pitch)
        first = np.round(grid.transform[:3, 3] / pitch).astype(int) + int(inputs["voxels_per_side"]) // 2
        return {"indices": np.argwhere(grid.matrix) + first}

    return call


def farthest_by_fpsample(inputs: Arrays, height: int) -> Call:
    import fpsample

    points, count = inputs["points"], int(inputs["count"])
    return lambda: {"chosen": fpsample.bucket_fps_kdline_sampling(points, count, h=height, start_idx=0)}


def samples_by_trimesh(inputs: Arrays) -> Call:
    import trimesh

    mesh = trimesh.Trimesh(inputs["vertices"], inputs["faces"], process=False)
    return lambda: {"face": trimesh.sample.sample_surface(mesh.copy(), int(inputs["count"]), seed=0)[1]}


def nearest_by_libigl(inputs: Arrays) -> Call:
    import igl

    vertices, faces = inputs["vertices"].astype(np.float64), inputs["faces"].astype(np.int64)
    points = inputs["points"].astype(np.float64)
    return lambda: {"distance": np.sqrt(igl.point_mesh_squared_distance(points, vertices, faces)[0])}


def hits_by_embree(inputs: Arrays) -> Call:
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    vertices, faces = inputs["vertices"].astype(np.float32), inputs["faces"].astype(np.int32)
    origins, directions = (np.ascontiguousarray(inputs[name], np.float32) for name in ("origins", "directions"))

    def call() -> Arrays:
        scene = EmbreeScene()
        TriangleMesh(scene, vertices, faces)
        found = scene.run(origins, directions, output=True)
        return {"face": found["primID"]}

    return call


def surface_by_skimage(inputs: Arrays) -> Call:
    from skimage.measure import marching_cubes

    grid = inputs["grid"]

    def call() -> Arrays:
        vertices, faces, _, _ = marching_cubes(grid, 0.0)
        return {"vertices": vertices, "faces": faces}

    return call


def surface_by_mcubes(inputs: Arrays) -> Call:
    import mcubes

    grid = inputs["grid"]

    def call() -> Arrays:
        vertices, faces = mcubes.marching_cubes(grid, 0.0)
        return {"vertices": vertices, "faces": faces}

    return call


def surface_by_libigl(inputs: Arrays) -> Call:
    """Its sparse form, on the same cells as ours."""
    import igl

    values, points = inputs["values"].astype(np.float64), inputs["positions"].astype(np.float64)
    cells = inputs["corners"][:, [0, 1, 3, 2, 4, 5, 7, 6]].astype(np.int64)

    def call() -> Arrays:
        vertices, faces, _ = igl.marching_cubes(values, points, cells, 0.0)
        return {"vertices": vertices, "faces": faces}

    return call


def fewer_by_libigl(inputs: Arrays) -> Call:
    import igl

    vertices, faces = inputs["vertices"].astype(np.float64, "F"), inputs["faces"].astype(np.int32, "F")

    def call() -> Arrays:
        fewer, left, _, _ = igl.qslim(vertices, faces, int(inputs["count"]))
        return {"vertices": fewer, "faces": left}

    return call


def fewer_by_meshlab(inputs: Arrays) -> Call:
    from ...pipeline.meshes.meshlab import decimated

    def call() -> Arrays:
        vertices, faces = decimated(inputs["vertices"], inputs["faces"], int(inputs["count"]))
        return {"vertices": vertices, "faces": faces}

    return call


def cleaned_by_trimesh(inputs: Arrays) -> Call:
    import trimesh

    def call() -> Arrays:
        mesh = trimesh.Trimesh(inputs["vertices"], inputs["faces"], process=False)
        mesh.merge_vertices()
        mesh.update_faces(mesh.nondegenerate_faces())
        mesh.update_faces(mesh.unique_faces())
        mesh.fix_normals()
        mesh.remove_unreferenced_vertices()
        return {"vertices": mesh.vertices, "faces": mesh.faces}

    return call


def atlas_by_xatlas(inputs: Arrays) -> Call:
    import xatlas

    def call() -> Arrays:
        atlas = xatlas.Atlas()
        atlas.add_mesh(inputs["vertices"], inputs["faces"])
        options = xatlas.PackOptions()
        options.resolution, options.padding = int(inputs["texels"]), 2
        atlas.generate(pack_options=options)
        _, faces, uv = atlas[0]
        return {"uv": uv, "faces": faces, "charts": atlas.chart_count}

    return call
