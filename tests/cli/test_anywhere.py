"""The program where little is given: no home, closed or full streams, ASCII, control characters in names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import standin
from PIL import Image

from varco3d.cli.console import shown
from varco3d.kernels import parallel
from varco3d.pipeline.meshes.outputs import write_mesh

PROGRAM = [sys.executable, "-m", "varco3d.cli"]
PREPARE = ["--until", "prepare", "--cutout", "keep", "--no-input"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a cut-out picture and a mesh."""
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[16:48, 16:48] = (200, 80, 40, 255)
    Image.fromarray(pixels).save(tmp_path / "cut.png")
    write_mesh(standin.ball(6, 0.5), tmp_path / "plain", ("glb",))
    return tmp_path


def shell(place: Path, line: str, **environ: str) -> subprocess.CompletedProcess:
    """A line of sh with `varco3d` for the program."""
    program = " ".join([sys.executable, "-m", "varco3d.cli"])
    line = line.replace("varco3d ", f"{program} ")
    values = {**os.environ, **environ}
    return subprocess.run(["sh", "-c", line], cwd=place, env=values, capture_output=True, text=True, timeout=120)


def test_progress_that_cannot_be_shown_stops_nothing(place: Path) -> None:
    for number, where in enumerate(("2>&-", "2>/dev/full")):
        done = shell(place, f"varco3d generate cut.png -o o{number} {' '.join(PREPARE)} {where}")
        assert done.returncode == 0 and (place / f"o{number}/cut.stages").is_dir(), done
        record = (place / f"o{number}/varco3d.jsonl").read_text()
        assert json.loads(record)["status"] == "ok"  # and nothing else was written into it


@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
def test_results_that_cannot_be_written_are_an_output_error(place: Path, where: str) -> None:
    done = shell(place, f"varco3d inspect plain.glb {where}")
    assert done.returncode == 1 and "error[output]" in done.stderr and "Traceback" not in done.stderr
    done = shell(place, f"varco3d generate cut.png -o o {' '.join(PREPARE)} {where}")
    assert done.returncode == 1 and "error[output]" in done.stderr and (place / "o/cut.stages").is_dir()
    assert "Exception ignored" not in done.stderr


def test_ascii_terminals_get_all_lines(place: Path) -> None:
    (place / "plain.glb").rename(place / "stühle.glb")
    done = shell(place, "varco3d inspect st*.glb", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "st\\xfchle.glb" in done.stdout and "unit^3" in done.stdout


def test_no_home_and_no_entry_in_the_user_database(place: Path) -> None:
    code = (
        "import os, sys; os.environ.pop('HOME', None); import pwd\n"
        "def nobody(*_): raise KeyError('uid not found')\n"
        "pwd.getpwuid = nobody\n"
        "from varco3d.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    for arguments in (["plan", "cut.png"], ["models", "list"], ["config", "show"], ["cache", "info"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=place, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert not (place / "~").exists()


def test_a_cache_that_cannot_be_written_is_replaced_with_one_note(tmp_path: Path) -> None:
    code = (
        "import warp as wp; from varco3d.kernels import parallel\n"
        "parallel.wp.init = lambda: None\n"
        "parallel._choose_cache(); import os; print(os.environ.get('WARP_CACHE_PATH'))"
    )
    environ = {**os.environ, "HOME": "/proc/nobody", "TMPDIR": str(tmp_path)}
    environ.pop("XDG_CACHE_HOME", None)
    environ.pop("WARP_CACHE_PATH", None)
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    folder = Path(done.stdout.strip())
    assert folder.parent.parent == tmp_path and folder.parent.stat().st_mode & 0o777 == 0o700, done
    assert done.stderr.count("kernels are built in") == 1
    usual = {**environ, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=usual, capture_output=True, text=True)
    assert done.stdout.strip() == "None" and not done.stderr


@pytest.mark.parametrize(("elsewhere", "moved"), [(10**9, True), (10**6, False)])
def test_a_full_cache_is_replaced_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, elsewhere: int, moved: bool
) -> None:
    cache, other = tmp_path / "cache", tmp_path / "home"
    monkeypatch.setenv("WARP_CACHE_PATH", str(cache))
    monkeypatch.setattr(parallel.wp.config, "kernel_cache_dir", None)
    monkeypatch.setattr(parallel, "temporary_home", lambda: other)
    monkeypatch.setattr(parallel, "free_bytes", lambda folder: elsewhere if other in folder.parents else 10**6)
    parallel._choose_cache()
    assert os.environ["WARP_CACHE_PATH"] == str(other / "warp" if moved else cache)
    assert [record.getMessage() for record in caplog.records] == (
        [f"{cache} has no room; kernels are built in {other / 'warp'}"] if moved else []
    )


def test_control_characters_reach_no_terminal(run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "x\x1b]0;owned\x07\x1b[31m\x9b.png"
    folder = place / "in"
    folder.mkdir()
    Image.new("RGBA", (64, 64)).save(folder / name)
    (place / "rec").mkdir()
    record = {"id": "a\x1b[1m", "status": "\x1b[31mok", "error": {"code": "\x1b[2J", "message": "\x9b2J"}}
    (place / "rec/varco3d.jsonl").write_text(json.dumps(record) + "\n")
    for arguments in (
        ["generate", folder, "-o", place / "o", *PREPARE],
        ["generate", folder / name, "-o", place / "p.glb", *PREPARE],
        ["generate", folder, "-o", place / "q", "--json", *PREPARE],
        ["plan", folder], ["plan", folder, "--json"], ["report", place / "rec", "--no-page"],
        ["report", place / "rec", "--no-page", "--json"], ["inspect", "q\x1b[31m.glb"], ["preview", "q\x1b[31m.glb"],
        ["inspect", "q\x1b[31m.glb", place / "plain.glb"], ["generate", "gone\x1b[31m"],
        ["generate", "x", "--config", "c\x1b[31m.toml"], ["generate", "--no\x1b[31m"], ["no\x1b[31m"],
        ["report", "no\x1b[31m"], ["models", "show", "no\x1b[31m"],
    ):  # fmt: skip
        answer = run(*arguments)
        assert "\x1b" not in answer.out + answer.err and "\x9b" not in answer.out + answer.err, arguments
        assert "internal" not in answer.err, answer.err


def test_shown_keeps_lines_and_letters() -> None:
    assert shown("a\tü\n\x1b[1m\x9b\udcff日本") == "a\tü\n?[1m??日本"


def test_one_bad_mesh_does_not_end_the_others(run, place: Path) -> None:
    (place / "bad.glb").write_bytes(b"glTF nonsense")
    answer = run("preview", place / "bad.glb", place / "plain.glb", "-o", place, "--size", "32")
    assert answer.code == 1 and (place / "plain.preview.png").exists() and "bad.glb" in answer.err
    answer = run("inspect", place / "bad.glb", place / "plain.glb", "--json")
    assert answer.code == 1 and len(json.loads(answer.out)["meshes"]) == 2


def test_a_dry_run_clears_no_cache(run, tmp_path: Path, monkeypatch) -> None:
    from varco3d.cli.commands import cache

    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "a.o").write_bytes(b"123")
    monkeypatch.setattr(cache, "caches", lambda: {"kernels": (folder, "x")})
    dry = run("cache", "clear", "-n")
    assert dry.code == 0 and "would delete kernels: 1 files" in dry.err and (folder / "a.o").exists()
    assert run("cache", "clear", "other").code == 2 and (folder / "a.o").exists()
    assert run("cache", "clear", "kernels").code == 0 and not folder.exists()
