"""`varco3d plan`: generate without the work."""

from typing import Any

import click

from ...errors import UsageError
from ..session import Session
from .generate import Generate, run

EXAMPLES = """
varco3d plan photos/ -o meshes/
varco3d plan photos/ -o meshes/ --json
varco3d plan chair.png --preset high --faces 100000
"""


@click.command("plan", cls=Generate, examples=EXAMPLES)
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.pass_obj
def command(session: Session, inputs: tuple[str, ...], **given: Any) -> int:
    """Say what `generate` with the same arguments would do: files, stages, device, memory, time and disk.

    Loads no weights and writes nothing. The same as `generate --dry-run`.
    """
    if not inputs and not given["from_list"]:
        raise UsageError("no input is named", "Name a picture, a folder or a pattern, or - for a list on stdin.")
    return run(session, inputs, given, plan_only=True)
