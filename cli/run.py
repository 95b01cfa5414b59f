"""From a built request to an exit code: what generate, plan, refine and texture have in common."""

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from .._text import printable
from ..errors import ModelMissingError, UsageError
from ..pipeline.machine import resolve_device, slow_number_type
from .config import unknown_variables
from .console import is_terminal
from .exit_codes import exit_code, run_exit_code
from .options.panels import RunOptions
from .session import Session

if TYPE_CHECKING:
    from .requests.request import Request


def execute(
    session: Session, label: str, options: RunOptions, build: "Callable[[Path], Request]", plan_only: bool = False
) -> int:
    """Build the request, fetch models, run the batch and return the exit code; with plan_only print the plan.

    label: the first line on stderr; build(scratch folder) makes the request.
    """
    console = session.console
    console.note(printable(f"varco3d: {label}"))
    to_stdout = options.output.to_stdout
    if to_stdout and is_terminal(console.out):
        raise UsageError("stdout is a terminal and a GLB is binary", "Redirect it: -o - > mesh.glb")
    if to_stdout and session.flags.json:
        raise UsageError("-o - and --json both want stdout", "Name a file with -o, or leave --json out.")
    with ExitStack() as stack:
        stack.enter_context(console.guard_stdout())
        reporter = None
        if not (plan_only or session.flags.dry_run):
            from .reporter import Reporter

            reporter = Reporter(console, print_paths=not to_stdout)
            # The reporter has the last word, whatever happens, and while stdout is still ours.
            stack.push(lambda kind, error, trace: _end(session, error))
            session.on_end.append(reporter.finish)
        for text in unknown_variables(os.environ):
            console.warn(text)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="varco3d-")))
        request = build(scratch)
        device = resolve_device(request.config.device)
        if request.config.dtype == "bfloat16" and (slow := slow_number_type("bfloat16", resolve_device(device))):
            console.warn(slow)
        if request.singly:
            count, name = options.model.num_seeds, request.config.recipe.name
            console.note(f"{count} seeds: {name} draws each shape singly, so that they differ ({request.singly})")
        if reporter is None:
            from .plan import show_plan

            missing = show_plan(session, request)
            return exit_code("model_missing") if missing and not options.model.pull else 0
        from ..pipeline.batch.runner import Batch
        from .plan import check_memory
        from .requests.request import needed_models

        check_memory(request)
        ensure_models(session, needed_models(request), options.model.pull)
        summary = Batch(request.config, request.items, request.options, reporter.emit).execute()
        code = run_exit_code(summary.codes, summary.counts["ok"] + summary.counts["skipped"])
        if request.to_stdout and summary.outputs:
            console.result_bytes((scratch / "mesh.glb").read_bytes())
        session.end(code, None)
        if reporter.lost is not None:
            raise reporter.lost
        return code


def _end(session: Session, error: BaseException | None) -> None:
    """End the run's events before stdout is given back; the exit code is the one `main` will come to."""
    if error is not None:
        from .main import exit_code_of

        session.end(exit_code_of(error), error)


def ensure_models(session: Session, names: list[str], pull: bool) -> None:
    """Raise ModelMissingError for weights that are not here; with --pull downloads them instead."""
    from ..weights.checkpoints.store import Store
    from ..weights.checkpoints.zoo import BUNDLES, MODELS, specs_of

    store, offline = Store(), session.flags.offline
    for name in names:
        if name not in BUNDLES and name not in MODELS:
            continue  # another package's model: its loader knows
        missing = [spec for spec in specs_of(name) if store.find(spec) is None]
        if not missing:
            continue
        if not pull or offline or any(spec.shipped for spec in missing):
            error = store.missing(name, missing)
            advice = "--offline forbids the download." if pull and offline else "Or add --pull."
            hint = error.hint if any(spec.shipped for spec in missing) else f"{error.hint} {advice}"
            raise ModelMissingError(error.message, hint)
        from .downloads import accepted_names, fetch

        fetch(missing, store, session, accepted=accepted_names(()))
