"""Timing on a device: medians of warm runs, peak memory, and the two ceilings of a kernel."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import warp as wp

from varco3d.kernels.parallel import has_cuda, start_warp

WARM_UPS = 2
MOST_RUNS = 9
SECONDS = 1.5  # of runs of one case, once it is warm
SMALL_RUNS = 2
LONG = 0.5  # seconds beside which what a first run does once does not count


@dataclass(frozen=True)
class Case:
    """One measurement. run(bench) gives its figures by name; heading: the table that it belongs to."""

    heading: str
    name: str
    run: Callable[[Bench], dict[str, Any]]


class Bench:
    """Device and sizes of a case. small: sizes of a rehearsal, whose figures say nothing."""

    def __init__(self, device: str, small: bool):
        self.device, self.small = device, small
        self.cuda = device.startswith("cuda")
        start_warp()

    @property
    def kernels_on_device(self) -> bool:
        return not self.cuda or has_cuda(self.device)

    def synchronize(self) -> None:
        if self.cuda:
            torch.cuda.synchronize(self.device)

    def timed(self, work: Callable[[], Any]) -> dict[str, float]:
        """Measure ms (median, from event to event), wall_ms (the host's clock), runs and peak_mb.

        peak_mb: of torch and Warp, above what was held before.
        """
        for _ in range(1 if self.small else WARM_UPS):
            work()
        self.synchronize()
        before = self._held()
        self._reset_peak()
        device, wall, began = [], [], time.perf_counter()
        most = SMALL_RUNS if self.small else MOST_RUNS
        while len(wall) < most and (not wall or time.perf_counter() - began < SECONDS):
            started = time.perf_counter()
            device.append(self._on_device(work))
            self.synchronize()
            wall.append(1000 * (time.perf_counter() - started))
        figures = {"ms": statistics.median(device or wall), "wall_ms": statistics.median(wall), "runs": len(wall)}
        return figures | {"peak_mb": max(0.0, self._peak() - before)}

    def once(self, work: Callable[[], Any]) -> float:
        """Milliseconds of one run by the host's clock: the second one, unless the first takes long by itself."""
        for _ in range(2):
            started = time.perf_counter()
            work()
            self.synchronize()
            taken = time.perf_counter() - started
            if taken > LONG:
                break
        return 1000 * taken

    def _on_device(self, work: Callable[[], Any]) -> float:
        if not self.cuda:
            started = time.perf_counter()
            work()
            return 1000 * (time.perf_counter() - started)
        first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        first.record()
        work()
        last.record()
        last.synchronize()
        return first.elapsed_time(last)

    def _held(self) -> float:
        if not self.cuda:
            return 0.0
        warp = wp.get_mempool_used_mem_current(self.device) if self._warp_pool() else 0
        return (torch.cuda.memory_allocated(self.device) + warp) / 1e6

    def _reset_peak(self) -> None:
        if self.cuda:
            torch.cuda.reset_peak_memory_stats(self.device)

    def _peak(self) -> float:
        """Warp's high-water mark is that of the process: its pool has no reset."""
        if not self.cuda:
            return 0.0
        warp = wp.get_mempool_used_mem_high(self.device) if self._warp_pool() else 0
        return (torch.cuda.max_memory_allocated(self.device) + warp) / 1e6

    def _warp_pool(self) -> bool:
        return has_cuda(self.device) and wp.is_mempool_enabled(self.device)


def copy_bandwidth(bench: Bench) -> dict[str, Any]:
    """GB/s, bytes read plus bytes written, of a large copy of random numbers on the device."""
    count = (1 << 20) if bench.small else (1 << 28)
    source = torch.rand(count, device=bench.device)
    target = torch.empty_like(source)
    figures = bench.timed(lambda: target.copy_(source))
    return figures | {"GB/s": 8 * count / figures["ms"] / 1e6}


def product_peak(bench: Bench, dtype: torch.dtype) -> dict[str, Any]:
    """TFLOP/s of a large matrix product of random numbers."""
    side = 256 if bench.small else 8192
    a, b = (torch.randn(side, side, device=bench.device).to(dtype) for _ in range(2))
    out = torch.empty_like(a)
    figures = bench.timed(lambda: torch.mm(a, b, out=out))
    return figures | {"TFLOP/s": 2 * side**3 / figures["ms"] / 1e9}


def ceilings() -> list[Case]:
    """Return the measured rates that the other figures are shares of."""
    return [
        Case("ceilings", "copy", copy_bandwidth),
        Case("ceilings", "product bfloat16", lambda bench: product_peak(bench, torch.bfloat16)),
        Case("ceilings", "product float16", lambda bench: product_peak(bench, torch.float16)),
    ]
