"""Hunyuan3D-Paint 2.1 as a painter: albedo, roughness and metalness of six or more views of a mesh from a picture.

Defaults are those of the public scripts. The views show surface colours without light.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....kernels.atlas.bake import View
from ..base import Known, PaintedViews, PaintTask, Room
from ..clock import Clock
from ..latents import KnownLatents
from .extra_views import EXTRA_WEIGHT, choose_views, triangle_areas, visible_triangles
from .files import Folders, Kind, locate, part_bytes
from .maps import PLACES, WEIGHTS, reduced_maps
from .network21 import MATERIALS, Given21, Network21
from .painter import Encoded, HunyuanPainter, Run, cameras_at, check_task, eight_bits
from .reference.dino import load_dino, picture_tokens
from .reference.pictures import on_white
from .room import Plan, plan_room
from .sampling import sample21
from .steps import scheduler
from .voxels import BACKGROUND, token_voxels

STEPS = 15
GUIDANCE = 3.0
PBR = Kind("hunyuan3d-paint-2.1", "hunyuan3d-paintpbr-v2-1-unet", "hunyuan3d-paintpbr-v2-1-vae", "dinov2-giant")
METALNESS, ROUGHNESS, THIRD = 0, 1, 2  # channels of a metallic-roughness picture


class HunyuanPaint21(HunyuanPainter):
    """The painter of Hunyuan3D-Paint 2.1.

    third: mean of the channel beside metalness and roughness in its last pictures of materials. It has no meaning, but
    pictures of known materials must look like the network's own.
    """

    def __init__(self, kind: Kind, room: Room):
        super().__init__(kind, room)
        self.third = 0.0

    def paint(self, task: PaintTask) -> PaintedViews:
        """Paint six views, and as many more as the task asks for while each shows enough new surface.

        A task with known colours gets six. Raises ModelMissingError, CheckpointError, OutOfMemoryError, UsageError,
        MissingDependencyError.
        """
        size = self.size(task)
        check_task(self.name, task)
        folders = locate(self.kind)
        places = wanted_places(task)
        parts = part_bytes(folders, self.room.dtype)
        plan = plan_room(self.room, self.name, size, MATERIALS * len(places), parts)
        run = Run21(self, folders, task, size, plan, self.third)
        position, normal = reduced_maps(task.vertices, task.faces, False, size, places)
        with torch.inference_mode():
            reference = run.reference()
            tokens = run.tokens(reference)
            read = run.encode(reference[None].astype(np.float32) / 255, normal, position)
            pictures = run.decode(run.denoise(read, position, tokens))
        albedo, mr = np.split(pictures, MATERIALS)
        surface = (position < BACKGROUND).all(-1)
        self.third = float(mr[surface, THIRD].mean()) if surface.any() else 0.0
        cameras = cameras_at(task.vertices, size, places)
        weights = [*WEIGHTS, *[EXTRA_WEIGHT] * (len(places) - len(PLACES))]
        views = {
            name: View(camera, albedo[k], priority=weights[k], material=mr[k][..., [ROUGHNESS, METALNESS]])
            for k, (name, camera) in enumerate(cameras.items())
        }
        facts = {"kind": self.name, "size": size, "steps": run.count, "guidance": run.guidance, "views": len(places)}
        return PaintedViews(views, {"position": position, "normal": normal}, facts)


def wanted_places(task: PaintTask) -> list[tuple[int, int]]:
    """Return (azimuth, elevation) of the six views and of the extra ones that the task asks for."""
    if task.extra_views == 0 or task.known is not None:
        return list(PLACES)
    seen = visible_triangles(task.vertices, task.faces)
    return choose_views(seen, triangle_areas(task.vertices, task.faces), len(PLACES) + task.extra_views)


class Run21(Run):
    """A task's steps. third: see HunyuanPaint21."""

    def __init__(self, painter: HunyuanPaint21, folders: Folders, task: PaintTask, size: int, plan: Plan, third: float):
        super().__init__(painter, folders, task, size, plan)
        self.third = third
        self.count = task.steps or STEPS
        self.guidance = GUIDANCE if task.guidance is None else task.guidance

    def reference(self) -> np.ndarray:
        """Return the picture on white, uint8 [S, S, 3]."""
        assert self.task.picture is not None
        return on_white(eight_bits(self.task.picture), self.size)

    def known(self, vae: Any, known: Known) -> KnownLatents:
        """Return the latents of what is painted already, albedo first; without known materials none of them stay."""
        albedo = super().known(vae, known)
        if known.materials is None:
            mr = KnownLatents(torch.zeros_like(albedo.latents), torch.zeros_like(albedo.share))
        else:
            mr = replace(albedo, latents=self.latents(vae, material_pictures(known.materials, self.third)))
        return KnownLatents(torch.cat([albedo.latents, mr.latents]), torch.cat([albedo.share, mr.share]))

    def tokens(self, reference: np.ndarray) -> Tensor:
        """Return DINO tokens [1, N, E] of the reference."""
        folder = self.folders.dino
        assert folder is not None
        with self.turns.holding("dino", lambda: load_dino(folder, self.device, self.dtype)) as dino:
            return picture_tokens(dino, reference)

    def denoise(self, read: Encoded, positions: np.ndarray, tokens: Tensor) -> Tensor:
        """Return the latents of the views, albedo first. positions: maps [V, S, S, 3] in 0..1; tokens: of DINO."""
        noise = self.draw(MATERIALS * len(positions))
        voxels = token_voxels(torch.from_numpy(positions).permute(0, 3, 1, 2)[None].to(self.device), noise.shape[-1])
        schedule = scheduler("UniPCMultistepScheduler", self.folders.scheduler)
        with self.turns.holding("network", lambda: self.load_network(Network21)) as network:
            features = self.read_reference(network, read.reference)
            given = Given21(*read.maps(self.dtype), voxels=voxels, dino=None, features=features, limit=self.limit)
            told = Clock(self.task.progress)
            wanted = tokens.to(self.dtype)
            return sample21(network, schedule, noise, given, wanted, self.count, self.guidance, told, read.known)


def material_pictures(materials: np.ndarray, third: float) -> np.ndarray:
    """Return metallic-roughness pictures float32 [V, S, S, 3] of roughness and metalness [V, S, S, 2]."""
    pictures = np.full((*materials.shape[:-1], 3), third, np.float32)
    pictures[..., [ROUGHNESS, METALNESS]] = materials
    return pictures


pbr = partial(HunyuanPaint21, PBR)
