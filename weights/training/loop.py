"""Common parts of all training runs: a time-budgeted schedule, EMA, resumable checkpoints, log lines."""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from ..._files import write_whole

CHECKPOINT, BEST = "checkpoint.pt", "best.pt"
PAUSE = 30.0  # seconds; a step that took longer was compiled, or the process was stopped meanwhile


@dataclass(frozen=True)
class LoopConfig:
    """minutes is the budget of optimisation time, over all resumed parts; the learning rate falls to zero with it.

    keep_lowest: name of a validated value; the averaged weights for which it was lowest are kept, not the last ones.
    by_clock: minutes are those of the clock, evaluations included, of this part alone: a machine is rented by them.
    validate_minutes: how often weights are validated, instead of a number of steps.
    steps: the budget in steps instead of minutes, for runs that are compared with each other on a shared machine.
    """

    minutes: float
    steps: int | None = None
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    ema_decay: float = 0.999
    clip: float = 1.0
    log_every: int = 25
    save_minutes: float = 4.0
    keep_lowest: str | None = None
    by_clock: bool = False
    validate_minutes: float | None = None


def add_run_options(parser: argparse.ArgumentParser, minutes: float, learning_rate: float) -> None:
    """Add the options of every training run, with the defaults of this one."""
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoint and log")
    parser.add_argument("--init", type=Path, help="safetensors, such as those that are shipped, or a run to begin from")
    parser.add_argument("--minutes", type=float, default=minutes, help="of optimisation, over all resumed parts")
    parser.add_argument("--steps", type=int, help="budget in steps instead of minutes, to compare runs")
    parser.add_argument("--learning-rate", type=float, default=learning_rate)
    parser.add_argument("--seed", type=int, default=0)


def parsed_with_shares(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Return the arguments; ends the program when there are --shares, but not one for each of --shards."""
    args = parser.parse_args()
    if args.shares and len(args.shares) != len(args.shards):
        parser.error("--shares takes one number for each of --shards")
    return args


def run_config(args: argparse.Namespace) -> LoopConfig:
    """Return the settings that the options of `add_run_options` ask for."""
    return LoopConfig(minutes=args.minutes, steps=args.steps, learning_rate=args.learning_rate)


def initial_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file, as float32, or the averaged weights of a run."""
    if path.is_dir():
        return averaged_weights(path)
    return {name: value.float() for name, value in load_file(path).items()}


def averaged_weights(folder: Path) -> dict[str, Tensor]:
    """Return the weights that a run ends with: its best averaged ones where it kept them, else the last."""
    file = folder / BEST
    return torch.load(file if file.exists() else folder / CHECKPOINT, weights_only=True)["ema"]


@torch.no_grad()
def load_matching(model: nn.Module, weights: dict[str, Tensor]) -> None:
    """Fill a network from one of another shape; what a layer has more inputs for starts at zero."""
    own = model.state_dict()
    for key in own.keys() & weights.keys():
        old, new = weights[key], own[key]
        if new.shape == old.shape:
            new.copy_(old)
        elif new.ndim >= 2 and new[:, :0].shape == old[:, :0].shape and new.shape[1] > old.shape[1]:
            new.zero_()
            new[:, : old.shape[1]] = old


class Loop:
    """Optimises `model` with what `step(batch)` returns: a dict whose "loss" is minimised; all of it is logged."""

    def __init__(self, model: nn.Module, config: LoopConfig, folder: Path):
        self.model, self.config, self.folder = model, config, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.ema = copy.deepcopy(model).requires_grad_(False)
        decayed = [p for p in model.parameters() if p.ndim >= 2]
        others = [p for p in model.parameters() if p.ndim < 2]
        groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=True)
        self.steps, self.seconds, self.lowest, self.earlier = 0, 0.0, math.inf, 0.0
        self.checkpoint = folder / CHECKPOINT
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True, map_location="cpu")
            model.load_state_dict(state["model"])
            self.ema.load_state_dict(state["ema"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.steps, self.seconds, self.lowest = state["steps"], state["seconds"], state["lowest"]
            self.earlier = self.seconds if config.by_clock else 0.0

    @property
    def progress(self) -> float:
        """Return the share of the budget that is used."""
        if self.config.steps is not None:
            return self.steps / self.config.steps
        return (self.seconds - self.earlier) / (60 * self.config.minutes)

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
            "seconds": self.seconds,
            "lowest": self.lowest,
        }
        write_whole(self.checkpoint, lambda file: torch.save(state, file))

    def _validated(self, validate: Callable[[nn.Module], dict[str, float]]) -> None:
        values = validate(self.ema)
        self.log(values)
        name = self.config.keep_lowest
        if name and values[name] < self.lowest:
            self.lowest = values[name]
            kept = {"ema": self.ema.state_dict(), "steps": self.steps, name: self.lowest}
            write_whole(self.folder / BEST, lambda file: torch.save(kept, file))

    def _learning_rate(self) -> float:
        warm = min(1.0, (self.steps + 1) / self.config.warmup_steps)
        return self.config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, self.progress)))

    def _update(self, losses: dict[str, Tensor]) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        self.optimizer.zero_grad(set_to_none=True)
        losses["loss"].backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        # A short memory at first, so that the average is not made of the random start.
        decay = min(self.config.ema_decay, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            get_ema_multi_avg_fn(decay)(list(self.ema.parameters()), list(self.model.parameters()), self.steps)

    def run(
        self,
        batches: Iterable[dict[str, Tensor]],
        step: Callable[[dict[str, Tensor]], dict[str, Tensor]],
        validate: Callable[[nn.Module], dict[str, float]],
        validate_every: int,
    ) -> None:
        # Kept as tensors: turned into numbers at every step they would make a device wait for the host.
        totals: dict[str, list[Tensor]] = defaultdict(list)
        source: Iterator = iter(batches)
        saved = validated = self.seconds
        checked = -1  # step of the last validation
        last = time.monotonic()
        while self.progress < 1:
            losses = step(next(source))
            self._update(losses)
            self.steps += 1
            now = time.monotonic()
            passed = now - last
            self.seconds, last = self.seconds + (passed if self.config.by_clock else min(passed, PAUSE)), now
            for key, value in losses.items():
                totals[key].append(value.detach())
            if self.steps % self.config.log_every == 0:
                self.log({key: round(sum(torch.stack(v).tolist()) / len(v), 5) for key, v in totals.items()})
                totals.clear()
            if self._is_due(validated, validate_every):
                self._validated(validate)
                validated, checked = self.seconds, self.steps
                if not self.config.by_clock:
                    last = time.monotonic()
            if self.seconds - saved > 60 * self.config.save_minutes:
                self.save()
                saved = self.seconds
        if not (self.config.by_clock and checked == self.steps):
            self._validated(validate)
        self.save()

    def _is_due(self, validated: float, validate_every: int) -> bool:
        """Tell whether it is time to validate; validated: seconds at which it was done last."""
        if self.config.validate_minutes is not None:
            return self.seconds - validated >= 60 * self.config.validate_minutes
        return self.steps % validate_every == 0

    def log(self, values: dict[str, float]) -> None:
        line = json.dumps({"step": self.steps, "minutes": round(self.seconds / 60, 2), **values})
        print(line, flush=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(line + "\n")
