"""Materials of voxels: a flow over their latents that knows the shape's, and the decoder of them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor

from ...networks.sparse import SparseTensor
from ...networks.trellis2.lattice_flow import LatticeFlow
from ...networks.trellis2.sampler import sparse_spread
from ...networks.trellis2.sc_blocks import Guide
from ...networks.trellis2.sc_vae import ScDecoder
from ..generator import Condition
from ..parts import Parts
from .flows import GuidedFlow, Lattice, contexts, guidance_settings


def normalisation(told: Mapping[str, Any], device: torch.device) -> tuple[Tensor, Tensor]:
    """Return mean and deviation [C] of latents."""
    return torch.tensor(told["mean"], device=device), torch.tensor(told["std"], device=device)


class TextureFlow(GuidedFlow):
    """Flow over latents of texture on voxels, told the latents of the shape there, [N, C], as sampled."""

    def __init__(self, maker: "MaterialMaker", lattice: Lattice, shape: Tensor):
        super().__init__(maker.settings)
        self.parts, self.lattice, self.shape = maker.parts, lattice, shape
        self.channels = maker.channels

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """x [1, N, C]."""
        flow = cast(LatticeFlow, self.parts.take("texture_flow_fine" if self.lattice.fine else "texture_flow"))
        voxels = self.lattice.voxels

        def call(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
            return flow(SparseTensor(torch.cat([x, self.shape], dim=1), voxels), time, context).features

        context, null = contexts(condition, self.lattice.fine)

        def spread(x: Tensor) -> Tensor:
            return sparse_spread(x, voxels.slices)

        return self.guided(call, x[0].to(self.parts.device), t, context, null, guidance, spread)[None]


class MaterialMaker:
    """Latents of a shape -> latents of its texture -> materials of its voxels."""

    def __init__(self, parts: Parts, configs: Mapping[str, Mapping[str, Any]], pipeline: Mapping[str, Any]):
        """configs: arguments of the networks, by our names. pipeline: `args` of pipeline.json."""
        sampler = pipeline["tex_slat_sampler"]
        self.parts = parts
        self.settings = guidance_settings(sampler["params"], sampler["args"]["sigma_min"])
        self.channels = int(configs["texture_flow"]["out_channels"])
        self.mean, self.deviation = normalisation(pipeline["tex_slat_normalization"], parts.device)

    def flow(self, lattice: Lattice, shape: Tensor) -> TextureFlow:
        """Return the flow for the latents [N, C] of a shape, as sampled."""
        return TextureFlow(self, lattice, shape.to(self.parts.device))

    def decoded(self, latents: Tensor, lattice: Lattice, guides: Sequence[Guide]) -> SparseTensor:
        """Latents [N, C] as sampled -> base colour 3, metalness, roughness, opacity [M, 6], about 0 to 1.

        guides: the children of every voxel at every level.
        """
        decoder = cast(ScDecoder, self.parts.take("texture_decoder"))
        with torch.inference_mode():
            whole = latents.to(self.parts.device) * self.deviation + self.mean
            raw, _ = decoder(SparseTensor(whole, lattice.voxels), guides)
            return raw.but(raw.features * 0.5 + 0.5)


def levels(materials: Tensor) -> Tensor:
    """Materials [M, 6] -> uint8 [M, 6], cut to 0..255."""
    return (materials.float() * 255).round().clamp(0, 255).to(torch.uint8)
