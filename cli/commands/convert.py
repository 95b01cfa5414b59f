"""`varco3d convert`: another format, size, axis or face count for a mesh; no model needed."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...kernels.errors import UsageError
from ..flags import MESH_FORMATS
from ..session import Session
from .base import Verb

if TYPE_CHECKING:
    from ...pipeline.artifacts import Mesh
    from ...pipeline.outputs import Placement

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
    session.console.note(f"{mesh} -> {out}")
    if session.dry_run:
        for target in _targets(out, fractions):
            session.console.result(str(target))
        return
    from ...pipeline.outputs import Placement
    from ..mesh_files import load_mesh

    with session.console.guard_stdout():
        metres = _METRES[from_unit or ("mm" if mesh.suffix.lower() in _PRINTED else "m")]
        loaded = load_mesh(mesh, from_up)
        whole = replace(loaded, vertices=loaded.vertices * metres) if metres != 1 else loaded
        if watertight:
            whole = close(session, whole, texture_size)
        placement = Placement(up or "auto", size, unit or "auto", origin)
        budget = faces or len(whole.faces)
        written = []
        for target, fraction in zip(_targets(out, fractions), fractions, strict=True):
            level = simplify(whole, max(4, round(budget * fraction)), texture_size)
            written += write(level, target, placement, texture_format, quads)
        for entry in written:
            if not session.as_json:
                session.console.result(entry["path"])
        if session.as_json:
            session.console.result_json({"schema": "varco3d.convert/1", "input": str(mesh), "outputs": written})


def simplify(mesh: "Mesh", count: int, texture_size: int | None) -> "Mesh":
    """The mesh with about `count` faces; unchanged when it has no more. Texture and colours are carried over."""
    if len(mesh.faces) <= count:
        return mesh
    from ...kernels.decimate import decimate
    from ...pipeline.texturing.transfer import transfer_texture

    return transfer_texture(mesh, *decimate(mesh.vertices, mesh.faces, count), size=_texels(mesh, texture_size))


def close(session: Session, mesh: "Mesh", texture_size: int | None) -> "Mesh":
    """The mesh wrapped into a closed one, or as it is when it is closed."""
    from ...pipeline.mesh_report import mesh_report
    from ...pipeline.texturing.transfer import transfer_texture
    from ..meshlab import wrap

    if mesh_report(mesh)["watertight"]:
        session.console.note("the mesh is closed already")
        return mesh
    return transfer_texture(mesh, *wrap(mesh), size=_texels(mesh, texture_size))


def write(
    mesh: "Mesh", target: Path, placement: "Placement", texture_format: str, as_quads: bool
) -> list[dict[str, object]]:
    """Writes one mesh; [{"path", "format", "bytes", "sha256"}], the file that one opens last."""
    from dataclasses import asdict

    from ...pipeline.outputs import finish, write_bytes, write_mesh

    outputs = write_mesh(mesh, target.with_suffix(""), (target.suffix[1:].lower(),), placement, texture_format)
    if as_quads:
        from hashlib import sha256

        from ..meshlab import quads

        ready = finish(mesh)
        data = with_polygons(target.read_bytes(), quads(ready))
        write_bytes(target, data)
        outputs = tuple(
            replace(o, bytes=len(data), sha256=sha256(data).hexdigest()) if Path(o.path) == target else o
            for o in outputs
        )
    return [asdict(output) for output in outputs]


def with_polygons(text: bytes, polygons: list[tuple[int, ...]]) -> bytes:
    """An OBJ file with its face lines replaced; each corner keeps the form that the file used (v, v/t, v//n, v/t/n)."""
    lines = text.decode().splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("f "))
    form = lines[first].split()[1].split("/")
    kept = [line for line in lines if not line.startswith("f ")]

    def corner(index: int) -> str:
        return "/".join(str(index + 1) if part else "" for part in form)

    made = ["f " + " ".join(corner(index) for index in face) for face in polygons]
    return ("\n".join([*kept, *made]) + "\n").encode()


def _texels(mesh: "Mesh", wanted: int | None) -> int:
    if wanted is not None:
        return 1 << (wanted - 1).bit_length()
    largest = max(mesh.texture.shape[:2]) if mesh.texture is not None else 1024
    return 1 << (max(64, min(largest, 8192)) - 1).bit_length()


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


def _targets(out: Path, fractions: list[float]) -> list[Path]:
    if fractions == [1.0]:
        return [out]
    return [out.with_name(f"{out.stem}_lod{level}{out.suffix}") for level in range(len(fractions))]
