"""`varco3d refine`: a coarse mesh from anywhere, and its picture, become a fine mesh."""

from pathlib import Path

import typer

from ..config import stage_settings
from ..options.panels import Assignments, Machine, Model, Output, Painter, Picture, RunOptions, SizedMesh, Stages
from ..run import execute
from ..session import Session
from .base import new_app, verb

EXAMPLES = """
varco3d refine rough.glb chair.png -o chair.glb
varco3d refine rough.obj chair.png --octree-resolution 256 --tokens 4096
varco3d refine scan.stl chair.png --texture off -f glb,stl
"""

app = new_app()


@verb(app, "refine", EXAMPLES)
def refine(
    session: Session,
    output: Output,
    model: Model,
    stages: Stages,
    assignments: Assignments,
    surface: SizedMesh,
    painter: Painter,
    picture: Picture,
    machine: Machine,
    mesh: Path = typer.Argument(
        ..., metavar="MESH", help="The coarse mesh; +Z faces the viewer of the picture, +Y is up."
    ),
    image: Path = typer.Argument(..., metavar="IMAGE", help="The picture of its front."),
) -> int:
    """Turn a coarse mesh and its picture into a fine mesh: voxels, Lattice refinement, clean-up, texture.

    The mesh must face the viewer of the picture: +Z towards the camera, +Y up. Its size is kept.
    """
    options = RunOptions(output, model, stages, assignments, surface, painter, picture, machine=machine)

    def build(scratch: Path):
        from ..requests.mesh_request import build_mesh_request

        settings = stage_settings(options, session.files)
        return build_mesh_request(mesh, image, options, settings, "coarse", ["coarse"], scratch)

    return execute(session, f"{mesh}, {image}", options, build)
