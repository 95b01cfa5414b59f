"""The second look, learnt on a device from the body that the outline suggests."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...generators.tiny import load_backbone, patch_map
from ...networks.picture_flow import PictureFlow
from ...networks.ray_unet import RayUNet, RayUNetConfig
from ..rays.ray_shards import FAR_POINTS
from ..rays.train_rays import held_out_errors, ray_loss
from ..train_flow import semantic_features
from ..train_vae import VAE_CONFIG
from .batches import Batcher, small_planes
from .plan import StagePlan
from .rows import Rows
from .stages import held_out_sizes


def ray_config(plan: StagePlan) -> RayUNetConfig:
    """Return the network of a plan."""
    given: dict[str, Any] = {"layers": 2, **plan.network}
    if "widths" in given:  # a list, as files have it
        given["widths"] = tuple(given["widths"])
    return RayUNetConfig(**given)


class RayStage:
    """RayUNet, which reads a picture, its frozen features and the tokens of the coarse stage."""

    name = "rays"

    def __init__(self, plan: StagePlan, coarse: PictureFlow, training: Rows, held_out: Rows, seed: int):
        self.plan = plan
        network = RayUNet(ray_config(plan)).to(training.device)
        self.network: Any = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.encoder, self.backbone = coarse.encoder.eval(), load_backbone().to(training.device)
        self.loss = ray_loss
        self._batches = Batcher(training, VAE_CONFIG, seed)
        others = Batcher(held_out, VAE_CONFIG, 1)
        self._held_out = [self._read(others, count, False) for count in held_out_sizes(held_out.count)]

    def ready(self, fresh: bool) -> None:
        pass

    @torch.no_grad()
    def _read(self, batches: Batcher, count: int, training: bool) -> dict[str, Tensor]:
        """Return a batch by the names of train_rays."""
        made = batches.pictured(count, self.plan.near, FAR_POINTS, training)
        semantic = semantic_features(self.backbone, made["picture"]).float()
        return {
            "planes": small_planes(made["picture"], self.network.config.side),
            "semantic": semantic,
            "tokens": patch_map(self.encoder(made["picture"], semantic).tokens.float()),
            "camera": made["camera"],
            "points": made["points"],
            "target": (made["distance"] / VAE_CONFIG.truncation).clamp(-1, 1),
        }

    def batch(self) -> dict[str, Tensor]:
        return self._read(self._batches, self.plan.batch, True)

    def step(self, loss: Any, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return loss(self.network, batch)

    def scores(self, network: nn.Module) -> dict[str, float]:
        return held_out_errors(network, self._held_out)
