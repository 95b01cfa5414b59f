"""Materials of voxels, an artifact: made by generators and painters that work in space, baked by the texture stage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .artifact_files import Array, bad_file, load_arrays, load_indices, save_arrays


@dataclass(frozen=True)
class VoxelMaterials:
    """Materials of voxels at a surface.

    indices: int32 [N,3], 0..resolution-1 per axis of the box [-1,1]^3, each once. values: uint8 [N,6], base colour sRGB
    3, metalness, roughness, opacity.
    """

    indices: np.ndarray
    resolution: int
    values: np.ndarray

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {"indices": self.indices, "resolution": np.int64(self.resolution), "values": self.values}
        save_arrays(folder / "materials.npz", **arrays)

    @classmethod
    def load(cls, folder: Path) -> VoxelMaterials:
        path = folder / "materials.npz"
        indices, resolution = load_indices(path)
        values = load_arrays(path, {"values": Array("u", (None, 6))})["values"]
        if len(values) != len(indices):
            raise bad_file(path, "its arrays do not fit together")
        return cls(indices, resolution, values.astype(np.uint8, copy=False))
