"""Speed of a device in matrix products, and the wait that a measurement of time needs."""

from __future__ import annotations

import time

import torch


def synchronize(device: str) -> None:
    """Wait until a GPU has finished its work; a CPU has when a call returns."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(torch.device(device))


def product_rate(device: str, dtype: torch.dtype, side: int, seconds: float) -> float:
    """Measure FLOP/s of products of random matrices [side, side] for `seconds`, after one product to warm up.

    On a CPU in processor time, shared out over its threads: other programs that run now do not count.
    """
    on_cpu = device == "cpu"
    threads = torch.get_num_threads() if on_cpu else 1
    clock = time.process_time if on_cpu else time.perf_counter
    a = torch.randn(side, side, device=device).to(dtype)
    b = a.T.contiguous()
    torch.mm(a, b)
    synchronize(device)
    count, started = 0, clock()
    while (spent := (clock() - started) / threads) < seconds or not count:
        torch.mm(a, b)
        synchronize(device)
        count += 1
    return 2 * side**3 * count / max(spent, 1e-6)
