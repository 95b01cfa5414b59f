"""Foreign meshes in the box that the networks know."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ...errors import BadInputError
from ...kernels.meshes.boxes import into_box
from ..artifacts import Mesh
from .report import has_boundary

FRAME = 0.95  # half of the longest side of an object in the box [-1,1]^3, as the networks know it


def into_frame(mesh: Mesh, name: str = "the mesh") -> tuple[Mesh, float]:
    """Return (the mesh centred, its longest side 2 * FRAME; its longest side before). Raises BadInputError."""
    longest = float(np.ptp(mesh.vertices, axis=0).max())
    if longest <= 0:
        raise BadInputError(f"{name} has no extent", "All its vertices lie at one place.")
    return replace(mesh, vertices=into_box(mesh.vertices, FRAME)), longest


def told_open(mesh: Mesh, stages: Collection[str]) -> tuple[str, ...]:
    """Return the warning that a coarse mesh with open edges comes out closed, where `stages` extract a field."""
    if "extract" not in stages or not has_boundary(mesh):
        return ()
    return ("the mesh is open; refined it is closed: sheets become shells with two walls and may get holes",)
