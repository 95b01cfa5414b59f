"""TRELLIS.2: a flow on a dense latent grid tells the occupied voxels, one on those their shape, one their texture.

The shape may be drawn twice: coarse latents tell where fine ones lie (the cascade). One network is needed at a time.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ...._text import GIB
from ...networks.sparse import SparseTensor
from ...networks.trellis.structure_vae import StructureDecoder, occupied
from ...networks.trellis2.cascade import LATENT_CELLS, cascade_voxels
from ...networks.trellis2.lattice_flow import DenseLatticeFlow, LatticeFlow
from ...networks.trellis2.sampler import dense_spread, sparse_spread
from ...networks.trellis2.sc_vae import ScDecoder, shape_of
from ..generator import Condition, DecodedGrid
from ..parts import Parts
from ..trellis import from_trellis
from .flows import GuidedFlow, Lattices, contexts, guidance_settings, picture_condition, upright
from .materials import MaterialMaker, TextureFlow, levels, normalisation

TRAINED_TOKENS = 8192, 32768  # the most that an item had in training, at 512 and at 1024
FINE_VOXELS = 450  # of a mesh to a latent voxel, at most: a surface through 16^3 of them


class Trellis2Structure(GuidedFlow):
    """Flow over the dense latent grid, cell by cell as a set of latents."""

    def __init__(self, parts: Parts, pipeline: Mapping[str, Any], config: Mapping[str, Any]):
        sampler = pipeline["sparse_structure_sampler"]
        super().__init__(guidance_settings(sampler["params"], sampler["args"]["sigma_min"]))
        self.parts, self.side = parts, int(config["resolution"])
        self.channels = int(config["in_channels"])

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """x [1, side^3, C], cells with x slowest."""
        flow = cast(DenseLatticeFlow, self.parts.take("structure_flow"))
        context, null = contexts(condition, fine=False)
        grid = self.grid(x.to(self.parts.device))
        return self.guided(flow, grid, t, context, null, guidance, dense_spread).flatten(2).transpose(1, 2)

    def grid(self, x: Tensor) -> Tensor:
        """[1, side^3, C] -> [1, C, side, side, side]."""
        return x.transpose(1, 2).unflatten(2, (self.side,) * 3)


class Trellis2(GuidedFlow):
    """Picture to voxels to a dual grid to materials. The object itself is the flow over latents of the shape."""

    def __init__(self, parts: Parts, configs: Mapping[str, Mapping[str, Any]], pipeline: Mapping[str, Any]):
        """configs: arguments of the networks, by our names. pipeline: `args` of pipeline.json."""
        sampler = pipeline["shape_slat_sampler"]
        super().__init__(guidance_settings(sampler["params"], sampler["args"]["sigma_min"]))
        self.parts = parts
        self.channels = int(configs["shape_flow"]["in_channels"])
        self.resolution = int(configs["shape_flow"]["resolution"])
        self.narrowest = int(configs["shape_decoder"]["model_channels"][-1])
        self.mean, self.deviation = normalisation(pipeline["shape_slat_normalization"], parts.device)
        self.structure = Trellis2Structure(parts, pipeline, configs["structure_flow"])
        self.structure_tokens = self.structure.side**3
        self.materials_of = MaterialMaker(parts, configs, pipeline)
        self.lattices = Lattices(self.resolution, parts.device)

    # pictures and voxels ---------------------------------------------------------------------------------------------

    def condition(self, rgba: np.ndarray) -> Condition:
        return picture_condition(self.parts, rgba)

    def occupied(self, latents: Tensor) -> tuple[np.ndarray, int]:
        """Latents [1, side^3, C] of `structure` -> occupied voxels [N, 3] int32 of our box, sorted, and resolution."""
        decoder = cast(StructureDecoder, self.parts.take("structure_decoder"))
        with torch.inference_mode():
            logits = decoder(self.structure.grid(latents.to(self.parts.device)))
        found = occupied(logits, max(1, logits.shape[-1] // self.resolution))
        return from_trellis(found[:, 1:].cpu().numpy(), self.resolution), self.resolution

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor | None:
        """Centres [N, 3] of voxel indices [N, 3] of our box."""
        return None if indices is None else self.lattices.anchors(indices, resolution)

    @property
    def trained_voxels(self) -> int:
        """Return the most latent voxels that the flow of the last anchors had in training."""
        return TRAINED_TOKENS[self.lattices.fine]

    # latents of the shape --------------------------------------------------------------------------------------------

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """x [1, N, C] at voxels with anchors [N, 3]; the flow is chosen by their resolution."""
        lattice = self.lattices.at(anchors)
        flow = cast(LatticeFlow, self.parts.take("shape_flow_fine" if lattice.fine else "shape_flow"))
        voxels = lattice.voxels

        def call(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
            return flow(SparseTensor(x, voxels), time, context).features

        def spread(x: Tensor) -> Tensor:
            return sparse_spread(x, voxels.slices)

        context, null = contexts(condition, lattice.fine)
        return self.guided(call, x[0].to(self.parts.device), t, context, null, guidance, spread)[None]

    def finer(self, latents: Tensor, anchors: Tensor, resolution: int, most: int) -> tuple[np.ndarray, int]:
        """Voxels [M, 3] of our box, sorted, for fine latents of a mesh at `resolution`, and how many a side.

        The mesh's resolution falls in steps of 128, not below 1024, while they are not fewer than `most`.
        """
        lattice = self.lattices.at(anchors)
        decoder = cast(ScDecoder, self.parts.take("shape_decoder"))
        with torch.inference_mode():
            voxels = decoder.voxels(SparseTensor(self._whole(latents), lattice.voxels))
        found, used = cascade_voxels(voxels.coords, LATENT_CELLS * lattice.resolution, resolution, most)
        side = used // LATENT_CELLS
        return from_trellis(found[:, 1:].cpu().numpy(), side), side

    def _whole(self, latents: Tensor) -> Tensor:
        """Latents [1, N, C] as sampled -> [N, C] as the decoder reads them."""
        return latents[0].to(self.parts.device) * self.deviation + self.mean

    # grid and materials ----------------------------------------------------------------------------------------------

    def dual_grid(self, latents: Tensor, anchors: Tensor) -> DecodedGrid:
        """Return the O-Voxel grid of latents [1, N, C] at anchors [N, 3]."""
        lattice = self.lattices.at(anchors)
        decoder = cast(ScDecoder, self.parts.take("shape_decoder"))
        with torch.inference_mode():
            raw, logits = decoder(SparseTensor(self._whole(latents), lattice.voxels))
            local, crossed, weights = shape_of(raw.features)
        guides = [told.features for told in logits]
        coords = raw.coords[:, 1:].contiguous()
        return DecodedGrid(LATENT_CELLS * lattice.resolution, coords, local, crossed.to(torch.uint8), weights, guides)

    def placed(self, vertices: Tensor) -> Tensor:
        """Vertices [N, 3] of its box -> of ours."""
        x, y, z = (2.0 * vertices).unbind(1)
        return torch.stack([x, z, -y], dim=1)

    def texture(self, latents: Tensor, anchors: Tensor) -> TextureFlow:
        """Return the flow of the texture of a shape with latents [1, N, C] at anchors [N, 3]."""
        return self.materials_of.flow(self.lattices.at(anchors), latents[0])

    def materials(self, texture: Tensor, anchors: Tensor, grid: DecodedGrid) -> tuple[np.ndarray, np.ndarray]:
        """Latents [1, N, C] of texture -> voxels [M, 3] int32 of our box, and their materials uint8 [M, 6]."""
        found = self.materials_of.decoded(texture[0], self.lattices.at(anchors), grid.guides)
        indices = upright(found.coords[:, 1:], grid.resolution).cpu().numpy()
        return np.ascontiguousarray(indices, np.int32), levels(found.features).cpu().numpy()

    # memory ----------------------------------------------------------------------------------------------------------

    def voxel_bytes(self) -> int:
        """Memory that decoding takes per latent voxel: features of its fine voxels, before and after a convolution.

        At full size in 16 bits 0.9 MB.
        """
        features = 14 * self.narrowest * self.parts.dtype.itemsize
        return FINE_VOXELS * (features + 27 * 4 + 40)

    def limit_memory(self, gib: float) -> None:
        """Networks leave as soon as the next one would not fit beside them; one that is too large is refused."""
        self.parts.budget = gib * GIB
