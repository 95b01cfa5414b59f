"""Trains `tiny` in minutes on one device: objects in, averaged weights and a log out.

    python -m varco3d.weights.training.run --data DATA --out OUT --minutes 8 --device cuda [--plan plan.toml]

DATA holds objects.npz and manifest.jsonl. All cores prepare objects, made-up ones among them, while the device trains
autoencoder, coarse stage, second look and refiner for their shares of the minutes. Every minute the averaged weights
are scored on held-out objects and written as OUT/STAGE-00.safetensors ..., so that a run that is stopped loses at most
a minute; --init OUT lets a later run begin with them. All files of weights take at most 60 MiB: stages that are needed
least are held in 8 bits when that is not enough, and a plan that cannot fit is refused at once.
The plan: see resident/plan.py. `export --run OUT` makes the files that the product loads.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..device_speed import synchronize
from ..networks.anchored_vae import AnchoredVAE, AnchoredVAEConfig
from ..networks.encoders.image_encoder import ImageEncoderConfig
from ..networks.picture_flow import PictureFlow
from .loop import Loop, LoopConfig, load_matching
from .resident.finished import halved_stages, save_plan
from .resident.pieces import load_pieces, save_pieces
from .resident.plan import Plan, read_plan
from .resident.rate import StepMeter, flop_of, large_product_rate, quicker
from .resident.ray_stage import RayStage
from .resident.rows import Stream
from .resident.stages import FlowStage, Stage, VaeStage, flow_config
from .train_vae import VAE_CONFIG

LOG = "run.jsonl"
LEAST_SECONDS = 3.0  # for the stages that are left when the others took longer than their share
TAKE_EVERY = 8  # steps between looks at what the cores have prepared


class Run:
    """One run: its objects, its device and what it has learnt so far, by stage."""

    def __init__(
        self, data: Path, out: Path, minutes: float, device: str, plan: Plan, init: Path | None, workers: int,
        scratch: Path | None = None,
    ):  # fmt: skip
        """scratch: for checkpoints, which are large; None puts them beside the weights."""
        self.out, self.device, self.plan, self.init = out, device, plan, init
        self.scratch = scratch or out
        self.halved = halved_stages(plan)
        self.ends = time.monotonic() + 60 * minutes
        self.weights: dict[str, dict[str, Tensor]] = {}
        out.mkdir(parents=True, exist_ok=True)
        save_plan(plan, out)
        if self.halved:
            self.note(halved=self.halved, why="in half precision all weights would take more than a run may leave")
        torch.manual_seed(plan.seed)
        self.peak = large_product_rate(device)
        self.stream = Stream(data, plan.data, device, plan.seed, workers or None)

    def note(self, **values: Any) -> None:
        """Write a line to the log of the run."""
        line = json.dumps({"left_s": round(self.ends - time.monotonic(), 1), **values})
        print(line, flush=True)
        with (self.out / LOG).open("a") as log:
            log.write(line + "\n")

    def everything(self) -> None:
        try:
            self.stream.wait_for(self.plan.data.ready, self.ends)
            self.note(ready=self.stream.training.count, held_out=self.stream.held_out.count, of=len(self.stream.jobs))
            names = self.plan.stages()
            for index, name in enumerate(names):
                shares = [getattr(self.plan, later).share for later in names[index:]]
                left = max(LEAST_SECONDS, self.ends - time.monotonic())
                self.train(self.stage(name), left * shares[0] / sum(shares))
        finally:
            self.stream.close()

    def first_weights(self, name: str) -> dict[str, Tensor] | None:
        """Return the weights that a stage begins with: this run's, those of --init, or none."""
        found = self.weights.get(name)
        if found is None and (self.scratch / name / "checkpoint.pt").exists():
            found = load_pieces(self.out, name)
        return load_pieces(self.init, name) if found is None and self.init else found

    def stage(self, name: str) -> Stage:
        """Return the stage with its first weights."""
        training, held_out, seed = self.stream.training, self.stream.held_out, self.plan.seed
        plan = getattr(self.plan, name)
        if name == "vae":
            made: Stage = VaeStage(plan, VAE_CONFIG, training, held_out, seed)
        elif name == "rays":
            made = RayStage(plan, self.frozen_coarse(), training, held_out, seed)
        else:
            made = FlowStage(name, plan, self.frozen_vae(VAE_CONFIG), training, held_out, seed)
        first = self.first_weights(name)
        if first is not None:
            load_matching(made.network, {key: value.to(self.device) for key, value in first.items()})
        elif name == "refine" and (coarse := self.first_weights("coarse")) is not None:
            assert isinstance(made, FlowStage)
            made.start_encoder(coarse)
        made.ready(fresh=first is None)
        return made

    def frozen_coarse(self) -> PictureFlow:
        """Return the coarse stage whose reading of the picture the second look shares."""
        flow = PictureFlow(ImageEncoderConfig(), flow_config("coarse", self.plan.coarse, VAE_CONFIG)).to(self.device)
        first = self.first_weights("coarse")
        if first is None:
            self.note(warning="pictures are read by a coarse stage that was never trained; give it a share or --init")
        else:
            load_matching(flow, {key: value.to(self.device) for key, value in first.items()})
        return flow.eval().requires_grad_(False)

    def frozen_vae(self, config: AnchoredVAEConfig) -> AnchoredVAE:
        """Return the autoencoder that latents come from: learnt by this run, or given by --init."""
        vae = AnchoredVAE(config).to(self.device)
        first = self.first_weights("vae")
        if first is None:
            self.note(warning="latents come from an autoencoder that was never trained; give vae a share or --init")
        else:
            vae.load_state_dict({key: value.to(self.device) for key, value in first.items()})
        return vae.eval().requires_grad_(False)

    def train(self, stage: Stage, seconds: float) -> None:
        """Optimise a stage for so many seconds, measurements and evaluations included."""
        plan, began = getattr(self.plan, stage.name), time.monotonic()
        loss, found = quicker(
            stage.loss, lambda function: self.trial(stage, function), self.device, self.plan.compile, seconds
        )
        flop = flop_of(lambda: self.trial(stage, stage.loss))
        parameters = sum(p.numel() for p in stage.network.parameters())
        self.note(stage=stage.name, parameters=parameters, batch=plan.batch, step_tflop=round(flop / 1e12, 6), **found)
        config = LoopConfig(
            minutes=max(0.5, seconds - (time.monotonic() - began)) / 60,
            learning_rate=plan.learning_rate,
            save_minutes=self.plan.evaluate_minutes,
            by_clock=True,
            validate_minutes=self.plan.evaluate_minutes,
        )
        loop = Loop(stage.network, config, self.scratch / stage.name)
        meter = StepMeter(flop, self.peak, loop.steps)

        def batches() -> Any:
            while True:
                if loop.steps % TAKE_EVERY == 0:
                    self.stream.take()
                yield stage.batch()

        def validate(averaged: torch.nn.Module) -> dict[str, float]:
            synchronize(self.device)
            rate = meter.read(loop.steps)
            scores = stage.scores(averaged.eval())
            save_pieces(averaged.state_dict(), self.out, stage.name, stage.name in self.halved)
            told = {**scores, **rate, "objects": self.stream.training.count}
            self.note(stage=stage.name, step=loop.steps, **told)
            meter.start(loop.steps)
            return told

        loop.run(batches(), lambda batch: stage.step(loss, batch), validate, validate_every=0)
        self.weights[stage.name] = {key: value.detach().clone() for key, value in loop.ema.state_dict().items()}
        self.note(stage=stage.name, steps=loop.steps, objects=self.stream.training.count, hollow=self.stream.hollow)

    def trial(self, stage: Stage, loss: Any) -> None:
        """Forward and back, without changing the weights."""
        stage.step(loss, stage.batch())["loss"].backward()
        stage.network.zero_grad(set_to_none=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with objects.npz and manifest.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.0, help="of everything, from the start on")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:i or cpu")
    parser.add_argument("--scratch", type=Path, help="folder for checkpoints and logs of the stages; default OUT")
    parser.add_argument("--plan", type=Path, help="TOML: see resident/plan.py")
    parser.add_argument("--init", type=Path, help="folder with the weights of an earlier run, or the shipped ones")
    parser.add_argument("--workers", type=int, default=0, help="processes that prepare objects; 0: all cores but one")
    args = parser.parse_args()
    plan = read_plan(args.plan)
    Run(args.data, args.out, args.minutes, args.device, plan, args.init, args.workers, args.scratch).everything()


if __name__ == "__main__":
    main()
