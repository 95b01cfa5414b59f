"""Artifacts that stages hand on: frozen dataclasses that save to a folder and load from one.

Everything is numpy, so an artifact can cross processes and machines and reading one needs no torch. Geometry lives in
the box [-1,1]^3, Y up, front +Z. `Asset` is the bag with one slot per artifact; a stage returns a new bag
(`dataclasses.replace`) and never changes the one it was given.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._files import write_json
from ..kernels.views.cameras import Camera
from .artifact_files import (
    LARGEST_GRID,
    Array,
    bad_file,
    load_arrays,
    load_indices,
    load_json,
    load_material,
    load_png,
    load_square,
    numbers,
    save_arrays,
    save_png,
)
from .voxel_materials import VoxelMaterials

if TYPE_CHECKING:
    import trimesh
    from torch import Tensor

    from ..kernels.fields.field import Field as FieldSamples


SIDES = ("left", "back", "right")
"""Names of further pictures of one object, as multi-view models call them: each a quarter turn on from the front."""


@dataclass(frozen=True)
class Subject:
    """The picture every later stage looks at: one object, cut out, centred and square.

    rgba: float32 [S,S,4], straight alpha, 0..1, on the 8-bit grid (k/255), so that the PNG is the exact artifact.
    Row 0 is the top. The alpha bounding box is centred and its longest side fills 1 - 2*margin of the frame.
    crop: float64 [3,3], homogeneous map from crop pixels (x, y, 1) to pixels of the upright source picture.
    source_size: (width, height) of the source after EXIF rotation, pixels.
    sides: the object seen from elsewhere, by name (SIDES), prepared like rgba.
    """

    rgba: np.ndarray
    crop: np.ndarray
    source_size: tuple[int, int]
    sides: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in SIDES:
            (folder / f"{name}.png").unlink(missing_ok=True)
        for name, rgba in {"subject": self.rgba, **self.sides}.items():
            save_png(folder / f"{name}.png", np.rint(np.clip(rgba, 0, 1) * 255).astype(np.uint8))
        write_json(folder / "subject.json", {"crop": self.crop.tolist(), "source_size": list(self.source_size)})

    @classmethod
    def load(cls, folder: Path) -> Subject:
        """Also takes a folder with nothing but a `subject.png` that a person painted."""
        rgba = load_square(folder / "subject.png")
        sides = {name: load_square(folder / f"{name}.png") for name in SIDES if (folder / f"{name}.png").exists()}
        beside = folder / "subject.json"
        if not beside.exists():
            return cls(rgba, np.eye(3), (rgba.shape[1], rgba.shape[0]), sides)
        about = load_json(beside)
        width, height = numbers(beside, about.get("source_size"), 2).tolist()
        return cls(rgba, numbers(beside, about.get("crop"), 3, 3), (int(width), int(height)), sides)


@dataclass(frozen=True)
class Mesh:
    """Triangles, with texture when there is one.

    vertices: float32 [V,3]; faces: int32 [F,3], counter-clockwise seen from outside; normals: float32 [V,3] | None;
    uv: float32 [V,2] | None, glTF convention (v runs down from the top row of the picture), one per vertex, so seam
    vertices are doubled; texture: uint8 [H,W,3] sRGB | None; normal_map: uint8 [H,W,3] tangent space | None;
    metallic_roughness: uint8 [H,W,3] glTF packing (G roughness, B metallic) | None; metallic, roughness: factors 0..1;
    colors: uint8 [V,3] sRGB | None, multiply the texture; wrap: repeat, clamp or mirror, per axis, for uv
    beyond 0..1; alpha_mode: opaque, mask (shown where the opacity reaches alpha_cutoff) or blend; opacity: uint8
    [H,W] of the texture | None; alpha: factor of the opacity, 0..1; double_sided: None where closedness decides.
    """

    vertices: np.ndarray
    faces: np.ndarray
    normals: np.ndarray | None = None
    uv: np.ndarray | None = None
    texture: np.ndarray | None = None
    normal_map: np.ndarray | None = None
    metallic_roughness: np.ndarray | None = None
    metallic: float = 0.0
    roughness: float = 0.9
    colors: np.ndarray | None = None
    wrap: tuple[str, str] = ("clamp", "clamp")
    alpha_mode: str = "opaque"
    alpha_cutoff: float = 0.5
    alpha: float = 1.0
    opacity: np.ndarray | None = None
    double_sided: bool | None = None

    _pictures: ClassVar[dict[str, str]] = {
        "texture": "RGB", "normal_map": "RGB", "metallic_roughness": "RGB", "opacity": "L"
    }  # fmt: skip
    _factors: ClassVar[tuple[str, ...]] = (
        "metallic", "roughness", "wrap", "alpha_mode", "alpha_cutoff", "alpha", "double_sided"
    )  # fmt: skip

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        arrays = ("vertices", "faces", "normals", "uv", "colors")
        save_arrays(folder / "mesh.npz", **{name: getattr(self, name) for name in arrays})
        for name in self._pictures:
            pixels = getattr(self, name)
            if pixels is not None:
                save_png(folder / f"{name}.png", pixels)
            else:
                (folder / f"{name}.png").unlink(missing_ok=True)
        write_json(folder / "material.json", {name: getattr(self, name) for name in self._factors})

    @classmethod
    def load(cls, folder: Path) -> Mesh:
        paths = {name: folder / f"{name}.png" for name in cls._pictures}
        pictures = {name: load_png(path, cls._pictures[name]) for name, path in paths.items() if path.exists()}
        side, path = folder / "material.json", folder / "mesh.npz"
        factors = load_material(side, cls._factors) if side.exists() else {}
        rows = (None, 3)
        arrays = load_arrays(path, {
            "vertices": Array("f", rows), "faces": Array("iu", rows, low=0), "normals": Array("f", rows, optional=True),
            "uv": Array("f", (None, 2), optional=True), "colors": Array("u", rows, optional=True),
        })  # fmt: skip
        count = len(arrays["vertices"])
        if arrays["faces"].size and arrays["faces"].max() >= count:
            raise bad_file(path, "a face names a vertex that does not exist")
        if any(len(arrays[name]) != count for name in ("normals", "uv", "colors") if name in arrays):
            raise bad_file(path, "its arrays do not fit together")
        kinds = {"faces": np.int32, "colors": np.uint8}
        arrays = {name: array.astype(kinds.get(name, np.float32), copy=False) for name, array in arrays.items()}
        return cls(**arrays, **pictures, **factors)

    def to_trimesh(self) -> trimesh.Trimesh:
        """Return a Trimesh with the same vertices, faces, UVs, textures and colours."""
        from .meshes.trimesh_bridge import to_trimesh

        return to_trimesh(self)

    @classmethod
    def from_trimesh(cls, source: trimesh.Trimesh | trimesh.Scene) -> Mesh:
        """Return the Mesh of a Trimesh or of a Scene. Raises BadMeshError without triangles."""
        from .meshes.trimesh_bridge import from_trimesh

        return from_trimesh(source)


@dataclass(frozen=True)
class PictureCamera:
    """Projection from the coarse mesh to the picture, as the generator took it.

    affine: float32 [2,4], maps a box position (x, y, z, 1) to the picture: x right, y up, both -1..1.
    """

    affine: np.ndarray

    @property
    def nearest(self) -> Camera:
        """The orthographic camera that comes nearest."""
        return Camera.from_affine(self.affine)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "camera.json", {"affine": self.affine.tolist()})

    @classmethod
    def load(cls, folder: Path) -> PictureCamera:
        path = folder / "camera.json"
        return cls(numbers(path, load_json(path).get("affine"), 2, 4).astype(np.float32))


@dataclass(frozen=True)
class VoxelGrid:
    """Voxels near the surface. indices: int32 [M,3], sorted, 0..resolution-1 per axis of the box [-1,1]^3."""

    indices: np.ndarray
    resolution: int

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_arrays(folder / "voxels.npz", indices=self.indices, resolution=np.int64(self.resolution))

    @classmethod
    def load(cls, folder: Path) -> VoxelGrid:
        return cls(*load_indices(folder / "voxels.npz"))

    def centres(self) -> np.ndarray:
        """Voxel centres, float32 [M,3], box units."""
        return _centres(self.indices, self.resolution)


@dataclass(frozen=True)
class Queries:
    """The voxels that get a token. indices: int32 [N,3] into a grid of `resolution` voxels per side."""

    indices: np.ndarray
    resolution: int

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_arrays(folder / "queries.npz", indices=self.indices, resolution=np.int64(self.resolution))

    @classmethod
    def load(cls, folder: Path) -> Queries:
        return cls(*load_indices(folder / "queries.npz"))

    def centres(self) -> np.ndarray:
        """Query positions, float32 [N,3] = (index + 0.5) * 2 / resolution - 1, box units."""
        return _centres(self.indices, self.resolution)


def _centres(indices: np.ndarray, resolution: int) -> np.ndarray:
    return ((indices.astype(np.float32) + 0.5) * (2.0 / resolution) - 1.0).astype(np.float32)


@dataclass(frozen=True)
class Latents:
    """Latent of a diffusion transformer. tokens: float32 [N,C]; anchors: float32 [N,3] box units | None."""

    tokens: np.ndarray
    anchors: np.ndarray | None = None

    def tensors(self) -> tuple[Tensor, Tensor | None]:
        """Return tokens [1,N,C] and anchors [N,3] | None as a generator reads them, float32 on the CPU."""
        import torch

        tokens = torch.from_numpy(np.ascontiguousarray(self.tokens, np.float32))[None]
        if self.anchors is None:
            return tokens, None
        return tokens, torch.from_numpy(np.ascontiguousarray(self.anchors, np.float32))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_arrays(folder / "latents.npz", tokens=self.tokens, anchors=self.anchors)

    @classmethod
    def load(cls, folder: Path) -> Latents:
        wanted = {"tokens": Array("f", (None, None)), "anchors": Array("f", (None, 3), optional=True)}
        arrays = load_arrays(folder / "latents.npz", wanted)
        anchors = arrays.get("anchors")
        if anchors is not None and len(anchors) != len(arrays["tokens"]):
            raise bad_file(folder / "latents.npz", "its arrays do not fit together")
        return cls(arrays["tokens"], anchors)


@dataclass(frozen=True)
class Field:
    """A decoded scalar field, kept only where it crosses the level (see kernels.field.Field)."""

    samples: FieldSamples

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        samples = self.samples.on_host()
        members = {name: np.asarray(getattr(samples, name)) for name in samples.__dataclass_fields__}
        save_arrays(folder / "field.npz", **members)

    @classmethod
    def load(cls, folder: Path) -> Field:
        from ..kernels.fields.field import Field as FieldSamples

        path = folder / "field.npz"
        arrays = load_arrays(path, {
            "resolution": Array("iu", (), low=1, high=LARGEST_GRID), "bounds": Array("f", (2, 3)),
            "cells": Array("iu", (None, 3), low=0), "corners": Array("iu", (None, 8), low=0),
            "points": Array("iu", (None, 3), low=0), "values": Array("f", (None,)), "level": Array("f", ()),
        })  # fmt: skip
        resolution = int(arrays["resolution"])
        if len(arrays["cells"]) != len(arrays["corners"]) or len(arrays["points"]) != len(arrays["values"]):
            raise bad_file(path, "its arrays do not fit together")
        limits = {"cells": resolution - 1, "points": resolution, "corners": len(arrays["values"]) - 1}
        for name, limit in limits.items():
            if arrays[name].size and arrays[name].max() > limit:
                raise bad_file(path, f"{name} holds {arrays[name].max()}, more than {limit}")
        lower, upper = arrays["bounds"].tolist()
        if not all(low < high for low, high in zip(lower, upper, strict=True)):
            raise bad_file(path, "its box has no volume")
        held = {name: arrays[name].astype(np.int32, copy=False) for name in limits}
        values = arrays["values"].astype(np.float32, copy=False)
        bounds = (tuple(lower), tuple(upper))
        return cls(FieldSamples(resolution, bounds, **held, values=values, level=float(arrays["level"])))


@dataclass(frozen=True)
class Output:
    """One file that was written. path: where it lies; format: its suffix; bytes: size; sha256: hex digest."""

    path: str
    format: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Asset:
    """Everything known about one item; None where no stage has been yet.

    source: the picture; sides: pictures of other sides of the object, by name (SIDES); mask: a picture whose white part
    is the object, overrides every cut-out; hashes: sha256 of `source`, `mask` and sides by name, as they must still be
    when they are opened; report: numbers about the exported mesh (mesh_report.py).
    """

    source: Path | None = None
    sides: dict[str, Path] = dataclasses.field(default_factory=dict)
    mask: Path | None = None
    hashes: dict[str, str] = dataclasses.field(default_factory=dict)
    subject: Subject | None = None
    coarse: Mesh | None = None
    camera: PictureCamera | None = None
    voxels: VoxelGrid | None = None
    queries: Queries | None = None
    latents: Latents | None = None
    field: Field | None = None
    mesh: Mesh | None = None
    materials: VoxelMaterials | None = None
    outputs: tuple[Output, ...] = ()
    report: dict[str, Any] = dataclasses.field(default_factory=dict)


ARTIFACTS: dict[str, type[Any]] = {
    "subject": Subject,
    "coarse": Mesh,
    "camera": PictureCamera,
    "voxels": VoxelGrid,
    "queries": Queries,
    "latents": Latents,
    "field": Field,
    "mesh": Mesh,
    "materials": VoxelMaterials,
}
"""Slots of `Asset` that are saved and loaded, with their class."""
