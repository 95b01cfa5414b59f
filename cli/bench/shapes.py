"""The three shapes of the bench, as fields and as meshes of about any number of faces.

bunny: a smooth union of ellipsoids with ears and fine bumps, closest to what the product makes. knot: a torus knot.
blob: a ball hollowed by a gyroid, thin walls and much surface, the worst case. All are closed and within [-1, 1]^3.
"""

import time
from typing import TYPE_CHECKING

import numpy as np

from ...kernels.fields.decode_octree import decode_octree
from ...kernels.fields.field import Field
from ...kernels.fields.marching_cubes import marching_cubes

if TYPE_CHECKING:
    import torch

ELLIPSOIDS = (  # centre and half axes of a body, a head, two ears, two feet and a tail
    ((0, -0.3, 0), (0.5, 0.55, 0.48)),
    ((0, 0.3, 0.15), (0.3, 0.3, 0.3)),
    ((-0.15, 0.7, 0.05), (0.08, 0.25, 0.1)),
    ((0.15, 0.7, 0.05), (0.08, 0.25, 0.1)),
    ((-0.25, -0.75, 0.25), (0.15, 0.12, 0.25)),
    ((0.25, -0.75, 0.25), (0.15, 0.12, 0.25)),
    ((0, -0.4, -0.55), (0.13, 0.13, 0.13)),
)
TRIAL = 64  # cells per side at which a shape's faces are counted to find the resolution for a face count


def blob(points: "torch.Tensor") -> "torch.Tensor":
    """[P, 3] -> [P], positive inside."""
    x, y, z = (7 * points).unbind(dim=1)
    gyroid = x.sin() * y.cos() + y.sin() * z.cos() + z.sin() * x.cos()
    return -(points.norm(dim=1) - 0.92).maximum(gyroid.abs() * 0.1 - 0.06)


def knot(points: "torch.Tensor") -> "torch.Tensor":
    """[P, 3] -> [P], positive inside: in the half plane of a point, two strands pass, each a wavy disc."""
    x, y, z = points.unbind(dim=1)
    from_axis, angle = x.hypot(y), y.atan2(x)
    strands = []
    for turn in range(2):
        u = angle / 2 + np.pi * turn
        radius = 0.12 * (1 + 0.15 * (9 * u).sin())
        strands.append(radius - (from_axis - 0.55 - 0.22 * (3 * u).cos()).hypot(z - 0.4 * (3 * u).sin()))
    return strands[0].maximum(strands[1])


def bunny(points: "torch.Tensor") -> "torch.Tensor":
    """[P, 3] -> [P], positive inside."""
    parts = []
    for centre, axes in ELLIPSOIDS:
        scaled = (points - points.new_tensor(centre)) / points.new_tensor(axes)
        parts.append((1 - scaled.norm(dim=1)) * min(axes))
    largest = parts[0]
    for part in parts[1:]:
        largest = largest.maximum(part)
    smooth = sum((24 * (part - largest)).exp() for part in parts)
    return largest + smooth.log() / 24 - 0.006 * (40 * points).sin().prod(dim=1)  # type: ignore[union-attr]


FIELDS = {"bunny": bunny, "knot": knot, "blob": blob}


class CountedField:
    """A shape's field that keeps how often it was asked and the time that took."""

    def __init__(self, shape: str):
        self.field = FIELDS[shape]
        self.queries = 0
        self.wall = 0.0
        self.cpu = 0.0

    def __call__(self, points: "torch.Tensor") -> "torch.Tensor":
        wall, cpu = time.perf_counter(), time.process_time()
        values = self.field(points)
        self.queries += len(points)
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        return values


def shape_field(shape: str, resolution: int) -> Field:
    """Return the shape's samples at `resolution` cells per side."""
    return decode_octree(FIELDS[shape], resolution)


def shape_mesh(shape: str, faces: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the shape with about `faces` triangles (within a few percent).

    Vertices [V, 3] float32, faces [F, 3] int32.
    """
    # A surface meets as many cells as its area holds cell faces.
    _, trial = marching_cubes(shape_field(shape, TRIAL))
    resolution = max(8, round(TRIAL * (faces / len(trial)) ** 0.5))
    return marching_cubes(shape_field(shape, resolution))
