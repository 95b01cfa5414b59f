"""Training samples made on the device, whole batches at a time: what train_vae and posed_views make of one object.

B objects, S surface points, P query points, N anchors.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...generators.voxel_centres import centres_of
from ...networks.anchored_vae import AnchoredVAEConfig, nearest
from ..posed_views import ROUGH_POINTS
from ..shards import DISTANCE_UNIT, POSITION_UNIT
from ..train_vae import FRAME, VOXELS
from .rows import Rows

NORMAL_UNIT = 32000.0  # see shards.pack_surface
OVERDRAWN = 4  # samples drawn for each one wanted: those outside of the box are left out
MIRRORED = (-1.0, 1.0, 1.0)
MIRRORED_CAMERA = ((1.0, -1.0, -1.0, -1.0), (-1.0, 1.0, 1.0, 1.0))
EDT_AT_ONCE = 16  # pictures


def yaw(degrees: Tensor) -> Tensor:
    """Rotations [B,3,3] about Y: `train_vae.yaw_matrix` of every angle [B]."""
    a = torch.deg2rad(degrees)
    zero, one = torch.zeros_like(a), torch.ones_like(a)
    rows = [a.cos(), zero, -a.sin(), zero, one, zero, a.sin(), zero, a.cos()]
    return torch.stack(rows, -1).view(-1, 3, 3)


def gathered(values: Tensor, index: Tensor) -> Tensor:
    """values [B,M,C], index [B,K] -> [B,K,C]."""
    return values.gather(1, index[..., None].expand(-1, -1, values.shape[-1]))


class Batcher:
    """Random samples of rows. Everything random comes from one generator on the device."""

    def __init__(self, rows: Rows, config: AnchoredVAEConfig, seed: int):
        self.rows, self.config, self.device = rows, config, rows.device
        self.generator = torch.Generator(rows.device).manual_seed(seed)

    def uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator, device=self.device)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, device=self.device)

    def integers(self, below: int, *shape: int) -> Tensor:
        return torch.randint(below, shape, generator=self.generator, device=self.device)

    def picks(self, count: int) -> Tensor:
        return self.integers(self.rows.count, count)

    def turns(self, count: int) -> Tensor:
        """Random rotations about Y, half of them mirrored, [B,3,3]."""
        flip = torch.where(self.uniform(count) < 0.5, -1.0, 1.0)
        rotation = yaw(360 * self.uniform(count))
        return rotation * torch.stack([flip, torch.ones_like(flip), torch.ones_like(flip)], -1)[:, :, None]

    def posed(self, picks: Tensor, rotation: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return surfaces [B,8192,6] of the objects in the product's frame, its scale [B,1] and offset [B,1,3]."""
        surface = self.rows.surface[picks].float()
        points = surface[..., :3] / POSITION_UNIT @ rotation.mT
        normals = F.normalize(surface[..., 3:] / NORMAL_UNIT @ rotation.mT, dim=-1)
        low, high = points.amin(1), points.amax(1)
        scale = 2 * FRAME / (high - low).amax(1, keepdim=True).clamp(min=1e-6)
        offset = (-(low + high) / 2 * scale)[:, None]
        return torch.cat([points * scale[:, None] + offset, normals], -1), scale, offset

    def queries(self, kind: str, picks: Tensor, rotation: Tensor, frame: tuple[Tensor, Tensor], count: int) -> Tensor:
        """Points and distances [B,count,4], inside of the box, of the samples `near` or `far`."""
        scale, offset = frame
        stored: Tensor = getattr(self.rows, kind)
        drawn = self.integers(stored.shape[1], len(picks), OVERDRAWN * count)
        samples = stored[picks[:, None], drawn].float()
        points = samples[..., :3] / POSITION_UNIT @ rotation.mT * scale[:, None] + offset
        inside = (points.abs() < 1).all(-1)
        order = inside.int().argsort(dim=1, descending=True, stable=True)
        # Where too few lie inside they come again.
        place = torch.arange(count, device=self.device) % inside.sum(1, keepdim=True).clamp(min=1)
        chosen = order.gather(1, place)
        distance = samples[..., 3:] / DISTANCE_UNIT * scale[:, None]
        return gathered(torch.cat([points, distance], -1), chosen)

    def near_and_far(
        self, picks: Tensor, rotation: Tensor, frame: tuple[Tensor, Tensor], near: int, far: int
    ) -> Tensor:
        """Return `queries` of both kinds, [B,near+far,4], those near the surface first."""
        return torch.cat(
            [self.queries(kind, picks, rotation, frame, n) for kind, n in (("near", near), ("far", far))], 1
        )

    def sample(
        self, picks: Tensor, rotation: Tensor, anchors: Tensor | None, tokens: int, sizes: tuple[int, int, int]
    ) -> dict[str, Tensor]:
        """Return the autoencoder's inputs of objects, by the names of train_vae.vae_sample.

        anchors [N,3] or [B,N,3], or None for `tokens` active voxels of the surface, half of the times of a disturbed
        one. sizes: surface points, near samples, far samples.
        """
        surface, *frame = self.posed(picks, rotation)
        points, near, far = sizes
        query = self.near_and_far(picks, rotation, (frame[0], frame[1]), near, far)
        if anchors is None:
            moved = self.disturbed(surface[..., :3])
            truth = self.uniform(len(picks), 1, 1) < 0.5
            places = self.voxels(torch.where(truth, surface[..., :3], moved).clamp(-0.999, 0.999), tokens, jitter=True)
        else:
            places = anchors.to(self.device).expand(len(picks), -1, -1)
        chosen = gathered(surface, self.distinct(surface.shape[1], len(picks), points))
        return {
            "surface": chosen,
            "anchors": places,
            "surface_neighbours": nearest(chosen[..., :3], places, self.config.points_per_anchor),
            "points": query[..., :3],
            "distance": query[..., 3],
            "point_neighbours": nearest(places, query[..., :3], self.config.anchors_per_query),
        }

    def distinct(self, below: int, rows: int, count: int) -> Tensor:
        """`count` different numbers below `below` in every row, [rows,count]."""
        return self.uniform(rows, below).topk(min(count, below), dim=1).indices

    def disturbed(self, points: Tensor) -> Tensor:
        """Points [B,S,3] moved smoothly, as the coarse stage misplaces a surface (train_vae.disturb)."""
        count = len(points)
        amplitude = 0.04 * self.uniform(count, 1, 1) * self.normal(count, 4, 3)
        waves, phase = 3 * self.normal(count, 4, 3), 2 * math.pi * self.uniform(count, 1, 4)
        return points + (points @ waves.mT + phase).sin() @ amplitude * 0.6

    def rough(self, surface: Tensor) -> Tensor:
        """Return a rough surface [B,ROUGH_POINTS,6] out of a true one [B,S,6]: displaced, half of them with a hole."""
        points = self.disturbed(surface[..., :3])
        middle = gathered(points, self.integers(points.shape[1], len(points), 1))
        hole = torch.where(self.uniform(len(points), 1) < 0.5, 0.25 * self.uniform(len(points), 1), 0.0)
        kept = ((points - middle).norm(dim=-1) >= hole) * self.uniform(*points.shape[:2])
        order = kept.topk(min(ROUGH_POINTS, points.shape[1]), dim=1).indices
        found = gathered(torch.cat([points, surface[..., 3:]], -1), order)
        return torch.cat([found[..., :3].clamp(-0.999, 0.999), found[..., 3:]], -1)

    def voxels(self, points: Tensor, count: int, jitter: bool) -> Tensor:
        """`count` of the active voxels of points [B,S,3], each the farthest from those before it, [B,count,3].

        With fewer voxels than asked for some repeat, and all are moved within their voxel.
        """
        cells = ((points + 1) * (VOXELS / 2)).floor().clamp(0, VOXELS - 1).long()
        flat = (cells[..., 0] * VOXELS + cells[..., 1]) * VOXELS + cells[..., 2]
        occupied = torch.zeros(len(points), VOXELS**3, dtype=torch.int32, device=self.device).scatter_(1, flat, 1)
        active = occupied.sum(1, keepdim=True)
        most = int(active.max())
        listed = occupied.argsort(dim=1, descending=True, stable=True)[:, :most]
        axes = [listed // VOXELS**2, listed // VOXELS % VOXELS, listed % VOXELS]
        centres = centres_of(torch.stack(axes, -1), VOXELS)
        valid = torch.arange(most, device=self.device) < active
        far = torch.where(valid, torch.inf, -1.0)
        current = (self.uniform(len(points), 1) * active).long().clamp(max=most - 1)
        chosen = []
        for _ in range(count):
            chosen.append(current)
            offset = centres - gathered(centres, current)
            far = torch.minimum(far, torch.where(valid, offset.square().sum(-1), -1.0))
            current = far.argmax(1, keepdim=True)
        places = gathered(centres, torch.cat(chosen, 1))
        moved = (2 * self.uniform(*places.shape) - 1) / VOXELS
        return places + torch.where((active < count)[..., None] | jitter, moved, 0.0)

    def pictures(self, picks: Tensor, view: Tensor, mirror: Tensor, augmented: bool) -> Tensor:
        """Return the image encoder's inputs [B,5,S,S]; mirror bool [B]."""
        rgba = self.rows.views[picks, view].float().permute(0, 3, 1, 2) / 255
        rgba = torch.where(mirror.view(-1, 1, 1, 1), rgba.flip(-1), rgba)
        if augmented:
            rgba = self.augmented(rgba)
        return torch.cat([rgba, outline_depths(rgba[:, 3])[:, None]], 1)

    def augmented(self, rgba: Tensor) -> Tensor:
        """Other brightness, contrast and saturation, noise, softness (posed_views.augment, but masks stay)."""
        count = len(rgba)

        def factor(low: float, high: float) -> Tensor:
            return low + (high - low) * self.uniform(count, 1, 1, 1)

        colour, alpha = rgba[:, :3], rgba[:, 3:]
        grey = colour.mean(1, keepdim=True)
        colour = grey + (colour - grey) * factor(0.6, 1.3)
        colour = (colour - 0.5) * factor(0.7, 1.25) + 0.5 + factor(-0.12, 0.12)
        noisy = (self.uniform(count, 1, 1, 1) < 0.3) * factor(0, 0.05)
        changed = torch.cat([(colour + noisy * self.normal(*colour.shape)).clamp(0, 1), alpha], 1)
        soft = (changed + changed.roll(1, 2) + changed.roll(1, 3) + changed.roll((1, 1), (2, 3))) / 4
        return torch.where(self.uniform(count, 1, 1, 1) < 0.3, soft, changed)

    def views(self, count: int, training: bool) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Objects [B], the rotations [B,3,3] that turn them to their cameras, and the pictures with those cameras."""
        picks = self.picks(count)
        view = self.integers(self.rows.views_each, count)
        mirror = (self.uniform(count) < 0.5) if training else torch.zeros(count, dtype=torch.bool, device=self.device)
        flip = torch.where(mirror[:, None], torch.tensor(MIRRORED, device=self.device), 1.0)
        rotation = yaw(self.rows.azimuths[picks, view]) * flip[:, :, None]
        camera = self.rows.cameras[picks, view]
        turned = camera * torch.tensor(MIRRORED_CAMERA, device=self.device)
        return (
            picks,
            rotation,
            {
                "picture": self.pictures(picks, view, mirror, training),
                "camera": torch.where(mirror.view(-1, 1, 1), turned, camera),
            },
        )

    def pictured(self, count: int, near: int, far: int, training: bool) -> dict[str, Tensor]:
        """Pictures with points and distances of their objects, as the cameras see them."""
        picks, rotation, batch = self.views(count, training)
        _, *frame = self.posed(picks, rotation)
        query = self.near_and_far(picks, rotation, (frame[0], frame[1]), near, far)
        return batch | {"points": query[..., :3], "distance": query[..., 3]}

    def seen(
        self, count: int, anchors: Tensor | None, tokens: int, sizes: tuple[int, int, int], training: bool
    ) -> dict[str, Tensor]:
        """Pictures with their objects as the cameras see them, by the names of PosedViews.sample."""
        picks, rotation, batch = self.views(count, training)
        if not tokens:
            return batch | self.sample(picks, rotation, anchors, 0, sizes)
        surface, _, _ = self.posed(picks, rotation)
        rough = self.rough(surface)
        places = self.voxels(rough[..., :3], tokens, jitter=False)
        batch |= {
            "rough": rough,
            "rough_neighbours": nearest(rough[..., :3], places, self.config.points_per_anchor),
        }
        return batch | self.sample(picks, rotation, places, 0, sizes)


def mask_distances(mask: Tensor) -> Tensor:
    """Pixels from each pixel of masks [B,S,S] to the nearest one of the other kind, positive inside.

    Exact, as silhouette.mask_distance.
    """
    parts = [_distance_to(~part) - _distance_to(part) for part in mask.split(EDT_AT_ONCE)]
    return torch.cat(parts)


def _distance_to(wanted: Tensor) -> Tensor:
    """Distance [B,S,S] to the nearest wanted pixel: along rows, then along columns."""
    side = wanted.shape[-1]
    axis = torch.arange(side, device=wanted.device, dtype=torch.float32)
    cost = (axis[:, None] - axis).square()
    beyond = 4.0 * side * side
    along = torch.where(wanted, 0.0, beyond)
    along = (along[:, :, None, :] + cost).amin(-1)
    return (along.mT[:, :, None, :] + cost).amin(-1).mT.sqrt()


def outline_depths(alpha: Tensor) -> Tensor:
    """image_encoder.outline_depth of masks [B,S,S]."""
    return (mask_distances(alpha > 0.5) * (4 / alpha.shape[-1])).clamp(-1, 1)


def small_planes(planes: Tensor, side: int) -> Tensor:
    """picture_planes [B,5,S,S] at another size: colours averaged with their alpha as weight, as tiny.area_resize."""
    alpha = planes[:, 3:4]
    small = F.adaptive_avg_pool2d(torch.cat([planes[:, :3] * alpha, alpha], 1), side)
    rgba = torch.cat([small[:, :3] / small[:, 3:].clamp(min=1e-6), small[:, 3:]], 1)
    return torch.cat([rgba, outline_depths(rgba[:, 3])[:, None]], 1)
