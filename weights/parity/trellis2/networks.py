"""Fixtures of TRELLIS.2: its networks and their blocks on sparse voxels."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ....kernels.ovoxel.grid_mesh import grid_to_mesh
from ...checkpoints.conversion.containers import Tensors
from ...checkpoints.conversion.trellis import TRELLIS, structure_vae_config
from ...checkpoints.conversion.trellis2 import DINOV3, SC_VAE, dinov3_config, trellis2_network
from ...generators.conditions.trellis2_picture import encoder_pixels, resized
from ...networks.encoders.dinov3 import Dinov3, place_rotation
from ...networks.sparse import SparseTensor, SubmanifoldConv, VoxelSet
from ...networks.trellis.structure_flow import whole_grid
from ...networks.trellis.structure_vae import StructureDecoder, StructureEncoder, occupied
from ...networks.trellis2.lattice_flow import DenseLatticeFlow, LatticeFlow, lattice_angles
from ...networks.trellis2.sc_blocks import ConvNextBlock, CopyUp, FoldDown, MeanDown, ResidualBlock, UnfoldUp, folded
from ...networks.trellis2.sc_vae import ScDecoder, ScEncoder, levels_of, shape_inputs, shape_of
from ..fixture import SINGLE, Fixture
from ..instrument import compare_all, filled, watching, weights_of

VAE = 5e-5  # largest difference allowed for a whole autoencoder
# A phase of time is up to 1000 times a frequency, which the exponential of another processor puts one unit in its last
# place beside ours; that comes to this in a flow. The first block of the sparse flow lies 6e-6 from its recording. That
# is 5e-6 from float64 itself, so no order of the sums here mends it.
FLOW = 1.5e-5
VERTEX = 1e-6


def network(fixture: Fixture, name: str, params: Mapping[str, Any], stored: Tensors) -> nn.Module:
    """Build the network of a class and fill it from its stored tensors."""
    build, layout = trellis2_network({"name": name, "args": params})
    return filled(build, layout, stored, fixture.device)


def structure_flow(fixture: Fixture) -> None:
    params = fixture.config["params"]
    flow = cast(DenseLatticeFlow, network(fixture, "SparseStructureFlowModel", params, weights_of(fixture)))
    x, t, context = (fixture.number(f"in.{name}") for name in ("x", "t", "cond"))
    taps = {"out.block0": flow.blocks[0], "out.t_embedding": flow.time_in, "out.modulation": flow.modulation}
    with watching(taps) as seen:
        velocity = flow(x, t, context)
    seen["out.block0"] = seen["out.block0"].unflatten(0, (len(x), -1))
    places = whole_grid(1, x.shape[2], x.device).coords[:, 1:]
    cosine, sine = lattice_angles(places, flow.config.width // flow.config.heads)
    seen |= {"out.rope_cos": cosine[:, 0], "out.rope_sin": sine[:, 0], "out.velocity": velocity}
    compare_all(fixture, seen, FLOW)


def latent_flows(fixture: Fixture) -> None:
    """Check the flow of shape, and that of texture with the shape latents after its noise."""
    stored, t, context = weights_of(fixture), fixture.number("in.t"), fixture.number("in.cond")
    voxels, noise = VoxelSet(fixture.get("in.coords"), len(t)), fixture.number("in.x")
    shape = cast(LatticeFlow, network(fixture, "SLatFlowModel", fixture.config["params"], stored.part("shape")))
    with watching({"out.block0": shape.blocks[0]}) as seen:
        velocity = shape(SparseTensor(noise, voxels), t, context)
    compare_all(fixture, {**seen, "out.velocity": velocity.features}, FLOW)
    texture = network(fixture, "SLatFlowModel", fixture.config["params_tex"], stored.part("tex"))
    both = SparseTensor(torch.cat([noise, fixture.number("in.concat_cond")], dim=1), voxels)
    fixture.close("out.velocity_tex", texture(both, t, context).features, FLOW)


def structure_vae(fixture: Fixture) -> None:
    parts = {}
    for name, build in (("decoder", StructureDecoder), ("encoder", StructureEncoder)):
        config = structure_vae_config(fixture.config[name])
        parts[name] = filled(partial(build, config), TRELLIS, weights_of(fixture).part(name), fixture.device)
    mean, logvar = parts["encoder"](fixture.number("in.occupancy"))
    logits = parts["decoder"](fixture.number("in.z"))
    compare_all(fixture, {"out.mean": mean, "out.logvar": logvar, "out.logits": logits}, VAE)
    name, side = fixture.step("out.coords_pooled")
    fixture.exact(name, occupied(logits, logits.shape[-1] // side))


def sparse_convolution(fixture: Fixture) -> None:
    stored = weights_of(fixture)
    weight, bias = stored["weight"].read().float(), stored["bias"].read().float()
    conv = SubmanifoldConv(weight.shape[4], weight.shape[0], weight.shape[1]).to(fixture.device)
    conv.weight.copy_(weight)
    cast(Tensor, conv.bias).copy_(bias)
    x = SparseTensor(fixture.number("in.feats"), VoxelSet(fixture.get("in.coords")))
    fixture.close("out.feats", conv(x).features, SINGLE)


def blocks(fixture: Fixture) -> None:
    """Every block alone; widths are read from the weights."""
    stored, x = weights_of(fixture), SparseTensor(fixture.number("in.feats"), VoxelSet(fixture.get("in.coords")))
    channels = x.features.shape[1]

    def block(name: str, build: Callable[[], nn.Module]) -> nn.Module:
        return filled(build, SC_VAE, stored.part(name), fixture.device)

    def width(name: str) -> int:
        return stored[f"{name}.conv2.bias"].shape[0]

    fixture.close("out.convnext", block("convnext", partial(ConvNextBlock, channels))(x).features, SINGLE)
    fixture.close("out.s2c_rearranged", folded(x).features, 0.0)
    fixture.close("out.res", block("res", partial(ResidualBlock, channels, width("res")))(x).features, SINGLE)
    for name, kind in (("s2c", FoldDown), ("down", MeanDown)):
        h = block(name, partial(kind, channels, width(name)))(x)
        fixture.exact(f"out.{name}_coords", h.coords)
        fixture.close(f"out.{name}", h.features, SINGLE)
    for name, kind in (("c2s", UnfoldUp), ("up", CopyUp), ("c2s_guided", UnfoldUp)):
        guide = fixture.number("in.c2s_guide") if name == "c2s_guided" else None
        h, logits = block(name, partial(kind, channels, width(name), guide is None))(x, guide)
        if logits is not None:
            fixture.close(f"out.{name}_sub_logits", logits.features, SINGLE)
        fixture.exact(f"out.{name}_coords", h.coords)
        fixture.close(f"out.{name}", h.features, SINGLE)


def shape_vae(fixture: Fixture) -> None:
    """Encode a dual grid, decode recorded latents, and decode the encoded along the voxels that were given."""
    stored, config = weights_of(fixture), fixture.config
    encoder = cast(ScEncoder, network(fixture, "FlexiDualGridVaeEncoder", config["encoder"], stored.part("encoder")))
    decoder = cast(ScDecoder, network(fixture, "FlexiDualGridVaeDecoder", config["decoder"], stored.part("decoder")))
    given = VoxelSet(fixture.get("enc.coords"))
    inputs = shape_inputs(fixture.number("enc.dual_local"), fixture.get("enc.intersected"))
    mean = encoded(fixture, encoder, SparseTensor(inputs, given))
    latents = SparseTensor(fixture.number("dec.latent"), VoxelSet(fixture.get("dec.coords")))
    raw, logits = decoder(latents)
    for index, told in enumerate(logits):
        fixture.exact(f"dec.sub{index}_coords", told.coords)
        fixture.close(f"dec.sub{index}_logits", told.features, VAE)
    fixture.exact("dec.out_coords", raw.coords)
    fixture.close("dec.out_raw7", raw.features, VAE)
    fixture.exact("dec.upsample4_coords", decoder.voxels(latents).coords)
    recorded = fixture.number("dec.out_raw7")
    vertices, faces = grid_mesh(raw.coords, recorded, config["counts"]["grid"])
    fixture.close("dec.mesh_vertices", vertices, VERTEX)
    fixture.exact("dec.mesh_faces", faces)
    replayed, _ = decoder(mean.but(fixture.number("enc.mean")), levels_of(given, len(logits)))
    fixture.exact("dec_cached.out_coords", replayed.coords)
    fixture.close("dec_cached.out_raw7", replayed.features, VAE)


def texture_vae(fixture: Fixture) -> None:
    """Encode materials, recorded from -1 to 1, and decode latents guided by recorded logits of the shape."""
    stored, config = weights_of(fixture), fixture.config
    encoder = cast(ScEncoder, network(fixture, "SparseUnetVaeEncoder", config["encoder"], stored.part("encoder")))
    decoder = cast(ScDecoder, network(fixture, "SparseUnetVaeDecoder", config["decoder"], stored.part("decoder")))
    encoded(fixture, encoder, SparseTensor(fixture.number("enc.attrs"), VoxelSet(fixture.get("enc.coords"))))
    latents = SparseTensor(fixture.number("dec.latent"), VoxelSet(fixture.get("dec.coords")))
    guides = [fixture.number(name) for name in fixture.starting("dec.guide")]
    raw, _ = decoder(latents, guides)
    fixture.exact("dec.out_coords", raw.coords)
    fixture.close("dec.out_raw6", raw.features, VAE)


def encoded(fixture: Fixture, encoder: ScEncoder, x: SparseTensor) -> SparseTensor:
    """Compare the way in; returns the mean."""
    mean, logvar = encoder(x)
    fixture.exact("enc.z_coords", mean.coords)
    compare_all(fixture, {"enc.mean": mean.features, "enc.logvar": logvar}, VAE)
    return mean


def grid_mesh(coords: Tensor, raw: Tensor, resolution: int) -> tuple[Tensor, Tensor]:
    """Return vertices [N, 3] in the box, and faces [F, 3], of raw features [N, 7] of the decoder of shape."""
    local, crossed, weights = shape_of(raw.cpu())
    return grid_to_mesh(coords[:, 1:].cpu(), local, crossed.to(torch.uint8), resolution, weights=weights)


def dinov3(fixture: Fixture) -> None:
    """Check the encoder at every recorded size of one picture."""
    stored = weights_of(fixture)
    config = dinov3_config(fixture.config["params"])
    encoder = cast(Dinov3, filled(partial(Dinov3, config), DINOV3, stored, fixture.device))
    picture = fixture.get("in.image").cpu().numpy()
    for name in fixture.starting("out.resized_"):
        side = int(name.removeprefix("out.resized_"))
        fixture.exact(name, torch.tensor(resized(picture, side)))
        with watching({"last": encoder.blocks[-1]}) as seen:
            tokens = encoder(encoder_pixels(picture, side).to(fixture.device))
        fixture.close(f"out.tokens_{side}", tokens, SINGLE)
        own = f"out.model_own_final_norm_{side}"
        if own in fixture:
            weight, bias = (stored[f"norm.{part}"].read().float().to(fixture.device) for part in ("weight", "bias"))
            fixture.close(own, F.layer_norm(seen["last"], weight.shape, weight, bias, config.eps), SINGLE)
        if f"out.rope_cos_{side}" in fixture:
            patches = side // config.patch
            tables = place_rotation(patches, patches, config.width // config.heads, config.period)
            for word, table in zip(("cos", "sin"), tables, strict=True):
                fixture.close(f"out.rope_{word}_{side}", table, SINGLE)


# Those that can be compared on any device.
NETWORKS = (structure_flow, latent_flows, structure_vae, sparse_convolution, blocks, shape_vae, texture_vae, dinov3)
