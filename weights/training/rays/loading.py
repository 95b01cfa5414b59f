"""Finished runs of train_rays."""

from __future__ import annotations

import json
from pathlib import Path

from ...networks.ray_unet import RayUNet, RayUNetConfig
from ..loop import averaged_weights

CONFIG = "config.json"  # beside a run's checkpoint


def load_rays(folder: Path) -> RayUNet:
    """Return the averaged weights of a run."""
    config = json.loads((folder / CONFIG).read_text())
    network = RayUNet(RayUNetConfig(**config | {"widths": tuple(config["widths"])}))
    network.load_state_dict(averaged_weights(folder))
    return network
