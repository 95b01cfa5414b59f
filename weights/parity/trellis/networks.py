"""Fixtures of TRELLIS: its networks, its operations on sparse voxels and its sampler."""

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from ....kernels.fields.dual_mesh import Cubes, dual_mesh
from ....kernels.fields.flexi_cases import CORNERS
from ....kernels.fields.flexicubes import flexicubes
from ...checkpoints.conversion.configs import class_name
from ...checkpoints.conversion.trellis import (
    DINO_HUB,
    TRELLIS,
    TRELLIS_LATENT_VAE,
    dino_hub_config,
    latent_flow_config,
    latent_vae_config,
    structure_flow_config,
    structure_vae_config,
)
from ...networks.encoders.dino import Dino
from ...networks.sparse import GroupNorm, SparseTensor, SubmanifoldConv, VoxelSet, attend_packed, down, subdivide, up
from ...networks.trellis.latent_flow import LatentFlow
from ...networks.trellis.latent_vae import LatentEncoder, MeshDecoder, SubdivideBlock
from ...networks.trellis.sampler import FlowSettings, data_estimate, guided_velocity, noise_levels
from ...networks.trellis.structure_flow import StructureFlow, patches, time_features
from ...networks.trellis.structure_vae import StructureDecoder, StructureEncoder, occupied
from ..fixture import Fixture, NotUnderstoodError
from ..instrument import compare_all, compare_sinusoid, fed, filled, watching, weights_of

NETWORK = 1.5e-5  # largest difference allowed for one network
MESH = 3e-5  # for what the mesh decoder gives
OPERATION = 4e-6
VERTEX = 1e-6


def sparse_input(fixture: Fixture, features: str, items: int | None = None) -> SparseTensor:
    """Return recorded features on their voxels; items: how many, where the last may have none."""
    return SparseTensor(fixture.number(features), VoxelSet(fixture.get("in.coords"), items))


def structure_flow(fixture: Fixture) -> None:
    config = structure_flow_config(fixture.config["params"])
    flow = cast(StructureFlow, filled(partial(StructureFlow, config), TRELLIS, weights_of(fixture), fixture.device))
    x, t, context = (fixture.number(f"in.{name}") for name in ("x", "t", "cond"))
    compare_sinusoid(fixture, "out.t_sin", time_features(t), float(t.abs().max()))
    if "out.tokens" in fixture:
        fixture.close("out.tokens", patches(x, config.patch).view_as(fixture.get("out.tokens")), 0.0)
    taps = {"out.block0": flow.blocks[0], "out.t_emb": flow.time_in, "out.input_layer": flow.input_layer}
    with fed(fixture, "out.t_sin", flow.time_in), watching(taps) as seen:
        velocity = flow(x, t, context)
    for name in ("out.block0", "out.input_layer"):
        seen[name] = seen[name].unflatten(0, (len(x), -1))
    compare_all(fixture, seen, NETWORK)
    fixture.close("out.velocity", velocity, NETWORK)


def latent_flow(fixture: Fixture) -> None:
    config = latent_flow_config(fixture.config["params"])
    flow = cast(LatentFlow, filled(partial(LatentFlow, config), TRELLIS, weights_of(fixture), fixture.device))
    t, context = fixture.number("in.t"), fixture.number("in.cond")
    x = sparse_input(fixture, "in.x", len(t))
    taps: dict[str, nn.Module] = {"out.block0": flow.blocks[0]}
    for kind, blocks in (("input", flow.input_blocks), ("out", flow.out_blocks)):
        taps |= {f"out.{kind}_block{index}": block for index, block in enumerate(blocks)}
    with watching(taps) as seen:
        velocity = flow(x, t, context)
    compare_all(fixture, seen, NETWORK)
    fixture.exact("out.token_coords", x.voxels.parents()[0].coords)
    fixture.close("out.velocity", velocity.features, NETWORK)


def structure_encoder(fixture: Fixture) -> None:
    config = structure_vae_config(fixture.config["params"])
    encoder = cast(
        StructureEncoder, filled(partial(StructureEncoder, config), TRELLIS, weights_of(fixture), fixture.device)
    )
    taps = {"out.block0": encoder.blocks[0], "out.middle": encoder.middle_block}
    with watching(taps) as seen:
        mean, logvar = encoder(fixture.number("in.occupancy"))
    if "out.block0" in fixture:  # recorded in part
        corner = fixture.get("out.block0").shape
        seen["out.block0"] = seen["out.block0"][: corner[0], :, : corner[2], : corner[3], : corner[4]]
    compare_all(fixture, {**seen, "out.mean": mean, "out.logvar": logvar}, NETWORK)


def structure_decoder(fixture: Fixture) -> None:
    config = structure_vae_config(fixture.config["params"])
    decoder = cast(
        StructureDecoder, filled(partial(StructureDecoder, config), TRELLIS, weights_of(fixture), fixture.device)
    )
    first_up = decoder.blocks[config.blocks]
    with watching({"out.middle": decoder.middle_block, "out.upsample0": first_up}) as seen:
        logits = decoder(fixture.number("in.latent"))
    compare_all(fixture, {**seen, "out.logits": logits}, NETWORK)
    fixture.exact("out.coords", occupied(logits))


def latent_encoder(fixture: Fixture) -> None:
    config = latent_vae_config(fixture.config["params"])
    encoder = cast(
        LatentEncoder, filled(partial(LatentEncoder, config), TRELLIS_LATENT_VAE, weights_of(fixture), fixture.device)
    )
    taps = {f"out.block{index}": block for index, block in enumerate(encoder.trunk.blocks)}
    with watching(taps) as seen:
        mean, logvar = encoder(sparse_input(fixture, "in.feats"))
    compare_all(fixture, {**seen, "out.mean": mean, "out.logvar": logvar}, NETWORK)


def mesh_decoder(fixture: Fixture) -> None:
    config = latent_vae_config(fixture.config["params"])
    decoder = cast(
        MeshDecoder, filled(partial(MeshDecoder, config), TRELLIS_LATENT_VAE, weights_of(fixture), fixture.device)
    )
    taps = {f"out.block{index}": block for index, block in enumerate(decoder.trunk.blocks)}
    taps |= {f"out.up{index}": block for index, block in enumerate(decoder.upsample)}
    with watching(taps) as seen:
        raw = decoder(sparse_input(fixture, "in.latent"))
    for index in range(len(decoder.upsample)):  # recorded in part
        if f"out.up{index}" in fixture:
            seen[f"out.up{index}"] = seen[f"out.up{index}"][: len(fixture.get(f"out.up{index}"))]
    compare_all(fixture, seen, NETWORK)
    fixture.close("out.raw", raw.features, MESH)
    fixture.exact("out.raw_coords", raw.coords)
    compare_mesh(fixture, "out.", raw.coords, fixture.get("out.raw"), 4 * config.resolution)


def subdivide_block(fixture: Fixture) -> None:
    params = fixture.config["params"]
    build = partial(SubdivideBlock, params["channels"], params.get("out_channels") or params["channels"])
    block = filled(build, TRELLIS_LATENT_VAE, weights_of(fixture), fixture.device)
    halves = block(sparse_input(fixture, "in.feats"))
    fixture.exact("out.coords", halves.coords)
    fixture.close("out.feats", halves.features, NETWORK)


def submanifold(fixture: Fixture) -> None:
    """Convolutions k<size> of one input, their weights and biases named likewise."""
    stored, x = weights_of(fixture), sparse_input(fixture, "in.feats")
    sizes = fixture.config["params"]["kernel"]
    for size in sizes if isinstance(sizes, list) else [sizes]:
        names = {name.rpartition(".")[2]: name for name in stored if f"k{size}." in name or len(stored) == 2}
        weight = stored[names["weight"]].read().float()
        conv = SubmanifoldConv(weight.shape[4], weight.shape[0], weight.shape[1]).to(fixture.device)
        conv.weight.copy_(weight)
        if conv.bias is not None:
            conv.bias.copy_(stored[names["bias"]].read().float())
        fixture.close(f"out.k{size}", conv(x).features, OPERATION)


def operations(fixture: Fixture) -> None:
    """Check changes of level, group norm and attention within windows and items."""
    x = sparse_input(fixture, "in.feats")
    parents = down(x, merge="mean_with_zero")
    fixture.exact("out.down_coords", parents.coords)
    fixture.close("out.down_feats", parents.features, OPERATION)
    fixture.exact("out.down_index", x.voxels.parents()[1])
    fixture.close("out.up_feats", up(parents, x.voxels).features, OPERATION)
    halves = subdivide(x)
    rows = len(fixture.get("out.sub_coords"))
    fixture.exact("out.sub_coords", halves.coords[:rows])
    fixture.close("out.sub_feats", halves.features[:rows], OPERATION)
    weight, bias = fixture.number("aux.gn_weight"), fixture.number("aux.gn_bias")
    told = re.search(r"(\d+) groups", fixture.config["class"])
    norm = GroupNorm(int(told[1]) if told else 2, len(weight)).to(fixture.device)
    norm.weight.copy_(weight)
    norm.bias.copy_(bias)
    fixture.close("out.group_norm", norm(x.but(fixture.number("in.group_norm"))).features, OPERATION)
    q, k, v = fixture.number("in.qkv").unbind(1)
    fixture.close("out.full", attend_packed(q, k, v, x.voxels.whole_items()), OPERATION)
    for name in fixture.starting("out.window"):
        if name.endswith("_id"):
            continue
        size, shift = (int(part) for part in name.removeprefix("out.window").split("_shift"))
        fixture.close(name, attend_packed(q, k, v, x.voxels.windows(size, shift)), OPERATION)
        windows = x.coords.clone()
        windows[:, 1:] = torch.div(windows[:, 1:] + shift, size, rounding_mode="floor")
        fixture.exact(f"{name}_id", windows)


def dino_registers(fixture: Fixture) -> None:
    config = dino_hub_config(fixture.config["params"])
    dino = cast(Dino, filled(partial(Dino, config, "smooth"), DINO_HUB, weights_of(fixture), fixture.device))
    for name in fixture.starting("in."):
        case = name.removeprefix("in.").removesuffix(".pixels")
        pixels = fixture.number(name)
        with watching({f"out.{case}.x_prenorm": dino.blocks[-1]}) as seen:
            tokens = dino(pixels)
        seen |= {f"out.{case}.tokens": tokens, f"out.{case}.embeddings": dino.embed(pixels)}
        compare_all(fixture, seen, NETWORK)


def compare_mesh(
    fixture: Fixture, prefix: str, coords: Tensor, raw: Tensor, resolution: int, allowed: float = VERTEX
) -> None:
    """Compare the mesh of a description, as published: with everything that is not given outside."""
    vertices, faces, attributes = flexicubes(coords[:, 1:], raw, resolution, solid=False)
    fixture.exact(f"{prefix}faces", faces)
    fixture.close(f"{prefix}vertices", vertices, allowed)
    if f"{prefix}attrs" in fixture:  # a decoder may give no colours
        fixture.close(f"{prefix}attrs", attributes, allowed)


def flexicubes_meshes(fixture: Fixture) -> None:
    for name, counts in fixture.config["counts"].items():
        if f"in.{name}.coords" not in fixture:
            continue
        coords, raw = fixture.get(f"in.{name}.coords"), fixture.number(f"in.{name}.feats")
        compare_mesh(fixture, f"out.{name}.", coords, raw, counts["resolution"])


def grid_cubes(side: int, distance: Tensor, weights: Tensor, colours: Tensor) -> Cubes:
    """All cubes of a grid of side^3; distance [(side+1)^3], weights [side^3, 21] raw, colours [(side+1)^3, A] raw."""
    axis = torch.arange(side, device=distance.device)
    places = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).view(-1, 3)
    corners = places[:, None] + torch.as_tensor(CORNERS, device=distance.device)
    vertex = (corners[..., 0] * (side + 1) + corners[..., 1]) * (side + 1) + corners[..., 2]
    return Cubes(
        places=places,
        distance=distance[vertex],
        position=corners / side - 0.5,
        attributes=torch.sigmoid(colours[vertex]),
        corner_weight=1 + 0.99 * torch.tanh(weights[:, 12:20]),
        edge_weight=1 + 0.99 * torch.tanh(weights[:, :12]),
        diagonal=0.99 * torch.sigmoid(weights[:, 20]) + 0.005,
    )


def flexicubes_cases(fixture: Fixture) -> None:
    """Every case of one cube, and small grids."""
    found, counts = [], []
    for distance, weights in zip(fixture.get("in.atlas.sdf"), fixture.get("in.atlas.weights"), strict=True):
        vertices, _, _ = dual_mesh(grid_cubes(1, distance, weights[None], distance.new_zeros(8, 0)))
        found.append(vertices)
        counts.append(len(vertices))
    fixture.exact("out.atlas.count", torch.tensor(counts))
    fixture.close("out.atlas.vertices", torch.cat(found), VERTEX)
    meshes = []
    names = ("in.grids.sdf", "in.grids.weights", "in.grids.colors")
    for distance, weights, colours in zip(*(fixture.get(name) for name in names), strict=True):
        side = round(len(weights) ** (1 / 3))
        meshes.append(dual_mesh(grid_cubes(side, distance, weights, colours)))
    for name, part in (("vertex_count", 0), ("face_count", 1)):
        fixture.exact(f"out.grids.{name}", torch.tensor([len(mesh[part]) for mesh in meshes]))
    fixture.close("out.grids.vertices", torch.cat([mesh[0] for mesh in meshes]), VERTEX)
    fixture.exact("out.grids.faces", torch.cat([mesh[1] for mesh in meshes]))
    fixture.close("out.grids.colors", torch.cat([mesh[2] for mesh in meshes]), VERTEX)


def sampler(fixture: Fixture) -> None:
    """Check steps of a toy flow, v = context x + t / 1000, and the calls that they make.

    The two contexts are told in words.
    """
    found = re.search(r"cond (-?[\d.]+), neg_cond (-?[\d.]+)", fixture.config["flow"])
    if found is None:
        raise NotUnderstoodError("the toy flow of its sampler is another")
    told_contexts = found.groups()
    noise = fixture.number("in.noise")
    for name, told in fixture.config["cases"].items():
        settings = FlowSettings(
            steps=told["steps"],
            strength=told.get("cfg_strength"),
            interval=tuple(told.get("cfg_interval", (0.0, 1.0))),
            rescale=told["rescale_t"],
        )
        calls: list[tuple[Tensor, Tensor]] = []

        def call(x: Tensor, t: Tensor, context: Tensor, calls: list[tuple[Tensor, Tensor]] = calls) -> Tensor:
            calls.append((t[0], context[0]))
            return context[0] * x + t[0] / 1000

        levels = noise_levels(settings.steps, settings.rescale)
        x, path, data = noise, [noise], []
        context, null = (noise.new_tensor([float(number)]) for number in told_contexts)
        for level, following in pairwise(levels.tolist()):
            velocity = guided_velocity(call, x, level, context, null, settings.strength, settings)
            data.append(data_estimate(x, velocity, level, settings.sigma_min))
            x = x - (level - following) * velocity
            path.append(x)
        seen = {"t_seq": levels, "trajectory": torch.stack(path), "pred_x_0": torch.stack(data)}
        seen |= {"calls_t": torch.stack([t for t, _ in calls]), "calls_cond": torch.stack([c for _, c in calls])}
        allowed = {"t_seq": 1e-15, "calls_t": 1e-4}
        for quantity, value in seen.items():
            if quantity != "calls_cond" or f"out.{name}.calls_cond" in fixture:
                fixture.close(f"out.{name}.{quantity}", value, allowed.get(quantity, OPERATION))


NETWORKS: dict[str, Callable[[Fixture], None]] = {
    "SparseStructureFlowModel": structure_flow,
    "SparseStructureEncoder": structure_encoder,
    "SparseStructureDecoder": structure_decoder,
    "SLatFlowModel": latent_flow,
    "SLatEncoder": latent_encoder,
    "SLatMeshDecoder": mesh_decoder,
    "SparseSubdivideBlock3d": subdivide_block,
}
WORDS: tuple[tuple[str, Callable[[Fixture], None]], ...] = (
    ("SparseDownsample", operations),
    ("submanifold 3D convolution", submanifold),
    ("DinoVisionTransformer", dino_registers),
    ("SparseFeatures2Mesh", flexicubes_meshes),
    ("FlexiCubes (", flexicubes_cases),
    ("FlowEulerGuidanceIntervalSampler", sampler),
)


def trellis_case(named: str) -> Callable[[Fixture], None] | None:
    """Return the check for what a config names; None when it is none of TRELLIS."""
    if class_name(named).removeprefix("Elastic") in NETWORKS:
        return NETWORKS[class_name(named).removeprefix("Elastic")]
    return next((case for word, case in WORDS if word in named), None)
