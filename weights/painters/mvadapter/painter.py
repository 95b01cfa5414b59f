"""MV-Adapter on SDXL: six views of a mesh from a picture, a text, or both (`ig2mv`, `tg2mv`).

Read in this order: maps (cameras, control maps), picture (the reference), attention and
network, shifted_schedule, then here: words, reference, sampling, pictures.
Defaults are those of the public scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....kernels.atlas.bake import View
from ....kernels.views.cameras import Camera
from ...checkpoints.conversion.containers import open_tensors
from ..base import Known, PaintedViews, PainterOptions, PaintTask, Room, view_size
from ..clock import Clock
from ..latents import KnownLatents, decode_latents, encode, known_latents
from ..lora import merge_loras, merge_text_loras
from ..sdxl import Words, encode_text
from ..shifted_schedule import shifted
from ..turns import Turns
from .files import MvAdapterFiles, kind_of, locate
from .maps import NAMES, cameras, control_maps
from .network import Conditioning, MvAdapterNetwork, check_kind, install_adapter, predict, reference_features
from .picture import centred_on_grey
from .room import MvAdapterPlan, plan_room

SIZE = 768
STEPS = 50
GUIDANCE = {"ig2mv": 3.0, "tg2mv": 7.0}
PROMPT = "high quality"
NEGATIVE = "watermark, ugly, deformed, noisy, blurry, low contrast"
GRID = 64  # pictures must be whole numbers of the deepest tokens, and these must be even


def sample(
    network: MvAdapterNetwork,
    schedule: Any,
    noise: Tensor,
    given: Conditioning,
    steps: int,
    guidance: float,
    plan: MvAdapterPlan,
    known: KnownLatents | None = None,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> Tensor:
    """Latents [6, 4, h, w] of the views from noise [6, 4, h, w] of variance 1.

    What is known takes, after each step, the noise that the next one expects: so the rest grows towards it.
    """
    schedule.set_timesteps(steps, device=noise.device)
    latents = noise * schedule.init_noise_sigma
    for step, t in enumerate(schedule.timesteps):
        scaled = schedule.scale_model_input(latents, t).to(network.dtype)
        without, wanted = predict(network, scaled, t, given, plan.together, plan.limit).float().chunk(2)
        latents = schedule.step(without + guidance * (wanted - without), t, latents, return_dict=False)[0]
        if known is not None:
            kept = known.latents + noise * schedule.sigmas[step + 1].to(noise)
            latents = known.share * kept + (1 - known.share) * latents
        progress(step + 1, steps)
    return latents


class MvAdapter:
    """The painter `mvadapter`. Networks load when they are needed and take turns where not all fit.

    turns: its networks, those that are held. encoded: texts read so far.
    """

    name = "mvadapter"
    words = True

    def __init__(self, room: Room):
        self.room = room
        self.turns = Turns(keep=False)
        self.encoded: dict[tuple[PainterOptions, str], Words] = {}

    def cameras(self, vertices: np.ndarray, size: int) -> dict[str, Camera]:
        return dict(zip(NAMES, cameras(vertices), strict=True))

    def size(self, task: PaintTask) -> int:
        """Return the side of a view, pixels. Raises UsageError for a size that is no multiple of GRID."""
        return view_size(self.name, task, SIZE, GRID)

    def limit_memory(self, gib: float) -> None:
        self.room = replace(self.room, memory=gib)

    def release(self) -> None:
        self.turns.release()

    def paint(self, task: PaintTask) -> PaintedViews:
        """Paint the six views of a task.

        Raises ModelMissingError, CheckpointError, OutOfMemoryError, UsageError, MissingDependencyError.
        """
        size = self.size(task)
        kind = kind_of(task.picture is not None)
        files = locate(self.room, task.options, kind)
        run = _Run(self, files, kind, task, plan_room(self.room, size, kind, files.bytes()))
        self.turns.keep = run.plan.keep
        control, _ = control_maps(task.vertices, task.faces, task.normals, size)
        random = torch.Generator().manual_seed(task.seed)
        noise = torch.randn((len(NAMES), 4, size // 8, size // 8), generator=random)
        with torch.inference_mode():
            words = [run.words(task.negative or NEGATIVE), run.words(task.prompt or PROMPT)]
            reference = run.reference(size, random)
            known = run.known()
            latents = run.denoise(control, noise, words, reference, known)
            pictures = run.decode(latents)
        views = {
            name: View(camera, picture)
            for (name, camera), picture in zip(self.cameras(task.vertices, size).items(), pictures, strict=True)
        }
        shown = control.transpose(0, 2, 3, 1)
        return PaintedViews(views, {"position": shown[..., :3], "normal": shown[..., 3:]}, run.facts(size))


class _Run:
    """One task's steps. Each is a function of its own, so that its network can be released when it ends."""

    def __init__(self, painter: MvAdapter, files: MvAdapterFiles, kind: str, task: PaintTask, plan: MvAdapterPlan):
        self.painter, self.files, self.kind, self.task, self.plan = painter, files, kind, task, plan
        self.device, self.dtype = painter.room.device, getattr(torch, painter.room.dtype)
        self.options, self.turns = task.options, painter.turns
        self.steps = task.steps or STEPS
        self.guidance = GUIDANCE[kind] if task.guidance is None else task.guidance

    def facts(self, size: int) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "size": size,
            "steps": self.steps,
            "guidance": self.guidance,
            "prompt": self.task.prompt or PROMPT,
            "negative": self.task.negative or NEGATIVE,
            "base": self.options.base or "sdxl",
            "loras": [f"{path}:{weight:g}" for path, weight in self.options.loras],
            "halves_together": self.plan.together,
        }

    def words(self, text: str) -> Words:
        """Encode a text, once; the encoders are released before the UNet is loaded."""
        known = self.painter.encoded
        if (self.options, text) not in known:
            ids, cut = self.files.base.token_ids(text)
            if cut:
                self.task.warn("the prompt is longer than the 77 tokens that SDXL reads; its end is ignored")
            with self.turns.holding("text", self._load_text, self.options) as encoders:
                known[self.options, text] = encode_text(encoders, ids)
        return known[self.options, text]

    def reference(self, size: int, random: torch.Generator) -> Tensor | None:
        """Latents of the reference picture, drawn after the noise of the views; None without a picture."""
        if self.task.picture is None:
            return None
        shades = np.rint(np.clip(self.task.picture, 0, 1) * 255).astype(np.uint8)
        rgb = centred_on_grey(shades, size).astype(np.float32) / 255
        with self.turns.holding("vae", self._load_vae, self.options) as vae:
            return encode(vae, rgb[None], torch.randn((1, 4, size // 8, size // 8), generator=random))

    def known(self) -> KnownLatents | None:
        known: Known | None = self.task.known
        if known is None:
            return None
        with self.turns.holding("vae", self._load_vae, self.options) as vae:
            latents = torch.cat([encode(vae, picture[None]) for picture in known.pictures])
        return known_latents(latents, known.share)

    def denoise(
        self,
        control: np.ndarray,
        noise: Tensor,
        words: list[Words],
        reference: Tensor | None,
        known: KnownLatents | None,
    ) -> Tensor:
        size, limit = control.shape[-1], self.plan.limit
        with self.turns.holding("network", self._load_network, (self.kind, self.options)) as network:
            device, dtype = network.device, network.dtype
            tokens = torch.cat([each.tokens for each in words]).to(device, dtype)
            pooled = torch.cat([each.pooled for each in words]).to(device, dtype)
            states = network.encoder(torch.from_numpy(control).to(device, dtype))
            features = None
            if reference is not None:
                read = reference.to(device, dtype)
                features = reference_features(network, read, tokens[1:], pooled[1:], size, limit)
            schedule = shifted(self.files.base.load_scheduler())
            given = Conditioning(tokens, pooled, states, features, size)
            told = Clock(self.task.progress)
            return sample(network, schedule, noise.to(device), given, self.steps, self.guidance, self.plan, known, told)

    def decode(self, latents: Tensor) -> np.ndarray:
        with self.turns.holding("vae", self._load_vae, self.options) as vae:
            return decode_latents(vae, latents)

    def _load_text(self) -> Any:
        encoders = self.files.base.load_text_encoders(self.device, self.dtype)
        merge_text_loras(encoders, self.options.loras)
        return encoders

    def _load_vae(self) -> Any:
        return self.files.base.load_vae(self.device, self.dtype)

    def _load_network(self) -> MvAdapterNetwork:
        adapter = open_tensors(self.files.adapter)
        check_kind(adapter, self.kind)
        unet = self.files.base.load_unet(self.device, self.dtype)
        merge_loras(unet, self.options.loras)
        return install_adapter(unet, adapter, self.device, self.dtype)
