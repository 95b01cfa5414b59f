"""Quality of answers: figures of one candidate's answer, most of them against ours."""

from typing import Any

import numpy as np

from .ours import closed, true_colours
from .peers import Arrays

Figures = dict[str, Any]
ERROR_SAMPLES = 60_000


def voxels(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """differ: voxels that only one of the two has."""
    side = int(inputs["voxels_per_side"])

    def keys(indices: np.ndarray) -> np.ndarray:
        indices = np.asarray(indices, np.int64)
        return (indices[:, 0] * side + indices[:, 1]) * side + indices[:, 2]

    mine, theirs = keys(ours["indices"]), keys(answer["indices"])
    return {"voxels": len(theirs), "differ": len(np.setxor1d(mine, theirs))}


def farthest(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """Compare samples. same: share of ours that were chosen too, less ties; radius: the largest gap left."""
    from scipy.spatial import KDTree

    chosen = np.asarray(answer["chosen"], np.int64)
    gap, _ = KDTree(inputs["points"][chosen]).query(inputs["points"])
    return {"same": len(np.intersect1d(chosen, ours["chosen"])) / len(chosen), "radius": float(gap.max())}


def samples(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """uneven: variance of the counts in 64 parts of equal area beside that of independent samples, which is 1."""
    a, b, c = (inputs["vertices"][inputs["faces"][:, k]].astype(np.float64) for k in range(3))
    ends = np.cumsum(np.linalg.norm(np.cross(b - a, c - a), axis=1))
    part = np.minimum((64 * ends / ends[-1]).astype(int), 63)
    share = np.diff(ends[np.searchsorted(part, np.arange(64), side="right") - 1], prepend=0) / ends[-1]
    counts = np.bincount(part[answer["face"]], minlength=64)
    expected = share * len(answer["face"])
    return {"points": len(answer["face"]), "uneven": float(((counts - expected) ** 2 / expected).mean())}


def nearest(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """apart: largest difference from our distances, box units."""
    return {"apart": float(np.abs(np.asarray(answer["distance"], np.float64) - ours["distance"]).max())}


def hits(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """hits: rays or pixels that meet the mesh. same: of those, the share with our face."""
    mine, theirs = np.asarray(ours["face"]).reshape(-1), np.asarray(answer["face"]).reshape(-1)
    met = (mine >= 0) | (theirs >= 0)
    return {"hits": int((theirs >= 0).sum()), "same": float((mine == theirs)[met].mean()) if met.any() else 1.0}


def decoded(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    points = (int(inputs["resolution"]) + 1) ** 3
    return {"queries": answer["queries"], "of dense": answer["queries"] / points, "cells": answer["cells"]}


def surface(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    return {
        "vertices": len(answer["vertices"]), "faces": len(answer["faces"]), "closed": closed(answer["faces"]),
    }  # fmt: skip


def fewer(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """error: mean distance of points on either surface to the other, in 1e-5 box units."""
    from ...kernels.meshes.closest_point import closest_point
    from ...kernels.meshes.sample_surface import sample_surface

    vertices, faces = np.asarray(answer["vertices"], np.float32), np.asarray(answer["faces"], np.int32)
    there = closest_point(vertices, faces, sample_surface(inputs["vertices"], inputs["faces"], ERROR_SAMPLES)[0])[0]
    back = closest_point(inputs["vertices"], inputs["faces"], sample_surface(vertices, faces, ERROR_SAMPLES)[0])[0]
    error = (there.mean() + back.mean()) / 2
    return {"faces": len(faces), "error": float(error * 1e5), "closed": closed(faces)}


def atlas(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """Compare atlases. used: share of the texture inside faces; overlap: texels inside more than one face."""
    from ...kernels.atlas.texel_maps import texel_maps

    texels, uv, faces = int(inputs["texels"]), np.asarray(answer["uv"], np.float32), np.asarray(answer["faces"])
    flat = np.concatenate([uv, np.zeros((len(uv), 1), np.float32)], axis=1)
    # Where faces overlap the first one is seen, so turning their order round shows another.
    first, last = (texel_maps(flat, order.astype(np.int32), uv, texels) for order in (faces, faces[::-1]))
    inside = np.minimum(first.barycentrics.min(axis=1), last.barycentrics.min(axis=1)) > 1e-3
    overlap = int(((first.face != len(faces) - 1 - last.face) & inside).sum())
    return {"charts": int(answer["charts"]), "used": len(first.face) / texels**2, "overlap": overlap}


def texture(inputs: Arrays, ours: Arrays, answer: Arrays) -> Figures:
    """seen: share of the texels with a face that a picture shows. error: mean, in steps of 1/255."""
    from ...kernels.atlas.texel_maps import texel_maps

    texels = int(inputs["texels"])
    maps = texel_maps(inputs["vertices"], inputs["faces"], inputs["uv"], texels)
    coverage = answer["coverage"].reshape(-1)[maps.index]
    seen = coverage > 0
    error = np.abs(answer["colours"].reshape(-1, 3)[maps.index] - true_colours(maps.position))[seen]
    return {"seen": float(seen.mean()), "error": float(error.mean() * 255)}
