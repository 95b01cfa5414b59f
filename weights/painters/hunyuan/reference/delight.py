"""The published network that takes the light out of a picture before 2.0 reads it: InstructPix2Pix with no words.

The guidance of words is 1 as published, which leaves one row: empty words, and the picture's latents beside the noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import minimum_filter
from torch import Tensor

from .....errors import CheckpointError
from ....checkpoints.conversion.settings_files import read_json
from ....checkpoints.store import Store
from ....checkpoints.zoo import spec
from ...latents import decode_latents, vae_input
from ...libraries import make_scheduler
from ...sdxl import load_network, load_text_encoder, load_vae, token_ids
from ...turns import Turns
from .pictures import colours_restored

PARTS = ("unet", "vae", "text_encoder")
CHECKPOINTS = tuple(f"hunyuan3d-delight-v2-0-{part.replace('_', '-')}" for part in PARTS)
SIZE = 512
STEPS = 50
SEED = 42
ERODED = 3  # pixels a side of the window that alpha is eroded by


@dataclass(frozen=True)
class DelightFolders:
    """Folders of the parts, each with its config."""

    unet: Path
    vae: Path
    text_encoder: Path
    tokenizer: Path
    scheduler: Path


def locate_delight(model: str, wanted: bool | None) -> DelightFolders | None:
    """Return the places of the network's parts, or None when it is not wanted.

    wanted None takes it where it is here. Raises ModelMissingError naming the painter `model`,
    CheckpointError.
    """
    if wanted is False:
        return None
    store = Store()
    found = {part: store.find(spec(name)) for part, name in zip(PARTS, CHECKPOINTS, strict=True)}
    missing = [spec(name) for part, name in zip(PARTS, CHECKPOINTS, strict=True) if found[part] is None]
    if missing:
        if wanted is None:
            return None
        raise store.missing(f"{model} --extras", missing)
    folders = {part: located.folder for part, located in found.items() if located is not None}
    for small in ("tokenizer", "scheduler"):
        folders[small] = folders["unet"].parent / small
        if not folders[small].is_dir():
            raise CheckpointError(f"{folders[small]} is missing", "Pull it again, or copy the missing folder.")
    return DelightFolders(**folders)


def framed(rgba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return colours uint8 [SIZE, SIZE, 3] and alpha uint8 [SIZE, SIZE] as the network gets them.

    rgba: uint8 [H, W, 4]. A pixel's rim is taken off the alpha, and what it hides is white.
    """
    resized = np.array(Image.fromarray(rgba).resize((SIZE, SIZE)))
    alpha = minimum_filter(resized[..., 3], ERODED, mode="constant", cval=255)
    return np.where(alpha[..., None] == 0, 255, resized[..., :3]).astype(np.uint8), alpha


def without_light(
    rgba: np.ndarray,
    folders: DelightFolders,
    device: str,
    dtype: torch.dtype,
    progress: Callable[[int, int, str], None],
    steps: int = STEPS,
) -> np.ndarray:
    """Return a picture uint8 [H, W, 4] without light and on white, uint8 [SIZE, SIZE, 3].

    Raises CheckpointError, MissingDependencyError.
    """
    colours, alpha = framed(rgba)
    run = _Run(folders, device, dtype, steps, progress)
    with torch.inference_mode():
        flat = run.picture(run.denoise(run.latents(colours), run.words()))
    flat = np.rint(flat * 255).astype(np.float32) / 255
    share = alpha.astype(np.float32) / 255
    kept = colours_restored(flat, colours.astype(np.float32) / 255, share)
    on_white = kept * share[..., None] + (1 - share[..., None])
    return (on_white * 255).astype(np.uint8)


class _Run:
    """One picture's steps. Each is a function of its own, so that its network can be released when it ends."""

    def __init__(
        self,
        folders: DelightFolders,
        device: str,
        dtype: torch.dtype,
        steps: int,
        progress: Callable[[int, int, str], None],
    ):
        self.folders, self.device, self.dtype, self.steps, self.progress = folders, device, dtype, steps, progress
        self.turns = Turns(keep=False)

    def words(self) -> Tensor:
        """Return the tokens of no words, [1, T, D]."""
        ids, _ = token_ids(self.folders.tokenizer, "")

        def load() -> Any:
            return load_text_encoder("CLIPTextModel", self.folders.text_encoder, self.device, self.dtype)

        with self.turns.holding("text", load) as encoder:
            return encoder(ids.to(self.device))[0]

    def latents(self, rgb: np.ndarray) -> Tensor:
        """Return the mean latents [1, 4, h, w] of a picture uint8 [S, S, 3], as the network reads them: not scaled."""
        with self.turns.holding("vae", self._load_vae) as vae:
            pixels = vae_input(rgb[None].astype(np.float32) / 255, vae)
            return vae.encode(pixels).latent_dist.mode().to(self.dtype)

    def denoise(self, picture: Tensor, words: Tensor) -> Tensor:
        """Return the latents of the picture without light. Noise is drawn on the CPU so that devices agree."""
        config = read_json(self.folders.scheduler / "scheduler_config.json")
        schedule = make_scheduler("EulerAncestralDiscreteScheduler", config, self.folders.scheduler)
        schedule.set_timesteps(self.steps, device=self.device)
        random = torch.Generator().manual_seed(SEED)
        x = torch.randn(picture.shape, generator=random).to(self.device) * schedule.init_noise_sigma
        with self.turns.holding("unet", self._load_unet) as unet:
            for step, time in enumerate(schedule.timesteps):
                read = torch.cat([schedule.scale_model_input(x, time).to(self.dtype), picture], 1)
                said = unet(read, time, encoder_hidden_states=words, return_dict=False)[0].float()
                x = schedule.step(said, time, x, generator=random, return_dict=False)[0]
                self.progress(step + 1, self.steps, f"light, step {step + 1} of {self.steps}")
        return x

    def picture(self, latents: Tensor) -> np.ndarray:
        """Return the picture of latents, float32 [S, S, 3] in 0..1."""
        with self.turns.holding("vae", self._load_vae) as vae:
            return decode_latents(vae, latents)[0]

    def _load_unet(self) -> Any:
        return load_network("UNet2DConditionModel", self.folders.unet, self.device, self.dtype)

    def _load_vae(self) -> Any:
        return load_vae(self.folders.vae, self.device, self.dtype)
