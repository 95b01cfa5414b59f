"""Positions in a picture of points in the box, for affine cameras."""

from torch import Tensor


def picture_places(camera: Tensor, points: Tensor) -> Tensor:
    """Project box positions [...,P,3] into the pictures of cameras [...,2,4].

    [...,P,2] columns and rows, -1..1, rows from the top, as torch's grid_sample wants them.
    """
    places = points @ camera[..., :3].transpose(-1, -2) + camera[..., None, :, 3]
    return places * places.new_tensor([1.0, -1.0])
