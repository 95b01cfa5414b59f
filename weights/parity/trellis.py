"""Fixtures of TRELLIS: its networks, its operations on sparse voxels and its sampler."""

from collections.abc import Callable
from functools import partial
from typing import cast

import torch
from torch import nn

from ..checkpoints.configs import class_name
from ..checkpoints.trellis import (
    DINO_HUB,
    TRELLIS,
    TRELLIS_LATENT_VAE,
    dino_hub_config,
    latent_flow_config,
    latent_vae_config,
    structure_flow_config,
    structure_vae_config,
)
from ..networks.dino import Dino
from ..networks.sparse import (
    GroupNorm,
    SparseTensor,
    SubmanifoldConv,
    VoxelSet,
    attend_packed,
    down,
    subdivide,
    up,
)
from ..networks.trellis.latent_flow import LatentFlow
from ..networks.trellis.latent_vae import LatentEncoder, MeshDecoder, SubdivideBlock
from ..networks.trellis.structure_flow import StructureFlow, patches, time_features
from ..networks.trellis.structure_vae import StructureDecoder, StructureEncoder, occupied
from .fixture import Fixture
from .instrument import compare_all, compare_sinusoid, fed, filled, watching, weights_of

NETWORK = 1.5e-5  # largest difference allowed for one network
MESH = 3e-5  # for what the mesh decoder gives
OPERATION = 4e-6


def sparse_input(fixture: Fixture, features: str) -> SparseTensor:
    return SparseTensor(fixture.number(features), VoxelSet(fixture.get("in.coords")))


def structure_flow(fixture: Fixture) -> None:
    config = structure_flow_config(fixture.config["params"])
    flow = cast(StructureFlow, filled(partial(StructureFlow, config), TRELLIS, weights_of(fixture)))
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
    flow = cast(LatentFlow, filled(partial(LatentFlow, config), TRELLIS, weights_of(fixture)))
    x, t, context = sparse_input(fixture, "in.x"), fixture.number("in.t"), fixture.number("in.cond")
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
    encoder = cast(StructureEncoder, filled(partial(StructureEncoder, config), TRELLIS, weights_of(fixture)))
    taps = {"out.block0": encoder.blocks[0], "out.middle": encoder.middle_block}
    with watching(taps) as seen:
        mean, logvar = encoder(fixture.number("in.occupancy"))
    if "out.block0" in fixture:  # recorded in part
        corner = fixture.get("out.block0").shape
        seen["out.block0"] = seen["out.block0"][: corner[0], :, : corner[2], : corner[3], : corner[4]]
    compare_all(fixture, {**seen, "out.mean": mean, "out.logvar": logvar}, NETWORK)


def structure_decoder(fixture: Fixture) -> None:
    config = structure_vae_config(fixture.config["params"])
    decoder = cast(StructureDecoder, filled(partial(StructureDecoder, config), TRELLIS, weights_of(fixture)))
    first_up = decoder.blocks[config.blocks]
    with watching({"out.middle": decoder.middle_block, "out.upsample0": first_up}) as seen:
        logits = decoder(fixture.number("in.latent"))
    compare_all(fixture, {**seen, "out.logits": logits}, NETWORK)
    fixture.exact("out.coords", occupied(logits))


def latent_encoder(fixture: Fixture) -> None:
    config = latent_vae_config(fixture.config["params"])
    encoder = cast(LatentEncoder, filled(partial(LatentEncoder, config), TRELLIS_LATENT_VAE, weights_of(fixture)))
    taps = {f"out.block{index}": block for index, block in enumerate(encoder.trunk.blocks)}
    with watching(taps) as seen:
        mean, logvar = encoder(sparse_input(fixture, "in.feats"))
    compare_all(fixture, {**seen, "out.mean": mean, "out.logvar": logvar}, NETWORK)


def mesh_decoder(fixture: Fixture) -> None:
    config = latent_vae_config(fixture.config["params"])
    decoder = cast(MeshDecoder, filled(partial(MeshDecoder, config), TRELLIS_LATENT_VAE, weights_of(fixture)))
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


def subdivide_block(fixture: Fixture) -> None:
    params = fixture.config["params"]
    build = partial(SubdivideBlock, params["channels"], params.get("out_channels") or params["channels"])
    block = filled(build, TRELLIS_LATENT_VAE, weights_of(fixture))
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
        conv = SubmanifoldConv(weight.shape[4], weight.shape[0], weight.shape[1])
        conv.weight.copy_(weight)
        if conv.bias is not None:
            conv.bias.copy_(stored[names["bias"]].read().float())
        fixture.close(f"out.k{size}", conv(x).features, OPERATION)


def operations(fixture: Fixture) -> None:
    """Changes of level, group norm and attention within windows and items."""
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
    norm = GroupNorm(2, len(weight))
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
    dino = cast(Dino, filled(partial(Dino, config, "smooth"), DINO_HUB, weights_of(fixture)))
    for name in fixture.starting("in."):
        case = name.removeprefix("in.").removesuffix(".pixels")
        pixels = fixture.number(name)
        with watching({f"out.{case}.x_prenorm": dino.blocks[-1]}) as seen:
            tokens = dino(pixels)
        seen |= {f"out.{case}.tokens": tokens, f"out.{case}.embeddings": dino.embed(pixels)}
        compare_all(fixture, seen, NETWORK)


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
)


def trellis_case(named: str) -> Callable[[Fixture], None] | None:
    """The check for what a config names; None when it is none of TRELLIS."""
    if class_name(named).removeprefix("Elastic") in NETWORKS:
        return NETWORKS[class_name(named).removeprefix("Elastic")]
    return next((case for word, case in WORDS if word in named), None)
