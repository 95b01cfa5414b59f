"""Protocols of generators: what the coarse, refine and decode stages call.

`Generator` is what every family offers. The other protocols are abilities that some families have; stages ask for them
with `offers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from ...kernels.fields.field import Field
from ...kernels.fields.field_function import FieldFunction


@dataclass(frozen=True)
class Condition:
    """Tokens that a picture gives the generator. tokens, null: [1,M,C] with and without it; extra: the family's own."""

    tokens: Tensor
    null: Tensor
    extra: Any = None


@runtime_checkable
class SurfaceConditioned(Protocol):
    """A generator that, beside the picture, reads the surface which it is to refine."""

    def with_surface(self, condition: Condition, points: np.ndarray, normals: np.ndarray, anchors: Tensor) -> Condition:
        """`condition` with a surface given by points [P,3] and outward normals [P,3], for latents at anchors [N,3]."""
        ...


@runtime_checkable
class ScaledField(Protocol):
    """A generator whose field is a signed distance. truncation: box units that a value of 1 stands for."""

    truncation: float


@runtime_checkable
class CameraReader(Protocol):
    """A generator that reads the camera off the picture. Shapes are drawn to be seen by it so."""

    def camera(self, condition: Condition) -> Tensor:
        """Affine map [2,4] from box positions (x, y, z, 1) to the picture: x right, y up, both -1..1."""
        ...


@runtime_checkable
class CameraTaker(Protocol):
    """A generator that can be told the camera of the picture."""

    def with_camera(self, condition: Condition, camera: np.ndarray) -> Condition:
        """`condition` with another camera, float32 [2,4]: that of the surface to refine, say."""
        ...


@runtime_checkable
class SecondLooker(Protocol):
    """A generator with a network that looks again at the field of its latents."""

    def second_look(self, field: FieldFunction, condition: Condition) -> FieldFunction:
        """Return a better guess than `field`, which is that of latents drawn for the condition."""
        ...


@runtime_checkable
class SeveralViews(Protocol):
    """A generator that takes several pictures of one object."""

    def condition_views(self, pictures: Mapping[str, np.ndarray]) -> Condition:
        """Pictures [S,S,4] by side: front, left, back, right."""
        ...


@runtime_checkable
class Prompted(Protocol):
    """A generator that takes words beside the picture."""

    def condition_prompted(self, rgba: np.ndarray, prompt: str) -> Condition:
        """rgba as in `Generator.condition`; prompt: words, empty for none."""
        ...


@runtime_checkable
class MemoryBound(Protocol):
    """A generator that fits its work to a memory budget."""

    def limit_memory(self, gib: float) -> None:
        """Keep within `gib` GiB from now on."""
        ...


@runtime_checkable
class PointCounting(Protocol):
    """A generator that knows what a query point of its field takes."""

    def point_bytes(self) -> int:
        """Bytes of activations per query point of the field."""
        ...


@runtime_checkable
class KeySelecting(Protocol):
    """A generator whose field can be decoded from selected keys (FlashVDM)."""

    def selected_field(self, latents: Tensor, select: Any) -> FieldFunction:
        """Return the field of latents [1,N,channels]; select: one of the published selections."""
        ...


@runtime_checkable
class ReferenceDecoder(Protocol):
    """A generator that can decode as the public code does."""

    def reference_grid(self, latents: Tensor, resolution: int, chunk: int) -> Tensor:
        """Field values [resolution+1]^3 on the dense grid of the public code."""
        ...


class Flow(Protocol):
    """A velocity field over latents. channels: width of a latent token."""

    channels: int

    def schedule(self, steps: int) -> Tensor:
        """Return times [K+1] from 0 (noise) to 1 (data) for about `steps` evaluations."""
        ...

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """Guided velocity (data - noise) of latents x [1,N,channels] at time t."""
        ...


class Generator(Flow, Protocol):
    """A latent generator with its decoder.

    field_bounds: half the side of the box the field is trusted in. default_tokens: how many latents to draw when
    nothing else says; None when the anchors do.
    """

    field_bounds: float
    default_tokens: int | None

    def condition(self, rgba: np.ndarray) -> Condition:
        """rgba [S,S,4] float32 0..1, straight alpha, subject framed by the prepare stage."""
        ...

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor | None:
        """Box positions [N,3] of the latents: of voxel indices [N,3], the family's own lattice, or None for a set."""
        ...

    def field(self, latents: Tensor, anchors: Tensor | None) -> FieldFunction:
        """Return the shape that latents [1,N,channels] stand for."""
        ...


@runtime_checkable
class VoxelBound(Protocol):
    """A generator that works on all of its voxels at once. trained_voxels: the most that it is known to take."""

    trained_voxels: int

    def voxel_bytes(self) -> int:
        """Memory that a voxel takes at most, in refining and decoding."""
        ...


@runtime_checkable
class StructureDrawer(VoxelBound, Protocol):
    """A generator that draws the occupied voxels of a picture's object before anything on them.

    structure: the flow of their latents; structure_tokens: how many.
    """

    structure: Flow
    structure_tokens: int

    def condition(self, rgba: np.ndarray) -> Condition:
        """As of a Generator."""
        ...

    def occupied(self, latents: Tensor) -> tuple[np.ndarray, int]:
        """Latents [1,N,C] of `structure` -> voxels [M,3] int32 of the box, sorted, x slowest, and their resolution."""
        ...


@dataclass(frozen=True)
class DescribedMesh:
    """vertices float32 [V,3] in the box, faces int32 [F,3] turned outwards, colours uint8 [V,3] sRGB."""

    vertices: np.ndarray
    faces: np.ndarray
    colours: np.ndarray


@runtime_checkable
class MeshDrawer(Protocol):
    """A generator whose latents stand for a mesh, not for a field."""

    def mesh(self, latents: Tensor, anchors: Tensor, published: bool = False) -> DescribedMesh:
        """Return the mesh of latents [1,N,C] at anchors [N,3].

        published: as its own code extracts it, faults included.
        """
        ...


@runtime_checkable
class SparseFieldDrawer(Protocol):
    """A generator whose latents stand for a field on the fine voxels of their voxels."""

    def sparse_field(
        self,
        latents: Tensor,
        anchors: Tensor,
        level: float | None = None,
        refine: bool | None = None,
        chunk: int = 32,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Field:
        """Return the field of latents [1,N,C] at anchors [N,3], in the cells that it crosses.

        level: signed distance at the surface; as published when None. refine: let the network for it change the field;
        None when its weights are here. chunk: voxels along a box that is decoded at once. progress: called with the
        pieces of work done, and how many there are.
        """
        ...


@dataclass(frozen=True)
class DecodedGrid:
    """An O-Voxel grid in the generator's own box [-0.5, 0.5]^3, see kernels.ovoxel.dual_grid.

    coords, local, crossed: [N, 3]; local may leave its voxel. weights: [N, 1], where its quads are cut. guides: the
    generator's own, by which materials are decoded.
    """

    resolution: int
    coords: Tensor
    local: Tensor
    crossed: Tensor
    weights: Tensor
    guides: Any = None


@runtime_checkable
class GridDrawer(Protocol):
    """A generator whose latents stand for an O-Voxel grid, and whose voxels get materials."""

    def dual_grid(self, latents: Tensor, anchors: Tensor) -> DecodedGrid:
        """Return the grid of latents [1,N,C] at anchors [N,3]."""
        ...

    def placed(self, vertices: Tensor) -> Tensor:
        """Vertices [V,3] of the grid's box -> of ours."""
        ...

    def texture(self, latents: Tensor, anchors: Tensor) -> Flow:
        """Return the flow over latents of the texture of such a shape."""
        ...

    def materials(self, texture: Tensor, anchors: Tensor, grid: DecodedGrid) -> tuple[np.ndarray, np.ndarray]:
        """Latents [1,N,C] of texture -> voxels [M,3] int32 of our box, and uint8 [M,6].

        Base colour sRGB 3, metalness, roughness, opacity.
        """
        ...


@runtime_checkable
class VoxelCascade(Protocol):
    """A generator that draws its shape twice: coarse latents tell where fine ones lie."""

    def finer(self, latents: Tensor, anchors: Tensor, resolution: int, most: int) -> tuple[np.ndarray, int]:
        """Coarse latents [1,N,C] at anchors [N,3] -> voxels [M,3] of our box for fine ones, and their resolution.

        resolution: of the mesh that is wanted; it falls while there are not fewer than `most`.
        """
        ...


def offers(generator: Any, ability: type[Any]) -> bool:
    """Return True when `generator` has the members of a protocol of this module."""
    return isinstance(generator, ability)
