"""`varco3d completion`: the script that makes the shell complete verbs, flags, models and stages."""

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from ..session import Session
from .base import Verb

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    cls=Verb,
    examples='varco3d completion bash >> ~/.bashrc\neval "$(varco3d completion zsh)"\nvarco3d completion fish | source',
)
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_obj
def command(session: Session, shell: str | None) -> None:
    """Print the completion script of SHELL, by default the one in $SHELL."""
    name = shell or Path(os.environ.get("SHELL", "")).name
    kind = get_completion_class(name) if name in SHELLS else None
    if kind is None:
        raise click.UsageError(f"name your shell, one of {', '.join(SHELLS)}")
    from ..main import build_app

    session.console.result(kind(build_app(), {}, "varco3d", "_VARCO3D_COMPLETE").source())
