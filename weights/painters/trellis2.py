"""TRELLIS.2 as a painter: its texture flow on the latents of a given mesh, its materials on the mesh's voxels."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from ..._text import GIB
from ...errors import BadMeshError, UsageError
from ...kernels.meshes.clean import weld
from ...kernels.ovoxel.dual_grid import DualGrid, mesh_to_grid
from ..checkpoints.store import Store
from ..generators.parts import Parts
from ..generators.sampling import sample_latents
from ..generators.trellis2.files import PAINTING, parts_of, read_folder, read_store
from ..generators.trellis2.flows import Lattice, picture_condition, upright
from ..generators.trellis2.materials import MaterialMaker, levels, normalisation
from ..networks.sparse import SparseTensor, VoxelSet
from ..networks.trellis2.cascade import LATENT_CELLS
from ..networks.trellis2.sc_vae import ScEncoder, levels_of, shape_inputs
from .base import PaintedVoxels, PaintTask, Room

MODEL = "trellis2-texture"
RESOLUTION = 1024  # voxels a side, unless the task says another size
COARSE = 512  # up to which the coarse flow and the smaller picture are used, as published
LEVELS = 4  # changes of level from voxels to latents


class Trellis2Painter:
    """Mesh to O-Voxel to latents of its shape; flow over latents of texture; materials of the voxels."""

    name = "trellis2"
    words = False

    def __init__(self, room: Room):
        self.room = room
        self.parts: Parts | None = None
        self._base: str | None = None

    def limit_memory(self, gib: float) -> None:
        self.room = Room(self.room.device, self.room.dtype, gib)
        if self.parts is not None:
            self.parts.budget = gib * GIB

    def release(self) -> None:
        if self.parts is not None:
            self.parts.release()

    def materials(self, task: PaintTask) -> PaintedVoxels:
        """Raise UsageError without a picture or for a wrong size, ModelMissingError, BadMeshError, OutOfMemoryError."""
        if task.picture is None:
            raise UsageError("the painter trellis2 needs a picture", "Give one, or use `texture.painter` mvadapter.")
        resolution = task.size or RESOLUTION
        if resolution % LATENT_CELLS or not 2 * LATENT_CELLS <= resolution <= 2048:
            raise UsageError(
                f"trellis2 paints no grid of {resolution}^3", "Give a multiple of 16; 512 or 1024 is best."
            )
        parts, maker, whole = self._load(task.options.base)
        condition = picture_condition(parts, task.picture)
        grid = own_grid(task.vertices, task.faces, resolution)
        if len(grid.coords) == 0:
            raise BadMeshError("the mesh touches no voxel", "It is empty, or all of it is smaller than a voxel.")
        voxels = voxel_set(grid, parts.device)
        shape = self._shape(parts, grid, voxels)
        lattice = Lattice(shape.voxels, resolution // LATENT_CELLS, resolution > COARSE)
        mean, deviation = whole
        sampled = (shape.features - mean) / deviation
        latents = sample_latents(
            maker.flow(lattice, sampled),
            condition,
            None,
            len(sampled),
            task.steps or maker.settings.steps,
            maker.settings.strength if task.guidance is None else task.guidance,
            task.seed,
            str(parts.device),
            lambda step, steps, _: task.progress(step, steps, "texture"),
        )
        found = maker.decoded(latents[0], lattice, levels_of(voxels, LEVELS))
        indices = upright(found.coords[:, 1:], resolution).cpu().numpy()
        facts = {"resolution": resolution, "voxels": len(indices), "latents": len(sampled)}
        return PaintedVoxels(np.ascontiguousarray(indices), resolution, levels(found.features).cpu().numpy(), facts)

    def _shape(self, parts: Parts, grid: DualGrid, voxels: VoxelSet) -> SparseTensor:
        """Return the mean of the latents that the voxels of a mesh are encoded to."""
        encoder = cast(ScEncoder, parts.take("shape_encoder"))
        local, crossed = (torch.as_tensor(a, device=parts.device) for a in (grid.local, grid.crossed))
        with torch.inference_mode():
            return encoder(SparseTensor(shape_inputs(local.float(), crossed), voxels))[0]

    def _load(self, base: str | None) -> tuple[Parts, MaterialMaker, tuple[Tensor, Tensor]]:
        """Return the networks, read when they are needed, the maker of materials, and the shape's normalisation.

        base: a folder of the hub's layout, with the encoder of the shape; None for the store.
        """
        files, configs, pipeline = read_store(Store().locate(MODEL)) if base is None else read_folder(Path(base))
        if self.parts is None or base != self._base:
            self.parts, self._base = parts_of(files, configs, PAINTING, self.room.device, self.room.dtype)[0], base
            self.parts.budget = self.room.budget()
        arguments = {name: config.get("args", {}) for name, config in configs.items()}
        maker = MaterialMaker(self.parts, arguments, pipeline)
        return self.parts, maker, normalisation(pipeline["shape_slat_normalization"], self.parts.device)


def own_grid(vertices: np.ndarray, faces: np.ndarray, resolution: int) -> DualGrid:
    """Return the O-Voxel grid of a mesh in [-1, 1]^3, y up, in the model's own box, z up."""
    x, y, z = np.moveaxis(vertices.astype(np.float32) * np.float32(0.5), 1, 0)
    points, corners = weld(np.stack([x, -z, y], axis=1), faces)
    return mesh_to_grid(points.astype(np.float32), corners, resolution)


def voxel_set(grid: DualGrid, device: torch.device) -> VoxelSet:
    coords = torch.as_tensor(np.asarray(grid.coords), dtype=torch.int32, device=device)
    return VoxelSet(torch.cat([torch.zeros_like(coords[:, :1]), coords], dim=1), 1)
