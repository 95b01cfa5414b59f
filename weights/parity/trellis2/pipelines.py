"""Fixtures of TRELLIS.2 beside its networks: sampler, cascade, pictures, the whole chain; which check fits which."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ....kernels.ovoxel.sample import sample_voxels
from ...checkpoints.conversion.containers import open_tensors
from ...checkpoints.conversion.trellis import trellis_network
from ...checkpoints.conversion.trellis2 import DINOV3, dinov3_config, is_trellis2, trellis2_network
from ...generators.conditions.trellis2_picture import cut_to_object, encoder_pixels
from ...generators.trellis2.flows import guidance_settings
from ...networks.encoders.dinov3 import Dinov3
from ...networks.sparse import SparseTensor, VoxelSet
from ...networks.trellis.sampler import TIME_UNITS, Call, data_estimate, noise_levels
from ...networks.trellis.structure_vae import occupied
from ...networks.trellis2.cascade import cascade_voxels, latent_voxels
from ...networks.trellis2.sampler import GuidanceSettings, Spread, dense_spread, guided_velocity, sparse_spread
from ...networks.trellis2.sc_vae import ScDecoder
from ..fixture import CHAIN, SINGLE, Fixture
from ..instrument import filled
from . import networks as of_networks

PATH = 2e-5  # of steps whose values reach 20, which float32 holds to 1e-6
FINE_RESOLUTION = 512  # of the coordinates that the cascade was recorded with


@dataclass
class Walk:
    """One flow followed from noise; calls: (time in thousandths, 1 with the context), one after another."""

    settings: GuidanceSettings
    network: Call
    spread: Spread
    calls: list[tuple[float, float]] = field(default_factory=list)

    def follow(self, x: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Return x after every step, and the estimates of the data, both [steps, ...]."""

        def call(x: Tensor, t: Tensor, given: Tensor) -> Tensor:
            self.calls.append((float(t[0]), float(given is context)))
            return self.network(x, t, given)

        path, data, settings = [], [], self.settings
        null = torch.zeros_like(context)
        for level, following in pairwise(noise_levels(settings.steps, settings.time_rescale).tolist()):
            velocity = guided_velocity(call, x, level, context, null, settings, self.spread)
            data.append(data_estimate(x, velocity, level, settings.sigma_min))
            x = x - (level - following) * velocity
            path.append(x)
        return torch.stack(path), torch.stack(data)


def toy_flow(weight: Tensor, voxels: VoxelSet | None, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
    """tanh(W x) over the channels, plus t times the mean of the context's first channels, for each item."""
    added = (t / TIME_UNITS)[:, None] * context[..., : len(weight)].mean(dim=1)
    if voxels is not None:
        return (x @ weight.T).tanh() + added[voxels.coords[:, 0].long()]
    return torch.einsum("ij,bjxyz->bixyz", weight, x).tanh() + added[:, :, None, None, None]


def sampler(fixture: Fixture) -> None:
    """Check steps of a toy flow on a dense grid and on voxels, and the calls it gets."""
    voxels, weight = VoxelSet(fixture.get("in.coords")), fixture.number("in.W")
    context = fixture.number("in.cond")
    for name, told in fixture.config["settings"].items():
        settings = guidance_settings(told)
        fixture.close(f"{name}.t", noise_levels(settings.steps, settings.time_rescale), SINGLE)
        dense = Walk(settings, partial(toy_flow, weight, None), dense_spread)
        path, data = dense.follow(fixture.number("in.noise_dense"), context)
        fixture.close(f"{name}.dense", path, PATH)
        fixture.close(f"{name}.dense_x0", data, PATH)
        calls = torch.tensor(told["calls (t*1000, conditional)"])
        fixture.compare(f"{name}, calls", torch.tensor(dense.calls), calls, 1e-3)
        sparse = Walk(settings, partial(toy_flow, weight, voxels), partial(sparse_spread, slices=voxels.slices))
        fixture.close(f"{name}.sparse", sparse.follow(fixture.number("in.noise_sparse"), context)[0], PATH)


def cascade(fixture: Fixture) -> None:
    """Voxels of the finer latent grid under every limit of tokens."""
    coords = fixture.get("in.fine_coords")
    for name, told in fixture.config["counts"]["runs"].items():
        found, used = cascade_voxels(coords, FINE_RESOLUTION, told["requested"], told["max_num_tokens"])
        fixture.exact(f"out.{name}", found)
        fixture.compare(f"{name}, resolution", torch.tensor(used), torch.tensor(told["used"]), 0.0)


def pictures(fixture: Fixture) -> None:
    """Pictures with alpha, from tensors or from files, cut to the level."""
    for name in fixture.starting(""):
        case, _, kind = name.rpartition(".")
        if kind != "out":
            continue
        if f"{case}.in" in fixture:
            rgba = fixture.get(f"{case}.in").numpy()
        else:
            rgba = np.asarray(Image.open(fixture.folder / f"{case}.png").convert("RGBA"))
        fixture.exact(name, torch.tensor(cut_to_object(rgba)))


class Parts:
    """The networks of a folder with a pipeline.json, each read when it is asked for."""

    def __init__(self, fixture: Fixture):
        self.fixture = fixture
        self.told: dict[str, Any] = json.loads((fixture.folder / "pipeline.json").read_text(encoding="utf-8"))["args"]

    def network(self, role: str) -> nn.Module:
        path = self.fixture.folder / self.told["models"][role]
        config = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        build, layout = trellis2_network(config) if is_trellis2(config) else trellis_network(config)
        return filled(build, layout, open_tensors(path.with_suffix(".safetensors")), self.fixture.device)

    def encoder(self) -> Dinov3:
        folder = self.fixture.folder / self.told["image_cond_model"]["args"]["model_name"]
        config = dinov3_config(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        stored = open_tensors(folder / "model.safetensors")
        return cast(Dinov3, filled(partial(Dinov3, config), DINOV3, stored, self.fixture.device))

    def settings(self, name: str) -> GuidanceSettings:
        told = self.told[f"{name}_sampler"]
        return guidance_settings(told["params"], told["args"]["sigma_min"])

    def normalisation(self, name: str) -> tuple[Tensor, Tensor]:
        """Mean and deviation of latents, [C] each."""
        told = self.told[f"{name}_normalization"]
        return torch.tensor(told["mean"]), torch.tensor(told["std"])


def pipeline(fixture: Fixture) -> None:
    """Every stage is fed what was recorded before it, so that a difference is told where it arises."""
    parts, call = Parts(fixture), fixture.config["call"]
    picture = cut_to_object(np.asarray(Image.open(fixture.folder / "image.png").convert("RGBA")))
    fixture.exact("out.image", torch.tensor(picture))
    encoder = parts.encoder()
    for name, side in zip(("lr", "hr"), call["image sizes lr/hr"], strict=True):
        fixture.close(f"out.cond_{name}", encoder(encoder_pixels(picture, side)), SINGLE)
    low, high = (fixture.get(f"out.cond_{name}") for name in ("lr", "hr"))
    structure(fixture, parts, low)
    voxels = VoxelSet(fixture.get("out.coords"))
    mean, deviation = parts.normalisation("shape_slat")
    shape = latents(fixture, parts, ("shape_slat_flow_model_512", "shape_lr"), voxels, low)
    decoder = cast(ScDecoder, parts.network("shape_slat_decoder"))
    raw, logits = decoder(SparseTensor(shape, voxels))
    fixture.exact("out.voxel_coords", raw.coords[:, 1:])
    resolution = call["decode resolution of the direct branch"]
    vertices, faces = of_networks.grid_mesh(raw.coords, raw.features, resolution)
    fixture.close("out.mesh_vertices", vertices, SINGLE)
    fixture.exact("out.mesh_faces", faces)
    told = (shape - mean) / deviation
    texture = latents(fixture, parts, ("tex_slat_flow_model_1024", "tex"), voxels, high, told)
    painter = cast(ScDecoder, parts.network("tex_slat_decoder"))
    painted, _ = painter(SparseTensor(texture, voxels), [found.features for found in logits])
    attributes = painted.features * 0.5 + 0.5
    fixture.close("out.voxel_attrs", attributes, CHAIN)
    on_mesh(fixture, painted.but(attributes), vertices, resolution)
    coords = decoder.voxels(SparseTensor(shape, voxels)).coords
    fixture.exact("out.hr_fine_coords", coords)
    found = latent_voxels(coords, *call["cascade lr/hr resolution"])
    fixture.exact("out.hr_coords", found)
    latents(fixture, parts, ("shape_slat_flow_model_1024", "shape_hr"), VoxelSet(found), high)


def on_mesh(fixture: Fixture, attributes: SparseTensor, vertices: Tensor, resolution: int) -> None:
    """Compare the attributes at vertices [N, 3] of the box, of which the first and the mean were recorded."""
    found = sample_voxels(attributes.coords, attributes.features, (vertices + 0.5) * resolution)
    first = fixture.get("out.vertex_attrs_first200")
    fixture.close("out.vertex_attrs_first200", found[: len(first)], CHAIN)
    fixture.close("out.vertex_attrs_mean", found.mean(dim=0), CHAIN)


def structure(fixture: Fixture, parts: Parts, context: Tensor) -> None:
    """Flow over the dense grid, then the occupied voxels."""
    flow = parts.network("sparse_structure_flow_model")
    walk = Walk(parts.settings("sparse_structure"), flow, dense_spread)
    path, _ = walk.follow(fixture.number("in.noise_ss"), context)
    fixture.close("out.ss_trajectory", path, CHAIN)
    logits = parts.network("sparse_structure_decoder")(fixture.get("out.ss_trajectory")[-1])
    fixture.close("out.ss_logits", logits, CHAIN)
    cells = logits.shape[-1] // fixture.config["call"]["sparse structure resolution"]
    fixture.exact("out.coords", occupied(logits, cells))


def latents(
    fixture: Fixture,
    parts: Parts,
    names: tuple[str, str],
    voxels: VoxelSet,
    context: Tensor,
    told: Tensor | None = None,
) -> Tensor:
    """Follow one flow on voxels; return the recorded latents at its end.

    names: role of the flow, and how its recordings begin. told: what goes beside the noise.
    """
    role, name = names
    flow, kind = parts.network(role), name.split("_")[0] + "_slat"

    def velocity(x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        both = x if told is None else torch.cat([x, told], dim=1)
        return flow(SparseTensor(both, voxels), t, context).features

    walk = Walk(parts.settings(kind), velocity, partial(sparse_spread, slices=voxels.slices))
    path, _ = walk.follow(fixture.number(f"in.noise_{name}"), context)
    fixture.close(f"out.{name}_trajectory", path, CHAIN)
    mean, deviation = parts.normalisation(kind)
    fixture.close(f"out.{name}_latent", path[-1] * deviation + mean, CHAIN)
    return fixture.get(f"out.{name}_latent")


WORDS: tuple[tuple[str, Callable[[Fixture], None]], ...] = (
    ("sparse_unet_vae blocks", of_networks.blocks),
    ("FlexiDualGridVaeEncoder", of_networks.shape_vae),
    ("SparseUnetVaeEncoder", of_networks.texture_vae),
    ("DINOv3ViTModel", of_networks.dinov3),
    ("sample_shape_slat_cascade", cascade),
    ("Trellis2ImageTo3DPipeline.preprocess_image", pictures),
)


def trellis2_case(fixture: Fixture, named: str) -> Callable[[Fixture], None] | None:
    """Return the check for a fixture of TRELLIS.2; None when it is none."""
    config, folder = fixture.config, fixture.folder
    if (folder / "pipeline.json").is_file():
        told = json.loads((folder / "pipeline.json").read_text(encoding="utf-8"))
        return pipeline if told.get("name") == "Trellis2ImageTo3DPipeline" else None
    if "FlowEulerGuidanceIntervalSampler" in named and "settings" in config:
        return sampler
    if "SparseConv3d" in named and "submanifold" in named and "in.feats" in fixture and "out.feats" in fixture:
        return of_networks.sparse_convolution
    if "SparseStructureDecoder" in named and {"decoder", "encoder"} <= set(config):
        return of_networks.structure_vae
    if "params_tex" in config:
        return of_networks.latent_flows
    if "SparseStructureFlowModel" in named and config.get("params", {}).get("pe_mode") == "rope":
        return of_networks.structure_flow
    return next((case for word, case in WORDS if word in named), None)
