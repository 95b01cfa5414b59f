"""A scalar field sampled only where its surface is: what decoding gives and marching cubes takes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...errors import BadInputError
from ..arrays import Array, to_numpy

# Corner c of a cell lies at cell + CORNERS[c]: bit 0 is +x, bit 1 is +y, bit 2 is +z.
CORNERS = np.array([[c & 1, c >> 1 & 1, c >> 2 & 1] for c in range(8)], dtype=np.int32)

ARRAYS = ("cells", "corners", "points", "values")

Bounds = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class Field:
    """Sparse samples on a lattice of `resolution` cells per side, positive inside.

    Lattice point i lies at lower + i * (upper - lower) / resolution, i from 0 to `resolution` inclusive. The arrays are
    NumPy's, or torch tensors on the device that decoded them.
    """

    resolution: int
    bounds: Bounds  # lower and upper corner of the box, world units
    cells: Array  # [C, 3] int32, the cells that the level crosses
    corners: Array  # [C, 8] int32, row of `points` and `values` of each corner, in the order of CORNERS
    points: Array  # [P, 3] int32, lattice index of each sample, each once
    values: Array  # [P] float32
    level: float = 0.0

    def __post_init__(self) -> None:
        for name, shape in (("cells", (-1, 3)), ("corners", (-1, 8)), ("points", (-1, 3)), ("values", (-1,))):
            array = getattr(self, name)
            if array.ndim != len(shape) or array.shape[1:] != shape[1:]:
                raise BadInputError(f"field.{name} has shape {array.shape}")
        if len(self.cells) != len(self.corners) or len(self.points) != len(self.values):
            raise BadInputError("the arrays of the field do not fit together")

    def on_host(self) -> Field:
        """Return the same field with NumPy arrays."""
        return dataclasses.replace(self, **{name: to_numpy(getattr(self, name)) for name in ARRAYS})

    def on_device(self, device: str) -> Field:
        """Return the same field with torch tensors on `device`."""
        import torch

        held = {name: torch.as_tensor(getattr(self, name)).to(device) for name in ARRAYS}
        return dataclasses.replace(self, **held)

    @property
    def cell_size(self) -> np.ndarray:
        """Edge lengths of a cell, [3] float64, world units."""
        lower, upper = np.asarray(self.bounds, dtype=np.float64)
        return (upper - lower) / self.resolution

    def positions(self) -> np.ndarray:
        """World position of each sample, [P, 3] float32."""
        return lattice_positions(to_numpy(self.points), self.resolution, self.bounds)


def lattice_positions(points: np.ndarray, resolution: int, bounds: Bounds) -> np.ndarray:
    """World positions [P, 3] float32 of lattice indices [P, 3]; worked out in float64, as `numpy.linspace` would."""
    lower, upper = np.asarray(bounds, dtype=np.float64)
    return (lower + points * ((upper - lower) / resolution)).astype(np.float32)


def box(bounds: float | Bounds) -> Bounds:
    """Bounds as a pair of corners; a number b means the cube [-b, b]^3.

    Raises BadInputError when the box is not finite or has no volume.
    """
    if isinstance(bounds, (int, float)):
        bounds = ((-float(bounds),) * 3, (float(bounds),) * 3)  # type: ignore[assignment]
    lower, upper = (tuple(float(x) for x in np.asarray(corner).reshape(-1)) for corner in bounds)  # type: ignore[union-attr]
    if (
        len(lower) != 3
        or len(upper) != 3
        or not all(-np.inf < a < b < np.inf for a, b in zip(lower, upper, strict=True))
    ):
        raise BadInputError(f"bounds {lower}, {upper} are not a box")
    return lower, upper


def field_from_grid(grid: np.ndarray, bounds: float | Bounds = 1.0, level: float = 0.0) -> Field:
    """Return the field of a dense grid [R+1, R+1, R+1] of samples, indexed x, y, z.

    Its crossing cells and their corners.
    """
    resolution = grid.shape[0] - 1
    if grid.ndim != 3 or len(set(grid.shape)) != 1 or resolution < 1:
        raise BadInputError(f"a grid of shape {grid.shape} is not a cube of at least 2 samples a side")
    # Rounded first: a sample must be inside here exactly when marching cubes, which works in float32, finds it inside.
    grid = np.asarray(grid, np.float32)
    inside = grid > np.float32(level)
    count = np.zeros((resolution,) * 3, dtype=np.int8)
    for x, y, z in CORNERS:
        count += inside[x : x + resolution, y : y + resolution, z : z + resolution]
    cells = np.argwhere((count > 0) & (count < 8)).astype(np.int32)
    nodes = (cells[:, None] + CORNERS).reshape(-1, 3)
    keys, corners = np.unique(np.ravel_multi_index(nodes.T, grid.shape), return_inverse=True)
    return Field(
        resolution=resolution,
        bounds=box(bounds),
        cells=cells,
        corners=corners.reshape(-1, 8).astype(np.int32),
        points=np.stack(np.unravel_index(keys, grid.shape), axis=1).astype(np.int32),
        values=grid.reshape(-1)[keys],
        level=float(level),
    )
