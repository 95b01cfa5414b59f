"""Training objects: the packed archive, its split, and signed distances for meshes that are mostly not watertight."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from ...kernels.meshes.closest_point import closest_point
from ...kernels.voxels.voxelize import voxelize

HULL_RESOLUTION = 192
LEAK_LIMIT = 0.25  # above it the flood fill enters the object and only a hollow shell remains
VALIDATION_SHARE = 0.05


@dataclass(frozen=True)
class TrainingObject:
    """One object in its canonical frame: longest side 2, centred, Y up.

    vertices [V,3] float32, faces [F,3] int32, corner_colours [F,3,3] uint8 sRGB; uv [F,3,2] float32 with v downwards,
    NaN where a face uses its corner colours; texture is a Pillow image or None.
    """

    name: str
    source: str
    vertices: np.ndarray
    faces: np.ndarray
    corner_colours: np.ndarray
    uv: np.ndarray | None
    texture: Image.Image | None

    def with_vertices(self, vertices: np.ndarray) -> TrainingObject:
        return dataclasses.replace(self, vertices=vertices)


class ObjectArchive:
    """Random access to `objects.npz` (layout: data.md) and its manifest."""

    def __init__(self, folder: Path):
        self.manifest = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
        with np.load(folder / "objects.npz") as packed:
            self._arrays = {key: packed[key] for key in packed.files}

    def __len__(self) -> int:
        return len(self.manifest)

    def usable(self, modular: bool = False) -> list[int]:
        """Objects whose hull is closed enough to give signed distances.

        Building pieces made to be put together, or all others.
        """
        return [i for i, m in enumerate(self.manifest) if m["leak"] <= LEAK_LIMIT and m["modular"] == modular]

    @functools.cached_property
    def untextured_training(self) -> list[int]:
        """Training objects, building pieces among them, that have colours alone."""
        every = self.split()[0] + self.split(modular=True)[0]
        return [i for i in every if self._arrays["ou"][i] == self._arrays["ou"][i + 1]]

    def split(self, modular: bool = False) -> tuple[list[int], list[int]]:
        """(training, validation) indices; objects that differ only by a number in their name stay on one side."""
        training, validation = [], []
        for i in self.usable(modular):
            letters = "".join(c for c in self.manifest[i]["name"].lower() if c.isalpha())
            bucket = int.from_bytes(hashlib.blake2b(letters.encode(), digest_size=4).digest(), "big") / 2**32
            (validation if bucket < VALIDATION_SHARE else training).append(i)
        return training, validation

    def vertices(self, i: int) -> np.ndarray:
        """[V,3] float32 of one object, without decoding its texture."""
        a = self._arrays
        return a["v"][a["ov"][i] : a["ov"][i + 1]].astype(np.float32) / 32767

    def __getitem__(self, i: int) -> TrainingObject:
        a = self._arrays
        faces = a["f"][a["of"][i] : a["of"][i + 1]].astype(np.int32)
        uv, texture = None, None
        if a["ou"][i] < a["ou"][i + 1]:
            raw = a["uv"][a["ou"][i] : a["ou"][i + 1]]
            uv = np.where(raw == 65535, np.nan, raw / np.float32(65534)).astype(np.float32)
            texture = Image.open(io.BytesIO(a["tex"][a["ox"][i] : a["ox"][i + 1]].tobytes())).convert("RGB")
        return TrainingObject(
            name=self.manifest[i]["name"],
            source=self.manifest[i]["source"],
            vertices=self.vertices(i),
            faces=faces,
            corner_colours=a["cc"][a["of"][i] : a["of"][i + 1]],
            uv=uv,
            texture=texture,
        )


@functools.cache
def open_archive(folder: Path) -> ObjectArchive:
    """Return the archive in a folder, read once per process: for workers that are given one object after another."""
    return ObjectArchive(folder)


class SignedDistance:
    """Signed distance to an object's outer hull, positive inside, in the object's units.

    Outside is what a flood fill of the voxels away from the surface reaches from the grid's corner (generalised winding
    numbers and ray parity fail on far more of these open meshes). The fill stops one shell short of the surface; the
    offset is taken back by looking, from the nearest surface point, past the shell on either side: outside on both
    sides means a sheet without thickness, which becomes a slab of thickness 2 * `sheet`.
    """

    def __init__(
        self, vertices: np.ndarray, faces: np.ndarray, resolution: int = HULL_RESOLUTION, sheet: float = 0.008
    ):
        self.vertices, self.faces, self.resolution, self.sheet = vertices, faces, resolution, sheet
        self.scale = 0.97  # keeps a free rim for the flood fill
        cells, _ = voxelize(vertices * self.scale, faces, resolution, rule="distance", band=0.9)
        shell = np.zeros((resolution,) * 3, bool)
        shell[tuple(cells.T)] = True
        free = np.asarray(ndimage.label(~shell)[0])  # type: ignore[index]
        self._outside = free == free[0, 0, 0]
        self._shell = shell

    def _is_outside(self, points: np.ndarray) -> np.ndarray:
        cells = np.floor((points * self.scale + 1) * (self.resolution / 2)).astype(np.int64)
        inside_box = ((cells >= 0) & (cells < self.resolution)).all(1)
        result = np.ones(len(points), bool)
        result[inside_box] = self._outside[tuple(cells[inside_box].T)]
        return result

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """points [P,3] float32 -> [P] float32."""
        distance, nearest, _ = closest_point(self.vertices, self.faces, points)
        direction = points - nearest
        direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
        reach = 3.2 / self.resolution / self.scale  # 1.6 voxels: past the shell, whichever voxel the point falls in
        outward = self._is_outside(np.where(distance[:, None] > reach, points, nearest + reach * direction))
        opposite = self._is_outside(nearest - reach * direction)
        signed = np.where(outward, -distance, distance)
        return np.where(outward & opposite, signed + self.sheet, signed).astype(np.float32)
