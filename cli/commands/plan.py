"""`varco3d plan`: generate without the work."""

from ..options.panels import RunOptions
from ..session import Session
from .base import new_app, verb
from .generate import INPUTS, run

EXAMPLES = """
varco3d plan photos/ -o meshes/
varco3d plan photos/ -o meshes/ --json
varco3d plan chair.png --preset high --faces 100000
"""

app = new_app()


@verb(app, "plan", EXAMPLES)
def plan(session: Session, options: RunOptions, inputs: list[str] = INPUTS) -> int:
    """Say what `generate` with the same arguments would do: files, stages, device, memory, time and disk.

    Loads no weights and writes nothing. The same as `generate --dry-run`.
    """
    return run(session, inputs or [], options, plan_only=True)
