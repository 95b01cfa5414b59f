"""The DINOv2 tokens that 2.1 reads beside the reference: of the middle of the picture, as the encoder's own files say.

The shorter side becomes 256 pixels and a square of 224 is cut from the middle, so a sixteenth is lost on every side.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ....checkpoints.conversion.configs import dino_config
from ....checkpoints.conversion.containers import open_tensors
from ....checkpoints.conversion.convert import DINO, DINO_GATED, load_into
from ....checkpoints.conversion.settings_files import read_json
from ....networks.encoders.dino import Dino

SHORTER, MIDDLE = 256, 224  # pixels
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def dino_pixels(rgb: np.ndarray) -> Tensor:
    """Return a picture uint8 [S, S, 3] as DINOv2 reads it, float32 [1, 3, MIDDLE, MIDDLE]."""
    resized = np.asarray(Image.fromarray(rgb).resize((SHORTER, SHORTER), Image.Resampling.BICUBIC))
    start = (SHORTER - MIDDLE) // 2
    middle = resized[start : start + MIDDLE, start : start + MIDDLE].astype(np.float32) / 255
    normalised = (middle - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    return torch.from_numpy(normalised).permute(2, 0, 1)[None]


def picture_tokens(dino: Dino, rgb: np.ndarray) -> Tensor:
    """Return the class token and the patches [1, 1 + 16 * 16, W] of a picture uint8 [S, S, 3]."""
    return dino(dino_pixels(rgb).to(dino.positions.device))


def load_dino(folder: Path, device: str, dtype: torch.dtype) -> Dino:
    """Return the encoder of a folder in the layout of transformers, filled strictly. Raises CheckpointError."""
    config = dino_config(read_json(folder / "config.json"))
    with torch.device("meta"):
        network = Dino(config)
    layout = DINO_GATED if config.swiglu else DINO
    return cast(Dino, load_into(network, open_tensors(folder), layout, device, dtype))
