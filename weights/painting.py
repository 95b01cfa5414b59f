"""Using the painter: what it is told about the views of a mesh, and the views it paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from ..kernels.atlas.bake import Baker, View
from ..kernels.views.cameras import Camera
from ..kernels.views.render_maps import render_maps
from .generators.tiny import area_resize
from .networks.painter import CHANNELS, Painter

SURE = 0.02  # trust from which a place counts as known
NEIGHBOURS = 8  # known places that an unknown one is coloured from
HORIZONTAL = (8, 11)  # among a view's channels the x components of normal and position, which a mirror turns around
NORMAL_REACH = 0.12  # box units that one unit of normal counts for: keeps the two sides of a plate apart


@dataclass(frozen=True)
class ViewFacts:
    """What is known about K views of S pixels a side, all float32.

    guess, nearest [K,S,S,3]: colours with and without the mirror images, filled where nothing is known. seen, mirrored
    [K,S,S]: trust, 0..1, of the picture itself and of its images. normal, position [K,S,S,3]. mask [K,S,S].
    """

    guess: np.ndarray
    nearest: np.ndarray
    seen: np.ndarray
    mirrored: np.ndarray
    normal: np.ndarray
    position: np.ndarray
    mask: np.ndarray

    def channels(self) -> np.ndarray:
        """[K,CHANNELS,S,S], as the painter reads them."""
        single = [self.seen[..., None], self.mirrored[..., None]]
        parts = [self.guess, self.nearest, *single, self.normal, self.position, self.mask[..., None]]
        stacked = np.concatenate(parts, -1).transpose(0, 3, 1, 2)
        assert stacked.shape[1] == CHANNELS
        return np.ascontiguousarray(stacked)


def view_facts(
    vertices: np.ndarray,
    faces: np.ndarray,
    normals: np.ndarray | None,
    cameras: Sequence[Camera],
    views: Sequence[View],
    size: int,
) -> ViewFacts:
    """views: the input picture first, then its mirror images with smaller priorities."""
    maps = render_maps(vertices, faces, list(cameras), size, normals)
    mask = np.asarray(maps.mask)
    back = np.stack([camera.axes()[2] for camera in cameras]).astype(np.float32)
    facing = (maps.normal * back[:, None, None]).sum(-1, keepdims=True)
    normal = np.where(facing < 0, -maps.normal, maps.normal)  # what a camera sees is a front
    points, directions = maps.position[mask], normal[mask]
    baker = Baker(vertices, faces, points, directions)
    found = np.stack([baker.look_up(view, baker.depth(view)) for view in views])  # [V,T,4]
    seen, mirrored = found[0, :, 3], found[1:, :, 3].max(0, initial=0)
    weights = found[..., 3] * np.array([view.priority for view in views], np.float32)[:, None]
    blended = (found[..., :3] * weights[..., None]).sum(0) / np.maximum(weights.sum(0), 1e-12)[:, None]
    features = np.concatenate([points, directions * NORMAL_REACH], 1)

    def spread(values: np.ndarray) -> np.ndarray:
        full = np.zeros((*mask.shape, *values.shape[1:]), np.float32)
        full[mask] = values
        return full

    return ViewFacts(
        guess=spread(filled(features, blended, np.maximum(seen, mirrored) > SURE)),
        nearest=spread(filled(features, found[0, :, :3], seen > SURE)),
        seen=spread(seen),
        mirrored=spread(mirrored),
        normal=spread(directions),
        position=spread(points),
        mask=mask.astype(np.float32),
    )


def filled(features: np.ndarray, colours: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Colours [T,3], the unknown ones from the nearest known in features [T,D], by inverse square distance."""
    if not known.any():
        return np.full_like(colours, 0.5)
    out = colours.copy()
    count = min(NEIGHBOURS, int(known.sum()))
    distance, near = KDTree(features[known]).query(features[~known], k=count)
    weight = 1 / np.maximum(distance.reshape(-1, count), 1e-6) ** 2
    weight /= weight.sum(1, keepdims=True)
    out[~known] = (colours[known][near.reshape(-1, count)] * weight[..., None]).sum(1)
    return out


def paint_views(painter: Painter, facts: ViewFacts, rgba: np.ndarray) -> np.ndarray:
    """Colours [K,S,S,3] of views of any size; rgba [P,P,4]: the input picture, straight alpha.

    The correction is made at the painter's own size and enlarged, so the guess keeps its detail.
    """
    device = next(painter.parameters()).device
    view = torch.from_numpy(facts.channels()).to(device)
    picture = torch.from_numpy(area_resize(rgba, painter.config.picture)).permute(2, 0, 1)[None].to(device)
    with torch.inference_mode():
        change = correction(painter, view, picture.expand(len(view), -1, -1, -1))
    return (view[:, :3] + change).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()


def correction(painter: Painter, view: Tensor, picture: Tensor) -> Tensor:
    """What to add to the guess of views [B,CHANNELS,S,S] of any size, [B,3,S,S]; picture [B,4,P,P].

    The mean of what the painter says to the views and to their mirror images.
    """
    return (painter(view, picture) + painter(mirrored(view), picture.flip(-1)).flip(-1)) / 2


def mirrored(view: Tensor) -> Tensor:
    """Facts [B,CHANNELS,S,S] of the mirrored mesh, seen in mirrored views."""
    view = view.flip(-1)
    view[:, HORIZONTAL] *= -1
    return view
