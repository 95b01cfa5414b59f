"""What every training run here shares: a time-budgeted schedule, EMA, resumable checkpoints, log lines."""

from __future__ import annotations

import copy
import json
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

PAUSE = 30.0  # seconds; a step that took longer was compiled, or the process was stopped meanwhile


@dataclass(frozen=True)
class LoopConfig:
    """minutes is the budget of optimisation time, over all resumed parts; the learning rate falls to zero with it."""

    minutes: float
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    ema_decay: float = 0.999
    clip: float = 1.0
    log_every: int = 25
    save_minutes: float = 4.0


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
        self.steps, self.seconds = 0, 0.0
        self.checkpoint = folder / "checkpoint.pt"
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True)
            model.load_state_dict(state["model"])
            self.ema.load_state_dict(state["ema"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.steps, self.seconds = state["steps"], state["seconds"]

    @property
    def progress(self) -> float:
        return self.seconds / (60 * self.config.minutes)

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
            "seconds": self.seconds,
        }
        torch.save(state, self.checkpoint.with_suffix(".tmp"))
        os.replace(self.checkpoint.with_suffix(".tmp"), self.checkpoint)

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
            for average, value in zip(self.ema.parameters(), self.model.parameters(), strict=True):
                average.lerp_(value, 1 - decay)

    def run(
        self,
        batches: Iterable[dict[str, Tensor]],
        step: Callable[[dict[str, Tensor]], dict[str, Tensor]],
        validate: Callable[[nn.Module], dict[str, float]],
        validate_every: int,
    ) -> None:
        totals: dict[str, list[float]] = defaultdict(list)
        source: Iterator = iter(batches)
        saved = self.seconds
        last = time.monotonic()
        while self.progress < 1:
            losses = step(next(source))
            self._update(losses)
            self.steps += 1
            now = time.monotonic()
            self.seconds, last = self.seconds + min(now - last, PAUSE), now
            for key, value in losses.items():
                totals[key].append(float(value.detach()))
            if self.steps % self.config.log_every == 0:
                self.log({key: round(sum(v) / len(v), 5) for key, v in totals.items()})
                totals.clear()
            if self.steps % validate_every == 0:
                self.log(validate(self.ema))
                last = time.monotonic()
            if self.seconds - saved > 60 * self.config.save_minutes:
                self.save()
                saved = self.seconds
        self.save()
        self.log(validate(self.ema))

    def log(self, values: dict[str, float]) -> None:
        line = json.dumps({"step": self.steps, "minutes": round(self.seconds / 60, 2), **values})
        print(line, flush=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(line + "\n")
