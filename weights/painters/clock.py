"""The progress of a sampling with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Tells the progress with the time that is left, by the steps done so far."""

    def __init__(self, progress: Callable[..., None]):
        self.progress, self.started = progress, time.perf_counter()

    def __call__(self, step: int, steps: int) -> None:
        left = (time.perf_counter() - self.started) / step * (steps - step)
        minutes = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
        self.progress(step, steps, f"views, step {step} of {steps}, about {minutes} left")
