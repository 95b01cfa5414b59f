"""Ctrl-C, SIGTERM and a reader that goes, in the middle of an item: exit code, last event, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from standin import plugin

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """generate over three pictures that take 20 s each, in a session of its own, as a terminal would start it."""
    environ = plugin(folder / "plugin")
    (folder / "in").mkdir()
    for index in range(3):
        image = Image.new("RGBA", (48, 48))
        ImageDraw.Draw(image).rectangle((8, 8, 40, 40), fill=(50 * index, 90, 90, 255))
        image.save(folder / "in" / f"{index}.png")
    command = ["generate", "in", "-o", "out", "-m", "plugin/standin.toml", "--json", "--device", "cpu"]
    return subprocess.Popen(
        [sys.executable, "-m", "varco3d.cli", *command, "--set", "ball.seconds=20", *arguments],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background shell has it ignored
    )


def until_busy(child: subprocess.Popen[str], items: int) -> list[str]:
    """The lines up to the moment when so many items are in the middle of the slow stage."""
    lines, busy = [], set()
    assert child.stdout is not None
    for line in child.stdout:
        lines.append(line)
        event = json.loads(line)
        if event["type"] == "progress" and event["stage"] == "ball":
            busy.add(event["id"])
        if len(busy) == items:
            return lines
    raise AssertionError(child.communicate()[1])


def session_members(leader: int) -> list[str]:
    """Names of the living processes that were started by `leader`, however indirectly."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, _, _, session = rest.split()[:4]
        if int(session) == leader and state != "Z":
            found.append(name)
    return found


def left_after_a_while(leader: int) -> list[str]:
    """Who is still there of the session when ten seconds are over; empty as soon as nobody is."""
    deadline = time.monotonic() + 10
    while (members := session_members(leader)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return members


@needs_proc
@pytest.mark.parametrize(
    ("number", "times", "code", "name", "jobs"),
    [
        (signal.SIGINT, 1, 130, "interrupted", 1),
        (signal.SIGTERM, 1, 143, "terminated", 1),
        (signal.SIGINT, 2, 130, "interrupted", 2),
        (signal.SIGTERM, 1, 143, "terminated", 2),
    ],
)
def test_a_signal_in_the_middle_of_an_item(
    tmp_path: Path, number: int, times: int, code: int, name: str, jobs: int
) -> None:
    child = start(tmp_path, "--jobs", str(jobs))
    lines = until_busy(child, jobs)
    for _ in range(times):
        os.killpg(child.pid, number)  # as a terminal and SLURM do: the workers are told too
        time.sleep(0.2)
    rest, err = child.communicate(timeout=60)
    last = json.loads((lines + rest.splitlines())[-1])
    assert (last["type"], last["exit_code"], last["error"]["code"]) == ("run_finished", code, name)
    assert child.returncode == code and "Traceback" not in err, err
    assert not list((tmp_path / "out").rglob("*.glb")) and not (tmp_path / "out" / ".varco3d").exists()
    assert left_after_a_while(child.pid) == []


@needs_proc
def test_a_second_interrupt_ends_a_run_that_is_stuck_in_a_library(tmp_path: Path) -> None:
    child = start(tmp_path, "--set", "ball.seconds=0", "--set", "ball.fault=stuck")
    assert child.stdout is not None
    next(line for line in child.stdout if '"progress"' in line and '"step": 10' in line)
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert child.poll() is None  # the first one waits for the call to come back
    child.send_signal(signal.SIGINT)
    assert child.wait(10) == 130


@needs_proc
def test_workers_leave_when_the_run_is_killed(tmp_path: Path) -> None:
    child = start(tmp_path, "--jobs", "2")
    until_busy(child, 2)
    child.kill()
    child.communicate(timeout=60)
    assert left_after_a_while(child.pid) == []


@needs_proc
def test_a_reader_that_has_enough_ends_the_run_without_a_word(tmp_path: Path) -> None:
    child = start(tmp_path, "--set", "ball.seconds=0.5")
    assert child.stdout is not None and child.stderr is not None
    child.stdout.readline()
    child.stdout.close()  # as `| head -1` does
    err = child.stderr.read()
    assert child.wait(60) == 0 and "error" not in err and "Traceback" not in err, err
