"""Fixtures of Direct3D-S2: its networks."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from ...checkpoints.conversion.configs import class_name
from ...checkpoints.conversion.containers import Tensors
from ...checkpoints.conversion.direct3d import NETWORKS, SPARSE_ATTENTION, sdf_vae_config, sparse_attention_config
from ...generators.reference_mesh import reference_mesh
from ...networks.direct3d.refiner import Refiner, SignRefiner, window
from ...networks.direct3d.sdf_vae import SdfDecoder, SdfEncoder
from ...networks.direct3d.sparse_attention import SpatialSparseAttention, attend_scored, merged_scores
from ...networks.direct3d.sparse_flow import SparseFlow
from ...networks.sparse import SparseTensor, VoxelSet, down
from ...networks.trellis.modulated import ModulatedBlock
from ...networks.trellis.structure_flow import StructureFlow, time_features
from ...networks.trellis.structure_vae import StructureDecoder, StructureEncoder
from ..fixture import Fixture
from ..instrument import compare_all, compare_sinusoid, fed, filled, watching, weights_of
from . import functions

NETWORK = 6e-6  # largest difference allowed for attention, flows and the image encoder
DENSE_VAE = 1e-5
GRID = 3e-5  # for the sparse decoder and the refiner
OPERATION = 4e-6
SIGNS = 5  # voxels whose logits lie within rounding of 0
OCCUPIED = 0.1  # probability


def built(fixture: Fixture, kind: str, half: str = "", params: Mapping[str, Any] | None = None) -> nn.Module:
    """Build a network of a class, or the half of it with a prefix, with the fixture's weights."""
    return built_from(weights_of(fixture), kind, half, params or fixture.config["params"], fixture.device)


def built_from(stored: Tensors, kind: str, half: str, params: Mapping[str, Any], device: str) -> nn.Module:
    read, build, layout = NETWORKS[kind][half]
    return filled(partial(build, read(params)), layout, stored.part(half) if half else stored, device)


def compare_inside(fixture: Fixture, seen: dict[str, Tensor], allowed: float) -> None:
    """Compare what flows inside of a network; above 1, the difference may be so much of the largest value."""
    for name, value in seen.items():
        if name in fixture:
            fixture.close(name, value, allowed * max(1.0, float(fixture.get(name).abs().max())))


def told_groups(fixture: Fixture) -> int:
    """Return the groups of the SDF encoder's norms, which only the words of a config tell."""
    told = re.search(r"group count\D*?(\d+) instead", str(fixture.config.get("in_memory_change", "")))
    return int(told[1]) if told else 32


def dense_flow(fixture: Fixture) -> None:
    """Positions are computed: files may hold their table rounded to half."""
    flow = cast(StructureFlow, built(fixture, "DenseDiT"))
    x, t, context = (fixture.number(f"in.{name}") for name in ("x", "t", "cond"))
    compare_sinusoid(fixture, "out.t_sin", time_features(t), float(t.abs().max()))
    taps = {f"out.block{number}": block for number, block in enumerate(flow.blocks)}
    with fed(fixture, "out.t_sin", flow.time_in), watching({**taps, "out.t_emb": flow.time_in}) as seen:
        velocity = flow(x, t, context)
    for name in taps:
        seen[name] = seen[name].unflatten(0, (len(x), -1))
    compare_inside(fixture, seen, NETWORK)
    fixture.close("out.velocity", velocity, NETWORK)


def dense_vae(fixture: Fixture) -> None:
    decoder = cast(StructureDecoder, built(fixture, "DenseShapeVAE", "decoder"))
    encoder = cast(StructureEncoder, built(fixture, "DenseShapeVAE", "encoder"))
    params = fixture.config["params"]
    latents = fixture.number("in.latents") / params.get("latents_scale", 1.0) + params.get("latents_shift", 0.0)
    logits = decoder(latents)
    fixture.close("out.logits", logits, DENSE_VAE)
    for item in range(len(latents)):
        if f"out.index_b{item}" in fixture:
            found = torch.nonzero(torch.sigmoid(logits[item, 0]) >= OCCUPIED)
            fixture.exact(f"out.index_b{item}", torch.nn.functional.pad(found, (1, 0)))
    if "in.occupancy" in fixture:
        moments = encoder(fixture.number("in.occupancy") * 2 - 1)
        fixture.close("out.moments", torch.cat(moments, dim=1), DENSE_VAE)


def sparse_attention(fixture: Fixture) -> None:
    config = sparse_attention_config(fixture.config["params"])
    network = cast(
        SpatialSparseAttention,
        filled(partial(SpatialSparseAttention, config), SPARSE_ATTENTION, weights_of(fixture), fixture.device),
    )
    x, voxels = fixture.number("in.feats"), VoxelSet(fixture.get("in.coords"))
    q, k, v = network.projected(x)
    key, value = network.tokens(k, v, voxels)
    found = network.compression(q, key, value, voxels)
    seen = {
        "compressed_k": key,
        "compressed_v": value,
        "branch_compression": found.output,
        "lse": found.lse,
        "branch_selection": network.selection(q, k, v, found.chosen, voxels),
        "branch_window": network.branches(x, voxels)[2],
        "gate": network.gates(x),
        "attention": network(x, voxels),
    }
    compare_all(fixture, {f"out.{name}": tensor for name, tensor in seen.items()}, NETWORK)
    coarse, _ = voxels.parents(config.compressed)
    blocks, _ = voxels.parents(config.selected)
    fixture.exact("out.compressed_coords", coarse.coords)
    first = torch.tensor([rows.start for rows in blocks.slices], device=x.device)[voxels.coords[:, 0].long()]
    fixture.exact("out.block_topk", torch.where(found.chosen >= 0, found.chosen - first[:, None], -1))
    ends = [rows.stop for rows in network.block_rows(voxels)[1]]
    fixture.exact("out.cu_block_tokens", torch.tensor([0, *ends]))
    fixture.exact("out.cu_seqblocks", torch.tensor([0, *(rows.stop for rows in blocks.slices)]))
    if "out.block_score_last_batch" in fixture:
        rows, part, last = voxels.slices[-1], coarse.slices[-1], blocks.slices[-1]
        scores, _, _ = attend_scored(q[rows], key[part], value[part])
        owner = network.selection_rows(voxels)[0][part] - last.start
        merged = merged_scores(scores, owner, last.stop - last.start)
        fixture.close("out.block_score_last_batch", merged, NETWORK)


def sparse_flow(fixture: Fixture) -> None:
    flow = cast(SparseFlow, built(fixture, "SparseDiT"))
    t, context = fixture.number("in.t"), fixture.number("in.cond")
    x = SparseTensor(fixture.number("in.feats"), VoxelSet(fixture.get("in.coords"), len(t)))
    items, places = [*context], None
    if "in.cond_coords" in fixture:
        coords = fixture.get("in.cond_coords")
        owners = [coords[:, 0] == item for item in range(len(t))]
        items, places = [context[own] for own in owners], [coords[own, 1:] for own in owners]
    taps: dict[str, nn.Module] = {}
    for number, block in enumerate(flow.blocks):
        taps[f"out.block{number}"] = block
        taps[f"out.block{number}_self_attention"] = cast(ModulatedBlock, block).attn
    with watching(taps) as seen:
        velocity = flow(x, t, items, places)
    compare_inside(fixture, seen, NETWORK)
    fixture.close("out.velocity", velocity.features, NETWORK)
    if "out.velocity_zero_cond" in fixture:
        nothing = flow(x, t, [torch.zeros_like(item) for item in items], places)
        fixture.close("out.velocity_zero_cond", nothing.features, NETWORK)
    for name in fixture.starting("out.pos_embed_first"):
        rows = len(fixture.get(name))
        fixture.close(name, flow.positions(x.coords[:rows, 1:]), OPERATION)


def sdf_vae(fixture: Fixture) -> None:
    params = fixture.config["params"]
    decoder = cast(SdfDecoder, built(fixture, "SparseSDFVAE", "decoder"))
    latents = SparseTensor(fixture.number("in.latents"), VoxelSet(fixture.get("in.coords")))
    scale, shift = params.get("latents_scale", 1.0), params.get("latents_shift", 0.0)
    latents = latents.but(latents.features / scale + shift)
    with watching({"out.transformer": decoder.trunk}) as seen:
        sdf, features = decoder(latents)
    compare_inside(fixture, seen, GRID)
    fixture.exact("out.sdf_coords", sdf.coords)
    fixture.close("out.sdf", sdf.features, GRID)
    rows = len(fixture.get("out.sdf_features"))
    every = -(-len(features.features) // rows)
    compare_inside(fixture, {"out.sdf_features": features.features[::every]}, GRID)
    cut = decoder.in_chunks(latents, 4)
    by_place = torch.argsort(cut.voxels.keys), torch.argsort(sdf.voxels.keys)
    fixture.compare("in chunks", cut.features[by_place[0]], sdf.features[by_place[1]], GRID)
    if "out.mesh_v" in fixture:
        side = 8 * decoder.config.resolution
        grid = dense(sdf.coords, fixture.get("out.sdf"), side, 1.0)
        compare_mesh(fixture, "out.mesh_", grid, 0.2)
    if "in.enc_sdf" in fixture:
        sdf_encoder(fixture)


def sdf_encoder(fixture: Fixture) -> None:
    config = sdf_vae_config(fixture.config["params"], "encoder", told_groups(fixture))
    layout = NETWORKS["SparseSDFVAE"]["encoder"][2]
    stored = weights_of(fixture).part("encoder")
    encoder = cast(SdfEncoder, filled(partial(SdfEncoder, config), layout, stored, fixture.device))
    fine = SparseTensor(fixture.number("in.enc_sdf"), VoxelSet(fixture.get("in.enc_coords")))
    mean, logvar, voxels = encoder(fine)
    fixture.exact("out.enc_coords", voxels.coords)
    fixture.close("out.enc_moments", torch.cat([mean, logvar], dim=1), NETWORK)


def dense(coords: Tensor, values: Tensor, side: int, rest: float) -> Tensor:
    """Values [N, 1] of voxels as a grid of side^3, `rest` elsewhere."""
    grid = torch.full((side,) * 3, rest, dtype=torch.float32, device=values.device)
    x, y, z = coords[:, 1:].long().unbind(1)
    grid[x, y, z] = values[:, 0].float()
    return grid


def compare_mesh(fixture: Fixture, prefix: str, grid: Tensor, level: float) -> None:
    """Marching cubes as published: vertices / side * 2 - 1, no merging."""
    vertices, faces = reference_mesh(grid.cpu().numpy(), level, 1.0, len(grid) - 1)
    fixture.exact(f"{prefix}f", np.asarray(faces))
    fixture.close(f"{prefix}v", np.asarray(vertices), OPERATION)


def refiner(fixture: Fixture) -> None:
    network = cast(Refiner, built(fixture, "Voxel_RefinerXL"))
    side, size = network.config.resolution, network.config.patch
    coords = fixture.get("in.coords")
    sdf = dense(coords, fixture.number("in.sdf"), side, 1.0)
    features = torch.stack([dense(coords, part[:, None], side, 0.0) for part in fixture.number("in.features").T])
    first = window((0, 0, 0), size)
    taps = {"out.patch0_unet": network.unet, "out.patch0_adaptive1": network.filters[0]}
    with watching(taps) as seen:
        network(sdf[first][None, None], features[first][None])
    name, step = fixture.step("out.volume_step")
    compare_inside(fixture, {name: tensor[0, :, ::step, ::step, ::step] for name, tensor in seen.items()}, GRID)
    whole = network.whole(sdf, features)
    fixture.close(name, whole[::step, ::step, ::step], GRID)
    fixture.close("out.volume_line", line_like(whole, fixture.get("out.volume_line")), GRID)


def line_like(grid: Tensor, line: Tensor) -> Tensor:
    """Return the full line of a grid that is nearest to a recorded one, of which no place was told."""
    lines = torch.cat([grid.movedim(axis, -1).flatten(0, 1) for axis in range(3)])
    return lines[(lines - line).abs().amax(1).argmin()]


def sign_refiner(fixture: Fixture) -> None:
    network = cast(SignRefiner, built(fixture, "Voxel_RefinerXL_sign"))
    sdf = SparseTensor(fixture.number("in.sdf"), VoxelSet(fixture.get("in.coords")))
    coarse = down(sdf, merge="mean_with_zero")
    fixture.exact("out.down_coords", coarse.coords)
    fixture.close("out.down_sdf", coarse.features, OPERATION)
    grid = dense(coarse.coords, coarse.features, network.config.resolution, 1.0)
    first = network(grid[window((0, 0, 0), network.config.patch)][None, None])[0, 0]
    name, step = fixture.step("out.patch0_logits_step")
    fixture.close(name, first[::step, ::step, ::step], GRID)
    outside = network.outside(grid)
    for axis in range(3):
        outside = outside.repeat_interleave(2, axis)
    own = dense(sdf.coords, sdf.features, len(outside), 1.0)
    volume = torch.where(outside, own.abs(), -own.abs())
    x, y, z = sdf.coords[:, 1:].long().unbind(1)
    volume[x, y, z] = sdf.features[:, 0]
    fixture.close("out.volume_at_active", volume[x, y, z], OPERATION)
    bits = np.unpackbits(fixture.get("out.positive_bits").cpu().numpy())[: volume.numel()].astype(bool)
    other = float((bits != (volume > 0).flatten().cpu().numpy()).sum())
    fixture.compare("voxels of the other sign", torch.tensor(other), torch.tensor(0.0), SIGNS)


CASES: dict[str, Callable[[Fixture], None]] = {
    "DenseDiT": dense_flow,
    "DenseShapeVAE": dense_vae,
    "SparseDiT": sparse_flow,
    "SpatialSparseAttention": sparse_attention,
    "SparseSDFVAE": sdf_vae,
    "Voxel_RefinerXL": refiner,
    "Voxel_RefinerXL_sign": sign_refiner,
}
WORDS: tuple[tuple[str, Callable[[Fixture], None]], ...] = (
    ("DinoEncoder over DINOv2", functions.conditioner),
    ("mesh2index", functions.voxels_of_meshes),
    ("FlowMatchEulerDiscreteScheduler", functions.sampler),
    ("building blocks of the sparse networks", functions.operations),
)


def direct3d_case(named: str) -> Callable[[Fixture], None] | None:
    """Return the check for what a config names; None when it is none of Direct3D-S2."""
    if class_name(named) in CASES:
        return CASES[class_name(named)]
    return next((case for word, case in WORDS if word in named), None)
