"""Free memory of devices and of the machine, in bytes. torch is imported only for a device that needs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ._text import GIB

UNKNOWN = 4 * GIB  # where nobody tells, so that nothing large is kept and nothing refused


def free_on_device(device: Any) -> int:
    """Return what a CUDA device could still give to torch: what is free, and what torch keeps without using it."""
    import torch

    place = torch.device(device)
    kept = torch.cuda.memory_reserved(place) - torch.cuda.memory_allocated(place)
    return int(torch.cuda.mem_get_info(place)[0]) + kept


def held_on_device(device: Any) -> int:
    """Return what torch's tensors take of a CUDA device in this process."""
    import torch

    return torch.cuda.memory_allocated(torch.device(device))


def free_on_host() -> int:
    """Return what the machine, or the group of processes that this one is confined to, could still give."""
    limit, used = _cgroup("memory.max"), _cgroup("memory.current")
    free = _available()
    return free if limit is None or used is None else min(free, max(0, limit - used))


def _available() -> int:
    try:
        with open("/proc/meminfo") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    if not hasattr(os, "sysconf"):  # Windows
        return UNKNOWN
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _cgroup(name: str) -> int | None:
    try:
        text = Path("/sys/fs/cgroup", name).read_text().strip()
        return None if text == "max" else int(text)
    except (OSError, ValueError):
        return None
