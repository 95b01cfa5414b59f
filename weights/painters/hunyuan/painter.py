"""Base of the painters of Hunyuan3D-Paint: views, refusals, and pictures to latents and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from ....errors import CheckpointError, UsageError
from ....kernels.views.cameras import Camera
from ...checkpoints.conversion.containers import open_tensors
from ...checkpoints.conversion.settings_files import read_json
from ..base import Known, PaintTask, Room, refuse_wishes, view_size
from ..latents import KnownLatents, decode_latents, encode, known_latents
from ..sdxl import load_vae
from ..turns import Turns
from .files import Folders, Kind
from .maps import NAMES, PLACES, Frame
from .network20 import Network20
from .network21 import Network21
from .room import Plan
from .unet import fill, shapes_of

SIZE = 512
GRID = 64  # pictures must be whole numbers of the deepest tokens
Network = TypeVar("Network", Network20, Network21)


class HunyuanPainter:
    """A painter of Hunyuan3D-Paint. Networks load when they are needed and take turns where not all fit."""

    words = False

    def __init__(self, kind: Kind, room: Room):
        self.kind, self.room, self.name = kind, room, kind.name
        self.turns = Turns(keep=False)

    def cameras(self, vertices: np.ndarray, size: int) -> dict[str, Camera]:
        """Return the six views around a mesh [V, 3], by name."""
        return cameras_at(vertices, size, PLACES)

    def size(self, task: PaintTask) -> int:
        """Return the side of the pictures. Raises UsageError for a size that is no multiple of GRID."""
        return view_size(self.name, task, SIZE, GRID)

    def limit_memory(self, gib: float) -> None:
        """Set another budget for the next call."""
        self.room = replace(self.room, memory=gib)

    def release(self) -> None:
        """Give all memory back."""
        self.turns.release()


def cameras_at(vertices: np.ndarray, size: int, places: Sequence[tuple[int, int]]) -> dict[str, Camera]:
    """Return the six views and further ones (extra1, ...) around a mesh [V, 3], by name."""
    frame = Frame.around(vertices)
    names = [*NAMES, *(f"extra{number}" for number in range(1, len(places) - len(NAMES) + 1))]
    return {name: frame.camera(place, size) for name, place in zip(names, places, strict=True)}


def check_task(name: str, task: PaintTask) -> None:
    """Refuse what the models cannot read. Raises UsageError."""
    if task.picture is None:
        raise UsageError(f"the painter {name} needs a picture", "Give one, or use `texture.painter` mvadapter.")
    wishes = {"words": task.prompt or task.negative, "other base": task.options.base, "LoRAs": task.options.loras}
    refuse_wishes(name, (), wishes)


def eight_bits(picture: np.ndarray) -> np.ndarray:
    """Return a picture in 0..1 as uint8."""
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True)
class Encoded:
    """Latents of a run's pictures.

    reference [1, 4, h, w]. normal, position: of the maps, [V, 4, h, w]. known: of what is painted already, or None.
    """

    reference: Tensor
    normal: Tensor
    position: Tensor
    known: KnownLatents | None

    def maps(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return normals and positions of one sample, [1, V, 4, h, w]."""
        return self.normal[None].to(dtype), self.position[None].to(dtype)


class Run:
    """One task's steps. Each is a function of its own, so that its network can be released when it ends."""

    def __init__(self, painter: HunyuanPainter, folders: Folders, task: PaintTask, size: int, plan: Plan):
        self.folders, self.task, self.turns, self.size = folders, task, painter.turns, size
        self.limit, self.turns.keep = plan.limit, plan.keep
        self.device, self.dtype = painter.room.device, getattr(torch, painter.room.dtype)
        self.random = torch.Generator().manual_seed(task.seed)

    def draw(self, count: int) -> Tensor:
        """Return noise [count, 4, h, w] of variance 1, drawn on the CPU so that devices agree."""
        return torch.randn((count, 4, self.size // 8, self.size // 8), generator=self.random).to(self.device)

    def encode(self, reference: np.ndarray, normal: np.ndarray, position: np.ndarray) -> Encoded:
        """Return latents of pictures [V, S, S, 3] in 0..1, and of what is known already."""
        with self.turns.holding("vae", self._load_vae) as vae:
            latents = [self.latents(vae, each) for each in (reference, normal, position)]
            known = None if self.task.known is None else self.known(vae, self.task.known)
        return Encoded(latents[0], latents[1], latents[2], known)

    def known(self, vae: Any, known: Known) -> KnownLatents:
        """Return the latents of what is painted already."""
        return known_latents(self.latents(vae, known.pictures), known.share)

    def latents(self, vae: Any, pictures: np.ndarray) -> Tensor:
        """Return latents of pictures one by one: all together take as many times the memory."""
        return torch.cat([encode(vae, each[None], self.draw(1)) for each in pictures])

    def read_reference(self, network: Network20 | Network21, reference: Tensor) -> dict[str, Tensor]:
        """Return the features of the reference's latents; the UNet that reads them leaves where room is short."""
        features = network.read_reference(reference[None].to(self.dtype), self.limit)
        if not self.turns.keep:
            network.forget_reader()
            self.turns.collect()
        return features

    def decode(self, latents: Tensor) -> np.ndarray:
        """Return the pictures of the views."""
        with self.turns.holding("vae", self._load_vae) as vae:
            return decode_latents(vae, latents)

    def _load_vae(self) -> Any:
        return load_vae(self.folders.vae, self.device, self.dtype)

    def load_network(self, kind: type[Network]) -> Network:
        """Return both UNets, filled."""
        stored, folder = open_tensors(self.folders.unet), self.folders.unet
        try:
            with torch.device("meta"):
                network = kind(read_json(folder / "config.json"), shapes_of(stored))
        except CheckpointError as error:
            raise CheckpointError(f"{folder / 'config.json'}: {error.message}", error.hint) from error
        return fill(network, stored, self.device, self.dtype)
