"""Hunyuan3D-2.0, 2mini, 2mv and 2.1: one container layout, two transformers, two schedules.

A folder holds one file with the parts model, vae and conditioner, and a config.yaml that names the classes.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ...errors import CheckpointError, UsageError
from ..checkpoints.conversion.configs import (
    DINO_VERSIONS,
    class_name,
    dino_config,
    flux_config,
    skip_config,
    vecset_config,
)
from ..checkpoints.conversion.convert import DINO, DINO_GATED, FLUX, HUNYUAN21, VECSET, Layout
from ..networks.dit import SkipDit
from ..networks.encoders.dino import Dino, PositionResize, view_embedding
from ..networks.flashvdm import Volume
from ..networks.flux_dit import FluxDit
from ..networks.schedules import consistency_times, flow_match_times, without_idle_steps
from ..networks.vecset_vae import VecSetVae
from .base import PublicGenerator, image_condition
from .conditions.picture import encoder_pixels, hunyuan_picture
from .generator import Condition
from .parts import Part, Parts

VIEWS = ("front", "left", "back", "right")  # their order is the order of the tokens
FLASH = Volume(bounds=1.01, select="mean")
TURBO_FLASH = Volume(bounds=1.01, select="merge")


class HunyuanGenerator(PublicGenerator):
    """Pictures and schedule, whatever the transformer."""

    def __init__(self, parts: Parts, config: Mapping[str, Any], volume: Volume):
        super().__init__(parts, vecset_config(config["vae"]["params"], with_encoder=False), volume)
        processor = config["image_processor"].get("params") or {}
        self.picture_size: int = processor.get("size", 512)
        border = processor.get("border_ratio")
        self.border: float = 0.15 if border is None else border
        kind, kwargs = image_encoder(config["conditioner"])
        self.multi_view = kind == "DinoImageEncoderMV"
        self.encoder_size: int = kwargs.get("image_size", 224)
        self.class_token: bool = kwargs.get("use_cls_token", True)
        self.scheduler: Mapping[str, Any] = config["scheduler"]

    def picture(self, rgba: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return a cut-out picture [H, W, 4] -> the square picture [1, 3, S, S] and its mask [1, 1, S, S], in -1..1."""
        return hunyuan_picture(rgba, self.picture_size, self.border)

    def condition(self, rgba: np.ndarray) -> Condition:
        return (
            self.condition_views({"front": rgba}) if self.multi_view else self.condition_picture(self.picture(rgba)[0])
        )

    def condition_picture(self, picture: Tensor) -> Condition:
        """From the prepared picture [1, 3, S, S]."""
        tokens = self.image_tokens(encoder_pixels(picture, self.encoder_size))
        return image_condition(tokens if self.class_token else tokens[:, 1:])

    def condition_views(self, pictures: Mapping[str, np.ndarray]) -> Condition:
        """Several sides of one object, keyed by VIEWS; for the multi-view models. Raises UsageError."""
        unknown = sorted(set(pictures) - set(VIEWS))
        if unknown or not pictures or not self.multi_view:
            hint = (
                f"Views: {', '.join(VIEWS)}." if self.multi_view else "Give one picture, or use `model` hunyuan3d-2mv."
            )
            raise UsageError(f"views {', '.join(pictures) or 'none'} do not fit this model", hint)
        chosen = [index for index, name in enumerate(VIEWS) if name in pictures]
        return self.condition_sides([self.picture(pictures[VIEWS[index]])[0] for index in chosen], chosen)

    def condition_sides(self, pictures: Sequence[Tensor], views: Sequence[int]) -> Condition:
        """From prepared pictures [1, 3, S, S] and the number of the side that each shows."""
        table = view_embedding(len(VIEWS), self.image_width)
        tokens = [
            self.image_tokens(encoder_pixels(picture, self.encoder_size)) + table[view].to(self.parts.device)
            for picture, view in zip(pictures, views, strict=True)
        ]
        return image_condition(torch.cat(tokens, dim=1))

    @property
    def image_width(self) -> int:
        return cast(Dino, self.parts.take("image")).config.width

    def schedule(self, steps: int) -> Tensor:
        """Return `steps` as published: the plain schedule then makes steps - 1 useful calls, the turbo one `steps`."""
        return without_idle_steps(published_times(self.scheduler, steps))


class Hunyuan20(HunyuanGenerator):
    """Two-stream transformer. Distilled files take the guidance scale as an input and need one pass."""

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        dit = cast(FluxDit, self.transformer())
        if not dit.config.guidance:
            return super().velocity(x, t, condition, anchors, guidance)
        scale = torch.full((1,), guidance, device=self.parts.device)
        time = torch.full((1,), t, device=self.parts.device)
        with torch.inference_mode():
            return dit(x.to(self.parts.device), time, condition.tokens, scale)

    def call(self, x: Tensor, t: Tensor, context: Tensor, extra: object, anchors: Tensor | None) -> Tensor:
        return self.transformer()(x, t.float().to(x.device), context)


class Hunyuan21(HunyuanGenerator):
    """Skip transformer with experts."""

    def call(self, x: Tensor, t: Tensor, context: Tensor, extra: object, anchors: Tensor | None) -> Tensor:
        return self.transformer()(x, t.float().to(x.device), (context,))


def published_times(scheduler: Mapping[str, Any], steps: int) -> Tensor:
    """Return times [steps + 1] of the scheduler that a config names, the idle last step included."""
    params = scheduler.get("params", {}) or {}
    kind = class_name(scheduler["target"])
    if kind == "FlowMatchEulerDiscreteScheduler":
        return flow_match_times(steps, params.get("shift", 1.0))
    if kind == "ConsistencyFlowMatchEulerDiscreteScheduler":
        return consistency_times(steps, params.get("num_train_timesteps", 1000), params.get("pcm_timesteps", 50))
    raise CheckpointError(f"the config names the scheduler {kind}, which is not known", "")


def image_encoder(conditioner: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Kind and arguments of the one image encoder of a conditioner config."""
    params = conditioner.get("params", {})
    if params.get("additional_image_encoder"):
        raise CheckpointError("the config asks for a second image encoder, which is not supported", "")
    main = params.get("main_image_encoder", {})
    kind = main.get("type", "DinoImageEncoder")
    if kind not in ("DinoImageEncoder", "DinoImageEncoderMV"):
        raise CheckpointError(f"the image encoder {kind} is not supported", "")
    return kind, main.get("kwargs", {})


def image_part(conditioner: Mapping[str, Any], path: Path, resize: PositionResize = "size") -> Part:
    """Return the image encoder inside a pipeline file."""
    _, kwargs = image_encoder(conditioner)
    params = kwargs.get("config") or DINO_VERSIONS.get(kwargs.get("version", ""))
    if params is None:
        raise CheckpointError(f"the image encoder {kwargs.get('version')!r} is not known", "")
    config = dino_config(params)
    layout = DINO_GATED if config.swiglu else DINO
    return Part(partial(Dino, config, resize), layout, path, ("conditioner",), "main_image_encoder.model")


def vae_part(params: Mapping[str, Any], path: Path, layout: Layout = VECSET) -> Part:
    """Return the decoder half of a VAE: alone in its file, or beside a transformer."""
    config = vecset_config(params, with_encoder=False)
    return Part(partial(VecSetVae, config), layout, path, ("vae",), encoder=False)


def hunyuan_generator(
    path: Path, config: Mapping[str, Any], device: str, dtype: str, vae: tuple[Path, Mapping[str, Any]] | None = None
) -> HunyuanGenerator:
    """Build from the weights file and its translated config.yaml. vae: another decoder (turbo) and its config.

    Raises CheckpointError for a config that names anything unknown. No tensor is read before it is needed.
    """
    lost = [key for key in ("model", "vae", "conditioner", "scheduler", "image_processor") if key not in config]
    if lost:
        raise CheckpointError(f"the config of {path} lacks {', '.join(lost)}", "use the config.yaml of the same folder")
    vae_path, vae_config = (path, config["vae"]) if vae is None else vae
    config = {**config, "vae": vae_config}
    kind, params = class_name(config["model"]["target"]), config["model"].get("params", {})
    parts = {
        "image": image_part(config["conditioner"], path),
        "vae": vae_part(vae_config["params"], vae_path),
    }
    turbo = class_name(config["scheduler"]["target"]).startswith("Consistency")
    volume = TURBO_FLASH if turbo else FLASH
    if kind == "Hunyuan3DDiT":
        parts["dit"] = Part(partial(FluxDit, flux_config(params)), FLUX, path, ("model",))
        return Hunyuan20(Parts(parts, device, dtype), config, volume)
    if kind == "HunYuanDiTPlain":
        parts["dit"] = Part(partial(SkipDit, skip_config(params, lattice=False)), HUNYUAN21, path, ("model",))
        return Hunyuan21(Parts(parts, device, dtype), config, volume)
    raise CheckpointError(f"the config of {path} names the model {kind}, which is not known", "")
