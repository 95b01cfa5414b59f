"""`varco3d convert`: another format, size, axis or face count for a mesh; no model needed."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import typer

from ..._text import printable
from ...errors import UsageError
from ...pipeline.meshes.formats import MESH_FORMATS, PER_METRE
from ..options.flag import Panel, default_of, flag, setting_of, short_for
from ..session import Session
from .base import new_app, verb

if TYPE_CHECKING:
    from ...pipeline.meshes.converting import Conversion

EXAMPLES = """
varco3d convert chair.glb chair.stl
varco3d convert chair.glb small.glb --faces 5000 --lod 1,0.5,0.1
varco3d convert cloth.glb even.glb --via o-voxel:512 --faces 100000
varco3d convert torn.glb whole.glb --via o-voxel:256:mended
varco3d convert scan.obj scan.glb --from-up z --size 0.4 --origin base
"""

app = new_app()
WAY = "o-voxel"
WORDS = ("mended", "materials")


def way_of(text: str) -> tuple[int, tuple[str, ...]]:
    """Return the voxels a side and the words of o-voxel:R[:mended][:materials]. Raises ValueError."""
    name, number, *words = text.split(":") if ":" in text else (text, "")
    if name != WAY or not (number.isascii() and number.isdecimal() and 8 <= int(number) <= 1024):
        raise ValueError(f"{text!r} is not o-voxel:R with R of 8 to 1024, such as o-voxel:512")
    if len(set(words)) < len(words) or not set(words) <= set(WORDS):
        raise ValueError(f"{text!r}: o-voxel:R may be followed by {' and '.join(':' + word for word in WORDS)}")
    return int(number), tuple(words)


def checked_way(text: str) -> str:
    """Return `text` where it names a way to remesh. Raises ValueError."""
    way_of(text)
    return text


@dataclass(frozen=True)
class Result(Panel):
    """The mesh that is written. None keeps what the mesh has, or takes the habit of the format."""

    title: ClassVar[str] = "Mesh"

    faces: int | None = short_for("clean.faces", note="kept")
    lod: tuple[float, ...] | None = short_for("export.lod", metavar="1,0.5,...")
    quads: bool | None = short_for("export.quads")
    via: str | None = flag(None, "Remesh evenly on R voxels a side; open sheets stay open. :mended closes tears, :materials takes textures by voxel.", metavar="o-voxel:R[:mended][:materials]", parse=checked_way)  # fmt: skip  # noqa: E501
    watertight: bool | None = short_for("clean.watertight")
    texture_size: int | None = short_for("texture.size", note="as it was")
    texture_format: str | None = short_for("export.texture_format")
    size: float | None = short_for("export.size", metavar="METRES", note="kept")
    height: float | None = short_for("export.height", metavar="METRES")
    width: float | None = short_for("export.width", metavar="METRES")
    depth: float | None = short_for("export.depth", metavar="METRES")
    unit: str | None = short_for("export.unit")
    up: str | None = short_for("export.up")
    origin: str = flag("keep", "keep: the origin of MESH; center of the box, or middle of its base.", choices=("keep", *setting_of("export.origin").metadata["choices"]))  # fmt: skip  # noqa: E501


@dataclass(frozen=True)
class Source(Panel):
    """The mesh that is read."""

    from_up: str | None = flag(None, "Axis up in MESH.", choices=("y", "z"), note="z for STL and 3MF, else y")
    from_unit: str | None = flag(None, "Unit of MESH.", choices=tuple(PER_METRE), note="its own, else mm for STL, m")


@verb(app, "convert", EXAMPLES)
def convert(
    session: Session,
    result: Result,
    source: Source,
    mesh: Path = typer.Argument(..., metavar="MESH", help="The mesh to read."),
    out: Path = typer.Argument(..., metavar="OUT", help="The file to write."),
) -> None:
    """Write MESH as OUT, in the format of its suffix: glb, obj, ply, stl or 3mf.

    Axes and units follow the convention of that format.
    """
    kind = out.suffix[1:].lower()
    if kind not in MESH_FORMATS:
        raise UsageError(f"{out}: {out.suffix or 'no suffix'} cannot be written", f"Known: {', '.join(MESH_FORMATS)}.")
    if result.quads and kind != "obj":
        raise UsageError(f"{kind} holds triangles only", "Write an .obj for --quads.")
    session.console.note(printable(f"{mesh} -> {out}"))
    from ...pipeline.batch.claims import Claim, check_claims
    from ...pipeline.meshes.levels import level_names
    from ...pipeline.meshes.outputs import mesh_names

    fractions = result.lod or (1.0,)
    texture_format = result.texture_format or default_of("export.texture_format")
    names = [name for level in level_names(out.stem, fractions) for name in mesh_names(level, [kind], texture_format)]
    check_claims(
        [Claim(out.with_name(n), out.name, named=n == out.name) for n in names],
        [mesh],
        another="Give OUT another name.",
    )
    if session.flags.dry_run:
        for name in names:
            session.console.result(str(out.with_name(name)))
        return
    from ...pipeline.meshes.converting import convert_mesh

    how = _conversion(result, source, tuple(fractions), texture_format)
    with session.console.guard_stdout():
        written = convert_mesh(mesh, out, how, session.console.warn)
        for output in written:
            if not session.flags.json:
                session.console.result(output.path)
        if session.flags.json:
            outputs = [asdict(output) for output in written]
            session.console.result_json({"schema": "varco3d.convert/1", "input": str(mesh), "outputs": outputs})


def _conversion(result: Result, source: Source, fractions: tuple[float, ...], texture_format: str) -> "Conversion":
    """Return the flags as the library takes them. Raises UsageError for two sides with a size."""
    from ...pipeline.meshes.converting import Conversion
    from ...pipeline.meshes.outputs import measure

    voxels, words = way_of(result.via) if result.via else (None, ())
    metres, side = measure(result.size, result.width, result.height, result.depth)
    return Conversion(
        faces=result.faces,
        fractions=fractions,
        quads=bool(result.quads),
        watertight=bool(result.watertight),
        texture_size=result.texture_size,
        texture_format=texture_format,
        size=metres,
        side=side,
        unit=result.unit,
        up=result.up,
        origin=result.origin,
        from_up=source.from_up,
        from_unit=source.from_unit,
        voxels=voxels,
        voxel_materials="materials" in words,
        mended="mended" in words,
    )
