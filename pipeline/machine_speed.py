"""Speed of this machine, from one measured second of matrix products; kept, so that it is measured once."""

from __future__ import annotations

import contextlib
import json
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from .._files import write_json
from .._places import cache_folder

SIDE = 1024  # of the matrices
SECONDS = 0.25  # per number type, after one product to warm up
DTYPES = ("float32", "bfloat16", "float16")
# Share of the speed of plain products that a whole network reached on a CPU: docs/speed.md. Not measured on GPUs.
REACHED = {"float32": 0.9, "bfloat16": 0.4, "float16": 0.9}


@dataclass(frozen=True)
class MachineSpeed:
    """Billions of operations per second of matrix products, by number type.

    machine: what was measured: processor or GPU, threads, version of torch; measured: the day.
    """

    machine: str
    measured: str
    gflops: Mapping[str, float]

    def seconds(self, operations: float, dtype: str) -> float:
        """Time that networks need for `operations`, in a number type."""
        return operations / (self.gflops[dtype] * REACHED[dtype] * 1e9)


def machine_speed(device: str = "cpu", folder: Path | None = None) -> MachineSpeed:
    """Return the speed of a device: what is kept about this very machine, else measured now and kept.

    folder: of the note, by default the cache of the user. A folder that cannot be written is no fault.
    """
    path = (folder or cache_folder()) / "speed.json"
    machine = fingerprint(device)
    known = _read(path)
    found = known.get(machine)
    if found is not None:
        return found
    speed = measure(device, machine)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, [asdict(entry) for entry in {**known, machine: speed}.values()])
    return speed


def fingerprint(device: str) -> str:
    """Return a line that differs when the measured speed may: processor or GPU, threads, version of torch."""
    import torch

    if device.startswith("cuda"):
        return f"{torch.cuda.get_device_name(torch.device(device))}, torch {torch.__version__}"
    return f"{processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, as the kernel or the system tells it."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def measure(device: str, machine: str) -> MachineSpeed:
    """Measure products of square matrices for about a second; on a CPU in processor time."""
    import torch

    from ..weights.device_speed import product_rate

    speeds = {name: round(product_rate(device, getattr(torch, name), SIDE, SECONDS) / 1e9, 1) for name in DTYPES}
    return MachineSpeed(machine, time.strftime("%Y-%m-%d"), speeds)


def _read(path: Path) -> dict[str, MachineSpeed]:
    """Return the speeds kept by machine; a damaged note counts as none."""
    try:
        entries = [MachineSpeed(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return {}
    complete = [e for e in entries if all(_is_speed(e.gflops.get(name)) for name in DTYPES)]
    return {entry.machine: entry for entry in complete}


def _is_speed(value: object) -> bool:
    return isinstance(value, int | float) and value > 0
