"""The stages of `tiny`, learnt on a device: each has a network, batches, a loss and held-out scores."""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ...generators.tiny import load_backbone
from ...networks.anchored_dit import COARSE_DIT, FINE_DIT, AnchoredDiTConfig
from ...networks.anchored_vae import AnchoredVAE, AnchoredVAEConfig, lattice_anchors
from ...networks.encoders.image_encoder import ImageEncoderConfig
from ...networks.flow import logit_normal_times
from ...networks.picture_flow import PictureFlow
from ..loop import load_matching
from ..posed_views import grouped_lattice
from ..train_flow import (
    FIRST_STEP,
    PICTURE_DROP,
    ROUGH_DROP,
    TIME_DEVIATION,
    TIME_MEAN,
    flow_loss,
    held_out_loss,
    latents_of,
    semantic_features,
    set_statistics,
)
from ..train_vae import LATTICE, vae_loss, vae_scores
from .batches import Batcher
from .plan import StagePlan
from .rows import Rows

HELD_OUT_BATCH = 16
EVEN_POINTS = 1024  # uniform points in the box, for overlap of volumes


class Stage(Protocol):
    """One network to train, with its loss and its scores.

    name: of its weights; network: on the device; loss: a function to compile, called by `step`; ready is called once,
    after the first weights were loaded.
    """

    name: str
    network: Any
    loss: Any

    def ready(self, fresh: bool) -> None:
        """fresh: no weights were loaded."""
        ...

    def batch(self) -> dict[str, Tensor]: ...

    def step(self, loss: Any, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Losses of a batch by `loss`, which is this stage's own or a compiled one."""
        ...

    def scores(self, network: nn.Module) -> dict[str, float]:
        """Return the scores of averaged weights on held-out objects."""
        ...


def sizes(plan: StagePlan) -> tuple[int, int, int]:
    return plan.surface_points, plan.near, plan.far


def held_out_sizes(count: int) -> list[int]:
    """Objects in each held-out batch."""
    return [min(HELD_OUT_BATCH, count - first) for first in range(0, count, HELD_OUT_BATCH)]


def flow_config(name: str, plan: StagePlan, vae: AnchoredVAEConfig) -> AnchoredDiTConfig:
    """Return the transformer of a plan's coarse stage or refiner."""
    config = COARSE_DIT if name == "coarse" else FINE_DIT
    return dataclasses.replace(config, latent_channels=vae.latent_channels, **plan.network)


class VaeStage:
    """The autoencoder: lattice anchors and voxel anchors in turn."""

    name = "vae"

    def __init__(self, plan: StagePlan, config: AnchoredVAEConfig, training: Rows, held_out: Rows, seed: int):
        self.plan, self.config = plan, config
        self.network = AnchoredVAE(config).to(training.device)
        self.loss = vae_loss
        self._batches = Batcher(training, config, seed)
        self._lattice = lattice_anchors(LATTICE)
        self._turn = 0
        others = Batcher(held_out, config, 1)
        self._held_out: list[dict[str, Tensor]] = []
        for count in held_out_sizes(held_out.count):
            picks = others.picks(count)
            for anchors in (self._lattice, None):
                even = (plan.surface_points, 0, EVEN_POINTS)
                self._held_out.append(others.sample(picks, others.turns(count), anchors, plan.tokens, even))

    def ready(self, fresh: bool) -> None:
        pass

    def batch(self) -> dict[str, Tensor]:
        self._turn += 1
        anchors = self._lattice if self._turn % 2 else None
        made, count = self._batches, self.plan.batch
        return made.sample(made.picks(count), made.turns(count), anchors, self.plan.tokens, sizes(self.plan))

    def step(self, loss: Any, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return loss(self.network, batch)

    def scores(self, network: nn.Module) -> dict[str, float]:
        return vae_scores(network, self._held_out)


class FlowStage:
    """The coarse flow on the lattice, or the refiner on voxels of a disturbed surface."""

    def __init__(self, name: str, plan: StagePlan, vae: AnchoredVAE, training: Rows, held_out: Rows, seed: int):
        """name: coarse or refine."""
        self.name, self.plan, self.vae = name, plan, vae
        device = training.device
        self.network = PictureFlow(ImageEncoderConfig(), flow_config(name, plan, vae.config)).to(device)
        self.backbone = load_backbone().to(device)
        self.loss = flow_loss
        self._tokens = 0 if name == "coarse" else plan.tokens
        self._mean = TIME_MEAN["coarse" if name == "coarse" else "fine"]
        self._anchors = None if self._tokens else torch.from_numpy(grouped_lattice())
        self._batches = Batcher(training, vae.config, seed)
        others = Batcher(held_out, vae.config, 1)
        self._held_out = [
            others.seen(count, self._anchors, self._tokens, sizes(plan), False)
            for count in held_out_sizes(held_out.count)
        ]

    def ready(self, fresh: bool) -> None:
        if fresh:
            set_statistics(self.network, self.vae, iter([self.batch() for _ in range(2)]), count=2)

    def start_encoder(self, weights: dict[str, Tensor]) -> None:
        """Begin with the picture encoder of another stage's weights."""
        own = {key: value for key, value in weights.items() if key.startswith("encoder.")}
        load_matching(self.network, {key: value.to(self._batches.device) for key, value in own.items()})

    def batch(self) -> dict[str, Tensor]:
        return self._batches.seen(self.plan.batch, self._anchors, self._tokens, sizes(self.plan), True)

    def step(self, loss: Any, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        made, draws = self._batches, self.plan.draws
        latents = self.network.normalise(latents_of(self.vae, batch))
        semantic = semantic_features(self.backbone, batch["picture"])
        count = len(latents)
        noise = made.normal(draws * count, *latents.shape[1:])
        keep = (made.uniform(count) >= PICTURE_DROP).float()
        t = logit_normal_times(len(noise), self._mean, TIME_DEVIATION, latents.device)
        t[::draws] *= (made.uniform(count) >= FIRST_STEP).float()
        rough = None
        if self._tokens:
            known = (made.uniform(count, 1, 1) >= ROUGH_DROP).float()
            rough = self.network.normalise(latents_of(self.vae, batch, "rough")) * known
        return loss(self.network, self.vae, batch, semantic, latents, noise, t, keep, made.uniform(count), rough)

    def scores(self, network: nn.Module) -> dict[str, float]:
        return held_out_loss(network, self.vae, self.backbone, self._held_out)
