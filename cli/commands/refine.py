"""`varco3d refine`: a coarse mesh from anywhere, and its picture, become a fine mesh."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..session import Session
from .generate import Generate, execute

if TYPE_CHECKING:
    from ..config import Resolved
    from ..request import Request

PANELS = ("Output", "Model", "Stages", "Mesh", "Picture", "Machine")
EXAMPLES = """
varco3d refine rough.glb chair.png -o chair.glb
varco3d refine rough.obj chair.png --octree-resolution 256 --tokens 4096
varco3d refine scan.stl chair.png --texture off -f glb,stl
"""


@click.command("refine", cls=Generate, examples=EXAMPLES, panels=PANELS)
@click.argument("mesh", type=click.Path(path_type=Path))
@click.argument("image", type=click.Path(path_type=Path))
@click.pass_obj
def command(session: Session, mesh: Path, image: Path, **given: Any) -> int:
    """Turn a coarse mesh and its picture into a fine mesh: voxels, Lattice refinement, clean-up, texture.

    The mesh must face the viewer of the picture: +Z towards the camera, +Y up. Its size is kept.
    """

    def build(resolved: "Resolved", scratch: Path) -> "Request":
        from ..mesh_request import build_mesh_request

        skip = ["coarse"] + (["texture"] if resolved["texture"] == "off" else [])
        return build_mesh_request(mesh, image, resolved, "coarse", skip, scratch)

    return execute(session, f"{mesh}, {image}", given, build)
