"""Situations that went wrong before, run as their folders say, where the collection lies beside this repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CASES = next((path for path in (ROOT.parent / "shared/cases", ROOT.parents[1] / "shared/cases") if path.is_dir()), None)

pytestmark = pytest.mark.skipif(CASES is None or os.name == "nt", reason="no collection of cases here")

# Case -> words that the output must hold (a leading ! forbids them). Every case forbids error[internal] and tracebacks.
FAST = {
    "users/name-that-starts-with-a-tilde": ["2 ok"],
    "users/clock-was-wrong": ["already done"],
    "users/convert-eats-the-picture-beside-it": ["chair.png: OK", "chair_texture.png"],
    "users/rounded-corners-are-no-cut-out": ["shot: ok"],
    "users/ascii-stdout": ["watertight"],
    "hostile/eps-runs-ghostscript": ["error[bad_input]", "STARTED: No such file"],
    "hostile/name-escapes-output": ["error[usage]", "leaves the output folder"],
    "hostile/report-embeds-any-file": ["lost", "!VE9QIFNFQ1JFVCAxMjM0NQo"],
    "hostile/report-writes-outside": ["EVIL.webp': No such file"],
    "hostile/tmp-symlink-deletes": ["victim/thesis/text", "victim/photos/1.jpg"],
    "hostile/jp2-out-of-memory": ["error[bad_input]", "rc 1", "!out_of_memory"],
}
SLOW = {
    "users/list-from-windows": ["already done"],
    "users/same-stem-two-suffixes": ["IMG_1_jpg: ok", "IMG_1_png: ok", "2 skipped"],
    "users/closed-or-full-stderr": ["code=0", "o1", "o2", "!code=1"],
    "users/closed-or-full-stdout": ["error[output]"],
    "users/group-cannot-go-on": ["-rw-rw-r--"],
    "users/pipe-in-the-folder-hangs": ["code=1", "2 ok, 1 failed"],
    "users/fifo-and-link-replaced": ["prw", "link.stl -> real.stl"],
    "hostile/two-runs-same-folder": ["records: 10 of 10"],
    "hostile/output-removed-says-ok": ["rc 1", "error[output]"],
    "hostile/record-line-stops-every-run": ["!error"],
    "hostile/input-pipe-hangs": ["!rc 124"],
    "hostile/stage-artifacts-internal": ["error[bad_input]", "!out_of_memory"],
    "hostile/escape-codes-on-terminal": ["!^["],
    "hostile/import-one-bad-file": ["!error[internal]"],
}


def run(case: str, place: Path) -> str:
    """The output of a case in a copy of its folder, with this program on the path."""
    assert CASES is not None
    here = place / "case"
    shutil.copytree(CASES / case, here)
    for path in [here, *here.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    (place / "bin").mkdir()
    program = place / "bin" / "varco3d"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m varco3d.cli "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join([str(program.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**os.environ, "PATH": path, "XDG_CONFIG_HOME": str(place)}
    done = subprocess.run(
        ["sh", "./cmd"], cwd=here, env=environ, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout.decode(errors="replace")


def judge(case: str, wanted: list[str], place: Path) -> None:
    said = run(case, place)
    assert "error[internal]" not in said and "Traceback" not in said, said
    for words in wanted:
        assert (words[1:] not in said) if words.startswith("!") else (words in said), f"{words}\n{said}"
    assert not re.search(r"MemoryError|Segmentation", said)


@pytest.mark.parametrize("case", FAST)
def test_case(case: str, tmp_path: Path) -> None:
    judge(case, FAST[case], tmp_path)


@pytest.mark.parametrize("case", SLOW)
@pytest.mark.skipif(not os.environ.get("TEST_SLOW_CASES"), reason="minutes; set VARCO3D_TEST_CASES=1")
def test_slow_case(case: str, tmp_path: Path) -> None:
    judge(case, SLOW[case], tmp_path)
