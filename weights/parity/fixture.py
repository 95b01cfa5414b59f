"""One fixture folder: its config, its recorded tensors, and the comparisons made with them."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

SINGLE = 4e-6  # largest difference allowed for one network
CHAIN = 2e-4  # for latents and grids at the end of a pipeline
EXACT = 0.0
DEVICE_FACTOR = 8.0  # of every tolerance off the CPU: float32 products there add up in another order (TF32 is off)
ROUNDED = 2e-2  # after attention on values rounded to bfloat16, where 1e-7 before can be 1e-2 after


class NotUnderstoodError(Exception):
    """The folder is no fixture of a kind we know, or holds something nobody looked at."""


@dataclass(frozen=True)
class Check:
    """One comparison: the largest absolute difference and what is allowed."""

    quantity: str
    error: float
    allowed: float

    @property
    def ok(self) -> bool:
        return self.error <= self.allowed

    @property
    def weight(self) -> float:
        """Return the error as a share of the tolerance, to find the worst check."""
        if self.allowed == 0.0:
            return float("inf") if self.error > 0 else 0.0
        return self.error / self.allowed if self.error == self.error else float("inf")


def recordings(folder: Path) -> list[str]:
    """Names of the files of recorded tensors in a fixture; a pipeline that runs in several ways has several."""
    return sorted(path.name for path in folder.glob("io*.safetensors")) or ["io.safetensors"]


class Fixture:
    """Recorded tensors by name. Every tensor must be looked at, so that nothing is passed over in silence.

    device: where the tensors are handed out, and networks built around them; comparisons are made on the CPU.
    recording: one of `recordings(folder)`; `way` is what its name says after io_.
    """

    def __init__(self, folder: Path, device: str = "cpu", recording: str = "io.safetensors"):
        self.folder, self.device = folder, device
        self.way = recording.removesuffix(".safetensors").removeprefix("io").removeprefix("_")
        try:
            self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            # Pictures may be all that was recorded.
            pictures = any(folder.glob("*.out.png")) and not (folder / recording).exists()
            self._file = None if pictures else safe_open(str(folder / recording), framework="pt")
        except Exception as error:
            raise NotUnderstoodError(f"no readable config.json and {recording}: {error}") from error
        self.names = set() if self._file is None else set(self._file.keys())
        self.seen: set[str] = set()
        self.checks: list[Check] = []

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def get(self, name: str) -> Tensor:
        """Return a recorded tensor. Raises NotUnderstoodError when the fixture lacks it."""
        if self._file is None or name not in self.names:
            raise NotUnderstoodError(f"it has no tensor {name}")
        self.seen.add(name)
        return self._file.get_tensor(name).to(self.device)

    def number(self, name: str) -> Tensor:
        """Return a recorded input as float32, which the networks here compute in, however it was stored."""
        return self.get(name).float()

    def starting(self, prefix: str) -> list[str]:
        return sorted(name for name in self.names if name.startswith(prefix))

    def step(self, prefix: str) -> tuple[str, int]:
        """Return the recording whose name is `prefix` and a number, and the number: it holds every so manieth value."""
        for name in self.starting(prefix):
            told = re.fullmatch(r"(\d+)(st|nd|rd|th)?", name.removeprefix(prefix))
            if told and int(told[1]) > 0:
                return name, int(told[1])
        raise NotUnderstoodError(f"it has no tensor {prefix}N")

    def close(self, name: str, value: Tensor | np.ndarray, allowed: float) -> None:
        """Compare `value` with the recorded tensor `name`."""
        self.compare(name, value, self.get(name), allowed)

    def compare(self, quantity: str, value: Tensor | np.ndarray, expected: Tensor, allowed: float) -> None:
        value = value if isinstance(value, Tensor) else torch.from_numpy(np.ascontiguousarray(value))
        value, expected = value.cpu(), expected.cpu()
        if self.device != "cpu":
            allowed *= DEVICE_FACTOR
        if value.shape != expected.shape:
            raise AssertionError(f"{quantity} has shape {list(value.shape)}, not {list(expected.shape)}")
        if expected.dtype in (torch.float16, torch.bfloat16) and expected.numel():
            # The record was rounded, our value was not.
            largest = float(expected.double().abs().nan_to_num().max())
            allowed += largest * torch.finfo(expected.dtype).eps / 2
        difference = (value.double() - expected.double()).abs()
        # Where both are NaN they agree; where one is, they do not.
        difference = torch.where(value.double().isnan() & expected.double().isnan(), 0.0, difference)
        error = float(difference.max()) if difference.numel() else 0.0
        self.checks.append(Check(quantity, float("inf") if error != error else error, allowed))

    def exact(self, name: str, value: Tensor | np.ndarray) -> None:
        self.close(name, value, EXACT)

    def grid(self, name: str, grid: Tensor, allowed: float) -> None:
        """Compare a cube that may have holes (NaN) with `name`, stored whole or as bits and values."""
        if name in self:
            return self.close(name, grid, allowed)
        bits, values = self.get(f"{name}.valid_bits"), self.get(f"{name}.values")
        size = grid.numel()
        mask = torch.from_numpy(np.unpackbits(bits.cpu().numpy())[:size].astype(bool))
        if len(bits) != -(-size // 8) or int(mask.sum()) != len(values):
            raise AssertionError(f"{name} is not a grid of shape {list(grid.shape)}")
        expected = torch.full((size,), torch.nan)
        expected[mask] = values.float().cpu()
        self.compare(name, grid.flatten(), expected, allowed)

    def finish(self) -> None:
        """Raise NotUnderstoodError when a tensor was never read or nothing was compared."""
        rest = sorted(self.names - self.seen)
        if rest:
            raise NotUnderstoodError(f"nobody looked at {', '.join(rest[:6])}" + (" ..." if len(rest) > 6 else ""))
        if not self.checks:
            raise NotUnderstoodError("nothing was compared")
