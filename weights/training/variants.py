"""More objects to learn from than there are: distorted ones, and pairs.

Three thousand objects are soon known by heart. A variant is an object bent smoothly, mostly the same on both sides of
its x = 0 as objects are, and now and then with another object on it, beside or in front of it.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from ...kernels.meshes.boxes import into_box
from .objects import ObjectArchive, TrainingObject
from .procedural import sample_object

PROCEDURAL = 1 << 30  # instead of an object's number: an object made of nothing but a seed
PAIRED = 0.25  # share of the variants that are two objects
TURNED = 0.3  # share that is not mirror-symmetric any more


def distorted(vertices: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vertices [V,3] within -1..1, widened and narrowed along height and depth, leaning, now and then twisted."""
    x, y, z = vertices.astype(np.float64).T
    linear, square = rng.normal(0, 0.22, 6), rng.normal(0, 0.2, 6)

    def swelling(k: int, along: np.ndarray) -> np.ndarray:
        return linear[k] * along + square[k] * (along**2 - 1 / 3)

    wide, high, deep = rng.uniform(-0.3, 0.3, 3)
    bent = np.stack(
        [
            x * np.exp(wide + swelling(0, y) + swelling(1, z)),
            y * np.exp(high + swelling(2, z) + square[3] * (x**2 - 1 / 3)) + 0.5 * square[4] * z**2,
            z * np.exp(deep + swelling(4, y) + square[5] * (x**2 - 1 / 3)) + 0.6 * linear[3] * y,
        ],
        1,
    )
    if rng.random() < TURNED:
        angle = rng.normal(0, 0.35) * bent[:, 1]
        cos, sin = np.cos(angle), np.sin(angle)
        x, y, z = bent.T
        bent = np.stack([x * cos + z * sin + rng.normal(0, 0.15) * y, y, z * cos - x * sin], 1)
    return bent.astype(np.float32)


def joined(obj: TrainingObject, other: TrainingObject, rng: np.random.Generator) -> TrainingObject:
    """`obj` and a smaller, untextured `other` that touches its bounding box above or at a side, or reaches into it."""
    vertices = other.vertices * rng.uniform(0.35, 0.9)
    low, high = obj.vertices.min(0), obj.vertices.max(0)
    size, depth = np.ptp(vertices, axis=0), rng.uniform(0, 0.3)
    place = rng.uniform(low, high) * 0.6
    place[1] = low[1] + size[1] / 2  # on the same ground
    axis = int(rng.choice([0, 0, 1, 1, 2]))
    side = 1 if axis == 1 else rng.choice([-1, 1])
    edge = high[axis] if side > 0 else low[axis]
    place[axis] = edge + side * size[axis] * (0.5 - depth)
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2 + place
    uv = None
    if obj.uv is not None:
        uv = np.concatenate([obj.uv, np.full((len(other.faces), 3, 2), np.nan, np.float32)])
    return dataclasses.replace(
        obj,
        name=f"{obj.name}+{other.name}",
        vertices=np.concatenate([obj.vertices, vertices]).astype(np.float32),
        faces=np.concatenate([obj.faces, other.faces + len(obj.vertices)]),
        corner_colours=np.concatenate([obj.corner_colours, other.corner_colours]),
        uv=uv,
    )


def variant(archive: ObjectArchive, i: int, number: int) -> TrainingObject:
    """Variant `number` of object i, always the same; 0 is the object itself. i may be PROCEDURAL."""
    if i == PROCEDURAL:
        made = sample_object(np.random.default_rng([13, number]))
        return made.with_vertices(into_box(made.vertices, 1.0))
    obj = archive[i]
    if number == 0:
        return obj
    rng = np.random.default_rng([11, i, number])
    if rng.random() < PAIRED:
        plain = archive.untextured_training
        obj = joined(obj, archive[plain[rng.integers(len(plain))]], rng)
        obj = obj.with_vertices(into_box(obj.vertices, 1.0))
    return obj.with_vertices(into_box(distorted(obj.vertices, rng), 1.0))
