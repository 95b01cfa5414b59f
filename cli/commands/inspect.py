"""`varco3d inspect`: health numbers of mesh files, and a gate for scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from ..._text import printable
from ...errors import QualityGateError, Varco3DError
from ..exit_codes import ITEM_FAILED, OK
from ..session import Session
from .base import new_app, verb

EXAMPLES = """
varco3d inspect chair.glb
varco3d inspect *.glb --json > health.json
varco3d inspect chair.glb --require 'watertight,faces<=50000,components==1'
"""

app = new_app()
_UNITS = {"volume": " unit^3", "area": " unit^2", "bytes": " bytes"}


@verb(app, "inspect", EXAMPLES)
def inspect(
    session: Session,
    meshes: list[Path] = typer.Argument(..., metavar="MESH...", help="Mesh files."),
    require: list[str] = typer.Option(
        None, "--require", metavar="CONDITION,...", help="Exit 5 when a mesh does not meet this."
    ),
) -> int:
    """Print size, topology and texture numbers of meshes.

    Topology is computed on welded positions, so UV seams are no holes. Numbers are in the file's units and axes.
    --require tests conditions: names of truth values (watertight), comparisons of numbers (faces<=50000).
    """
    session.console.note(f"reading {len(meshes)} mesh{'es' if len(meshes) > 1 else ''}")
    from ...pipeline.meshes.report import REPORT_KEYS
    from ..requests.requirements import parse_requirements, unmet

    conditions = parse_requirements(require or (), REPORT_KEYS)
    answers: list[dict[str, Any]] = []
    failed: list[str] = []
    code = OK
    for path in meshes:
        try:
            with session.console.guard_stdout():
                report = inspect_file(path, session.console.warn)
        except Varco3DError as error:
            if len(meshes) == 1:
                raise
            session.console.error(error.code, error.message, error.hint, error)
            answers.append({"path": str(path), "error": {"code": error.code, "message": error.message}})
            code = ITEM_FAILED
            continue
        missed = unmet(conditions, report)
        answers.append({"path": str(path), **report, **({"unmet": missed} if conditions else {})})
        if not session.flags.json:
            print_report(session, path, report)
        if missed:
            failed.append(f"{path} does not meet {', '.join(missed)}")
    if session.flags.json:
        session.console.result_json({"schema": "varco3d.inspect/1", "meshes": answers})
    if failed and code == OK:
        raise QualityGateError("; ".join(failed), "`varco3d convert` can close and simplify meshes.")
    return code


def inspect_file(path: Path, warn: Callable[[str], None]) -> dict[str, Any]:
    """Return the mesh report of a file, in its own units and axes. Raises BadInputError, BadMeshError."""
    from ...pipeline.meshes.reading import read_mesh
    from ...pipeline.meshes.report import mesh_report

    found = read_mesh(path, up="y")
    for text in found.warnings:
        warn(text)
    mesh = found.mesh
    report = mesh_report(mesh, found.offset if found.offset.any() else None, bytes=path.stat().st_size)
    report["texture_size"] = list(mesh.texture.shape[1::-1]) if mesh.texture is not None else None
    return report


def print_report(session: Session, path: Path, report: dict[str, Any]) -> None:
    """One line per number, aligned, with a blank line between meshes."""
    session.console.result(printable(path))
    for key, value in report.items():
        session.console.result(f"  {key:<20}{_text(key, value)}")


def _text(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO" if key == "winding_consistent" else "no"
    if key == "bbox":
        low, high = value
        sides = " x ".join(f"{b - a:.4g}" for a, b in zip(low, high, strict=True))
        return f"{sides}, from {_point(low)} to {_point(high)}"
    if key == "texture_size":
        return f"{value[0]} x {value[1]}"
    number = f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
    return number + _UNITS.get(key, "")


def _point(values: list[float]) -> str:
    # A report has six digits, and more for what lies far from the origin, where the last ones are the shape.
    return "(" + ", ".join(f"{v:.4g}" if f"{v:.6g}" == repr(v) else f"{v:.12g}" for v in values) + ")"
