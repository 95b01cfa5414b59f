"""Direct3D-S2: a flow on a dense latent grid tells active voxels, a sparse flow draws latents on them.

Two levels share the code: 64^3 voxels of 8^3 signed distances each, and 128^3 of them at the surface of a mesh. Its box
is [-1, 1]^3, as ours; axes stay as drawn. Noise counts from 1 down to 0 there, time from 0 to 1 here, and
its velocity points to the noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor

from ...._text import GIB
from ....errors import CheckpointError
from ....kernels.fields.field import Field
from ...networks.direct3d.refiner import Refiner, SignRefiner
from ...networks.direct3d.sampler import noise_levels
from ...networks.direct3d.sdf_vae import FINE, SdfDecoder, boxes_of
from ...networks.direct3d.sparse_flow import SparseFlow
from ...networks.encoders.dino import Dino
from ...networks.schedules import guided
from ...networks.sparse import SparseTensor, VoxelSet
from ...networks.trellis.structure_flow import StructureFlow
from ...networks.trellis.structure_vae import StructureDecoder
from ..conditions.direct3d_picture import PICTURE, encoder_input, object_patches, patch_places, square_picture
from ..conditions.picture import to_uint8
from ..generator import Condition
from ..parts import Parts
from ..voxel_centres import voxel_centres
from .surface import Counted, decoded_bricks, refined_field, signed_field, told_field

OCCUPIED = 0.1  # probability from which a voxel is active
LEVEL = 0.2  # signed distance at the surface; twice as much after the refiner of 512^3
# Public users give the model at most so many active voxels at 128^3; a surface has a quarter of them at 64^3. How many
# an item had in training is not published.
USUAL_VOXELS, USUAL_RESOLUTION = 100_000, 128

Call = Callable[[Tensor, Tensor], Tensor]  # tokens [1, M, C] of the picture, or zeros, and time [1] -> velocity


class Direct3DFlow:
    """Schedule and guidance of a flow."""

    def __init__(self, shift: float):
        """shift: of the noise levels; above 1 it spends more of them near the noise."""
        self.shift = shift

    def schedule(self, steps: int) -> Tensor:
        """Return times [steps + 1] float64 from 0 (noise) to 1 (data)."""
        return 1.0 - noise_levels(steps, self.shift).double()

    def guided(self, call: Call, t: float, condition: Condition, guidance: float) -> Tensor:
        """Velocity to the data. The two branches run one after the other."""
        with torch.inference_mode():
            time = torch.full((1,), 1000.0 * (1.0 - t), device=condition.tokens.device)
            given = call(condition.tokens, time)
            return -(given if guidance == 1.0 else guided(given, call(condition.null, time), guidance))


@dataclass(frozen=True)
class Scaling:
    """Latents of a flow as the decoder of a VAE reads them: latents / scale + shift."""

    scale: float = 1.0
    shift: float = 0.0

    def __call__(self, latents: Tensor) -> Tensor:
        return latents / self.scale + self.shift


class DenseStage(Direct3DFlow):
    """Flow over the dense latent grid, cell by cell as a set of latents [1, side^3, C], x slowest."""

    def __init__(self, parts: Parts, shift: float, channels: int, side: int, scaling: Scaling):
        super().__init__(shift)
        self.parts, self.channels, self.side, self.scaling = parts, channels, side, scaling

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        flow = cast(StructureFlow, self.parts.take("structure_flow"))
        grid = self.grid(x)
        velocity = self.guided(lambda tokens, time: flow(grid, time, tokens), t, condition, guidance)
        return velocity.flatten(2).transpose(1, 2)

    def grid(self, x: Tensor) -> Tensor:
        """[1, side^3, C] -> [1, C, side, side, side]."""
        return x.to(self.parts.device).transpose(1, 2).unflatten(2, (self.side,) * 3)

    def active(self, latents: Tensor) -> Tensor:
        """Latents [1, side^3, C] -> active voxels [N, 3] int64, sorted, x slowest."""
        decoder = cast(StructureDecoder, self.parts.take("structure_decoder"))
        with torch.inference_mode():
            return torch.nonzero(torch.sigmoid(decoder(self.scaling(self.grid(latents)))[0, 0]) >= OCCUPIED)


class Direct3D(Direct3DFlow):
    """Latents on active voxels of one resolution, and the field that they stand for."""

    field_bounds = 1.0
    default_tokens: int | None = None

    def __init__(self, parts: Parts, shift: float, resolution: int, channels: int, size: int, scaling: Scaling):
        """resolution: voxels a side. size: pixels a side of what the image encoder is given."""
        super().__init__(shift)
        self.parts, self.resolution, self.channels = parts, resolution, channels
        self.size, self.scaling = size, scaling
        self.trained_voxels = int(USUAL_VOXELS * (resolution / USUAL_RESOLUTION) ** 2)
        self._voxels: tuple[Tensor, VoxelSet] | None = None

    # pictures --------------------------------------------------------------------------------------------------------

    def condition(self, rgba: np.ndarray) -> Condition:
        """Tokens of the picture; extra: mask uint8 [518, 518] of the square that the encoder sees."""
        colour, mask = square_picture(to_uint8(rgba))
        dino = cast(Dino, self.parts.take("image"))
        with torch.inference_mode():
            tokens = dino(encoder_input(colour, self.size).to(self.parts.device)).float()
        return Condition(tokens, torch.zeros_like(tokens), torch.from_numpy(mask.copy()))

    # voxels ----------------------------------------------------------------------------------------------------------

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor | None:
        """Centres [N, 3] of voxel indices. Raises CheckpointError for another resolution than the model's."""
        return voxel_centres(indices, resolution, self.resolution, self.parts.device)

    def voxels(self, anchors: Tensor) -> VoxelSet:
        """Return the voxels of anchors [N, 3], in their order. One set, with its tables, for one tensor."""
        if self._voxels is not None and self._voxels[0] is anchors:
            return self._voxels[1]
        places = torch.floor((anchors.to(self.parts.device) + 1.0) * (self.resolution / 2)).int()
        voxels = VoxelSet(torch.cat([torch.zeros_like(places[:, :1]), places], dim=1), 1)
        self._voxels = anchors, voxels
        return voxels

    # latents ---------------------------------------------------------------------------------------------------------

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """x [1, N, C] at voxels with anchors [N, 3]."""
        assert anchors is not None
        flow, voxels = cast(SparseFlow, self.parts.take("flow")), self.voxels(anchors)
        features = SparseTensor(x[0].to(self.parts.device), voxels)
        if not flow.config.placed_context:
            return self.guided(lambda tokens, time: flow(features, time, tokens).features[None], t, condition, guidance)
        numbers, places = self.shown_tokens(condition)

        def call(tokens: Tensor, time: Tensor) -> Tensor:
            return flow(features, time, tokens[:, numbers], [places]).features[None]

        return self.guided(call, t, condition, guidance)

    def shown_tokens(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """Return which tokens show the object, for networks that read no others, and their places."""
        registers = cast(Dino, self.parts.take("image")).config.registers
        side = round((condition.tokens.shape[1] - 1 - registers) ** 0.5)
        shown = object_patches(condition.extra[None, None], PICTURE // side)[0]
        return patch_places(shown.to(condition.tokens.device), registers)

    # field -----------------------------------------------------------------------------------------------------------

    def sparse_field(
        self,
        latents: Tensor,
        anchors: Tensor,
        level: float | None = None,
        refine: bool | None = None,
        chunk: int = 32,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Field:
        """Return the field of latents [1, N, C] near its surface, positive inside; level: signed distance there.

        refine: let the second network of this level change signed distances or tell the sign between voxels; None when
        its weights are here. Without it, spaces that voxels enclose are inside. chunk: voxels along a box that is
        decoded at once. progress: called after each box, and after each patch of the second network, with how many are
        done and how many there are. Raises CheckpointError for a refiner that is not here.
        """
        if refine and "refiner" not in self.parts:
            raise CheckpointError("the refiner of this model is not here", "Pull it, or set `decode.refiner` to off.")
        refine = "refiner" in self.parts if refine is None else refine
        decoder, voxels = cast(SdfDecoder, self.parts.take("decoder")), self.voxels(anchors)
        scaled = SparseTensor(self.scaling(latents[0].to(self.parts.device)), voxels)
        resolution = FINE * self.resolution
        patches = cast(Refiner | SignRefiner, self.parts.blank("refiner")).config.patches if refine else 0
        after = Counted(len(boxes_of(voxels, chunk)) + patches, progress)
        with torch.inference_mode():
            smooth = refine and self.smooths
            bricks = decoded_bricks(decoder, scaled, chunk, smooth, after)
            if smooth:
                refiner = cast(Refiner, self.parts.take("refiner"))
                return refined_field(refiner, bricks, resolution, 2 * LEVEL if level is None else level, after)
            level = LEVEL if level is None else level
            if refine:
                return signed_field(cast(SignRefiner, self.parts.take("refiner")), bricks, resolution, level, after)
            return told_field(bricks, resolution, level)

    @property
    def smooths(self) -> bool:
        """Tell whether the refiner changes signed distances; else it tells signs between voxels."""
        return "refiner" in self.parts and isinstance(self.parts.blank("refiner"), Refiner)

    def voxel_bytes(self) -> int:
        """Memory that an active voxel takes at most: rows of the flow, or 512 fine voxels with what they tell.

        At full size in bfloat16 79 kB by the flow; 69 kB were measured on 15,632 voxels of 128^3.
        """
        flow = cast(SparseFlow, self.parts.blank("flow")).config
        rows = 35 * flow.width * self.parts.dtype.itemsize
        features = cast(SdfDecoder, self.parts.blank("decoder")).config.widths[-1] if self.smooths else 0
        fine = FINE**3 * (features * self.parts.dtype.itemsize + 3 * 4)
        return int(1.1 * max(rows, fine))

    def limit_memory(self, gib: float) -> None:
        """Networks leave as soon as the next one would not fit beside them; one that is too large is refused."""
        self.parts.budget = gib * GIB


class Direct3D512(Direct3D):
    """The level of 64^3 voxels, which draws them itself."""

    def __init__(
        self,
        parts: Parts,
        shift: float,
        resolution: int,
        channels: int,
        size: int,
        scaling: Scaling,
        structure: DenseStage,
    ):
        super().__init__(parts, shift, resolution, channels, size, scaling)
        self.structure = structure
        self.structure_tokens = structure.side**3

    def occupied(self, latents: Tensor) -> tuple[np.ndarray, int]:
        """Latents [1, side^3, C] of `structure` -> active voxels [N, 3] int32, sorted, and their resolution."""
        return self.structure.active(latents).cpu().numpy().astype(np.int32), self.resolution
