"""Resources of the machine: devices, number types, free memory, and the peak that a stage used.

torch is imported inside the functions only, because the command line asks before it knows whether it needs torch.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .._memory import free_on_device, free_on_host, held_on_device
from .._text import GIB
from ..errors import DeviceError


def resolve_device(name: str = "auto") -> str:
    """`auto` -> cuda, else mps, else cpu; otherwise `name`, checked. Raises DeviceError naming what exists."""
    if name == "cpu":
        return "cpu"
    import torch

    has_mps = bool(getattr(torch.backends, "mps", None)) and torch.backends.mps.is_available()
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    known = ["cpu", *(f"cuda:{index}" for index in range(count)), *(["mps"] if has_mps else [])]
    if name == "auto":
        return "cuda:0" if count else "mps" if has_mps else "cpu"
    full = "cuda:0" if name == "cuda" else f"cuda:{name}" if name.isdigit() else name
    if full not in known:
        raise DeviceError(f"device '{name}' is not on this machine", f"Known: {', '.join(known)}.")
    return full


def resolve_dtype(name: str, device: str) -> str:
    """`auto` -> float16 on CUDA (a decoder in bfloat16 leaves ripples), float32 elsewhere; otherwise `name`."""
    if name != "auto":
        return name
    return "float16" if device.startswith("cuda") else "float32"


def slow_number_type(dtype: str, device: str, cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return a sentence about bfloat16 on a processor that has no arithmetic for it; empty where all is well.

    dtype, device: resolved. cpuinfo: the kernel's list of what the processor has; without one nothing is said.
    """
    if dtype != "bfloat16" or device != "cpu":
        return ""
    try:
        words = set(cpuinfo.read_text().split())
    except (OSError, UnicodeDecodeError):
        return ""
    if not words & {"flags", "Features"} or words & {"amx_bf16", "avx512_bf16", "bf16"}:
        return ""
    return "this processor has no AMX or AVX512-BF16: bfloat16 is several times slower here than `dtype` float32"


def free_memory(device: str = "cpu") -> float:
    """Memory that could still be taken, GiB: of the device for CUDA, else of the machine or its cgroup."""
    return (free_on_device(device) if device.startswith("cuda") else free_on_host()) / GIB


def used_memory(device: str = "cpu") -> float:
    """Memory this process holds, GiB: allocated by torch on CUDA, else resident."""
    if device.startswith("cuda"):
        return held_on_device(device) / GIB
    return (_status("VmRSS") or 0) / GIB


def empty_cache(device: str) -> None:
    """Give cached device blocks back after networks were dropped."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.empty_cache()


class PeakMeter:
    """Peak memory since `reset`, MB. On Linux the kernel's high-water mark is reset; elsewhere it only rises."""

    def __init__(self, device: str = "cpu"):
        self._device = device

    def reset(self) -> None:
        if self._device.startswith("cuda"):
            import torch

            torch.cuda.reset_peak_memory_stats(torch.device(self._device))
            return
        try:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        except OSError:
            pass  # no such file, or not allowed: read() then gives the peak of the whole process

    def read(self) -> float | None:
        if self._device.startswith("cuda"):
            import torch

            return torch.cuda.max_memory_allocated(torch.device(self._device)) / 1e6
        peak = _status("VmHWM")
        if peak is None:
            try:
                import resource
            except ImportError:  # Windows
                return None
            scale = 1 if sys.platform == "darwin" else 1024
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
        return peak / 1e6


def _status(key: str) -> int | None:
    """Return a line of /proc/self/status in bytes, or None where there is no such file."""
    try:
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
