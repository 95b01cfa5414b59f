"""Hunyuan3D-Paint 2.0 as painters: six views of a mesh from a picture, by the base model or the turbo model.

Defaults are those of the public scripts.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ....kernels.atlas.bake import View
from ..base import PaintedViews, PaintTask, Room
from ..clock import Clock
from .files import Folders, Kind, locate, part_bytes
from .maps import PLACES, WEIGHTS, camera_number, reduced_maps
from .network20 import Given20, Network20
from .painter import Encoded, HunyuanPainter, Run, check_task, eight_bits
from .reference.delight import DelightFolders, locate_delight, without_light
from .reference.pictures import on_white, recentred
from .room import Plan, plan_room
from .sampling import sample20
from .steps import AncestralSteps, ConsistencySteps

STEPS = 30
GUIDANCE = 2.0
BASE = Kind("hunyuan3d-paint-2.0", "hunyuan3d-paint-v2-0-unet", "hunyuan3d-paint-v2-0-vae")
TURBO = Kind("hunyuan3d-paint-2.0-turbo", "hunyuan3d-paint-v2-0-turbo-unet", "hunyuan3d-paint-v2-0-turbo-vae")


class HunyuanPaint20(HunyuanPainter):
    """A painter of Hunyuan3D-Paint 2.0. turbo: the model of ten fixed steps without guidance."""

    def __init__(self, kind: Kind, turbo: bool, room: Room):
        super().__init__(kind, room)
        self.turbo = turbo
        self.unlit: tuple[np.ndarray, np.ndarray] | None = None

    def paint(self, task: PaintTask) -> PaintedViews:
        """Paint the six views.

        Raises ModelMissingError, CheckpointError, OutOfMemoryError, UsageError, MissingDependencyError.
        """
        size = self.size(task)
        check_task(self.name, task)
        folders = locate(self.kind)
        delight = self._delight(task)
        parts = part_bytes(folders, self.room.dtype, delight.unet if delight else None)
        plan = plan_room(self.room, self.name, size, len(PLACES), parts)
        run = Run20(self, folders, task, size, plan)
        reference = run.reference(self._unlit(task, delight) if delight else None)
        position, normal = reduced_maps(task.vertices, task.faces, True, size)
        with torch.inference_mode():
            pictures = run.decode(run.denoise(run.encode(reference, normal, position)))
        cameras = self.cameras(task.vertices, size)
        views = {
            name: View(camera, picture, priority=weight)
            for (name, camera), picture, weight in zip(cameras.items(), pictures, WEIGHTS, strict=True)
        }
        facts = {"kind": self.name, "size": size, "steps": run.count, "guidance": run.guidance}
        facts["delight"] = delight is not None
        return PaintedViews(views, {"position": position, "normal": normal}, facts)

    def release(self) -> None:
        """Give all memory back."""
        super().release()
        self.unlit = None

    def _delight(self, task: PaintTask) -> DelightFolders | None:
        """Return where the network lies that takes the light out of the picture, if it is to run."""
        found = locate_delight(self.name, task.delight)
        if found is None and task.delight is None and task.known is None:
            task.warn(
                f"{self.name} reads the picture with its light; to take it out first, run: varco3d models pull "
                f"{self.name} --extras"
            )
        return found

    def _unlit(self, task: PaintTask, delight: DelightFolders) -> np.ndarray:
        """Return the task's picture without light, uint8 [S, S, 3]; that of the last task is kept for its passes."""
        picture = task.picture
        assert picture is not None
        if self.unlit is None or self.unlit[0] is not picture:
            rgba = recentred(eight_bits(picture))
            device, dtype = self.room.device, getattr(torch, self.room.dtype)
            self.unlit = picture, without_light(rgba, delight, device, dtype, task.progress)
        return self.unlit[1]


class Run20(Run):
    """A task's steps with the base or the turbo model."""

    def __init__(self, painter: HunyuanPaint20, folders: Folders, task: PaintTask, size: int, plan: Plan):
        super().__init__(painter, folders, task, size, plan)
        self.steps = (
            ConsistencySteps.of(folders.scheduler)
            if painter.turbo
            else AncestralSteps.of(folders.scheduler, task.steps or STEPS)
        )
        if painter.turbo and (task.steps or task.guidance is not None):
            task.warn("the turbo model has ten fixed steps and no guidance; both settings are ignored")
        self.count = len(self.steps.times)
        self.guidance = None if painter.turbo else GUIDANCE if task.guidance is None else task.guidance

    def reference(self, unlit: np.ndarray | None) -> np.ndarray:
        """Return the picture centred on white, or the one without light, float32 [1, S, S, 3]."""
        if unlit is None:
            assert self.task.picture is not None
            read = on_white(recentred(eight_bits(self.task.picture)), self.size)
        else:
            read = np.asarray(Image.fromarray(unlit).resize((self.size, self.size)))
        return read[None].astype(np.float32) / 255

    def denoise(self, read: Encoded) -> Tensor:
        """Return the latents of the views."""
        numbers = torch.tensor([[camera_number(place) for place in PLACES]], device=self.device)
        with self.turns.holding("network", lambda: self.load_network(Network20)) as network:
            features = self.read_reference(network, read.reference)
            given = Given20(*read.maps(self.dtype), cameras=numbers, features=features, limit=self.limit)
            noise = self.draw(len(PLACES))
            told = Clock(self.task.progress)
            return sample20(network, self.steps, noise, given, self.guidance, self._step_noise, told, read.known)

    def _step_noise(self, step: int) -> Tensor:
        return self.draw(len(PLACES))


base = partial(HunyuanPaint20, BASE, False)
turbo = partial(HunyuanPaint20, TURBO, True)
