"""Base of the public generators: image tokens, guided velocity and a VecSet decoder."""

from abc import ABC, abstractmethod
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..._text import GIB
from ...kernels.fields.field_function import FieldFunction
from ..networks.encoders.dino import Dino
from ..networks.flashvdm import Volume, decode_reference
from ..networks.key_selection import CellKeys, Selection
from ..networks.layers import Attend, keeps_sizes, rounded
from ..networks.schedules import guided
from ..networks.vecset_vae import VecSetVae, VecSetVaeConfig
from .generator import Condition
from .parts import Parts


class PublicGenerator(ABC):
    """Base of the public families: everything but pictures, schedule and the call of the transformer."""

    def __init__(self, parts: Parts, vae: VecSetVaeConfig, volume: Volume):
        """volume: how the published decoder walks the grid, for comparison with ours; its box is the field's."""
        self.parts, self.vae_config, self.volume = parts, vae, volume
        self.channels = vae.channels
        self.field_bounds = volume.bounds
        self.default_tokens: int | None = vae.tokens

    @abstractmethod
    def condition(self, rgba: np.ndarray) -> Condition:
        """Return the condition of a cut-out picture [S, S, 4]."""

    @abstractmethod
    def schedule(self, steps: int) -> Tensor:
        """Return times [K + 1] from 0 (noise) to 1 (data)."""

    @abstractmethod
    def call(self, x: Tensor, t: Tensor, context: Tensor, extra: object, anchors: Tensor | None) -> Tensor:
        """One pass of the transformer: x [1, N, C], t [1], context [1, M, .] -> velocity [1, N, C]."""

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor | None:
        """None: the latents are a set without places."""
        return None

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """Guided velocity. The two branches run one after the other: the same numbers, half the memory."""
        x = x.to(self.parts.device)
        # Filled in where it is used, as a copy would make the host wait. Metal has no float64.
        home = "cpu" if self.parts.device.type == "mps" else self.parts.device
        time = torch.full((1,), t, dtype=torch.float64, device=home)
        with torch.inference_mode():
            with_picture = self.call(x, time, condition.tokens, condition.extra, anchors)
            if guidance == 1.0:
                return with_picture
            without = self.call(x, time, condition.null, self.null_extra(condition.extra), anchors)
            return guided(with_picture, without, guidance)

    def null_extra(self, extra: object) -> object:
        """Return the stand-in for `Condition.extra` in the branch without a picture."""
        return extra

    def decoded_keys(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Latents [1, N, C] of the diffusion model -> keys and values of the field."""
        vae = self.vae()
        with torch.inference_mode():
            return vae.geo.keys_of(vae.decode(latents.to(self.parts.device) / self.vae_config.scale))

    def field(self, latents: Tensor, anchors: Tensor | None) -> FieldFunction:
        keys, vae = self.decoded_keys(latents), self.vae()

        def query(points: Tensor) -> Tensor:
            with torch.inference_mode():
                asked = points.to(self.parts.device)
                if keeps_sizes(asked.device, self.parts.dtype):  # the last points of each level come in any number
                    asked = F.pad(asked, (0, 0, 0, rounded(len(asked), 4) - len(asked)))
                return vae.field(asked[None], keys)[0][: len(points)]

        return query

    def selected_field(self, latents: Tensor, select: Selection) -> FieldFunction:
        """Return the field whose points attend only to keys that their sub-volume votes for: faster, not exact."""
        keys, vae = self.decoded_keys(latents), self.vae()
        cells = CellKeys(lambda points, attend: vae.field(points[None], keys, attend)[0], self.field_bounds, select)

        def query(points: Tensor) -> Tensor:
            with torch.inference_mode():
                return cells.ask(points.to(self.parts.device))

        return query

    def reference_grid(
        self, latents: Tensor, resolution: int, volume: Volume | None = None, chunk: int = 8000
    ) -> Tensor:
        """Return the published decoder's dense grid, holes as NaN; its side need not be `resolution` + 1."""
        keys, vae = self.decoded_keys(latents), self.vae()

        def query(points: Tensor, attend: Attend) -> Tensor:
            return vae.field(points.to(self.parts.device)[None], keys, attend)[0].cpu()

        with torch.inference_mode():
            return decode_reference(query, resolution, volume or self.volume, chunk)

    def limit_memory(self, gib: float) -> None:
        """Bound the memory of networks: they leave before one that would not fit beside them.

        One that is too large by itself is refused.
        """
        self.parts.budget = gib * GIB

    def point_bytes(self) -> int:
        """Activations that one query point of the field takes: about eight rows of its width, and the MLP's."""
        config = self.vae_config
        width = (config.geo_width or config.width) * (8 + 2 * config.geo_mlp_ratio)
        return width * self.parts.dtype.itemsize

    def vae(self) -> VecSetVae:
        return cast(VecSetVae, self.parts.take("vae"))

    def image_tokens(self, pixels: Tensor) -> Tensor:
        """Normalised pixels [B, 3, S, S] -> tokens [B, M, C] in float32, class token first."""
        dino = cast(Dino, self.parts.take("image"))
        with torch.inference_mode():
            return dino(pixels.to(self.parts.device)).float()

    def transformer(self) -> nn.Module:
        return self.parts.take("dit")


def image_condition(tokens: Tensor, extra: object = None) -> Condition:
    """Tokens [1, M, C] against zeros: the null condition of every public image model."""
    return Condition(tokens, torch.zeros_like(tokens), extra)
