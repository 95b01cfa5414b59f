"""Results of a run in minutes: its plan and its networks."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from torch import nn

from ...._files import write_whole
from ....errors import CheckpointError
from ...networks.anchored_vae import AnchoredVAE
from ...networks.encoders.image_encoder import ImageEncoderConfig
from ...networks.picture_flow import PictureFlow
from ...networks.ray_unet import RayUNet
from ..train_vae import VAE_CONFIG
from .pieces import load_pieces
from .plan import NAMES, Plan, changed
from .ray_stage import ray_config
from .stages import flow_config

PLAN = "plan.json"


def save_plan(plan: Plan, folder: Path) -> None:
    """Keep the plan beside the weights, which are built by it."""
    text = json.dumps(dataclasses.asdict(plan), indent=1) + "\n"
    write_whole(folder / PLAN, lambda file: file.write(text.encode()))


def built(name: str, plan: Plan) -> nn.Module:
    """Return the network of a stage, untrained."""
    if name == "vae":
        return AnchoredVAE(VAE_CONFIG)
    if name == "rays":
        return RayUNet(ray_config(plan.rays))
    return PictureFlow(ImageEncoderConfig(), flow_config(name, getattr(plan, name), VAE_CONFIG))


def networks_of(folder: Path) -> dict[str, nn.Module]:
    """Return the networks that a run has trained, by name. Raises CheckpointError when there is no run."""
    try:
        plan = changed(Plan(), json.loads((folder / PLAN).read_text()), str(folder / PLAN))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder} holds no run in minutes: {error}", "Name the --out of training.run."
        ) from error
    networks = {}
    for name in NAMES:
        weights = load_pieces(folder, name)
        if weights is not None:
            networks[name] = built(name, plan)
            networks[name].load_state_dict(weights)
    return networks
