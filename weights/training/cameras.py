"""The error of a camera that is read off a picture."""

from __future__ import annotations

import torch
from torch import Tensor

CAMERA_WEIGHT = 4.0  # in the losses of the networks that read one


def misplaced(camera: Tensor, truth: Tensor, points: Tensor) -> Tensor:
    """Mean squared distance in the picture (-1..1) between where two cameras [B,2,4] put points [B,P,3].

    What a camera does along a direction in which the object has no extent is nobody's concern.
    """
    change = camera - truth
    return (torch.einsum("bij,bpj->bpi", change[:, :, :3], points) + change[:, None, :, 3]).square().sum(-1).mean()
