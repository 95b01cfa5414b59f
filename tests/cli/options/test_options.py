"""Flags and the settings they stand for, how the help shows them, and what the shell is offered."""

import dataclasses
import os
import subprocess
import sys

import pytest
import typer

from varco3d.cli.commands.convert import Result
from varco3d.cli.options.flag import Flag, flag, setting_of, short_for
from varco3d.cli.options.panels import PaintedMesh, RunOptions
from varco3d.errors import UsageError
from varco3d.pipeline.settings import change_settings
from varco3d.pipeline.stages.settings import ORDER, SETTINGS

PAIRS = [
    pytest.param(flag, target, id=f"{verb} {flag.option} {target}")
    for verb, flags in (("generate", RunOptions.flags()), ("texture", PaintedMesh.flags()), ("convert", Result.flags()))
    for flag in flags
    for target in flag.sets
]


@pytest.mark.parametrize(("flag", "target"), PAIRS)
def test_a_flag_and_its_setting_say_the_same(flag: Flag, target: str) -> None:
    field = setting_of(target)
    about = field.metadata
    assert (flag.minimum, flag.maximum) == (about["min"], about["max"])
    if flag.choices != ("on", "off"):
        assert flag.choices == tuple(about["choices"] or ())
    assert flag.help in {setting_of(other).metadata["help"] for other in flag.sets}
    default = field.default
    shown = "" if default is None else {True: "on", False: "off"}.get(default) if isinstance(default, bool) else None
    if flag.note is None and shown is not None:
        assert shown in flag.default_text()
    elif flag.note is None and not isinstance(default, tuple):
        assert str(default) in flag.default_text()


CALLS = {"generate": ("plan", "x.png"), "convert": ("convert", "x.glb", "y.obj")}
RANGED = [
    pytest.param(verb, flag, target, id=f"{verb} {flag.option} {target}")
    for verb, flags in (("generate", RunOptions.flags()), ("convert", Result.flags()))
    for flag in flags
    for target in flag.sets
    if flag.choices or flag.minimum is not None
]


@pytest.mark.parametrize(("verb", "flag", "target"), RANGED)
def test_a_flag_takes_what_its_setting_takes_and_nothing_else(run, verb: str, flag: Flag, target: str) -> None:
    stage, _, key = target.partition(".")
    bounds = [bound for bound in (flag.minimum, flag.maximum) if bound is not None]
    beyond = ["no-such-word"] if flag.choices else [bounds[0] - 1, bounds[-1] + 1]
    for value in (*flag.choices, *bounds):
        change_settings(SETTINGS[stage](), {key: value}, stage)
        answer = run(*CALLS[verb], f"{flag.option}={flag.kind(value)}")
        assert answer.code in (1, 6), f"{answer.err} should have come as far as the missing file"
    for value in beyond:
        with pytest.raises(UsageError):
            change_settings(SETTINGS[stage](), {key: value}, stage)
        answer = run(*CALLS[verb], f"{flag.option}={value}")
        assert answer.code == 2 and flag.option in answer.err, answer.err


def test_settings_that_differ_share_no_flag() -> None:
    with pytest.raises(ValueError, match="differ"):
        short_for("coarse.steps", "decode.resolution")


def test_a_new_flag_is_one_line(tmp_path) -> None:
    from varco3d.cli.commands.base import new_app, verb
    from varco3d.cli.options.flag import Panel
    from varco3d.cli.session import Session

    @dataclasses.dataclass(frozen=True)
    class Paint(Panel):
        words: str = flag("", "What the picture shows.", short="-w")

    app, seen = new_app(), []

    @verb(app, "paint", "")
    def paint(session: Session, paint: Paint) -> None:
        """Paint."""
        seen.append((paint.words, dict(paint.origins), session.flags.json))

    command = typer.main.get_command(app)
    for arguments in ([], ["-w", "a red chair", "--json"]):
        with command.make_context("paint", arguments, obj=Session()) as context:
            command.invoke(context)
    assert seen == [("", {}, False), ("a red chair", {"words": "flag"}, True)]


def test_help_texts_hold_no_markup() -> None:
    for found in RunOptions.flags():
        assert "[" not in found.help, f"{found.option}: rich reads brackets as markup"


@pytest.mark.parametrize("verb", [(), ("generate",), ("convert",), ("models",), ("models", "pull")])
@pytest.mark.parametrize("width", [80, 120])
def test_help_in_a_terminal_has_panels_and_keeps_its_width(verb: tuple[str, ...], width: int) -> None:
    environ = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(width), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "varco3d.cli", *verb, "--help"]
    answer = subprocess.run(command, env=environ, capture_output=True, text=True)
    text = typer_plain(answer.stdout)
    assert answer.returncode == 0 and "\x1b[" in answer.stdout, answer.stderr
    assert text.lstrip().startswith("Examples:") and "╭─ Global ─" in text
    lines = text.partition("Usage:")[2].splitlines()
    assert max(map(len, lines)) <= width


def typer_plain(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_stages_offered_to_the_shell_are_the_chain() -> None:
    skip = next(flag for flag in RunOptions.flags() if flag.name == "skip")
    assert skip.complete is not None and tuple(skip.complete("")) == ORDER


@pytest.mark.parametrize("flag", ["--memory", "--timeout"])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_is_finite(run, flag: str, value: str) -> None:
    """NaN is neither below nor above any bound."""
    answer = run("generate", "a.png", f"{flag}={value}")
    assert answer.code == 2 and (value in answer.err and "error[usage]" in answer.err)
