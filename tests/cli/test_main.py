"""Verbs, global flags, suggestions, error lines and exit codes."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from varco3d.cli.app import VERBS, build_app
from varco3d.cli.exit_codes import MEANINGS
from varco3d.cli.options.completing import model_names
from varco3d.errors import DeviceError, LicenceNotAcceptedError


def test_help_leads_with_three_examples(run) -> None:
    answer = run("--help")
    lines = answer.out.splitlines()
    assert answer.code == 0 and answer.err == ""
    assert lines[0] == "Examples:"
    assert sum(line.strip().startswith("varco3d ") for line in lines[1:4]) == 3
    for code in MEANINGS:
        assert f"{code}  " in answer.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(run, verb: str) -> None:
    for flag in ("-h", "--help"):
        answer = run(verb, flag)
        assert answer.code == 0, answer.err
        assert answer.out.startswith("Examples:") and "--json" in answer.out


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_a_narrow_terminal(run, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    text = re.sub(r"\x1b\[[\d;]*m", "", run(verb, "--help").out)
    assert "╭─ Global" in text and "default: (" not in text and "{" not in text.partition("Usage")[2].split("\n")[0]
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80


def test_picture_where_a_verb_belongs(run) -> None:
    answer = run("image.png")
    assert answer.code == 2 and answer.out == ""
    assert "did you mean: varco3d generate image.png" in answer.err


def test_misspelt_verb(run) -> None:
    assert "did you mean: varco3d generate" in run("genrate").err
    assert "did you mean: varco3d models rm" in run("models", "remove", "tiny").err
    assert "did you mean: varco3d models rm" in run("delete", "tiny").err


def test_misspelt_flag(run) -> None:
    answer = run("config", "show", "--orign")
    assert answer.code == 2
    assert "--origin" in answer.err and answer.err.startswith("error[usage]:")


def test_global_flags_before_and_after_the_verb(run) -> None:
    before, after = run("--json", "config", "show", "seed"), run("config", "show", "seed", "--json")
    assert before.out == after.out
    assert json.loads(before.out)["settings"] == {"seed": {"value": 0, "origin": "default"}}


def test_version(run) -> None:
    answer = run("--version")
    assert answer.out.split() == ["varco3d", answer.out.split()[1]] and answer.out.split()[1][0].isdigit()


def boom(error: BaseException):
    """A verb that fails, in the place of every verb."""

    def load(_: object):
        app = typer.Typer()

        @app.command("boom")
        def fail() -> None:
            raise error

        return typer.main.get_command(app)

    return load


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (DeviceError("no such device: cuda:3", "Try --device cpu."), 4, "error[device_unavailable]: no such device: "
         "cuda:3. Try --device cpu.\n"),
        (LicenceNotAcceptedError("the licence of x is not accepted", "Add --accept-licence x."), 3,
         "error[licence_not_accepted]"),
        (ValueError("a bug"), 1, "error[internal]: ValueError: a bug. Run again with -v"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 5000), 2,
         f"error[usage]: {'x' * 80}...: File name too long. Check the path and its rights.\n"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), 2,
         "error[usage]: this folder does not exist any more. Change into one that does.\n"),
        (OSError(errno.EMFILE, "Too many open files"), 1, "error[output]: the system refuses: Too many open files."),
        (KeyboardInterrupt(), 130, ""),
    ],
)  # fmt: skip
def test_errors_become_one_line_and_an_exit_code(run, monkeypatch, error, code, text) -> None:
    monkeypatch.setattr("varco3d.cli.commands.base.LazyVerb.load", boom(error))
    answer = run("generate")
    assert answer.code == code
    assert answer.err.startswith(text) and "Traceback" not in answer.err
    assert answer.out == ""


def test_traceback_with_verbose_and_in_the_log(run, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("varco3d.cli.commands.base.LazyVerb.load", boom(ValueError("a bug")))
    assert "Traceback" in run("-v", "generate").err


def test_log_file_holds_the_error(run, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "run.log"
    answer = run("inspect", tmp_path / "missing.glb", "--log-file", log)
    assert answer.code != 0
    assert "Traceback" in log.read_text() and "Traceback" not in answer.err


def test_no_color_without_a_terminal(run) -> None:
    assert "\x1b" not in run("image.png").err


def test_closed_pipe_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)  # nobody reads: the first byte that is written meets the closed pipe
    command = [sys.executable, "-m", "varco3d.cli", "config", "show"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.stderr == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(number: int, code: int) -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it\n"
        "import time, sys, typer\n"
        "import varco3d.cli.commands.base as base\n"
        "app = typer.Typer()\n"
        "@app.command('x')\n"
        "def slow():\n"
        "    print('ready', flush=True); time.sleep(30)\n"
        "base.LazyVerb.load = lambda _: typer.main.get_command(app)\n"
        "from varco3d.cli.main import main\n"
        "sys.exit(main(['generate']))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    started = time.monotonic()
    os.kill(child.pid, number)
    _, err = child.communicate(timeout=20)
    assert child.returncode == code and "Traceback" not in err
    assert time.monotonic() - started < 10


def test_completion_knows_verbs_and_flags() -> None:
    def complete(words: str, number: int) -> list[str]:
        env = {**os.environ, "_VARCO3D_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(number)}
        program = "import sys; from varco3d.cli.main import main; sys.argv[0] = 'varco3d'; sys.exit(main())"
        answer = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
        return answer.stdout.split()

    assert "generate" in complete("varco3d gen", 1)
    assert "--octree-resolution" in complete("varco3d generate --oct", 2)
    assert "tiny" in complete("varco3d generate -m ti", 3)
    assert "voxelize" in complete("varco3d generate --until vox", 3)
    assert "stl" in complete("varco3d generate -f st", 3)
    assert "hunyuan3d-2mini-fast" in complete("varco3d models pull hunyuan3d-2mini", 3)
    assert complete("varco3d generate --set coarse.comb", 3) == ["coarse.combine=best", "coarse.combine=mean"]
    assert complete("varco3d generate --set texture.painter_b", 3) == ["texture.painter_base="]
    # bash splits at =, and replaces what stands behind it
    assert complete("varco3d generate --set coarse.combine =", 4) == ["best", "mean"]
    assert complete("varco3d generate --set coarse.combine = b", 5) == ["best"]
    assert complete("varco3d generate --set = refine.dr", 4) == ["refine.draws=1"]
    assert complete("varco3d generate --set = coarse.outline = o", 6) == ["on", "off"]


def test_completion_without_a_shell_is_a_usage_error(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["varco3d"])
    for name, value in (("_VARCO3D_COMPLETE", "complete_bash"), ("COMP_WORDS", "varco3d gen"), ("COMP_CWORD", "x")):
        monkeypatch.setenv(name, value)
    answer = run("generate")
    assert answer.code == 2 and "_VARCO3D_COMPLETE is for shells" in answer.err


def test_completion_offers_folders_with_recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "shelf/yours", "photos"):
        Path(name).mkdir(parents=True)
        if name != "photos":
            Path(name, "recipe.toml").write_text('name = "x"')
    assert "mine" in model_names("") and "shelf/" in model_names("s") and "photos" not in model_names("")
    assert "shelf/yours" in model_names("shelf/y")


def test_every_verb_is_listed_without_importing_it() -> None:
    app = build_app()
    with app.make_context("varco3d", ["generate"]) as context:
        assert app.list_commands(context) == list(VERBS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_log_on_a_full_disk_ends_and_nothing_else(run) -> None:
    answer = run("config", "show", "--log-file", "/dev/full", "-v")
    assert answer.code == 0 and answer.out
    lost = run("inspect", "missing.glb", "--log-file", "/dev/full")
    assert lost.code != 0 and "missing.glb does not exist" in lost.err
    assert lost.err.count("the log ends here, it cannot be written: No space left on device") == 1
