"""`varco3d preview`: what a mesh looks like, as files that any viewer opens."""

from pathlib import Path

import click

from ...errors import OutputError, UsageError
from ..flags import MESH_FORMATS, NOT_FOLDERS, PREVIEW_FORMATS
from ..session import Session
from .base import Verb

EXAMPLES = """
varco3d preview chair.glb
varco3d preview chair.glb -o turn.webp --frames 48
varco3d preview *.glb --format png,gif
"""


class Colour(click.ParamType):
    """#rrggbb, or a CSS name Pillow knows, as three floats 0..1."""

    name = "colour"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, float]:
        if isinstance(value, tuple):
            return value
        from PIL import ImageColor

        try:
            red, green, blue = ImageColor.getrgb(str(value))[:3]
        except ValueError:
            self.fail(f"{value!r} is no colour; write e.g. #ffffff or white.", param, ctx)
        return red / 255, green / 255, blue / 255


@click.command("preview", cls=Verb, examples=EXAMPLES)
@click.argument("meshes", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MESH...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File (one mesh) or folder; default: beside it.")
@click.option(
    "-f", "--format", "formats", default=None, help="png (six views), gif, webp (turntable); several: png,gif."
)
@click.option("--size", type=click.IntRange(16, 4096), help="Pixels per view. [default: 256, turntable 320]")
@click.option("--frames", type=click.IntRange(1, 360), default=36, show_default=True, help="Of one turn.")
@click.option("--background", type=Colour(), default="white", show_default=True, help="Colour behind the mesh.")
@click.pass_obj
def command(
    session: Session,
    meshes: tuple[Path, ...],
    output: Path | None,
    formats: str | None,
    size: int | None,
    frames: int,
    background: tuple[float, float, float],
) -> int:
    """Draw six views (front, back, left, right, top, bottom) as PNG, or a turntable as GIF or WebP."""
    session.console.note(f"drawing {len(meshes)} mesh{'es' if len(meshes) > 1 else ''}")
    from ...pipeline.batch.claims import Claim, check_claims

    plan = [(mesh, target) for mesh in meshes for target in targets(mesh, output, formats, len(meshes))]
    twice = {target for _, target in plan if [t for _, t in plan].count(target) > 1}
    if twice:
        raise UsageError(f"two meshes would be drawn to {sorted(twice)[0]}", "Give -o another folder for each.")
    named = output if len(plan) == 1 and output == plan[0][1] else None
    check_claims([Claim(target, str(mesh), named=target == named) for mesh, target in plan], meshes)
    if session.dry_run:
        for _, target in plan:
            session.console.result(str(target))
        return 0
    from ...pipeline.meshes.preview import write_preview
    from ...pipeline.meshes.reading import load_mesh

    with session.console.guard_stdout():
        written = []
        for mesh, target in plan:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                write_preview(load_mesh(mesh), target, size, frames, background)
            except OSError as error:
                raise OutputError(f"cannot write {target}: {error.strerror}", "Give -o another place.") from error
            written.append({"mesh": str(mesh), "path": str(target), "bytes": target.stat().st_size})
            if not session.as_json:
                session.console.result(str(target))
        if session.as_json:
            session.console.result_json({"schema": "varco3d.preview/1", "previews": written})
    return 0


def targets(mesh: Path, output: Path | None, formats: str | None, count: int) -> list[Path]:
    """The files to write for one mesh. `-o x.gif` names one file; `-o folder` or nothing gives MESH.preview.FORMAT."""
    kinds = [kind.strip().lower() for kind in formats.split(",")] if formats else []
    unknown = [kind for kind in kinds if kind not in PREVIEW_FORMATS]
    if unknown:
        raise UsageError(f"a preview cannot be {unknown[0]!r}", f"Choose from {', '.join(PREVIEW_FORMATS)}.")
    if output is not None and output.suffix.lower().lstrip(".") in (*PREVIEW_FORMATS, *MESH_FORMATS):
        if count > 1 or len(kinds) > 1:
            raise UsageError(f"-o {output} is one file, but several are to be written", "Name a folder.")
        return [output]
    if output is not None and output.suffix.lower() in NOT_FOLDERS and not output.is_dir():
        raise UsageError(f"{output}: {output.suffix} cannot be written", f"Previews are {', '.join(PREVIEW_FORMATS)}.")
    folder = output if output is not None else mesh.parent
    return [folder / f"{mesh.stem}.preview.{kind}" for kind in kinds or ["png"]]
