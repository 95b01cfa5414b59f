"""Fixtures of O-Voxel: mesh -> dual grid and materials, grid -> mesh, look-up, shells."""

import re
from typing import Any

import numpy as np
import torch

from ....kernels.ovoxel.dual_grid import mesh_to_grid
from ....kernels.ovoxel.grid_mesh import grid_to_mesh
from ....kernels.ovoxel.materials import Look, mesh_to_materials
from ....kernels.ovoxel.sample import sample_voxels
from ....kernels.ovoxel.shell import closed_shell
from ..fixture import EXACT, Fixture, NotUnderstoodError

# Of the recorded duals, from float32 QEFs, 99 % lie this near to those of float64, in voxels; clamped candidates tie.
NEAR = 2e-3
SHARE = 0.99
LOOKUP = 1e-6
SHELL = 1e-5
LEVEL = 1.0  # of 255, of materials cut to whole levels
# Factors of a mesh's material, which a config tells in words.
FACTORS = re.compile(
    r"alphaMode (\w+), factors base \[(\d+),(\d+),(\d+),(\d+)\]/255, metallic ([\d.]+), roughness ([\d.]+)"
)
CHANNELS = {"base_color": slice(0, 3), "metallic": slice(3, 4), "roughness": slice(4, 5), "alpha": slice(5, 6)}
UNUSED = ("emissive", "normal")  # of the recorded converter; no network here reads them
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
        "remesh_narrow_band_dc": shells,
        "textured_mesh_to_volumetric_attr": materials,
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


def materials(fixture: Fixture) -> None:
    """Compare voxels exactly and materials to a level, at every resolution."""
    told = FACTORS.search(fixture.config["flow"])
    if told is None:
        raise NotUnderstoodError("its config tells no factors of the material")
    red, green, blue, alpha = (int(level) / 255 for level in told.groups()[1:5])
    surface = float(told[6]), float(told[7])
    fixture.get("in.normals")
    vertices, faces, uv = (fixture.get(f"in.{name}").numpy() for name in ("vertices", "faces", "uv"))
    base, packed = (fixture.get(f"in.{name}").numpy() for name in ("base_rgba", "metallic_roughness"))
    upright = np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1)
    packed = np.ascontiguousarray(packed[..., [2, 1]])
    look = Look(
        upright, base, packed, base_factor=(red, green, blue, alpha), surface_factor=surface, alpha_mode=told[1].lower()
    )
    for name in fixture.config["counts"]:
        coords, found = mesh_to_materials(vertices, faces, look, int(name[1:]), published=True)
        fixture.exact(f"{name}.coords", coords)
        for channel, where in CHANNELS.items():
            fixture.close(f"{name}.{channel}", found[:, where], LEVEL)
        for channel in UNUSED:
            fixture.get(f"{name}.{channel}")


def shells(fixture: Fixture) -> None:
    """Compare the shell round each mesh, as it is and drawn back to the mesh."""
    for name, told in fixture.config["counts"].items():
        shape, _, project = name.rpartition("_p")
        points, corners = (fixture.get(f"{shape}.{part}").numpy() for part in ("vertices", "faces"))
        vertices, faces = closed_shell(points, corners, told["resolution"], project=float(project))
        fixture.close(f"{name}.vertices", vertices, SHELL)
        fixture.exact(f"{name}.faces", faces)


def look_up(fixture: Fixture) -> None:
    coords, values, queries = (fixture.get(f"in.{name}") for name in ("coords", "feats", "queries"))
    fixture.close("out.trilinear", sample_voxels(coords, values, queries), LOOKUP)
    found = sample_voxels(coords.numpy(), values.numpy(), queries.numpy())
    fixture.compare("out.trilinear, numpy", found, fixture.get("out.trilinear"), LOOKUP)
