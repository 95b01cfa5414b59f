"""UltraShape 1.0: refines a coarse mesh, one latent token per voxel, conditioned on the picture's foreground."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import CheckpointError, UsageError
from ..checkpoints.conversion.configs import class_name, skip_config
from ..checkpoints.conversion.convert import HUNYUAN21
from ..networks.dit import SkipDit
from ..networks.encoders.dino import PositionResize
from ..networks.flashvdm import Volume
from .base import image_condition
from .conditions.picture import encoder_pixels, patch_mask
from .generator import Condition
from .hunyuan import HunyuanGenerator, image_encoder, image_part, vae_part
from .parts import Part, Parts
from .voxel_centres import centres_of

VOLUME = Volume(bounds=1.0, select="mean", widen=(2, 1))
MESH_SCALE = 0.99  # half the longest side of the coarse mesh in the box, as published


class UltraShape(HunyuanGenerator):
    """The 2.1 transformer with rotary voxel positions; its tokens are exactly the voxels given."""

    def __init__(self, parts: Parts, config: Mapping[str, Any]):
        super().__init__(parts, config, VOLUME)
        self.default_tokens = None
        self.voxels = int(self.vae_config.sampling["voxels"])  # per side of the grid that positions are counted in
        _, kwargs = image_encoder(config["conditioner"])
        self.patch: int = (kwargs.get("config") or {}).get("patch_size", 14)

    def condition(self, rgba: np.ndarray) -> Condition:
        return self.condition_foreground(*self.picture(rgba))

    def condition_foreground(self, picture: Tensor, mask: Tensor) -> Condition:
        """Tokens of the patches that show the object, and the class token; others are left out."""
        tokens = self.image_tokens(encoder_pixels(picture, self.encoder_size))
        kept = patch_mask(mask, self.encoder_size, self.patch)[0].to(tokens.device)
        parts = [tokens[:, :1]] if self.class_token else []
        return image_condition(torch.cat([*parts, tokens[:, 1:][:, kept]], dim=1))

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor:
        """Voxel centres [N, 3] in box units. Raises UsageError without voxels: this model only refines."""
        if indices is None:
            raise UsageError("ultrashape refines a coarse mesh and cannot make one", "Use `model` ultrashape.")
        return centres_of(indices, resolution).to(self.parts.device)

    def positions(self, anchors: Tensor) -> Tensor:
        """Box positions [N, 3] in voxels of the trained grid, whole numbers when they are its centres."""
        return (anchors + 1.0) * (self.voxels / 2.0) - 0.5

    def call(self, x: Tensor, t: Tensor, context: Tensor, extra: object, anchors: Tensor | None) -> Tensor:
        assert anchors is not None
        places = self.positions(anchors).to(x.device)[None]
        return self.transformer()(x, t.float().to(x.device), (context,), places)


def ultrashape_generator(path: Path, config: Mapping[str, Any], device: str, dtype: str) -> UltraShape:
    """Build from ultrashape_v1.pt and its config.

    The hub folder holds no config; weights/checkpoints/published_settings/vecset.py does. A config may say
    `position_resize`: how the encoder's position table is fitted to 1022 pixels. The published environment did it by
    scale factor, later versions of the same library by size.
    """
    model = config["model"]
    if class_name(model["target"]) != "UltraShapePipeline":
        raise CheckpointError(f"the config of {path} names {model['target']}, which is no UltraShape", "")
    params = model["params"]
    resize: PositionResize = config.get("position_resize", "size")
    dit = skip_config(params["dit_cfg"]["params"], lattice=True)
    parts = {
        "image": image_part(params["conditioner_config"], path, resize),
        "vae": vae_part(params["vae_config"]["params"], path),
        "dit": Part(partial(SkipDit, dit), HUNYUAN21, path, ("dit", "model")),
    }
    renamed = {
        "vae": params["vae_config"],
        "conditioner": params["conditioner_config"],
        "scheduler": params["scheduler_cfg"],
        "image_processor": params["image_processor_cfg"],
    }
    return UltraShape(Parts(parts, device, dtype), renamed)


def voxels_of_points(points: Tensor, resolution: int) -> Tensor:
    """Voxels [M, 3] int32 that hold at least one of the points [P, 3], sorted; in the arithmetic of `points`.

    The published script rounds its points to half precision first, which moves 6 % of the voxels.
    """
    index = ((points + 1) / 2 * resolution).floor().clamp(0, resolution - 1).to(torch.int32)
    return torch.unique(index, dim=0)


def random_voxels(voxels: list[Tensor], noise: Tensor, tokens: int) -> Tensor:
    """Return the published choice of tokens: per object the voxels with the least noise, equally many for all.

    voxels: [M_b, 3] per object; noise: one number in [0, 1) per voxel of all objects. Returns [B, min(tokens, M), 3].
    """
    count = min(tokens, *(len(part) for part in voxels))
    chosen = []
    for part, keys in zip(voxels, noise.split([len(part) for part in voxels]), strict=True):
        chosen.append(part[torch.sort(keys, stable=True).indices[:count]])
    return torch.stack(chosen)
