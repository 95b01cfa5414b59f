"""`varco3d preview`: what a mesh looks like, as files that any viewer opens."""

from dataclasses import dataclass
from pathlib import Path

import typer

from ...errors import BadInputError, OutputError, UsageError
from ...pipeline.meshes.formats import MESH_FORMATS, NOT_FOLDERS, PREVIEW_FORMATS
from ..exit_codes import ITEM_FAILED, OK
from ..options.flag import Panel, flag
from ..session import Session
from .base import new_app, verb

EXAMPLES = """
varco3d preview chair.glb
varco3d preview chair.glb -o turn.webp --frames 48
varco3d preview *.glb --format png,gif
"""

app = new_app()


def colour(text: str) -> tuple[float, float, float]:
    """#rrggbb, or a CSS name Pillow knows, as three floats 0..1. Raises ValueError."""
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError as error:
        raise ValueError(f"{text!r} is no colour; write e.g. #ffffff or white.") from error
    return red / 255, green / 255, blue / 255


@dataclass(frozen=True)
class Drawing(Panel):
    """The pictures to draw, and their files."""

    output: Path | None = flag(None, "File (one mesh) or folder.", short="-o", metavar="PATH", note="beside the mesh")
    format: tuple[str, ...] = flag(
        (), "png (six views), gif, webp (turntable); several: png,gif.", short="-f", choices=PREVIEW_FORMATS, note="png"
    )
    size: int | None = flag(None, "Pixels per view.", minimum=16, maximum=4096, note="256, turntable 320")
    frames: int = flag(36, "Frames of one turn.", minimum=1, maximum=360)
    background: tuple[float, float, float] = flag(
        (1.0, 1.0, 1.0), "Colour behind the mesh.", metavar="COLOUR", parse=colour, many=False, note="white"
    )


@verb(app, "preview", EXAMPLES)
def preview(
    session: Session,
    drawing: Drawing,
    meshes: list[Path] = typer.Argument(..., metavar="MESH...", help="Mesh files."),
) -> int:
    """Draw six views (front, back, left, right, top, bottom) as PNG, or a turntable as GIF or WebP."""
    session.console.note(f"drawing {len(meshes)} mesh{'es' if len(meshes) > 1 else ''}")
    from ...pipeline.batch.claims import Claim, check_claims

    plan = [(mesh, target) for mesh in meshes for target in targets(mesh, drawing, len(meshes))]
    twice = {target for _, target in plan if [t for _, t in plan].count(target) > 1}
    if twice:
        raise UsageError(f"two meshes would be drawn to {sorted(twice)[0]}", "Give -o another folder for each.")
    named = drawing.output if len(plan) == 1 and drawing.output == plan[0][1] else None
    check_claims([Claim(target, str(mesh), named=target == named) for mesh, target in plan], meshes)
    if session.flags.dry_run:
        for _, target in plan:
            session.console.result(str(target))
        return OK
    from ...pipeline.meshes.preview import write_preview
    from ...pipeline.meshes.reading import load_mesh

    with session.console.guard_stdout():
        written, code = [], OK
        for mesh, target in plan:
            try:
                drawn = load_mesh(mesh, warn=session.console.warn)
                target.parent.mkdir(parents=True, exist_ok=True)
                write_preview(drawn, target, drawing.size, drawing.frames, drawing.background)
            except OSError as error:
                raise OutputError(f"cannot write {target}: {error.strerror}", "Give -o another place.") from error
            except BadInputError as error:  # one bad mesh does not keep the others from being drawn
                if len(meshes) == 1:
                    raise
                session.console.error(error.code, error.message, error.hint, error)
                code = ITEM_FAILED
                continue
            written.append({"mesh": str(mesh), "path": str(target), "bytes": target.stat().st_size})
            if not session.flags.json:
                session.console.result(str(target))
        if session.flags.json:
            session.console.result_json({"schema": "varco3d.preview/1", "previews": written})
    return code


def targets(mesh: Path, drawing: Drawing, count: int) -> list[Path]:
    """Return the files to write for one mesh.

    `-o x.gif` names one file; `-o folder` or nothing gives MESH.preview.FORMAT.
    """
    output, kinds = drawing.output, drawing.format
    if output is not None and output.suffix.lower().lstrip(".") in (*PREVIEW_FORMATS, *MESH_FORMATS):
        if count > 1 or len(kinds) > 1:
            raise UsageError(f"-o {output} is one file, but several are to be written", "Name a folder.")
        return [output]
    if output is not None and output.suffix.lower() in NOT_FOLDERS and not output.is_dir():
        raise UsageError(f"{output}: {output.suffix} cannot be written", f"Previews are {', '.join(PREVIEW_FORMATS)}.")
    folder = output if output is not None else mesh.parent
    return [folder / f"{mesh.stem}.preview.{kind}" for kind in kinds or ("png",)]
