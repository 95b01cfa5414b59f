"""Utilisation of a device by a training step.

It compares operations and time of the step with the device's rate in a large matrix product.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from ...device_speed import product_rate, synchronize

PRODUCT_SIDE = 4096  # of the product that stands for the device's rate; on the CPU a quarter of it
PRODUCT_SECONDS = 0.25
TIMED_STEPS = 6
COMPILE_AFTER = 60.0  # seconds of a stage under which compiling is not worth a try


class StepMeter:
    """Steps and the time they took, evaluations left out, as a share of what the device can do."""

    def __init__(self, flop: float, peak: float, steps: int):
        """flop: of a step, forward and back; peak: measured FLOP/s of the device."""
        self.flop, self.peak = flop, peak
        self.start(steps)

    def start(self, steps: int) -> None:
        self.steps, self.began = steps, time.perf_counter()

    def read(self, steps: int) -> dict[str, float]:
        """Numbers for the log: milliseconds a step, TFLOP/s reached and possible, and the share."""
        seconds = (time.perf_counter() - self.began) / max(1, steps - self.steps)
        reached = self.flop / seconds
        return {
            "step_ms": round(1000 * seconds, 2),
            "achieved_tflops": round(reached / 1e12, 3),
            "possible_tflops": round(self.peak / 1e12, 3),
            "achieved/possible": round(reached / self.peak, 4),
        }


def seconds_of(work: Callable[[], Any], device: str, runs: int) -> float:
    """Median seconds of a run."""
    found = []
    for _ in range(runs):
        synchronize(device)
        started = time.perf_counter()
        work()
        synchronize(device)
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def large_product_rate(device: str) -> float:
    """FLOP/s of a large bfloat16 product of random numbers."""
    side = PRODUCT_SIDE if device.startswith("cuda") else PRODUCT_SIDE // 4
    return product_rate(device, torch.bfloat16, side, PRODUCT_SECONDS)


def flop_of(work: Callable[[], Any]) -> float:
    """Operations of products and convolutions in a run."""
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def quicker(
    plain: Callable[..., Any], try_step: Callable[[Callable[..., Any]], Any], device: str, mode: str, seconds: float
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """`plain` or torch.compile of it, whichever takes a step in less time, and what was found.

    try_step(function) runs a step with it. mode: auto, on or off; auto tries only when the stage has `seconds` enough.
    """
    if mode == "off" or (mode == "auto" and seconds < COMPILE_AFTER):
        return plain, {"compiled": False}
    try_step(plain)
    eager = seconds_of(lambda: try_step(plain), device, TIMED_STEPS)
    compiled = torch.compile(plain)
    started = time.perf_counter()
    try:
        for _ in range(2):  # the second one may compile again, for other shapes
            try_step(compiled)
    except Exception as error:  # a compiler that is missing or fails must not end a run on a rented machine
        if mode == "on":
            raise
        return plain, {"compiled": False, "compile_error": f"{type(error).__name__}: {error}"[:300]}
    took = time.perf_counter() - started
    fused = seconds_of(lambda: try_step(compiled), device, TIMED_STEPS)
    chosen = mode == "on" or fused < eager
    figures = {"eager_ms": round(1000 * eager, 2), "compiled_ms": round(1000 * fused, 2), "compile_s": round(took, 1)}
    return (compiled if chosen else plain), {"compiled": chosen, **figures}
