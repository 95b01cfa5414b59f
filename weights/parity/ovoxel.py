"""Fixtures of O-Voxel: mesh -> dual grid, dual grid -> mesh, sparse trilinear look-up."""

from typing import Any

import numpy as np
import torch

from ...kernels.ovoxel.dual_grid import mesh_to_grid
from ...kernels.ovoxel.grid_mesh import grid_to_mesh
from ...kernels.ovoxel.sample import sample_voxels
from .fixture import EXACT, Fixture, NotUnderstoodError

# Of the recorded duals, from float32 QEFs, 99 % lie this near to those of float64, in voxels; clamped candidates tie.
NEAR = 2e-3
SHARE = 0.99
LOOKUP = 1e-6
TERMS: dict[str, dict[str, Any]] = {
    "dual_train": {},
    "dual_default": {"boundary_weight": 1.0, "regularisation": 0.1},
    "dual_noface_nobound": {"face_term": False, "boundary_weight": 0.0},
}


def ovoxel_case(named: str) -> Any:
    """Return the check for what a config names, None when it is none of these."""
    cases = {
        "mesh_to_flexible_dual_grid": grids,
        "flexible_dual_grid_to_mesh": meshes,
        "grid_sample_3d": look_up,
    }
    return next((case for word, case in cases.items() if word in named), None)


def shapes(fixture: Fixture) -> list[str]:
    return sorted({name.partition(".")[0] for name in fixture.names})


def grids(fixture: Fixture) -> None:
    """Compare voxels and flags exactly, and the recorded share of dual vertices."""
    for shape in shapes(fixture):
        vertices, faces = (fixture.get(f"{shape}.{name}").numpy() for name in ("vertices", "faces"))
        resolution = int(fixture.config["counts"][shape]["grid"])
        kinds = [name.partition(".")[2] for name in fixture.starting(f"{shape}.dual_")]
        for kind in kinds:
            if kind not in TERMS:
                raise NotUnderstoodError(f"the terms {kind}")
            grid = mesh_to_grid(vertices, faces, resolution, **TERMS[kind])
            fixture.exact(f"{shape}.coords", grid.coords)
            fixture.exact(f"{shape}.intersected", grid.crossed)
            recorded = fixture.get(f"{shape}.{kind}").double().numpy() * resolution - grid.coords
            error = np.quantile(np.abs(grid.local - recorded).max(axis=1), SHARE)
            fixture.compare(f"{shape}.{kind}, {SHARE:.0%}", torch.tensor(error), torch.tensor(0.0), NEAR)


def meshes(fixture: Fixture) -> None:
    for shape in shapes(fixture):
        names = ("coords", "dual_local", "intersected", "split_weight")
        coords, local, crossed, weights = (fixture.get(f"{shape}.{name}").numpy() for name in names)
        # Random grids come without counts of their mesh but with the grid's size, as all do.
        resolution = int(fixture.config["counts"][shape]["grid"])
        vertices, faces = grid_to_mesh(coords, local, crossed, resolution, weights=weights)
        fixture.close(f"{shape}.vertices", vertices, EXACT)
        fixture.exact(f"{shape}.faces_split_weight", faces)
        _, plain = grid_to_mesh(coords, local, crossed, resolution, split="first")
        fixture.exact(f"{shape}.faces_no_weight", plain)
        if f"{shape}.faces_train" in fixture:
            vertices, faces = grid_to_mesh(coords, local, crossed, resolution, weights=weights, split="centre")
            fixture.close(f"{shape}.vertices_train", vertices, LOOKUP)
            fixture.exact(f"{shape}.faces_train", faces)


def look_up(fixture: Fixture) -> None:
    coords, values, queries = (fixture.get(f"in.{name}") for name in ("coords", "feats", "queries"))
    fixture.close("out.trilinear", sample_voxels(coords, values, queries), LOOKUP)
    found = sample_voxels(coords.numpy(), values.numpy(), queries.numpy())
    fixture.compare("out.trilinear, numpy", found, fixture.get("out.trilinear"), LOOKUP)
