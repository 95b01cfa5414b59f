"""`varco3d convert`: another format, size, axis or face count for a mesh; no model needed."""

from dataclasses import asdict, replace
from pathlib import Path

import click

from ...errors import UsageError
from ..flags import MESH_FORMATS
from ..session import Session
from .base import Verb

EXAMPLES = """
varco3d convert chair.glb chair.stl
varco3d convert chair.glb small.glb --faces 5000 --lod 1,0.5,0.1
varco3d convert scan.obj scan.glb --from-up z --size 0.4 --origin base
"""

_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
_PRINTED = (".stl", ".3mf")


@click.command("convert", cls=Verb, examples=EXAMPLES)
@click.argument("mesh", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--faces", type=click.IntRange(min=4), help="Simplify to about N triangles; the texture is carried over.")
@click.option("--lod", metavar="1,0.5,...", help="Levels of detail as fractions of the faces: OUT_lod0, OUT_lod1, ...")
@click.option("--quads", is_flag=True, help="Pair triangles to quads; OBJ only. Needs varco3d[meshlab].")
@click.option("--watertight", is_flag=True, help="Wrap an open mesh into a closed one. Needs varco3d[meshlab].")
@click.option("--texture-size", type=click.IntRange(64, 8192), help="Of a texture carried over. [default: as it was]")
@click.option("--texture-format", type=click.Choice(["png", "jpeg", "webp"]), default="png", show_default=True)
@click.option("--size", type=click.FloatRange(min=0, min_open=True), help="Longest side in metres. [default: kept]")
@click.option(
    "--unit", type=click.Choice(list(_METRES)), help="Of the file written. [default: mm for STL, 3MF; else m]"
)
@click.option("--up", type=click.Choice(["y", "z"]), help="Axis up in OUT. [default: z for STL and 3MF, else y]")
@click.option("--origin", type=click.Choice(["keep", "center", "base"]), default="keep", show_default=True)
@click.option("--from-up", type=click.Choice(["y", "z"]), help="Axis up in MESH. [default: z for STL and 3MF, else y]")
@click.option("--from-unit", type=click.Choice(list(_METRES)), help="Of MESH. [default: mm for STL and 3MF, else m]")
@click.pass_obj
def command(
    session: Session,
    mesh: Path,
    out: Path,
    faces: int | None,
    lod: str | None,
    quads: bool,
    watertight: bool,
    texture_size: int | None,
    texture_format: str,
    size: float | None,
    unit: str | None,
    up: str | None,
    origin: str,
    from_up: str | None,
    from_unit: str | None,
) -> None:
    """Write MESH as OUT: format by suffix (glb, obj, ply, stl, 3mf), axes and units by the habit of the format."""
    kind = out.suffix[1:].lower()
    if kind not in MESH_FORMATS:
        raise UsageError(f"{out}: {out.suffix or 'no suffix'} cannot be written", f"Known: {', '.join(MESH_FORMATS)}.")
    if quads and kind != "obj":
        raise UsageError(f"{kind} holds triangles only", "Write an .obj for --quads.")
    fractions = _fractions(lod)
    from ...pipeline.batch.claims import Claim, check_claims
    from ...pipeline.meshes.levels import level_names
    from ...pipeline.meshes.outputs import mesh_names

    names = [name for level in level_names(out.stem, fractions) for name in mesh_names(level, [kind], texture_format)]
    check_claims([Claim(out.with_name(n), out.name, named=n == out.name) for n in names], [mesh])
    session.console.note(f"{mesh} -> {out}")
    if session.dry_run:
        for name in names:
            session.console.result(str(out.with_name(name)))
        return
    from ...pipeline.meshes.levels import close, levels, simplify
    from ...pipeline.meshes.outputs import Placement, place, write_mesh
    from ...pipeline.meshes.reading import load_mesh

    with session.console.guard_stdout():
        metres = _METRES[from_unit or ("mm" if mesh.suffix.lower() in _PRINTED else "m")]
        loaded = load_mesh(mesh, from_up)
        whole = replace(loaded, vertices=loaded.vertices * metres) if metres != 1 else loaded
        if watertight:
            whole = close(whole, texture_size)
        if faces:
            whole = simplify(whole, faces, texture_size)
        # Size and origin are those of the whole, so that the levels of detail lie in the same place.
        whole, _ = place(whole, kind, Placement("y", size, "m", origin))
        placement = Placement(up or "auto", None, unit or "auto", "keep")
        written = []
        for name, level in levels(whole, out.stem, fractions, texture_size):
            written += write_mesh(level, out.with_name(name), (kind,), placement, texture_format, pair=quads)
        for output in written:
            if not session.as_json:
                session.console.result(output.path)
        if session.as_json:
            outputs = [asdict(output) for output in written]
            session.console.result_json({"schema": "varco3d.convert/1", "input": str(mesh), "outputs": outputs})


def _fractions(text: str | None) -> list[float]:
    if text is None:
        return [1.0]
    try:
        found = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        found = []
    if not found or not all(0 < part <= 1 for part in found):
        raise UsageError(f"--lod {text} is no list of fractions", "Write e.g. 1,0.5,0.1.")
    return found
