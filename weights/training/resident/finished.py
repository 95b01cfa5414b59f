"""Results of a run in minutes: its plan and its networks."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import torch
from torch import nn

from ...._files import write_whole
from ...._text import byte_count
from ....errors import CheckpointError, UsageError
from ...networks.anchored_vae import AnchoredVAE
from ...networks.encoders.image_encoder import ImageEncoderConfig
from ...networks.picture_flow import PictureFlow
from ...networks.ray_unet import RayUNet
from ..train_vae import VAE_CONFIG
from .pieces import TOTAL_BYTES, file_bytes, load_pieces
from .plan import NAMES, Plan, changed
from .ray_stage import ray_config
from .stages import flow_config

PLAN = "plan.json"
HALVED_FIRST = ("refine", "rays", "coarse", "vae")  # what is needed least comes first


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


def halved_stages(plan: Plan, total: int = TOTAL_BYTES) -> list[str]:
    """Return the stages to hold in 8 bits, so that all files of a run take at most `total` bytes.

    Raises UsageError when even that is not enough.
    """
    with torch.device("meta"):
        weights = {name: built(name, plan).state_dict() for name in plan.stages()}
    sizes = {name: file_bytes(held) for name, held in weights.items()}
    halved: list[str] = []
    for name in (name for name in HALVED_FIRST if name in sizes):
        if sum(sizes.values()) <= total:
            return halved
        sizes[name] = file_bytes(weights[name], eight_bit=True)
        halved.append(name)
    if sum(sizes.values()) > total:
        told = ", ".join(f"{name} {byte_count(size)}" for name, size in sizes.items())
        raise UsageError(
            f"the plan's weights take {byte_count(sum(sizes.values()))} in 8 bits ({told}), a run may leave "
            f"{byte_count(total)}",
            "Make a network narrower, or give a stage no share.",
        )
    return halved


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
