"""Tests and measures everything on a CUDA device in a few minutes, and writes docs/gpu.md with a JSON beside it.

    scripts/gpu_report [--minutes 5] [--only tests|kernels|networks|chain]
    scripts/gpu_report --prepare FOLDER       # on a machine without a GPU: what a bare one with a GPU has to be given
    scripts/gpu_report --device cpu --out FILE.md       # a rehearsal in small sizes, whose figures mean nothing

Every part runs in processes of its own under a time limit, the most telling first; the page is written anew after every
part. Exit code 4 without a CUDA device, 1 when a test or a case failed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARES = {"tests": 0.35, "kernels": 0.2, "networks": 0.3, "chain": 0.15}  # of the minutes; what one leaves goes on
CASE_SECONDS = 60.0
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


def run_tests(report: Report, seconds: float) -> None:
    from suites import SMALL, SUITES, run_suite

    ends = time.monotonic() + seconds
    chosen = SMALL if report.small else SUITES
    for name, arguments in chosen.items():
        report.add(run_suite(name, arguments, report.device, max(5.0, ends - time.monotonic())))


def run_cases(report: Report, part: str, seconds: float) -> None:
    """Worker after worker until every case has a line or the time is up."""
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
        said = subprocess.run(
            call, cwd=ROOT, env=environment(report.small), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        lines = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
        for line in lines[len([known for known in report.lines if known["part"] == part and "number" in known]) :]:
            report.add(line)
        of = lines[0]["of"] if lines else of
        done = lines[-1]["number"] + 1 if lines else done
        if of is not None and done >= of:
            break
        words = said.stderr.strip().splitlines() or ["nothing"]
        told = next((line for line in words if line.startswith("Timeout")), words[-1])
        error = f"the process ended with exit code {said.returncode}: {told[:300]}"
        report.add({"part": part, "table": part, "case": f"case {done + 1}", "error": error})
        if of is None:
            break  # it cannot even start
        done += 1
    out.unlink(missing_ok=True)


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
    for part in parts:
        seconds = report.seconds_for(part, parts)
        if part == "tests":
            run_tests(report, seconds)
        else:
            run_cases(report, part, seconds)
        report.write()
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
