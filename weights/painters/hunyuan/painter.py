"""Hunyuan3D-Paint 2.0 as painters: six views of a mesh from a picture, by the base model or the turbo model.

Defaults are those of the public scripts. The light of the picture is not taken out by a network of its own here:
`texture.bake_light` of the texture stage is what does that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...._text import GIB
from ....errors import CheckpointError, OutOfMemoryError, UsageError
from ....kernels.atlas.bake import View
from ....kernels.views.cameras import Camera
from ...checkpoints.containers import open_tensors
from ...checkpoints.store import Store
from ...checkpoints.zoo import spec
from ..base import PaintedViews, PaintTask, Room, view_size
from ..clock import Clock
from ..mvadapter.painter import decode_latents
from ..mvadapter.room import ACTIVATIONS, DECODING, LIBRARIES, LOADING
from ..sdxl import load_vae, read_config
from ..turns import Turns
from .maps import NAMES, PLACES, WEIGHTS, Frame, camera_number, reduced_maps
from .network20 import Given20, Network20
from .pictures import on_white, recentred
from .sampling import Kept, encode, sample20
from .steps import AncestralSteps, ConsistencySteps
from .unet import fill, shapes_of

SIZE = 512
STEPS = 30
GUIDANCE = 2.0
GRID = 64  # pictures must be whole numbers of the deepest tokens


@dataclass(frozen=True)
class Kind:
    """One published model: its painter's and zoo's name, its checkpoints there, and whether it is the turbo model."""

    name: str
    unet: str
    vae: str
    turbo: bool


BASE = Kind("hunyuan3d-paint-2.0", "hunyuan3d-paint-v2-0-unet", "hunyuan3d-paint-v2-0-vae", turbo=False)
TURBO = Kind(
    "hunyuan3d-paint-2.0-turbo", "hunyuan3d-paint-v2-0-turbo-unet", "hunyuan3d-paint-v2-0-turbo-vae", turbo=True
)


@dataclass(frozen=True)
class Folders:
    """Folders of the parts, each with its config."""

    unet: Path
    vae: Path
    scheduler: Path


def locate(kind: Kind) -> Folders:
    """Return where a model's parts lie. Raises ModelMissingError with the pull line, CheckpointError."""
    store = Store()
    found = {name: store.find(spec(name)) for name in (kind.unet, kind.vae)}
    missing = [spec(name) for name, located in found.items() if located is None]
    if missing:
        raise store.missing(kind.name, missing)
    unet, vae = (located.folder for located in found.values() if located is not None)
    scheduler = unet.parent / "scheduler"
    if not scheduler.is_dir():
        raise CheckpointError(f"{unet.parent} lacks scheduler", "Pull it again, or copy the missing folder.")
    return Folders(unet, vae, scheduler)


@dataclass(frozen=True)
class Plan:
    """keep: both networks stay loaded. need: GiB at the peak."""

    keep: bool
    need: float


def plan_room(room: Room, name: str, size: int, network: float, vae: float) -> Plan:
    """Return the fastest plan within the budget; network, vae: bytes. Raises OutOfMemoryError.

    Guidance rows run one after the other. Activations are those measured for SDXL, whose blocks are as wide.
    """
    latents, number = (size // 8) ** 2, 4 if room.dtype == "float32" else 2
    activations = len(PLACES) * latents * number * ACTIVATIONS * 1.25
    decoding = LIBRARIES + vae + latents * number * DECODING
    budget, need = room.budget(), 0.0
    for keep in (True, False):
        held = network * LOADING + (vae if keep else 0.0)
        need = max(LIBRARIES + held + activations, decoding)
        if need <= budget:
            return Plan(keep, need / GIB)
    raise OutOfMemoryError(
        f"{name} needs about {need / GIB:.1f} GiB for views of {size} px, the budget is {budget / GIB:.1f}",
        "Raise `memory`, halve the numbers with `dtype` float16, or paint smaller views.",
    )


class HunyuanPaint20:
    """A painter of Hunyuan3D-Paint 2.0. Networks load when they are needed and take turns where not both fit."""

    words = False

    def __init__(self, kind: Kind, room: Room):
        self.kind, self.room, self.name = kind, room, kind.name
        self.turns = Turns(keep=False)

    def cameras(self, vertices: np.ndarray, size: int) -> dict[str, Camera]:
        """Return the six views around a mesh [V, 3], by name."""
        frame = Frame.around(vertices)
        return {name: frame.camera(place, size) for name, place in zip(NAMES, PLACES, strict=True)}

    def size(self, task: PaintTask) -> int:
        """Return the side of the pictures. Raises UsageError for a size that is no multiple of GRID."""
        return view_size(self.name, task, SIZE, GRID)

    def limit_memory(self, gib: float) -> None:
        """Set another budget for the next call."""
        self.room = replace(self.room, memory=gib)

    def release(self) -> None:
        """Give all memory back."""
        self.turns.release()

    def paint(self, task: PaintTask) -> PaintedViews:
        """Paint the six views.

        Raises ModelMissingError, CheckpointError, OutOfMemoryError, UsageError, MissingDependencyError.
        """
        size = self.size(task)
        check_task(self.name, task)
        folders = locate(self.kind)
        plan = plan_room(self.room, self.name, size, *(self._bytes(each) for each in (folders.unet, folders.vae)))
        self.turns.keep = plan.keep
        run = _Run(self, folders, task, size)
        position, normal = reduced_maps(task.vertices, task.faces, True, size)
        with torch.inference_mode():
            pictures = run.decode(run.denoise(*run.encode(position, normal)))
        cameras = self.cameras(task.vertices, size)
        views = {
            name: View(camera, picture, priority=weight)
            for (name, camera), picture, weight in zip(cameras.items(), pictures, WEIGHTS, strict=True)
        }
        facts = {"kind": self.name, "size": size, "steps": run.count, "guidance": run.guidance}
        return PaintedViews(views, {"position": position, "normal": normal}, facts)

    def _bytes(self, folder: Path) -> float:
        number = 4 if self.room.dtype == "float32" else 2
        return float(number * sum(int(np.prod(entry.shape)) for entry in open_tensors(folder).values()))


def check_task(name: str, task: PaintTask) -> None:
    """Refuse what the model cannot read. Raises UsageError."""
    if task.picture is None:
        raise UsageError(f"the painter {name} needs a picture", "Give one, or use `texture.painter` mvadapter.")
    wishes = {"words": task.prompt or task.negative, "another base": task.options.base, "LoRAs": task.options.loras}
    for wish, told in wishes.items():
        if told:
            raise UsageError(f"the painter {name} takes no {wish}", "Use `texture.painter` mvadapter for that.")


class _Run:
    """One task's steps. Each is a function of its own, so that its network can be released when it ends."""

    def __init__(self, painter: HunyuanPaint20, folders: Folders, task: PaintTask, size: int):
        self.folders, self.task, self.turns, self.size = folders, task, painter.turns, size
        self.device, self.dtype = painter.room.device, getattr(torch, painter.room.dtype)
        self.random = torch.Generator().manual_seed(task.seed)
        turbo = painter.kind.turbo
        self.steps = (
            ConsistencySteps.of(folders.scheduler)
            if turbo
            else AncestralSteps.of(folders.scheduler, task.steps or STEPS)
        )
        if turbo and (task.steps or task.guidance is not None):
            task.warn("the turbo model has ten fixed steps and no guidance; both settings are ignored")
        self.count = len(self.steps.times)
        self.guidance = None if turbo else GUIDANCE if task.guidance is None else task.guidance

    def draw(self, count: int) -> Tensor:
        """Return noise [count, 4, h, w] of variance 1, drawn on the CPU so that devices agree."""
        return torch.randn((count, 4, self.size // 8, self.size // 8), generator=self.random).to(self.device)

    def encode(self, position: np.ndarray, normal: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Kept | None]:
        """Return latents of reference, normals, positions, and of what is known already."""
        assert self.task.picture is not None
        shades = np.rint(np.clip(self.task.picture, 0, 1) * 255).astype(np.uint8)
        reference = on_white(recentred(shades), self.size)[None].astype(np.float32) / 255
        with self.turns.holding("vae", self._load_vae) as vae:
            latents = [self._latents(vae, each) for each in (reference, normal, position)]
            known = None
            if self.task.known is not None:
                share = torch.from_numpy(self.task.known.share)[:, None].to(self.device)
                # A latent is known only when all of its 8 x 8 pixels are.
                share = -torch.nn.functional.max_pool2d(-share, 8)
                known = Kept(self._latents(vae, self.task.known.pictures), share)
        return latents[0], latents[1], latents[2], known

    def _latents(self, vae: Any, pictures: np.ndarray) -> Tensor:
        """Return latents of pictures one by one: all together take as many times the memory."""
        return torch.cat([encode(vae, each[None], self.draw(1)) for each in pictures])

    def denoise(self, reference: Tensor, normal: Tensor, position: Tensor, known: Kept | None) -> Tensor:
        """Return the latents of the views."""
        numbers = torch.tensor([[camera_number(place) for place in PLACES]], device=self.device)
        with self.turns.holding("network", self._load_network) as network:
            maps = [each[None].to(self.dtype) for each in (normal, position)]
            features = network.read_reference(reference[None].to(self.dtype))
            given = Given20(*maps, cameras=numbers, features=features)
            noise = self.draw(len(PLACES))
            told = Clock(self.task.progress)
            return sample20(network, self.steps, noise, given, self.guidance, self._step_noise, told, known)

    def _step_noise(self, step: int) -> Tensor:
        return self.draw(len(PLACES))

    def decode(self, latents: Tensor) -> np.ndarray:
        """Return the pictures of the views."""
        with self.turns.holding("vae", self._load_vae) as vae:
            return decode_latents(vae, latents)

    def _load_vae(self) -> Any:
        return load_vae(self.folders.vae, self.device, self.dtype)

    def _load_network(self) -> Network20:
        stored = open_tensors(self.folders.unet)
        with torch.device("meta"):
            network = Network20(read_config(self.folders.unet), shapes_of(stored))
        return fill(network, stored, self.device, self.dtype)


base = partial(HunyuanPaint20, BASE)
turbo = partial(HunyuanPaint20, TURBO)
