"""Tests and measures everything on a CUDA device in a few minutes, and writes docs/gpu.md with a JSON beside it.

    scripts/gpu_report [--minutes 5] [--only tests|kernels|networks|chain]
    scripts/gpu_report --prepare FOLDER       # on a machine without a GPU: what a bare one with a GPU has to be given
    scripts/gpu_report --device cpu --out FILE.md       # a rehearsal in small sizes, whose figures mean nothing

Every part runs in processes of its own under a time limit, the most telling first; the page is written anew after every
line, so that a run that is stopped loses nothing. Exit code 4 without a CUDA device, 1 when a test or a case failed.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARES = {"tests": 0.35, "kernels": 0.2, "networks": 0.3, "chain": 0.15}  # of the minutes; what one leaves goes on
CASE_SECONDS = 60.0
LOAD_SHARE = 0.3  # of the minutes, at most, for kernels that have to be compiled first
LOADERS = 8  # processes that compile at once
LOOK_EVERY = 0.2  # seconds between looks at what a worker has written
NO_DEVICE = 4


def machine(device: str) -> dict[str, Any]:
    """Return the machine and the versions, for the page."""
    import torch
    import warp as wp

    told: dict[str, Any] = {"date": str(datetime.date.today())}
    if device.startswith("cuda"):
        about = torch.cuda.get_device_properties(device)
        told |= {"device": about.name, "memory": f"{about.total_memory / (1 << 30):.0f} GiB", "driver": driver()}
        told["CUDA of torch"] = torch.version.cuda
    else:
        told["device"] = "CPU, a rehearsal in small sizes"
    return told | {"torch": torch.__version__, "Warp": wp.__version__, "Python": platform.python_version()}


def driver() -> str:
    call = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(call, capture_output=True, text=True, timeout=20).stdout.splitlines()[0].strip()
    except (OSError, subprocess.TimeoutExpired, IndexError):
        return "unknown"


def environment(small: bool) -> dict[str, str]:
    """One thread in a rehearsal: its networks are so small that threads only wait for each other."""
    return {**os.environ, **({"OMP_NUM_THREADS": "1"} if small else {})}


class Report:
    """Lines as they come, and the page made of them. out: the page; the JSON lies beside it."""

    def __init__(self, device: str, out: Path, minutes: float):
        self.device, self.out = device, out
        self.small = not device.startswith("cuda")
        self.ends = time.monotonic() + 60 * minutes
        self.about = machine(device)
        self.lines: list[dict[str, Any]] = []

    def seconds_for(self, part: str, parts: list[str]) -> float:
        """Return the part's share of the time that is left."""
        later = sum(SHARES[name] for name in parts[parts.index(part) :])
        return max(5.0, (self.ends - time.monotonic()) * SHARES[part] / later)

    def add(self, line: dict[str, Any]) -> None:
        self.lines.append(line)
        told = line.get("error") or {k: v for k, v in line.items() if isinstance(v, int | float)}
        print(f"{line['table']}: {line['case']}: {told}", flush=True)
        self.write()

    def write(self) -> None:
        from page import page

        self.out.parent.mkdir(parents=True, exist_ok=True)
        self.out.with_suffix(".json").write_text(
            json.dumps({"about": self.about, "lines": self.lines}, indent=1) + "\n"
        )
        self.out.write_text(page(self.about, self.lines))

    @property
    def failed(self) -> bool:
        return any("error" in line or line.get("failed") for line in self.lines)


def load_kernels(report: Report, seconds: float) -> None:
    """Load every kernel module in a few processes, so that what the cache lacks is compiled before the clock matters.

    Says how many the cache held: none means that WARP_CACHE_PATH does not name the folder of `--prepare`.
    """
    began = time.monotonic()
    call = [sys.executable, str(HERE / "load.py"), "--device", report.device]
    jobs = max(1, min(LOADERS, os.cpu_count() or 1))
    parts = [
        subprocess.Popen([*call, "--part", str(part), "--of", str(jobs)], cwd=ROOT, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, env=environment(report.small))
        for part in range(jobs)
    ]  # fmt: skip
    there, made, errors = 0, 0, []
    for part in parts:
        try:
            said, complaint = part.communicate(timeout=max(1.0, began + seconds - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.kill()
            said, complaint = part.communicate()
            errors.append(f"ran past {seconds:.0f} s")
        words = said.split()
        there, made = there + words.count("cached"), made + words.count("compiled")
        if part.returncode > 0:
            errors.append((complaint.strip().splitlines() or ["nothing"])[-1][:300])
    line: dict[str, Any] = {"part": "kernels loaded", "table": "kernel modules", "case": "all"}
    line |= {"cached": there, "compiled": made, "seconds": round(time.monotonic() - began, 1)}
    report.add(line | ({"error": "; ".join(errors)} if errors else {}))


def run_tests(report: Report, seconds: float) -> None:
    from suites import SMALL, SUITES, Suite, run_suite

    ends = time.monotonic() + seconds
    chosen: dict[str, Suite] = SMALL if report.small else SUITES
    left = sum(suite.share for suite in chosen.values())
    for name, suite in chosen.items():
        most = max(5.0, (ends - time.monotonic()) * suite.share / left)
        left -= suite.share
        report.add(run_suite(name, suite.arguments, report.device, most))


def run_cases(report: Report, part: str, seconds: float) -> None:
    """Run worker after worker until every case has a line, or the time is up."""
    ends = time.monotonic() + seconds
    out = report.out.with_suffix(f".{part}.jsonl")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    done, of = 0, None
    while of is None or done < of:
        left = ends - time.monotonic()
        if left <= 0:
            report.add({"part": part, "table": part, "case": f"from case {done + 1} on", "error": "no time was left"})
            break
        call = [sys.executable, str(HERE / "worker.py"), part, "--device", report.device, "--out", str(out)]
        call += ["--skip", str(done), "--case-seconds", str(min(CASE_SECONDS, left)), *["--small"][: report.small]]
        code, words = follow(call, out, report.small, report.add)
        known = [line for line in report.lines if line["part"] == part and "number" in line]
        if known:
            of, done = known[-1]["of"], known[-1]["number"] + 1
        if of is not None and done >= of:
            break
        told = next((text for text in words if text.startswith("Timeout")), words[-1])
        error = f"the process ended with exit code {code}: {told[:300]}"
        report.add({"part": part, "table": part, "case": f"case {done + 1}", "error": error})
        if of is None:
            break  # it cannot even start
        done += 1
    out.unlink(missing_ok=True)


def follow(call: list[str], out: Path, small: bool, note: Callable[[dict[str, Any]], None]) -> tuple[int, list[str]]:
    """Run a worker and note the lines that it adds to `out`, as they come.

    Returns its exit code and what it said.
    """
    known = out.stat().st_size if out.exists() else 0
    with tempfile.TemporaryFile("w+") as errors:
        worker = subprocess.Popen(call, cwd=ROOT, env=environment(small), stdout=subprocess.DEVNULL, stderr=errors)
        code: int | None = None
        while code is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = worker.wait(LOOK_EVERY)
            if out.exists():
                with out.open("rb") as file:
                    file.seek(known)
                    whole = file.read().rpartition(b"\n")[0]
                known += len(whole) + bool(whole)
                for line in whole.splitlines():
                    note(json.loads(line))
        errors.seek(0)
        return code, errors.read().strip().splitlines() or ["nothing"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--only", choices=tuple(SHARES))
    parser.add_argument("--device", default="cuda:0", help="cpu: a rehearsal, which needs --out")
    parser.add_argument("--out", type=Path, help="the page; default docs/gpu.md")
    parser.add_argument("--prepare", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    if args.prepare:
        from prepare import prepare

        return prepare(args.prepare)
    device = "cuda:0" if args.device == "cuda" else args.device
    if device == "cpu" and args.out is None:
        parser.error("a rehearsal on the CPU needs --out: its figures are not for docs/gpu.md")
    if device != "cpu":
        import torch

        if not torch.cuda.is_available():
            print("gpu_report: torch sees no CUDA device here", file=sys.stderr)
            return NO_DEVICE
    report = Report(device, args.out or ROOT / "docs" / "gpu.md", args.minutes)
    parts = [args.only] if args.only else list(SHARES)
    load_kernels(report, LOAD_SHARE * 60 * args.minutes)
    for part in parts:
        seconds = report.seconds_for(part, parts)
        if part == "tests":
            run_tests(report, seconds)
        else:
            run_cases(report, part, seconds)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
