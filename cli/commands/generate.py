"""`varco3d generate`: pictures in, textured meshes out; one verb for one picture or a hundred thousand."""

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ...errors import ModelMissingError, UsageError
from ..config import config_files, merge
from ..console import is_terminal
from ..exit_codes import run_exit_code
from ..flags import FLAGS, PANELS, Flag
from ..session import Session
from .base import Verb

if TYPE_CHECKING:
    from ..config import Resolved
    from ..request import Request

EXAMPLES = """
varco3d generate chair.png -o chair.glb --preview png
varco3d generate photos/ -o meshes/ -j 2 --faces 20000 -f glb,stl
varco3d generate chair.png --until coarse --save-stages -o work/ && varco3d generate chair.png --from voxelize -o work/
"""


class Generate(Verb):
    """A verb with one option per line of the flag table; `panels` names the groups it takes, all by default."""

    def __init__(self, *args: Any, panels: tuple[str, ...] = PANELS, **kwargs: Any):
        super().__init__(*args, **kwargs)
        place = sum(isinstance(param, click.Argument) for param in self.params)
        self.params[place:place] = [completed(flag) for flag in FLAGS if flag.panel in panels]


def completed(flag: Flag) -> click.Option:
    """The option of a flag, with shell completion where choices are only known at run time."""
    option = flag.parameter()
    if flag.name == "model":
        option._custom_shell_complete = complete_models
    elif flag.name == "skip":
        option._custom_shell_complete = flag.kind.shell_complete
    elif flag.many and isinstance(flag.kind, click.Choice):
        names = tuple(flag.kind.choices)
        option._custom_shell_complete = lambda ctx, param, text: [
            CompletionItem(name) for name in names if name.startswith(text)
        ]
    return option


def complete_models(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Recipe names that start with what was typed."""
    from ...pipeline.recipe import recipe_names

    return [CompletionItem(name) for name in recipe_names() if name.startswith(text)]


@click.command("generate", cls=Generate, examples=EXAMPLES)
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.pass_obj
def command(session: Session, inputs: tuple[str, ...], **given: Any) -> int:
    """Turn pictures into textured meshes.

    INPUT is a picture, a folder, a pattern, or - for a list of paths on stdin. Prints the files written, one a line;
    with --json, one event a line.
    """
    if not inputs and not given["from_list"]:
        raise UsageError("no input is named", "Name a picture, a folder or a pattern, or - for a list on stdin.")
    return run(session, inputs, given)


def run(session: Session, inputs: tuple[str, ...], given: dict[str, Any], plan_only: bool = False) -> int:
    """The whole verb; `plan` is the same with plan_only."""
    from_list = given.get("from_list")
    label = f"{', '.join(inputs[:3]) or from_list}{' ...' if len(inputs) > 3 else ''}"

    def build(resolved: "Resolved", scratch: Path) -> "Request":
        from ..request import build_request

        return build_request(inputs, resolved, os.environ, scratch)

    return execute(session, label, given, build, plan_only)


def execute(
    session: Session,
    label: str,
    given: dict[str, Any],
    build: "Callable[[Resolved, Path], Request]",
    plan_only: bool = False,
) -> int:
    """Settings, request, models, batch, exit code: what generate, refine and texture have in common.

    build(settings, scratch folder) makes the request.
    """
    console = session.console
    console.note(f"varco3d: {label}")
    if given.get("output") == "-" and is_terminal(console.out):
        raise UsageError("stdout is a terminal and a GLB is binary", "Redirect it: -o - > mesh.glb")
    if given.get("output") == "-" and session.as_json:
        raise UsageError("-o - and --json both want stdout", "Name a file with -o, or leave --json out.")
    with ExitStack() as stack:
        stack.enter_context(console.guard_stdout())
        reporter = None
        if not (plan_only or session.dry_run):
            from ..reporter import Reporter

            reporter = Reporter(console, print_paths=given.get("output") != "-")
            # The reporter has the last word, whatever happens, and while stdout is still ours.
            stack.push(lambda kind, error, trace: _end(session, error))
            session.on_end.append(reporter.finish)
        from ..request import needed_models

        resolved = merge(given, os.environ, config_files(session.config, Path.cwd()))
        for text in resolved.warnings:
            console.warn(text)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="varco3d-")))
        request = build(resolved, scratch)
        if reporter is None:
            from ..plan import show_plan

            show_plan(session, request)
            return 0
        from ..plan import check_memory

        check_memory(request)
        ensure_models(session, needed_models(request), bool(resolved["pull"]))
        from ...pipeline.batch.runner import Batch

        summary = Batch(request.config, request.items, request.options, reporter.emit).execute()
        code = run_exit_code(summary.codes, summary.counts["ok"] + summary.counts["skipped"])
        if request.to_stdout and summary.outputs:
            console.result_bytes((scratch / "mesh.glb").read_bytes())
        session.end(code, None)
        return code


def _end(session: Session, error: BaseException | None) -> None:
    """Ends the run's events before stdout is given back; the exit code is the one `main` will come to."""
    if error is not None:
        from ..main import exit_code_of

        session.end(exit_code_of(error), error)


def ensure_models(session: Session, names: list[str], pull: bool) -> None:
    """Raises ModelMissingError for weights that are not here; with --pull downloads them instead."""
    from ...weights.checkpoints.store import Store
    from ...weights.checkpoints.zoo import BUNDLES, MODELS, specs_of

    store = Store()
    for name in names:
        if name not in BUNDLES and name not in MODELS:
            continue  # another package's model: its loader knows
        missing = [spec for spec in specs_of(name) if store.find(spec) is None]
        if not missing:
            continue
        if not pull or session.offline or any(spec.shipped for spec in missing):
            error = store.missing(name, missing)
            advice = "--offline forbids the download." if pull and session.offline else "Or add --pull."
            hint = error.hint if any(spec.shipped for spec in missing) else f"{error.hint} {advice}"
            raise ModelMissingError(error.message, hint)
        from ..downloads import accepted_names, fetch

        fetch(missing, store, session, accepted=accepted_names(()))
