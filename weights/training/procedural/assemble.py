"""Finished shapes as training objects."""

from __future__ import annotations

import numpy as np

from ....kernels.meshes.boxes import into_box
from ..objects import TrainingObject
from .shape import Shape

FEWEST = 500  # triangles


def training_object(shape: Shape, name: str) -> TrainingObject:
    """Return the shape in the canonical frame: centred, longest side 2, colours per corner as uint8.

    Shapes of few triangles are cut finer, so that everything that is told per triangle has some.
    """
    while len(shape.faces) < FEWEST:
        shape = shape.finer()
    return TrainingObject(
        name=name,
        source="procedural",
        vertices=into_box(shape.vertices, 1.0),
        faces=np.ascontiguousarray(shape.faces, np.int32),
        corner_colours=np.round(shape.colours * 255).astype(np.uint8),
        uv=None,
        texture=None,
    )
