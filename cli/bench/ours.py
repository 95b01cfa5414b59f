"""Our side of the bench: each function takes a case's inputs and returns the call to be timed."""

from typing import Any

import numpy as np

from .peers import Arrays, Call


def voxels(inputs: Arrays, rule: str) -> Call:
    from ...kernels.voxels.voxelize import voxelize

    vertices, faces, resolution = inputs["vertices"], inputs["faces"], int(inputs["voxels_per_side"])

    def call() -> Arrays:
        indices, distance = voxelize(vertices, faces, resolution, rule, 1.0)
        return {"indices": indices, "distance": distance}

    return call


def farthest(inputs: Arrays) -> Call:
    from ...kernels.voxels.farthest_points import farthest_points

    points, count = inputs["points"], int(inputs["count"])
    return lambda: {"chosen": farthest_points(points, count)}


def samples(inputs: Arrays) -> Call:
    from ...kernels.meshes.sample_surface import sample_surface

    return lambda: {"face": sample_surface(inputs["vertices"], inputs["faces"], int(inputs["count"]))[2]}


def nearest(inputs: Arrays) -> Call:
    from ...kernels.meshes.closest_point import closest_point

    return lambda: {"distance": closest_point(inputs["vertices"], inputs["faces"], inputs["points"])[0]}


def hits(inputs: Arrays) -> Call:
    from ...kernels.views.cast_rays import cast_rays

    arrays = [inputs[name] for name in ("vertices", "faces", "origins", "directions")]
    return lambda: {"face": cast_rays(*arrays).face}


def picture(inputs: Arrays) -> Call:
    from ...kernels.views.cameras import Camera
    from ...kernels.views.render_maps import render_maps

    camera, side = Camera(0.0, 0.0, 1.0), int(inputs["pixels"])
    return lambda: {
        "face": render_maps(inputs["vertices"], inputs["faces"], camera, side, maps=("depth",)).face.reshape(-1)
    }


def decoded(inputs: Arrays) -> Call:
    """Return the field's own time comes with the answer, to be taken off."""
    from ...kernels.fields.decode_octree import decode_octree
    from .shapes import CountedField

    def call() -> Arrays:
        query = CountedField(str(inputs["shape"]))
        field = decode_octree(query, int(inputs["resolution"]), chunk=200_000)
        return {
            "queries": query.queries, "cells": len(field.cells),
            "outside_wall": query.wall, "outside_cpu": query.cpu,
        }  # fmt: skip

    return call


def surface(inputs: Arrays) -> Call:
    from ...kernels.fields.field import Field, box
    from ...kernels.fields.marching_cubes import marching_cubes

    resolution = int(inputs["resolution"])
    field = Field(resolution, box(1), inputs["cells"], inputs["corners"], inputs["points"], inputs["values"])

    def call() -> Arrays:
        vertices, faces = marching_cubes(field)
        return {"vertices": vertices, "faces": faces}

    return call


def fewer(inputs: Arrays) -> Call:
    from ...kernels.meshes.decimate import decimate

    def call() -> Arrays:
        vertices, faces = decimate(inputs["vertices"], inputs["faces"], int(inputs["count"]))
        return {"vertices": vertices, "faces": faces}

    return call


def cleaned(inputs: Arrays) -> Call:
    from ...kernels.meshes.clean import clean

    def call() -> Arrays:
        vertices, faces = clean(inputs["vertices"], inputs["faces"])
        return {"vertices": vertices, "faces": faces}

    return call


def atlas(inputs: Arrays) -> Call:
    from ...kernels.atlas.unwrap import unwrap

    def call() -> Arrays:
        made = unwrap(inputs["vertices"], inputs["faces"], int(inputs["texels"]))
        return {"uv": made.uv, "faces": made.faces, "charts": made.charts}

    return call


def texture(inputs: Arrays) -> Call:
    from types import SimpleNamespace

    from ...kernels.atlas.bake import bake
    from ...kernels.views.cameras import six_cameras

    mesh = SimpleNamespace(vertices=inputs["vertices"], faces=inputs["faces"], uv=inputs["uv"])
    views, texels = inputs["views"], int(inputs["texels"])

    def call() -> Arrays:
        colours, coverage = bake(mesh, views, six_cameras(), texels)
        return {"colours": colours, "coverage": coverage}

    return call


def true_colours(positions: np.ndarray) -> np.ndarray:
    """Return a smooth colour [..., 3] float32 in 0..1 for every place, which baked textures are compared with."""
    return (0.5 + 0.4 * np.sin(np.asarray(positions, np.float32) * np.float32(6))).astype(np.float32)


def closed(faces: Any) -> bool:
    """Tell whether every edge has exactly two faces."""
    from ...kernels.meshes.topology import half_edges

    sides, _ = half_edges(np.asarray(faces))
    low, high = sides.min(axis=1), sides.max(axis=1)
    counts = np.unique(low * (int(high.max(initial=0)) + 1) + high, return_counts=True)[1]
    return bool((counts == 2).all())
