"""`varco3d completion`: the script that makes the shell complete verbs, flags, models and stages."""

import os
from pathlib import Path
from typing import Literal

import typer

from ...errors import UsageError
from ..session import Session
from .base import new_app, verb

SHELLS = ("bash", "zsh", "fish")
EXAMPLES = """
varco3d completion bash >> ~/.bashrc
eval "$(varco3d completion zsh)"
varco3d completion fish | source
"""

app = new_app()


@verb(app, "completion", EXAMPLES)
def completion(
    session: Session,
    shell: Literal["bash", "zsh", "fish"] = typer.Argument(
        None, metavar="[SHELL]", help="bash, zsh or fish; by default the one in $SHELL.", show_default=False
    ),
) -> None:
    """Print the completion script of SHELL, by default the one in $SHELL."""
    from typer.completion import get_completion_script  # pyright: ignore[reportPrivateImportUsage]

    from ..main import COMPLETION

    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError("the shell is not known", f"Name yours, one of {', '.join(SHELLS)}.")
    session.console.result(get_completion_script(prog_name="varco3d", complete_var=COMPLETION, shell=name))
