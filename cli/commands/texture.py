"""`varco3d texture`: paint a mesh that exists, from pictures, words, or both."""

from pathlib import Path

import typer

from ...errors import UsageError
from ..config import stage_settings
from ..options.panels import Assignments, Machine, Model, Output, PaintedMesh, Painter, Picture, RunOptions
from ..run import execute
from ..session import Session
from .base import new_app, verb

VIEWS = ("front", "back", "left", "right", "top", "bottom")
SHAPE_STAGES = ("coarse", "voxelize", "sample", "refine", "decode", "extract", "clean")
EXAMPLES = """
varco3d texture chair.obj chair.png -o chair.glb
varco3d texture chair.glb front.png back=behind.png --texture-size 2048
varco3d texture scan.stl photo.jpg --faces 20000 -o scan.glb
varco3d texture statue.obj --prompt "weathered bronze" -o bronze.glb
"""

app = new_app()


@verb(app, "texture", EXAMPLES)
def texture(
    session: Session,
    output: Output,
    model: Model,
    assignments: Assignments,
    surface: PaintedMesh,
    painter: Painter,
    picture: Picture,
    machine: Machine,
    mesh: Path = typer.Argument(
        ..., metavar="MESH", help="The mesh; +Z faces the viewer of the first picture, +Y is up."
    ),
    images: list[str] = typer.Argument(
        None, metavar="[IMAGE] [VIEW=IMAGE]...", help="Pictures; the first shows the front. None with --prompt alone."
    ),
) -> int:
    """Paint a mesh from pictures, from words, or from both.

    The first IMAGE shows its front; VIEW=IMAGE adds back, left, right, top or bottom. With --prompt a learned painter
    makes the sides, or all of it without any IMAGE.

    VIEW pictures may be photos: they are cut out, and their cameras are searched near their side. Pictures drawn over
    the maps in STAGES/texture/conditions, which --save-stages writes, need --views-framed. The mesh must face the
    viewer of the first picture: +Z towards the camera, +Y up. With --faces it is simplified first, otherwise its shape
    stays as it is.
    """
    front, others = split_views(images) if images else (None, {})
    options = RunOptions(
        output,
        model,
        assignments=assignments,
        mesh=surface,
        painter=painter,
        picture=picture,
        machine=machine,
    )

    def build(scratch: Path):
        from ..requests.mesh_request import build_mesh_request

        settings = stage_settings(options, session.files)
        if front is None and "prompt" not in settings.values.get("texture", {}):
            raise UsageError(
                "there is neither a picture nor a --prompt", "Give one: varco3d texture chair.obj chair.png"
            )
        if front is not None and others:
            settings = settings.put("texture", {"views": side_list(others)}, "VIEW=IMAGE")
        skip = [stage for stage in SHAPE_STAGES if not (stage == "clean" and "clean" in settings.values)]
        return build_mesh_request(mesh, front, options, settings, "mesh", skip, scratch)

    return execute(session, ", ".join([str(mesh), *(images or [])]), options, build)


def split_views(images: list[str]) -> tuple[Path, dict[str, Path]]:
    """(front picture, view -> picture). Raises UsageError for an unknown view, two fronts, or none."""
    fronts: list[Path] = []
    others: dict[str, Path] = {}
    for text in images:
        view, equals, name = text.partition("=")
        if equals and view.lower() in VIEWS:
            if view.lower() == "front":
                fronts.append(Path(name))
            else:
                others[view.lower()] = Path(name)
        elif equals and not Path(text).exists():
            raise UsageError(f"there is no view {view!r}", f"Views are {', '.join(VIEWS)}.")
        else:
            fronts.append(Path(text))
    if len(fronts) != 1:
        raise UsageError(f"{len(fronts)} pictures show the front", "Name the others: back=behind.png")
    return fronts[0], others


def side_list(others: dict[str, Path]) -> str:
    """Return the pictures as `texture.views` lists them. Raises UsageError for a path that cannot stand in a list."""
    for path in others.values():
        if "," in str(path):
            raise UsageError(f"the name of {path} holds a comma", "Rename the picture.")
    return ",".join(f"{view}={path}" for view, path in others.items())
