"""`varco3d texture`: paint a mesh that exists, from one picture or several."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import UsageError
from ..session import Session
from .generate import Generate, execute

if TYPE_CHECKING:
    from ..config import Resolved
    from ..request import Request

PANELS = ("Output", "Model", "Mesh", "Picture", "Machine")
VIEWS = ("front", "back", "left", "right", "top", "bottom")
SHAPE_STAGES = ("coarse", "voxelize", "sample", "refine", "decode", "extract", "clean")
EXAMPLES = """
varco3d texture chair.obj chair.png -o chair.glb
varco3d texture chair.glb front.png back=behind.png --texture-size 2048
varco3d texture scan.stl photo.jpg --faces 20000 -o scan.glb
"""


@click.command("texture", cls=Generate, examples=EXAMPLES, panels=PANELS)
@click.argument("mesh", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True, metavar="IMAGE [VIEW=IMAGE]...")
@click.option("--set", "set", multiple=True, metavar="STAGE.KEY=VALUE", help="Any other stage setting.")
@click.option("--keep-uv", is_flag=True, help="Paint into the mesh's own UVs instead of new ones.")
@click.pass_obj
def command(session: Session, mesh: Path, images: tuple[str, ...], keep_uv: bool, **given: Any) -> int:
    """Paint a mesh. The first IMAGE shows its front; VIEW=IMAGE adds back, left, right, top or bottom.

    VIEW pictures show the mesh orthographically, framed like the maps in STAGES/texture/conditions that --save-stages
    writes. The mesh must face the viewer of the first picture: +Z towards the camera, +Y up. With --faces it is
    simplified first, otherwise its shape stays as it is.
    """
    front, others = split_views(images)
    if keep_uv:
        given["set"] = (*given["set"], "texture.keep_uv=true")

    def build(resolved: "Resolved", scratch: Path) -> "Request":
        from ..config import Value
        from ..mesh_request import build_mesh_request

        if others:
            folder = gather(front, others, scratch / "views")
            stage = dict(resolved.stages.get("texture", {}))
            stage |= {"synthesizer": Value("folder", "VIEW=IMAGE"), "views": Value(str(folder), "VIEW=IMAGE")}
            resolved.stages["texture"] = stage  # type: ignore[index]  # a dict that we made
        skip = [stage for stage in SHAPE_STAGES if not (stage == "clean" and "clean" in resolved.stages)]
        return build_mesh_request(mesh, front, resolved, "mesh", skip, scratch)

    return execute(session, f"{mesh}, {', '.join(images)}", given, build)


def split_views(images: tuple[str, ...]) -> tuple[Path, dict[str, Path]]:
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


def gather(front: Path, others: dict[str, Path], folder: Path) -> Path:
    """Copies the pictures to the names that the texture stage looks for, as PNG. Raises BadInputError."""
    from PIL import Image

    from ...pipeline.pictures.reading import open_rgba

    folder.mkdir(parents=True, exist_ok=True)
    for view, path in {"front": front, **others}.items():
        Image.fromarray(open_rgba(path)).save(folder / f"{view}.png")
    return folder
