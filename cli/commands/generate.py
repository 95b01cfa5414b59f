"""`varco3d generate`: pictures in, textured meshes out; one verb for one picture or a hundred thousand."""

import os
from pathlib import Path

import typer

from ...errors import UsageError
from ..config import stage_settings
from ..options.panels import RunOptions
from ..run import execute
from ..session import Session
from .base import new_app, verb

EXAMPLES = """
varco3d generate chair.png -o chair.glb --preview png
varco3d generate photos/ -o meshes/ -j 2 --faces 20000 -f glb,stl
varco3d generate chair.png -o work/ --until coarse --save-stages
"""

app = new_app()
INPUTS = typer.Argument(None, metavar="INPUT...", help="Pictures, folders, patterns, or - for a list on stdin.")


@verb(app, "generate", EXAMPLES)
def generate(session: Session, options: RunOptions, inputs: list[str] = INPUTS) -> int:
    """Turn pictures into textured meshes.

    INPUT is a picture, a folder, a pattern, or - for a list of paths on stdin. Prints the files written, one a line;
    with --json, one event a line.
    """
    return run(session, inputs or [], options)


def run(session: Session, inputs: list[str], options: RunOptions, plan_only: bool = False) -> int:
    """Return the whole verb; `plan` is the same with plan_only. Raises UsageError when no input is named."""
    listed = options.selection.from_list
    if not inputs and not listed:
        raise UsageError("no input is named", "Name a picture, a folder or a pattern, or - for a list on stdin.")
    label = f"{', '.join(inputs[:3]) or listed}{' ...' if len(inputs) > 3 else ''}"

    def build(scratch: Path):
        from ..requests.request import build_request

        return build_request(inputs, options, stage_settings(options, session.files), os.environ, scratch)

    return execute(session, label, options, build, plan_only)
