"""Common parts of the flows of TRELLIS.2: settings of the samplers, conditions, and the latent voxels they run on.

Its box is [-0.5, 0.5]^3 with z up; ours is [-1, 1]^3 with y up, so that (x, y, z) there is 2 (x, z, -y) here. Noise
counts from 1 down to 0 there, time from 0 to 1 here, and its velocity points to the noise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ....errors import CheckpointError
from ...networks.encoders.dinov3 import Dinov3
from ...networks.sparse import VoxelSet
from ...networks.trellis.sampler import Call, noise_levels
from ...networks.trellis2.sampler import GuidanceSettings, Spread, guided_velocity
from ..conditions.picture import to_uint8
from ..conditions.trellis2_picture import cut_to_object, encoder_pixels
from ..generator import Condition
from ..parts import Parts
from ..voxel_centres import centres_of

SIDES = (512, 1024)  # pixels a side that the picture encoder is given, for coarse and for fine latents


def guidance_settings(told: Mapping[str, Any], sigma_min: float = 1e-5) -> GuidanceSettings:
    """Return the parameters of a published sampler."""
    low, high = told["guidance_interval"]
    return GuidanceSettings(
        steps=told["steps"],
        strength=told["guidance_strength"],
        rescale=told["guidance_rescale"],
        interval=(float(low), float(high)),
        time_rescale=told["rescale_t"],
        sigma_min=sigma_min,
    )


class GuidedFlow:
    """Schedule and guidance of a flow, as its sampler was published."""

    def __init__(self, settings: GuidanceSettings):
        self.settings = settings

    def schedule(self, steps: int) -> Tensor:
        """Return times [steps + 1] float64 from 0 (noise) to 1 (data)."""
        return 1.0 - noise_levels(steps, self.settings.time_rescale)

    def guided(
        self, call: Call, x: Tensor, t: float, context: Tensor, null: Tensor, guidance: float, spread: Spread
    ) -> Tensor:
        """Velocity to the data of what `call` gives, with a guidance of the caller's; 1 is none."""
        level = round(1.0 - t, 12)  # so that ends of the interval are met
        settings = replace(self.settings, strength=guidance)
        with torch.inference_mode():
            return -guided_velocity(call, x, level, context, null, settings, spread)


def picture_condition(parts: Parts, rgba: np.ndarray) -> Condition:
    """Return tokens of a picture [S, S, 4] at the smaller side; `extra` gives those at the larger one when asked."""
    picture = cut_to_object(to_uint8(rgba))
    tokens = encoded(parts, picture, SIDES[0])
    return Condition(tokens, torch.zeros_like(tokens), cache(partial(encoded, parts, picture, SIDES[1])))


def encoded(parts: Parts, picture: np.ndarray, side: int) -> Tensor:
    """Picture uint8 [H, W, 3] -> tokens [1, 5 + (side / 16)^2, C] float32."""
    encoder = cast(Dinov3, parts.take("image"))
    with torch.inference_mode():
        return encoder(encoder_pixels(picture, side).to(parts.device)).float()


def contexts(condition: Condition, fine: bool) -> tuple[Tensor, Tensor]:
    """Return the tokens [1, M, C] that coarse or fine latents read, and those of nothing."""
    if not fine:
        return condition.tokens, condition.null
    tokens = cast(Callable[[], Tensor], condition.extra)()
    return tokens, torch.zeros_like(tokens)


@dataclass(frozen=True)
class Lattice:
    """Latent voxels in the model's own box. fine: they lie closer than those of the structure."""

    voxels: VoxelSet
    resolution: int
    fine: bool


class Lattices:
    """Latent voxels by the anchors that stand for them in our box. The last set is kept, with its tables."""

    def __init__(self, coarse: int, device: torch.device):
        """coarse: voxels a side of the structure."""
        self.coarse, self.device = coarse, device
        self._last: tuple[Tensor, Lattice] | None = None

    def anchors(self, indices: np.ndarray, resolution: int) -> Tensor:
        """Return centres [N, 3] in our box of voxels [N, 3] of our box, which latents are to lie on."""
        cells = torch.as_tensor(np.ascontiguousarray(indices), dtype=torch.int32, device=self.device)
        centres = centres_of(cells, resolution)
        x, y, z = cells.unbind(1)
        places = torch.stack([torch.zeros_like(x), x, resolution - 1 - z, y], dim=1)
        self._last = centres, Lattice(VoxelSet(places, 1), resolution, resolution > self.coarse)
        return centres

    @property
    def fine(self) -> bool:
        """Tell whether the last set was finer than the structure."""
        return self._last is not None and self._last[1].fine

    def at(self, anchors: Tensor | None) -> Lattice:
        """Return the voxels of anchors that `anchors` gave last. Raises CheckpointError for others."""
        if self._last is None or self._last[0] is not anchors:
            raise CheckpointError("these anchors lack their resolution", "Take them from `anchors` again.")
        return self._last[1]


def upright(indices: Any, resolution: int) -> Any:
    """Voxels [N, 3] of its box, z up, as voxels of ours, y up, in their order; array or tensor."""
    x, y, z = indices[:, 0], indices[:, 1], indices[:, 2]
    stack = torch.stack if isinstance(indices, Tensor) else np.stack
    return stack([x, z, resolution - 1 - y], 1)  # type: ignore[operator]
