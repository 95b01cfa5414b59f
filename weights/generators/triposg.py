"""TripoSG and TripoSG-scribble: diffusers folders, time counted backwards in thousandths, field negated."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...errors import CheckpointError, NoSubjectError
from ..checkpoints.conversion.configs import clip_text_config, dino_config, triposg_dit_config, triposg_vae_config
from ..checkpoints.conversion.convert import CLIP_TEXT, DINO, DINO_GATED, TRIPOSG, triposg_vae
from ..checkpoints.conversion.settings_files import fitting_settings, read_json
from ..networks.dit import SkipDit
from ..networks.encoders.clip_text import ClipText
from ..networks.encoders.dino import Dino
from ..networks.flashvdm import Volume
from ..networks.schedules import rectified_flow_noise_levels, without_idle_steps
from ..networks.vecset_vae import VecSetVae, VecSetVaeConfig
from .base import PublicGenerator, image_condition
from .conditions.picture import DEVIATION, MEAN, normalise, to_uint8
from .generator import Condition
from .parts import Part, Parts

VOLUME = Volume(bounds=1.005, select=None, widen=(2, 1))
TIME_UNITS = 1000.0
PADDING = 0.1  # white border around the object, as a share of its longer side


class TripoSG(PublicGenerator):
    """Image to shape. Two passes per step when guidance is above one, else one."""

    def __init__(self, parts: Parts, configs: Mapping[str, Mapping[str, Any]]):
        super().__init__(parts, triposg_vae_config(configs["vae"]), VOLUME)
        self.shift: float = configs.get("scheduler", {}).get("shift", 1.0)
        self.extractor = configs.get("feature_extractor", {})

    def condition(self, rgba: np.ndarray) -> Condition:
        return self.condition_picture(on_white_square(to_uint8(rgba)))

    def condition_picture(self, picture: np.ndarray) -> Condition:
        """From the picture uint8 [H, W, 3] that the extractor would get."""
        return image_condition(self.image_tokens(self.pixels(picture)))

    def pixels(self, picture: np.ndarray) -> Tensor:
        """uint8 [H, W, 3] -> normalised [1, 3, S, S]: short side resized bicubically, middle cut out."""
        short = self.extractor.get("size", {}).get("shortest_edge", 256)
        crop = self.extractor.get("crop_size", {"height": 224, "width": 224})
        height, width = picture.shape[:2]
        scaled = (short, int(short * width / height)) if height <= width else (int(short * height / width), short)
        resample = Image.Resampling(self.extractor.get("resample", 3))
        image = Image.fromarray(picture).resize((scaled[1], scaled[0]), resample)
        pixels = torch.from_numpy(np.asarray(image, np.float32) / 255).permute(2, 0, 1)[None]
        top, left = (scaled[0] - crop["height"]) // 2, (scaled[1] - crop["width"]) // 2
        pixels = pixels[..., top : top + crop["height"], left : left + crop["width"]]
        mean, deviation = self.extractor.get("image_mean", MEAN), self.extractor.get("image_std", DEVIATION)
        return normalise(pixels, tuple(mean), tuple(deviation))

    def schedule(self, steps: int) -> Tensor:
        """Time from noise to data is one minus the published noise level; float64 keeps that exact."""
        return without_idle_steps(1.0 - rectified_flow_noise_levels(steps, self.shift).double())

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        return super().velocity(x, t, condition, anchors, max(guidance, 1.0))

    def call(self, x: Tensor, t: Tensor, context: Tensor, extra: object, anchors: Tensor | None) -> Tensor:
        time = (TIME_UNITS * (1.0 - t)).float().to(x.device)
        return self.transformer()(x, time, (context,))


class TripoSGScribble(TripoSG):
    """Drawing and prompt to shape; distilled, so that one pass per step is the default (guidance 1)."""

    prompt_weight = 1.0
    drawing_weight = 0.4  # as published; 0.3 to 0.5 suits drawings by hand

    def condition(self, rgba: np.ndarray) -> Condition:
        """Return the drawing without words."""
        return self.condition_prompted(rgba, "")

    def condition_prompted(self, rgba: np.ndarray, prompt: str) -> Condition:
        """Return the whole drawing on white, not cropped, and the prompt."""
        rgba = to_uint8(rgba)
        alpha = rgba[..., 3:].astype(np.float32) / 255
        return self.condition_picture((rgba[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8), prompt)

    def condition_picture(self, picture: np.ndarray, prompt: str = "") -> Condition:
        """Picture tokens as the second context, text tokens as the first."""
        text = self.text_tokens(prompt)
        pictured = self.image_tokens(self.pixels(picture))
        return image_condition(text, pictured)

    def text_tokens(self, prompt: str) -> Tensor:
        """Return the prompt's CLIP tokens [1, 77, .]."""
        from .conditions.clip_words import ClipWords

        network = self.parts.take("text")
        assert isinstance(network, ClipText) and self.words is not None
        ids = ClipWords.load(self.words).ids(prompt, network.config.length)
        with torch.inference_mode():
            return network(torch.tensor([ids], device=self.parts.device)).float()

    words: Path | None = None  # folder with vocab.json and merges.txt

    def call(self, x: Tensor, t: Tensor, context: Tensor, extra: object, anchors: Tensor | None) -> Tensor:
        assert isinstance(extra, Tensor)
        time = (TIME_UNITS * (1.0 - t)).float().to(x.device)
        return self.transformer()(x, time, (context, extra), weights=(self.prompt_weight, self.drawing_weight))

    def null_extra(self, extra: object) -> Tensor:
        assert isinstance(extra, Tensor)
        return torch.zeros_like(extra)


def on_white_square(rgba: np.ndarray) -> np.ndarray:
    """Return the object of uint8 [H, W, 4], cut to its alpha, on a white square."""
    rows, columns = np.nonzero(rgba[..., 3])
    if len(rows) == 0:
        raise NoSubjectError("the picture shows no object", "Give a picture with alpha, or a mask.")
    part = rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32)
    alpha = part[..., 3:] / 255
    height, width = part.shape[:2]
    border = int(max(height, width) * PADDING)
    top, left = border + max(width - height, 0) // 2, border + max(height - width, 0) // 2
    colour = (part[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.pad(colour, ((top, top), (left, left), (0, 0)), constant_values=255)


def read_configs(folders: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Return the JSON configs of a diffusers layout: name -> folder in, name -> settings out.

    Absent ones are left out.
    """
    found = {}
    for name, folder in folders.items():
        for file in ("config.json", "scheduler_config.json", "preprocessor_config.json"):
            if (folder / file).is_file():
                found[name] = read_json(folder / file)
    return found


def triposg_generator(
    folders: Mapping[str, Path], configs: Mapping[str, Mapping[str, Any]], device: str, dtype: str
) -> TripoSG:
    """Build from the folders (or files) of `dit`, `vae`, `image` and, for scribble, `text` and `words`.

    configs: their settings, and those of `scheduler` and `feature_extractor` when there.
    """
    lost = [name for name in ("dit", "vae", "image") if name not in folders or name not in configs]
    if lost:
        raise CheckpointError(f"the model lacks its {', '.join(lost)}", "each part has a folder with config.json")
    with fitting_settings("the model"):
        vae, image, dit = triposg_vae_config(configs["vae"]), dino_config(configs["image"]), configs["dit"]
        parts = {
            "vae": Part(partial(decoder_only, vae), triposg_vae(vae.layers), folders["vae"], encoder=False),
            "image": Part(partial(Dino, image), DINO_GATED if image.swiglu else DINO, folders["image"]),
            "dit": Part(partial(SkipDit, triposg_dit_config(dit)), TRIPOSG, folders["dit"]),
        }
        if not dit.get("use_cross_attention_2"):
            return TripoSG(Parts(parts, device, dtype), configs)
        if "text" in folders:
            parts["text"] = Part(partial(ClipText, clip_text_config(configs["text"])), CLIP_TEXT, folders["text"])
        generator = TripoSGScribble(Parts(parts, device, dtype), configs)
        generator.words = folders.get("words")
        generator.default_tokens = 512
        return generator


def decoder_only(config: VecSetVaeConfig) -> VecSetVae:
    return VecSetVae(replace(config, encoder=None))
