"""Fields on the rays of a picture: a grid with a ray per pixel and depths along it.

Cameras are affine maps [2,4] from box positions (x, y, z, 1) to the picture, x right, y up, both -1..1 (ImageFeatures).
Rays go through the middles of the picture's pixels, rows from the top; depth grows towards the camera's side that
cross(x row, y row) points to, over REACH bounds both ways.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .generator import FieldFunction, box_end
from .networks.image_encoder import picture_places

REACH = 1.2
CHUNK = 8192  # points asked of the field at once
TOUCHED = 0.02  # alpha from which a pixel's ray may meet the subject


def view_direction(camera: Tensor) -> Tensor:
    """Unit direction [...,3] of the rays of cameras [...,2,4]."""
    return F.normalize(torch.linalg.cross(camera[..., 0, :3], camera[..., 1, :3], dim=-1), dim=-1)


def ray_points(camera: Tensor, side: int, depths: int, bounds: float) -> Tensor:
    """Points [side*side,depths,3] on the rays of a camera [2,4]."""
    linear, offset = camera[:, :3], camera[:, 3]
    axis = (torch.arange(side, device=camera.device) + 0.5) * (2 / side) - 1
    rows, columns = torch.meshgrid(-axis, axis, indexing="ij")
    places = torch.stack([columns, rows], -1).reshape(-1, 2)
    nearest = (places - offset) @ torch.linalg.pinv(linear).T  # of each ray to the origin
    depth = ((torch.arange(depths, device=camera.device) + 0.5) * (2 / depths) - 1) * (REACH * bounds)
    return nearest[:, None] + depth[None, :, None] * view_direction(camera)


def ray_places(camera: Tensor, points: Tensor, bounds: float) -> Tensor:
    """Where points [...,P,3] lie on the grid of rays of cameras [...,2,4]: [...,P,3], columns, rows from the top and
    depths, each -1..1, as torch's grid_sample wants them."""
    depth = points @ view_direction(camera)[..., None] / (REACH * bounds)
    return torch.cat([picture_places(camera, points), depth], -1)


def sample_columns(columns: Tensor, places: Tensor) -> Tensor:
    """Values [B,P] of grids [B,D,S,S] at `ray_places` [B,P,3], linear between the grid's points."""
    grid = places[:, :, None, None]
    return F.grid_sample(columns[:, None], grid, padding_mode="border", align_corners=False)[:, 0, :, 0, 0]


def values_where(field: FieldFunction, points: Tensor, asked: Tensor, otherwise: float) -> Tensor:
    """The field at those of points [...,3] that are asked for [...], float32; `otherwise` at the others."""
    values = torch.full(asked.shape, otherwise, device=points.device)
    if asked.any():
        values[asked] = torch.cat([field(part).float() for part in points[asked].split(CHUNK)])
    return values


def field_columns(
    field: FieldFunction, camera: Tensor, alpha: np.ndarray, side: int, depths: int, bounds: float
) -> Tensor:
    """A field on the rays of a camera, [depths,side,side] in -1..1; -1 outside the box and where the mask alpha [S,S],
    S a multiple of side, leaves a whole pixel empty."""
    points = ray_points(camera, side, depths, bounds)
    pixel = alpha.shape[0] // side
    touched = alpha.reshape(side, pixel, side, pixel).max((1, 3)) > TOUCHED
    asked = torch.from_numpy(touched).to(camera.device).view(-1, 1) & (points.abs().amax(-1) < bounds)
    values = values_where(field, points, asked, -1.0).clamp(-1, 1)
    return values.view(side, side, depths).permute(2, 0, 1)


def column_field(columns: Tensor, camera: Tensor, bounds: float, truncation: float) -> FieldFunction:
    """The field that a grid [D,S,S] on the rays of a camera [2,4] holds, closed before the box ends; truncation: box
    units that a value of 1 means."""

    def query(points: Tensor) -> Tensor:
        values = sample_columns(columns[None], ray_places(camera, points, bounds)[None])[0]
        return torch.minimum(values, box_end(points, bounds, truncation))

    return query
