"""A picture and its mirror image, read as two pictures of one shape: the mean of both guesses errs less than either."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .generator import CameraReader, Condition, FieldFunction, Generator


def mirrored_pair(generator: Generator, reader: CameraReader, rgba: np.ndarray) -> tuple[Condition, Condition]:
    """The conditions of a picture rgba [S,S,4] and of its mirror image, agreed on the mean of their cameras.

    reader: the generator again, as what tells the camera.
    """
    plain = generator.condition(rgba)
    mirrored = generator.condition(np.ascontiguousarray(rgba[:, ::-1]))
    camera = (reader.camera(plain).float() + mirrored_camera(reader.camera(mirrored).float())) / 2
    return reader.with_camera(plain, camera), reader.with_camera(mirrored, mirrored_camera(camera))


def mirrored_camera(camera: Tensor) -> Tensor:
    """The affine camera [2,4] that sees a mirrored shape (x -> -x) in the mirrored picture."""
    signs = torch.tensor([[1.0, -1, -1, -1], [-1, 1, 1, 1]], device=camera.device)
    return camera * signs


def mean_field(field: FieldFunction, mirrored: FieldFunction) -> FieldFunction:
    """The mean of a field and of the one that the mirror image gave, turned back."""

    def query(points: Tensor) -> Tensor:
        flip = torch.tensor([-1.0, 1, 1], device=points.device)
        return (field(points) + mirrored(points * flip)) / 2

    return query
