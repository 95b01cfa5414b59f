"""The shipped weights: anchored autoencoder, coarse lattice flow with a second look along rays, Lattice refiner."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from ...errors import CheckpointError, ModelMissingError, UsageError
from ...kernels.fields.field_function import FieldFunction, box_end
from ...kernels.fields.ray_grid import column_field, field_columns, smoothed_columns, touched_rays
from ...kernels.meshes.nearest_points import NearestPoints
from ..networks.anchored_dit import AnchoredDiTConfig, lattice_grouping
from ..networks.anchored_vae import AnchoredVAE, AnchoredVAEConfig, anchor_spacing, lattice_anchors
from ..networks.encoders.efficientnet_lite import EfficientNetLite0
from ..networks.encoders.image_encoder import ImageEncoderConfig, ImageFeatures, picture_planes, upsample
from ..networks.flow import uniform_schedule
from ..networks.picture_flow import PictureFlow
from ..networks.ray_unet import RayUNet, RayUNetConfig
from ..networks.schedules import guided
from .generator import Condition
from .voxel_centres import centres_of

FOLDER = Path(__file__).parent.parent / "tiny"
FILES = {
    "backbone": "backbone.safetensors",
    "vae": "vae.safetensors",
    "coarse": "coarse.safetensors",
    "refine": "refine.safetensors",
    "rays": "rays.safetensors",
}
SECOND_SHARE = 0.5  # of the second look in the field that comes of it
SMOOTH = 0.05  # box units; the Gaussian that field is averaged with: its finer ripples are doubt, not detail


@dataclass(frozen=True)
class Seen:
    """Inputs of the tiny networks.

    rgba: the picture [S,S,4]; semantic: the frozen network's features; planes: the picture as the second look reads it
    (picture_planes), where there is one; rough: normalised latents [1,N,C] of the surface to refine, when there is one.
    """

    rgba: np.ndarray
    semantic: Tensor
    picture: ImageFeatures
    planes: Tensor | None = None
    rough: Tensor | None = None


class TinyGenerator:
    """One part of `tiny` as a Generator. Latents are in normalised units, as the flow draws them."""

    field_bounds = 1.0
    default_tokens: int | None = None

    def __init__(
        self,
        backbone: EfficientNetLite0,
        vae: AnchoredVAE,
        flow: PictureFlow,
        lattice: int | None,
        device: str,
        dtype: torch.dtype,
        rays: RayUNet | None = None,
    ):
        """Put the networks on the device.

        lattice: anchors per side of the coarse part, None for the refiner; dtype: of the transformer's products;
        rays: what gives a second look.
        """
        self.backbone = backbone.to(device).eval()
        self.vae, self.flow, self.lattice = vae.to(device).eval(), flow.to(device).eval(), lattice
        self.rays = None if rays is None else rays.to(device).eval()
        self.channels = vae.config.latent_channels
        self.truncation = vae.config.truncation
        self._device, self._dtype = torch.device(device), dtype

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, self._dtype, enabled=self._dtype != torch.float32)

    def condition(self, rgba: np.ndarray) -> Condition:
        return self.conditions([rgba])[0]

    def conditions(self, pictures: Sequence[np.ndarray]) -> list[Condition]:
        """Those of several pictures, which are read together: half the time of one after the other."""
        stacked = self._planes(pictures, self.flow.encoder.config.picture)
        with torch.inference_mode(), self._autocast():
            semantic = self.backbone(stacked[:, :4])
            features = self.flow.encoder(stacked, semantic)
            cameras, small = features.camera, None
            if self.rays is not None:
                small = self._planes(pictures, self.rays.config.side)
                cameras = self.rays.read_camera(small, semantic, patch_map(features.tokens))
        found = []
        for k, rgba in enumerate(pictures):
            tokens, detail, camera = (m[k : k + 1] for m in (features.tokens, features.detail, cameras))
            own = ImageFeatures(tokens, features.positions, detail, camera)
            seen = Seen(rgba, semantic[k : k + 1], own, None if small is None else small[k : k + 1])
            found.append(Condition(tokens, torch.zeros_like(tokens), seen))
        return found

    def _planes(self, pictures: Sequence[np.ndarray], side: int) -> Tensor:
        planes = np.stack([picture_planes(area_resize(rgba, side)) for rgba in pictures])
        return torch.from_numpy(planes).to(self._device)

    def camera(self, condition: Condition) -> Tensor:
        return condition.extra.picture.camera[0]

    def with_camera(self, condition: Condition, camera: np.ndarray) -> Condition:
        seen: Seen = condition.extra
        picture = dataclasses.replace(seen.picture, camera=torch.from_numpy(camera)[None].to(self._device))
        return dataclasses.replace(condition, extra=dataclasses.replace(seen, picture=picture))

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor:
        if self.lattice is not None:
            return lattice_anchors(self.lattice)[lattice_grouping(self.lattice)].to(self._device)
        if indices is None:
            raise ValueError("the refiner needs voxel queries")
        return centres_of(indices, resolution).to(self._device)

    def with_surface(self, condition: Condition, points: np.ndarray, normals: np.ndarray, anchors: Tensor) -> Condition:
        return dataclasses.replace(
            condition, extra=dataclasses.replace(condition.extra, rough=self.encode(points, normals, anchors))
        )

    def encode(self, points: np.ndarray, normals: np.ndarray, anchors: Tensor) -> Tensor:
        """Latents [1,N,channels] of a surface, from points [P,3] and their outward normals [P,3]."""
        surface = torch.from_numpy(np.concatenate([points, normals], 1).astype(np.float32))[None].to(self._device)
        places = anchors[None]
        count = min(self.vae.config.points_per_anchor, len(points))
        neighbours = NearestPoints(surface[0, :, :3]).indices(anchors, count)[None]
        with torch.inference_mode():
            mean, _ = self.vae.encode(surface, places, neighbours)
            return self.flow.normalise(mean)

    def schedule(self, steps: int) -> Tensor:
        # The coarse stage decides the shape near the noise; the refiner has a rough one.
        return uniform_schedule(steps, noise_share=3.0 if self.lattice is not None else 1.0)

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        assert anchors is not None
        seen: Seen = condition.extra
        features = seen.picture
        sides = 1 if guidance == 1 else 2
        paired = ImageFeatures(
            features.tokens.expand(sides, -1, -1),
            features.positions,
            features.detail.expand(sides, -1, -1, -1),
            features.camera.expand(sides, -1, -1),
        )
        keep = 1.0 - torch.arange(sides, device=self._device)  # the picture, then none; made where it is used
        time = torch.full((sides,), t, device=self._device)
        rough = None if seen.rough is None else seen.rough.expand(sides, -1, -1)
        with torch.inference_mode(), self._autocast():
            v = self.flow.velocity(x.expand(sides, -1, -1), time, anchors.expand(sides, -1, -1), paired, keep, rough)
        return v if sides == 1 else guided(v[:1], v[1:], guidance)

    def field(self, latents: Tensor, anchors: Tensor | None) -> FieldFunction:
        assert anchors is not None
        places = anchors[None]
        with torch.inference_mode():
            with self._autocast():
                features = self.vae.decode(self.flow.denormalise(latents), places).float()
            spacing = anchor_spacing(places)
        near = NearestPoints(anchors)
        count = min(self.vae.config.anchors_per_query, len(anchors))

        def query(points: Tensor) -> Tensor:
            # The head stays in float32: rounding of a low-precision field would show as ripples on flat surfaces.
            with torch.inference_mode():
                where = points.to(self._device)[None]
                neighbours = near.indices(where[0], count)[None]
                values = self.vae.head(features, places, where, neighbours, spacing)[0]
                return torch.minimum(values, box_end(where[0], self.field_bounds, self.truncation))

        return query

    def second_look(self, field: FieldFunction, condition: Condition) -> FieldFunction:
        """Return the mean of a guessed field and of RayUNet's answer on the rays of the condition's camera, smoothed.

        The one keeps the character of a drawn shape, the other is the surer. Raises UsageError if RayUNet is not there.
        """
        if self.rays is None:
            raise UsageError("this part of tiny has no second look", "Leave `coarse.second_look` out.")
        inputs = self.ray_inputs(condition)
        camera, guess = inputs["camera"], upsample(self.guess_columns(field, inputs))[0]
        with torch.inference_mode(), self._autocast():
            answer = self.rays(**inputs)[0].float().clamp(-1, 1)
        mean = smoothed_columns(torch.lerp(guess, answer, SECOND_SHARE), camera[0], self.field_bounds, SMOOTH)
        return column_field(mean, camera[0], self.field_bounds, self.truncation)

    def ray_inputs(self, condition: Condition) -> dict[str, Tensor]:
        """Return RayUNet's inputs of the picture, by the names of its arguments, with a batch of 1."""
        seen: Seen = condition.extra
        config = RayUNetConfig() if self.rays is None else self.rays.config
        planes = self._planes([seen.rgba], config.side) if seen.planes is None else seen.planes
        return {
            "planes": planes,
            "semantic": seen.semantic,
            "tokens": patch_map(seen.picture.tokens),
            "camera": seen.picture.camera.float(),
        }

    def guess_columns(self, field: FieldFunction, inputs: dict[str, Tensor]) -> Tensor:
        """Return a guessed field on every second ray of a picture's `ray_inputs`, [1,D,S/2,S/2]."""
        config = RayUNetConfig() if self.rays is None else self.rays.config
        asked = touched_rays(inputs["planes"][0, 3].cpu().numpy(), config.side // 2)
        return field_columns(field, inputs["camera"][0], asked, config.depths, self.field_bounds)[None]


def patch_map(tokens: Tensor) -> Tensor:
    """Picture tokens [B,M*M,C], row by row, as a map [B,C,M,M]."""
    side = math.isqrt(tokens.shape[1])
    return tokens.transpose(1, 2).unflatten(2, (side, side))


def area_resize(rgba: np.ndarray, side: int) -> np.ndarray:
    """[S,S,4] float32 straight alpha -> [side,side,4]; pixels are averaged with their alpha as weight."""
    premultiplied = torch.from_numpy(np.concatenate([rgba[..., :3] * rgba[..., 3:], rgba[..., 3:]], -1))
    small = torch.nn.functional.adaptive_avg_pool2d(premultiplied.permute(2, 0, 1)[None].float(), side)
    small = small[0].permute(1, 2, 0).numpy()
    return np.concatenate([small[..., :3] / np.maximum(small[..., 3:], 1e-6), small[..., 3:]], -1)


def load_tiny(part: Literal["coarse", "refine"], device: str, dtype: str) -> TinyGenerator:
    """Read the shipped files. Raises ModelMissingError when they are absent, CheckpointError when they do not fit."""
    config = _config()
    vae = AnchoredVAE(AnchoredVAEConfig(**config["vae"]))
    _fill(vae, FILES["vae"])
    encoder = dict(config["encoder"], stem=tuple(config["encoder"]["stem"]))
    flow = PictureFlow(ImageEncoderConfig(**encoder), AnchoredDiTConfig(**config[part]))
    _fill(flow, FILES[part])
    number = getattr(torch, dtype)
    if part == "refine":
        return TinyGenerator(load_backbone(), vae, flow, None, device, number)
    rays = RayUNet(RayUNetConfig(**dict(config["rays"], widths=tuple(config["rays"]["widths"]))))
    _fill(rays, FILES["rays"])
    return TinyGenerator(load_backbone(), vae, flow, config["lattice"], device, number, rays)


def load_backbone() -> EfficientNetLite0:
    """Return the frozen picture features that every part and every training run shares."""
    backbone = EfficientNetLite0()
    _fill(backbone, FILES["backbone"])
    return backbone.eval().requires_grad_(False)


def _config() -> dict[str, Any]:
    path = FOLDER / "config.json"
    if not path.is_file():
        raise ModelMissingError(f"the shipped weights are missing from {FOLDER}", "Install varco3d again.")
    return json.loads(path.read_text())


def _fill(network: torch.nn.Module, name: str) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = FOLDER / name
    if not path.is_file():
        raise ModelMissingError(f"{path} is missing", "Install varco3d again.")
    try:
        network.load_state_dict({key: value.float() for key, value in load_file(path).items()})
    except (RuntimeError, SafetensorError) as error:
        raise CheckpointError(f"{path} does not fit its network: {error}", "Install varco3d again.") from error


def save_tiny(networks: dict[str, torch.nn.Module], lattice: int, folder: Path = FOLDER) -> None:
    """Write vae, coarse, refine and rays (those given) as fp16 safetensors, with the configuration and the hashes."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.json"
    config: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    if "coarse" in networks or "lattice" not in config:
        config["lattice"] = lattice
    for part, network in networks.items():
        tensors = {key: value.detach().half().contiguous() for key, value in network.state_dict().items()}
        save_file(tensors, folder / FILES[part])
        (folder / FILES[part]).chmod(0o644)  # safetensors writes files that only their owner reads
        if isinstance(network, PictureFlow):
            config["encoder"] = dataclasses.asdict(network.encoder.config)
            config[part] = dataclasses.asdict(network.dit.config)
        else:
            config[part] = dataclasses.asdict(network.config)  # type: ignore[call-overload]
    path.write_text(json.dumps(config, indent=1) + "\n")
    sums = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in sorted(folder.glob("*.safetensors"))]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
