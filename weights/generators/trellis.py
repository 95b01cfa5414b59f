"""TRELLIS: a flow on a dense grid gives the occupied voxels, a second flow their shape and colour.

Its box is [-0.5, 0.5]^3 with z up; ours is [-1, 1]^3 with y up, so that (x, y, z) there is 2 (x, z, -y) here. Noise
counts from 1 down to 0 there, time from 0 to 1 here, and its velocity points to the noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..._text import GIB
from ...errors import CheckpointError, NoSubjectError
from ...kernels.fields.flexicubes import flexicubes
from ..checkpoints.conversion.settings_files import fitting_settings, pipeline_arguments, read_json, settings_beside
from ..checkpoints.conversion.trellis import trellis_network
from ..networks.encoders.dino import Dino
from ..networks.sparse import SparseTensor, VoxelSet
from ..networks.trellis.latent_flow import LatentFlow
from ..networks.trellis.latent_vae import MeshDecoder
from ..networks.trellis.sampler import Call, FlowSettings, guided_velocity, noise_levels
from ..networks.trellis.structure_flow import StructureFlow
from ..networks.trellis.structure_vae import StructureDecoder, occupied
from .conditions.dino_files import encoder_in_folder, register_encoder
from .conditions.picture import normalise, to_uint8
from .generator import Condition, DescribedMesh
from .parts import Part, Parts
from .voxel_centres import voxel_centres

PICTURE = 518  # pixels a side that the image encoder is given
SOLID_ALPHA = 0.8  # of 255, above which a pixel belongs to the object
FRAME = 1.2  # side of the crop over the longest side of the object
TRAINED_VOXELS = 32768  # the most that an item had in training
# Names of the networks in pipeline.json, and what we call them.
PARTS = {
    "sparse_structure_flow_model": "structure_flow",
    "sparse_structure_decoder": "structure_decoder",
    "slat_flow_model": "latent_flow",
    "slat_decoder_mesh": "mesh_decoder",
}


class TrellisFlow:
    """Schedule and guidance of one of the two flows, as its sampler was published."""

    def __init__(self, settings: FlowSettings):
        self.settings = settings

    def schedule(self, steps: int) -> Tensor:
        """Return times [steps + 1] float64 from 0 (noise) to 1 (data)."""
        return 1.0 - noise_levels(steps, self.settings.rescale)

    def guided(self, call: Call, x: Tensor, t: float, condition: Condition, guidance: float) -> Tensor:
        """Velocity to the data of what `call` gives; several pictures, tokens [V, M, C], count alike."""
        level = round(1.0 - t, 12)  # so that ends of the interval are met
        strength = None if guidance == 1.0 else guidance - 1.0

        def mean(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
            parts = [call(x, time, view[None]) for view in context]
            return parts[0] if len(parts) == 1 else torch.stack(parts).mean(0)

        with torch.inference_mode():
            null = condition.null
            return -guided_velocity(mean, x, level, condition.tokens, null, strength, self.settings)


class TrellisStructure(TrellisFlow):
    """Flow over the dense latent grid, cell by cell as a set of latents."""

    def __init__(self, parts: Parts, settings: FlowSettings, config: Mapping[str, Any]):
        super().__init__(settings)
        self.parts, self.side = parts, int(config["resolution"])
        self.channels = int(config["in_channels"])

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """x [1, side^3, C], cells with x slowest."""
        flow = cast(StructureFlow, self.parts.take("structure_flow"))
        grid = self.grid(x.to(self.parts.device))
        return self.guided(flow, grid, t, condition, guidance).flatten(2).transpose(1, 2)

    def grid(self, x: Tensor) -> Tensor:
        """[1, side^3, C] -> [1, C, side, side, side]."""
        return x.transpose(1, 2).unflatten(2, (self.side,) * 3)


class Trellis(TrellisFlow):
    """Picture to voxels to mesh. The object itself is the flow over structured latents."""

    trained_voxels = TRAINED_VOXELS

    def __init__(self, parts: Parts, configs: Mapping[str, Mapping[str, Any]], pipeline: Mapping[str, Any]):
        """configs: arguments of the networks, by our names. pipeline: `args` of pipeline.json."""
        super().__init__(flow_settings(pipeline["slat_sampler"]))
        self.parts = parts
        self.channels = int(configs["latent_flow"]["in_channels"])
        self.resolution = int(configs["latent_flow"]["resolution"])
        self.decoder_width = int(configs["mesh_decoder"]["model_channels"])
        self.mean = torch.tensor(pipeline["slat_normalization"]["mean"], device=parts.device)
        self.deviation = torch.tensor(pipeline["slat_normalization"]["std"], device=parts.device)
        settings = flow_settings(pipeline["sparse_structure_sampler"])
        self.structure = TrellisStructure(parts, settings, configs["structure_flow"])
        self.structure_tokens = self.structure.side**3
        self._voxels: tuple[Tensor, VoxelSet] | None = None

    # pictures --------------------------------------------------------------------------------------------------------

    def condition(self, rgba: np.ndarray) -> Condition:
        return self.condition_picture(cut_to_object(to_uint8(rgba)))

    def condition_views(self, views: Mapping[str, np.ndarray]) -> Condition:
        """Several pictures of one object, tokens [V, M, C]: every step averages over all of them."""
        tokens = torch.cat([self.condition(rgba).tokens for rgba in views.values()])
        return Condition(tokens, torch.zeros_like(tokens[:1]))

    def condition_picture(self, picture: np.ndarray) -> Condition:
        """From the picture uint8 [518, 518, 3] that the encoder gets."""
        dino = cast(Dino, self.parts.take("image"))
        pixels = torch.from_numpy(picture.astype(np.float32) / 255).permute(2, 0, 1)[None]
        with torch.inference_mode():
            tokens = dino(normalise(pixels).to(self.parts.device)).float()
        return Condition(tokens, torch.zeros_like(tokens))

    # voxels ----------------------------------------------------------------------------------------------------------

    def occupied(self, latents: Tensor) -> tuple[np.ndarray, int]:
        """Latents [1, side^3, C] of `structure` -> occupied voxels [N, 3] int32 of our box, sorted, and resolution."""
        return from_trellis(self.occupied_voxels(latents)[:, 1:].cpu().numpy(), self.resolution), self.resolution

    def occupied_voxels(self, latents: Tensor) -> Tensor:
        """Return the same as [N, 4] (item, x, y, z) of its own box."""
        decoder = cast(StructureDecoder, self.parts.take("structure_decoder"))
        grid = self.structure.grid(latents.to(self.parts.device))
        with torch.inference_mode():
            return occupied(decoder(grid))

    def anchors(self, indices: np.ndarray | None, resolution: int) -> Tensor | None:
        """Centres [N, 3] of voxel indices. Raises CheckpointError for another resolution than the model's."""
        return voxel_centres(indices, resolution, self.resolution, self.parts.device)

    def voxels(self, anchors: Tensor) -> VoxelSet:
        """Return the voxels of anchors [N, 3], in its own box and in their order.

        One set, with its tables, for one tensor.
        """
        if self._voxels is not None and self._voxels[0] is anchors:
            return self._voxels[1]
        indices = torch.floor((anchors + 1.0) * (self.resolution / 2)).int()
        places = torch.stack([indices[:, 0], self.resolution - 1 - indices[:, 2], indices[:, 1]], dim=1)
        voxels = VoxelSet(torch.cat([torch.zeros_like(places[:, :1]), places], dim=1), 1)
        self._voxels = anchors, voxels
        return voxels

    # latents ---------------------------------------------------------------------------------------------------------

    def velocity(self, x: Tensor, t: float, condition: Condition, anchors: Tensor | None, guidance: float) -> Tensor:
        """x [1, N, C] at voxels with anchors [N, 3]."""
        assert anchors is not None
        return self.velocity_on(self.voxels(anchors), x, t, condition, guidance)

    def velocity_on(self, voxels: VoxelSet, x: Tensor, t: float, condition: Condition, guidance: float) -> Tensor:
        flow = cast(LatentFlow, self.parts.take("latent_flow"))

        def call(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
            return flow(SparseTensor(x[0], voxels), time, context).features[None]

        return self.guided(call, x.to(self.parts.device), t, condition, guidance)

    # mesh ------------------------------------------------------------------------------------------------------------

    def mesh(self, latents: Tensor, anchors: Tensor, published: bool = False) -> DescribedMesh:
        """Return the mesh of latents [1, N, C]. published: keep the second wall behind a hollow band of voxels."""
        raw = self.description(latents[0].to(self.parts.device), self.voxels(anchors.to(self.parts.device)))
        resolution = 4 * self.resolution
        vertices, faces, attributes = flexicubes(raw.coords[:, 1:], raw.features, resolution, solid=not published)
        x, y, z = (2.0 * vertices).unbind(1)
        colours = (attributes[:, :3] * 255).round().to(torch.uint8)
        placed = torch.stack([x, z, -y], dim=1).cpu().numpy()
        return DescribedMesh(placed, faces.to(torch.int32).cpu().numpy(), colours.cpu().numpy())

    def description(self, latents: Tensor, voxels: VoxelSet) -> SparseTensor:
        """Latents [N, C] as sampled -> mesh description [64 N, 101]."""
        decoder = cast(MeshDecoder, self.parts.take("mesh_decoder"))
        with torch.inference_mode():
            return decoder(SparseTensor(latents * self.deviation + self.mean, voxels))

    def voxel_bytes(self) -> int:
        """Memory that decoding takes per voxel: its 64 cubes with description, neighbours, corners and features.

        At full size in bfloat16 112 kB; 106 kB were measured.
        """
        features = 4 * (self.decoder_width // 8) * self.parts.dtype.itemsize
        return int(1.1 * 64 * (101 * 4 + 27 * 8 + 8 * 20 + 10 * 4 + features))

    def limit_memory(self, gib: float) -> None:
        """Networks leave as soon as the next one would not fit beside them; one that is too large is refused."""
        self.parts.budget = gib * GIB


def from_trellis(places: np.ndarray, resolution: int) -> np.ndarray:
    """Voxels [N, 3] of its box, z up, as voxels of ours, y up; sorted with x slowest."""
    turned = np.stack([places[:, 0], places[:, 2], resolution - 1 - places[:, 1]], axis=1).astype(np.int32)
    return turned[np.lexsort(turned.T[::-1])]


def cut_to_object(rgba: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 4] -> the object on black, uint8 [518, 518, 3], as published. Raises NoSubjectError."""
    rows, columns = np.nonzero(rgba[..., 3] > SOLID_ALPHA * 255)
    if len(rows) == 0:
        raise NoSubjectError("the picture shows no object", "Give a picture with alpha, or a mask.")
    left, top, right, bottom = int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())
    half = int(FRAME * max(right - left, bottom - top)) // 2
    if half == 0:
        raise NoSubjectError("the object in the picture is one pixel large", "Give a larger picture.")
    x, y = (left + right) / 2, (top + bottom) / 2
    box = tuple(round(side) for side in (x - half, y - half, x + half, y + half))
    # Together with its alpha: Pillow then weighs colours by it.
    image = Image.fromarray(rgba).crop(box).resize((PICTURE, PICTURE), Image.Resampling.LANCZOS)  # type: ignore[arg-type]
    pixels = np.asarray(image).astype(np.float32) / 255
    return (pixels[..., :3] * pixels[..., 3:] * 255).astype(np.uint8)


def flow_settings(sampler: Mapping[str, Any]) -> FlowSettings:
    """Return a sampler of pipeline.json."""
    params = sampler.get("params", {})
    low, high = params.get("cfg_interval", (0.0, 1.0))
    return FlowSettings(
        steps=params.get("steps", 25),
        strength=params.get("cfg_strength"),
        interval=(float(low), float(high)),
        rescale=params.get("rescale_t", 1.0),
        sigma_min=sampler.get("args", {}).get("sigma_min", 1e-5),
    )


def trellis_generator(
    files: Mapping[str, Path],
    configs: Mapping[str, Mapping[str, Any]],
    pipeline: Mapping[str, Any],
    device: str,
    dtype: str,
) -> Trellis:
    """Build from the weight files and settings of the four networks and of `image`, and `args` of pipeline.json.

    Raises CheckpointError when one is missing or is of another kind.
    """
    lost = [name for name in (*PARTS.values(), "image") if name not in files or name not in configs]
    if lost:
        raise CheckpointError(f"the model lacks its {', '.join(lost)}", "Pull it whole with `models pull`.")
    parts = {}
    with fitting_settings("the model"):
        for name in PARTS.values():
            build, layout = trellis_network(configs[name])
            parts[name] = Part(build, layout, files[name])
        parts["image"] = register_encoder(files["image"], configs["image"])
        arguments = {name: configs[name].get("args", {}) for name in PARTS.values()}
        return Trellis(Parts(parts, device, dtype), arguments, pipeline)


def trellis_from_folder(
    folder: Path, device: str, dtype: str, image: tuple[Path, Mapping[str, Any]] | None = None
) -> Trellis:
    """Return the model in a folder of the hub's layout.

    image: weights and settings of the image encoder; by default the one beside the networks. Raises CheckpointError,
    ModelMissingError.
    """
    settings = pipeline_arguments(folder / "pipeline.json")
    files: dict[str, Path] = {}
    configs: dict[str, Mapping[str, Any]] = {}
    with fitting_settings(folder / "pipeline.json"):
        for key, name in PARTS.items():
            if key in settings.get("models", {}):
                stem = folder / settings["models"][key]
                files[name] = stem.with_name(f"{stem.name}.safetensors")
                configs[name] = read_json(stem.with_name(f"{stem.name}.json"))
    files["image"], configs["image"] = image or encoder_in_folder(folder)
    return trellis_generator(files, configs, settings, device, dtype)


def trellis_from_parts(located: Sequence[Any], device: str, dtype: str) -> Trellis:
    """Return the model from checkpoints of the store (`Located`), with settings beside them or as published."""
    from ..checkpoints.published_settings.trellis import PIPELINE

    names = {
        "structure-flow": "structure_flow",
        "structure-decoder": "structure_decoder",
        "latent-flow": "latent_flow",
        "mesh-decoder": "mesh_decoder",
        "image-encoder": "image",
    }
    files: dict[str, Path] = {}
    configs: dict[str, Mapping[str, Any]] = {}
    pipeline: Mapping[str, Any] = PIPELINE["args"]
    for found in located:
        name = names[found.spec.part]
        files[name], configs[name] = found.path, settings_beside(found, f"{found.path.stem}.json")
        if "pipeline.json" in found.sides:
            pipeline = {**pipeline, **pipeline_arguments(found.sides["pipeline.json"])}
    return trellis_generator(files, configs, pipeline, device, dtype)
