"""The tree of verbs. A verb's module is imported when the verb is called, so that `varco3d --help` answers at once."""

import typer
from typer.core import TyperGroup

from .._version import __version__
from .commands.base import LazyGroup, LazyVerb, new_app
from .exit_codes import MEANINGS
from .session import Session

VERBS = {
    "generate": "Turn pictures into textured meshes: one, many, or whole folders.",
    "refine": "Turn a coarse mesh and its picture into a fine mesh.",
    "texture": "Paint an existing mesh from one or more pictures.",
    "convert": "Change format, scale, axis or face count of a mesh.",
    "inspect": "Report the health of meshes; --require makes a quality gate.",
    "preview": "Draw six views of a mesh as PNG, or a turntable as GIF or WebP.",
    "plan": "Forecast a run: files, stages, device, memory, time.",
    "report": "Print the table and write the gallery page of a finished run.",
    "models": "List, download, import, verify and remove models.",
    "bench": "Time the geometry kernels beside other libraries.",
    "doctor": "Check this machine; every problem comes with a fix.",
    "config": "Show the settings and where each comes from.",
    "cache": "Show or clear what varco3d keeps on disk.",
    "completion": "Print the completion script of your shell.",
}

EXAMPLES = """
varco3d generate chair.png -o chair.glb --preview png
varco3d generate photos/ -o meshes/ --json > events.ndjson
varco3d inspect chair.glb --require 'watertight,faces<=50000'
"""


def build_app() -> TyperGroup:
    """Return the root of the verbs. Made per call, so that nothing is shared between calls in one process."""
    app = new_app("varco3d", "One picture in, a textured 3D mesh out.", EXAMPLES, LazyGroup, _root)
    for name, summary in VERBS.items():
        app.command(name, cls=LazyVerb, help=summary)(_described)
    codes = "\n".join(f"  {code:>3}  {text}" for code, text in MEANINGS.items())
    app.info.epilog = f"\b\nExit codes:\n{codes}"
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return root


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"varco3d {__version__}")
        raise typer.Exit


def _root(
    session: Session,
    version: bool = typer.Option(
        False, "--version", help="Print the version.", is_eager=True, callback=_print_version, rich_help_panel="Global"
    ),
) -> None:
    """Take the global flags before the verb."""


def _described() -> None:
    """Stands for a verb whose module is not loaded."""
