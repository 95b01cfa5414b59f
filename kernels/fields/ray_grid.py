"""Fields on the rays of a picture: a grid with a ray per pixel and depths along it.

Cameras are affine maps [2,4] from box positions (x, y, z, 1) to the picture, x right, y up, both -1..1 (ImageFeatures).
Rays go through the middles of the picture's pixels, rows from the top; depth grows towards the camera's side that
cross(x row, y row) points to, over REACH bounds both ways.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from ..views.picture_places import picture_places
from .field_function import FieldFunction, box_end

REACH = 1.2
CHUNK = 8192  # points asked of the field at once
TOUCHED = 0.02  # alpha from which a pixel's ray may meet the subject
SMOOTH_SIDE, SMOOTH_DEPTHS = 96, 96  # of a smoothed field's grid
MARGIN = 2  # rays of half of them beside the mask that are sampled too, so that smoothing takes nothing off the rim
FAR = 0.2  # value from which the surface lies elsewhere, when all around have it too


def view_direction(camera: Tensor) -> Tensor:
    """Return unit direction [...,3] of the rays of cameras [...,2,4]."""
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
    """Return the places of points [...,P,3] on the grid of rays of cameras [...,2,4].

    [...,P,3], columns, rows from the top and depths, each -1..1, as torch's grid_sample wants them.
    """
    depth = points @ view_direction(camera)[..., None] / (REACH * bounds)
    return torch.cat([picture_places(camera, points), depth], -1)


def sample_columns(columns: Tensor, places: Tensor) -> Tensor:
    """Values [B,P] of grids [B,D,S,S] at `ray_places` [B,P,3], linear between the grid's points."""
    grid = places[:, :, None, None]
    return F.grid_sample(columns[:, None], grid, padding_mode="border", align_corners=False)[:, 0, :, 0, 0]


def values_where(field: FieldFunction, points: Tensor, asked: Tensor, otherwise: float) -> Tensor:
    """Return the field at those of points [...,3] that are asked for [...], float32; `otherwise` at the others."""
    values = torch.full(asked.shape, otherwise, device=points.device)
    if asked.any():
        values[asked] = torch.cat([field(part).float() for part in points[asked].split(CHUNK)])
    return values


def touched_rays(alpha: np.ndarray, side: int) -> np.ndarray:
    """Mark the rays, bool [side,side], that may meet the subject of a mask alpha [S,S]."""
    fullest = F.adaptive_max_pool2d(torch.from_numpy(np.ascontiguousarray(alpha, np.float32))[None], side)
    return fullest[0].numpy() > TOUCHED


def field_columns(field: FieldFunction, camera: Tensor, asked: np.ndarray, depths: int, bounds: float) -> Tensor:
    """Return a field on the rays of a camera, [depths,S,S] in -1..1.

    -1 outside the box and on rays not asked for [S,S].
    """
    side = len(asked)
    points = ray_points(camera, side, depths, bounds)
    wanted = torch.from_numpy(asked).to(camera.device).view(-1, 1) & (points.abs().amax(-1) < bounds)
    values = values_where(field, points, wanted, -1.0).clamp(-1, 1)
    return values.view(side, side, depths).permute(2, 0, 1)


def inflated_columns(depth: Tensor, camera: Tensor, depths: int, truncation: float) -> Tensor:
    """Columns [B,depths,S/2,S/2] of a body about the origin's plane that is as deep as its outline is far.

    What stands for a guess when there is none. depth [B,1,S,S]: of pixels inside the outline, quarters of the picture's
    side; camera [B,2,4]; box of bounds 1.
    """
    reach = F.avg_pool2d(depth, 2) / 2 / camera[:, :, :3].norm(dim=2).mean(1)[:, None, None, None]
    along = ((torch.arange(depths, device=depth.device) + 0.5) * (2 / depths) - 1) * REACH
    return ((reach - along.abs()[:, None, None]) / truncation).clamp(-1, 1)


def smoothed_columns(columns: Tensor, camera: Tensor, bounds: float, deviation: float) -> Tensor:
    """Return a grid [D,S,S] on the rays of a camera [2,4], averaged with Gaussian weights.

    deviation: theirs, box units.
    """
    depths, side = columns.shape[:2]
    across = deviation * side / 2 * camera[:, :3].norm(dim=1).cpu().numpy()  # columns, rows
    along = deviation * depths / (2 * REACH * bounds)
    smooth = ndimage.gaussian_filter(columns.float().cpu().numpy(), (along, across[1], across[0]), mode="nearest")
    return torch.from_numpy(smooth).to(columns.device)


def column_field(columns: Tensor, camera: Tensor, bounds: float, truncation: float) -> FieldFunction:
    """Return the field that a grid [D,S,S] on the rays of a camera [2,4] holds, closed before the box ends.

    truncation: box units that a value of 1 means.
    """

    def query(points: Tensor) -> Tensor:
        values = sample_columns(columns[None], ray_places(camera, points, bounds)[None])[0]
        return torch.minimum(values, box_end(points, bounds, truncation))

    return query


def smoothed_field(
    field: FieldFunction, camera: Tensor, alpha: np.ndarray, bounds: float, truncation: float, deviation: float
) -> FieldFunction:
    """Return a field smoothed along the rays of the mask alpha [S,S] of a camera [2,4]; nothing elsewhere.

    Weights are Gaussian, of a deviation in box units. truncation: box units that a value of 1 means.

    It is sampled once, on a grid as fine as a deviation of 0.02 wants, and is cheap to ask afterwards.
    """
    near = ndimage.binary_dilation(touched_rays(alpha, SMOOTH_SIDE // 2), iterations=MARGIN)
    columns = refined_columns(field_columns(field, camera, near, SMOOTH_DEPTHS // 2, bounds), field, camera, bounds)
    return column_field(smoothed_columns(columns, camera, bounds, deviation), camera, bounds, truncation)


def refined_columns(columns: Tensor, field: FieldFunction, camera: Tensor, bounds: float) -> Tensor:
    """Refine `field_columns` [D,S,S] to half the spacing, [2D,2S,2S].

    Far from the surface values are not asked for again.
    """
    around = columns[None, None]
    highest, lowest = F.max_pool3d(around, 3, 1, 1), -F.max_pool3d(-around, 3, 1, 1)
    crossing = ((highest > -FAR) & (lowest < FAR)).float()
    unsure = F.interpolate(crossing, scale_factor=2, mode="nearest")[0, 0] > 0
    fine = F.interpolate(around, scale_factor=2, mode="trilinear", align_corners=False)[0, 0]
    depths, side = fine.shape[:2]
    points = ray_points(camera, side, depths, bounds).view(side, side, depths, 3).permute(2, 0, 1, 3)
    asked = unsure & (points.abs().amax(-1) < bounds)
    return torch.where(asked, values_where(field, points, asked, 0.0).clamp(-1, 1), fine)
