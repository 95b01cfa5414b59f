"""The tests on a device: pytest in a process of its own, read as far as it came."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Suite:
    """Arguments of pytest, and the share of the tests' time; what one leaves goes on."""

    arguments: tuple[str, ...]
    share: float


SUITES = {
    "networks of tiny": Suite(("tests/weights/networks/test_on_device.py",), 0.1),
    "kernels": Suite(("tests/kernels",), 0.5),
    "recorded networks": Suite(("tests/parity/test_fixtures.py", "-k", "recorded_run"), 0.2),
    "chain": Suite(("tests/pipeline/test_chain_on_device.py", "tests/pipeline/texturing/test_paint_on_device.py"), 0.2),
}
SMALL = {
    "networks of tiny": SUITES["networks of tiny"],
    "kernels": Suite(("tests/kernels/voxels/test_farthest_points.py",), 0.9),
}
OUTCOME = re.compile(r"^(tests/\S+::.*?) (PASSED|FAILED|SKIPPED|ERROR|XFAIL)\b")
REASON = re.compile(r"^(?:FAILED|ERROR) (tests/\S+.*)$")


def read_outcomes(text: str) -> dict[str, Any]:
    """Count and failures out of what `pytest -v -rfE` printed, whole or cut off."""
    counts: Counter[str] = Counter()
    reasons = []
    for line in text.splitlines():
        if found := OUTCOME.match(line):
            counts[found[2]] += 1
        elif found := REASON.match(line):
            reasons.append(found[1][:300])
    failed = counts["FAILED"] + counts["ERROR"]
    return {"passed": counts["PASSED"], "failed": failed, "skipped": counts["SKIPPED"], "failures": reasons}


def run_suite(name: str, arguments: tuple[str, ...], device: str, seconds: float) -> dict[str, Any]:
    """Return a line of the report. A suite that ran out of time, or died, counts as failed once more."""
    call = [sys.executable, "-m", "pytest", *arguments, "--device", device, "-v", "-rfE", "--tb=line"]
    call += ["-p", "no:cacheprovider"]
    head = {"part": "tests", "table": "tests", "case": name}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        try:
            code = subprocess.run(call, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, timeout=seconds).returncode
        except subprocess.TimeoutExpired:
            code = None
        output.seek(0)
        text = output.read()
    found = read_outcomes(text)
    if code not in (0, 1):
        said = (text.strip().splitlines() or ["nothing"])[-1][:200]
        why = f"ran past {seconds:.0f} s" if code is None else f"ended with exit code {code}"
        found["failed"] += 1
        found["failures"] = [*found["failures"], f"{name} {why}; it said last: {said}"]
    return {**head, **found, "seconds": round(time.perf_counter() - began, 1)}
