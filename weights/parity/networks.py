"""Fixtures of single networks: build from config and weights, feed the recorded inputs, compare every tap."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn

from ..checkpoints.conversion.configs import (
    class_name,
    dino_config,
    flux_config,
    skip_config,
    triposg_dit_config,
    triposg_vae_config,
    vecset_config,
)
from ..checkpoints.conversion.convert import (
    DINO,
    DINO_GATED,
    FLUX,
    HUNYUAN21,
    TRIPOSG,
    VECSET,
    VECSET_VOXEL,
    triposg_vae,
)
from ..generators.conditions.picture import encoder_pixels, patch_mask
from ..networks.dit import SkipDit
from ..networks.encoders.dino import Dino, PositionResize, view_embedding
from ..networks.flux_dit import SINUSOID_WIDTH, TIME_UNITS, FluxDit
from ..networks.fourier import fourier_features, sinusoid_frequencies, time_sinusoid
from ..networks.layers import Attend, attend_all
from ..networks.mixture import Mixture
from ..networks.vecset_vae import VecSetVae
from .fixture import EXACT, ROUNDED, SINGLE, Fixture
from .instrument import below, compare_all, compare_sinusoid, fed, filled, watching, weights_of

# VecSet autoencoders -------------------------------------------------------------------------------------------------


def build_vecset(fixture: Fixture) -> VecSetVae:
    """Build the network of a fixture, with an encoder when its file has one."""
    stored, params = weights_of(fixture), fixture.config["params"]
    config = vecset_config(params, with_encoder=stored.has_part("encoder"))
    network = filled(
        partial(VecSetVae, config), VECSET_VOXEL if params.get("voxel_query") else VECSET, stored, fixture.device
    )
    assert isinstance(network, VecSetVae)
    return network


def vecset(fixture: Fixture) -> None:
    """ShapeVAE of Hunyuan3D and UltraShape: encode when there is a surface, decode, ask the field."""
    vae = build_vecset(fixture)
    if "in.surface" in fixture:
        latents = encode(fixture, vae)
    else:
        latents = fixture.number("in.latents") / vae.config.scale
    with watching({"out.post_kl": vae.from_latents, "out.block0": vae.blocks[0]}) as seen:
        decoded = vae.decode(latents)
    seen["out.decoded"] = decoded
    compare_all(fixture, seen)
    queries = fixture.number("in.queries")
    if "out.fourier" in fixture:
        fixture.close("out.fourier", fourier_features(queries, vae.config.octaves, vae.config.times_pi), SINGLE)
    fixture.close("out.logits", vae.field(queries, vae.geo.keys_of(decoded))[..., None], SINGLE)


def encode(fixture: Fixture, vae: VecSetVae) -> Tensor:
    """Compare the way in; returns the mean latents."""
    surface = fixture.get("in.surface")
    if "voxels" in vae.config.sampling:
        queries, kept = voxel_queries(fixture, vae, surface)
    else:
        queries, kept = sampled_queries(fixture, vae, surface)
    with watching({"out.after_cross_attn": vae.encoder.cross, "out.encoded": vae.encoder.norm}) as seen:
        moments = vae.to_moments(vae.encoder(queries, kept))
    compare_all(fixture, {**seen, "out.moments": moments, "out.query_features": vae.encoder.features_of(queries)})
    mean, logvar = vae.encode(queries, kept)
    compare_all(fixture, {"out.mean": mean, "out.logvar_clamped": logvar})
    return mean


def sampled_queries(fixture: Fixture, vae: VecSetVae, surface: Tensor) -> tuple[Tensor, Tensor]:
    """Rows picked by farthest point sampling from each kind of points, with the recorded permutations."""
    from ..generators.surface import published_queries

    sampling = vae.config.sampling
    uniform = int(sampling["uniform"])
    parts, offset = [], 0
    for name, rows in (("random", surface[:, :uniform]), ("sharp", surface[:, uniform:])):
        if rows.shape[1]:
            count = query_count(vae, name)
            kept, chosen, index = published_queries(
                rows, count, int(sampling["ratio"]), fixture.get(f"aux.perm_{name}")
            )
            fixture.exact(f"aux.fps_{name}", index)
            parts.append((kept, chosen))
            offset += rows.shape[1]
    queries = torch.cat([chosen for _, chosen in parts], dim=1)
    if "out.query_points" in fixture:
        fixture.close("out.query_points", queries[..., :3], EXACT)
    return queries, torch.cat([kept for kept, _ in parts], dim=1)


def query_count(vae: VecSetVae, name: str) -> float:
    """Return the number of queries from uniform (`random`) or from sharp points, in proportion to both."""
    sampling = vae.config.sampling
    share = sampling["uniform"] / (sampling["uniform"] + sampling["sharp"]) * vae.config.tokens
    return share if name == "random" else vae.config.tokens - share


def voxel_queries(fixture: Fixture, vae: VecSetVae, surface: Tensor) -> tuple[Tensor, Tensor]:
    from ..generators.ultrashape import random_voxels, voxels_of_points

    resolution = int(vae.config.sampling["voxels"])
    voxels = [voxels_of_points(points, resolution) for points in surface[..., :3]]
    index = random_voxels(voxels, fixture.get("aux.voxel_noise"), vae.config.tokens)
    fixture.exact("aux.voxel_idx", index)
    centres = (index.float() + 0.5) * (2.0 / resolution) - 1.0
    fixture.close("out.voxel_centers", centres, EXACT)
    return centres, surface[:, fixture.get("aux.perm")]


def triposg_autoencoder(fixture: Fixture) -> None:
    from ..generators.surface import farthest_rows

    config = triposg_vae_config(fixture.config["params"])
    vae = filled(partial(VecSetVae, config), triposg_vae(config.layers), weights_of(fixture), fixture.device)
    assert isinstance(vae, VecSetVae)
    surface = fixture.number("in.surface")
    chosen = surface[:, fixture.get("aux.choice")]
    index = farthest_rows(chosen, chosen.shape[1] // 4)
    fixture.exact("aux.fps", index)
    queries = chosen.flatten(0, 1)[index].unflatten(0, (len(surface), -1))
    fixture.close("out.sampled", queries, EXACT)
    moments = vae.to_moments(vae.encoder(queries, surface))
    fixture.close("out.moments", moments, SINGLE)
    decoded = vae.decode(moments.chunk(2, dim=-1)[0])
    fixture.close("out.kv", decoded, SINGLE)
    fixture.close("out.logits", vae.field(fixture.number("in.queries"), vae.geo.keys_of(decoded))[..., None], SINGLE)


# Transformers --------------------------------------------------------------------------------------------------------


def flux(fixture: Fixture) -> None:
    config = flux_config(fixture.config["params"])
    dit = filled(partial(FluxDit, config), FLUX, weights_of(fixture), fixture.device)
    assert isinstance(dit, FluxDit)
    x, t, context = (fixture.number(f"in.{name}") for name in ("x", "t", "context"))
    guidance = fixture.number("in.guidance") if "in.guidance" in fixture else None
    compare_sinusoid(fixture, "out.t_emb", dit.sinusoid(t), TIME_UNITS * float(t.abs().max()))
    if "out.t_emb_if_max_period_were_10000" in fixture:  # recorded to show what it is not
        usual = time_sinusoid(TIME_UNITS * t, sinusoid_frequencies(SINUSOID_WIDTH // 2, 10000.0), cosine_first=True)
        compare_sinusoid(fixture, "out.t_emb_if_max_period_were_10000", usual, TIME_UNITS * float(t.abs().max()))
    with ExitStack() as stack:
        stack.enter_context(fed(fixture, "out.t_emb", dit.time_in))
        if guidance is not None and config.guidance:
            largest = TIME_UNITS * float(guidance.abs().max())
            compare_sinusoid(fixture, "out.g_emb", dit.sinusoid(guidance), largest)
            stack.enter_context(fed(fixture, "out.g_emb", dit.guidance_in))
        vec = dit.embed(t, guidance)
        image, text = dit.double_blocks[0](dit.latent_in(x), dit.context_in(context), vec)
        single = dit.single_blocks[0](torch.cat([text, image], dim=1), vec)
        seen = {"out.vec": vec, "out.double0_img": image, "out.double0_txt": text, "out.single0_of_double0": single}
        compare_all(fixture, seen)
        fixture.close("out.velocity", dit(x, t, context, guidance), SINGLE)


def skip(fixture: Fixture, lattice: bool) -> None:
    """Hunyuan3D-2.1 and UltraShape."""
    config = skip_config(fixture.config["params"], lattice)
    dit = filled(partial(SkipDit, config), HUNYUAN21, weights_of(fixture), fixture.device)
    assert isinstance(dit, SkipDit)
    x, t, context = (fixture.number(f"in.{name}") for name in ("x", "t", "context"))
    anchors = fixture.get("in.voxel_cond").float() if lattice else None
    padded = (context == -1).all(dim=-1)
    # The published kernel for padded contexts rounds to bfloat16; the strict check is the one without, below.
    rounded = bool(padded.any())
    attend, allowed = (attend_unpadded(~padded, torch.bfloat16), ROUNDED) if rounded else (attend_all, SINGLE)
    modules: dict[str, nn.Module] = {f"out.block{index}": block for index, block in enumerate(dit.blocks)}
    experts = {index: block.mlp for index, block in enumerate(dit.blocks) if isinstance(block.mlp, Mixture)}
    into = {f"norm{index}": dit.blocks[index].norm3 for index in experts}
    with fed(fixture, "out.t_sin", dit.time_in):
        with watching({**modules, **into}) as seen:  # type: ignore[dict-item]
            velocity = dit(x, t, (context,), anchors, attend)
        if "out.velocity_fp32_attention" in fixture:
            exact = dit(x, t, (context,), anchors, attend_unpadded(~padded, torch.float32))
            fixture.close("out.velocity_fp32_attention", exact, SINGLE)
    compare_all(fixture, seen, allowed)
    for index, mixture in experts.items():
        if f"out.moe{index}.topk_idx" in fixture:
            chosen, weights = mixture.route(seen[f"norm{index}"].flatten(0, -2))
            fixture.exact(f"out.moe{index}.topk_idx", chosen)
            fixture.close(f"out.moe{index}.topk_weight", weights, SINGLE)
    fixture.close("out.velocity", velocity, allowed)
    time_taps(fixture, dit, t)


def attend_unpadded(kept: Tensor, rounding: torch.dtype) -> Attend:
    """Attention that leaves padded context rows out; kept: bool [B, M]. Rounding as in the published kernel."""

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (part.to(rounding).float() for part in (q, k, v))
        return nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=kept[:, None, None])

    return attend


def time_taps(fixture: Fixture, dit: SkipDit, t: Tensor) -> None:
    compare_sinusoid(fixture, "out.t_sin", dit.sinusoid(t), float(t.abs().max()))
    if "out.t_token" in fixture:
        with fed(fixture, "out.t_sin", dit.time_in):
            token = dit.time_token(t)
        fixture.close("out.t_token", token.reshape(fixture.get("out.t_token").shape), SINGLE)


def triposg_transformer(fixture: Fixture) -> None:
    config = triposg_dit_config(fixture.config["params"])
    dit = filled(partial(SkipDit, config), TRIPOSG, weights_of(fixture), fixture.device)
    assert isinstance(dit, SkipDit)
    x, t = fixture.number("in.x"), fixture.number("in.t")
    contexts = tuple(fixture.number(f"in.{name}") for name in ("context", "context_2")[: len(config.contexts)])
    with (
        fed(fixture, "out.t_sin", dit.time_in),
        watching({f"out.block{index}": block for index, block in enumerate(dit.blocks)}) as seen,
    ):
        velocity = dit(x, t, contexts)
    compare_all(fixture, seen)
    fixture.close("out.velocity", velocity, SINGLE)
    time_taps(fixture, dit, t)


# Image encoders ------------------------------------------------------------------------------------------------------


def build_dino(fixture: Fixture, resize: PositionResize = "size") -> Dino:
    config = dino_config(fixture.config["params"])
    stored = below(weights_of(fixture), "conditioner", "main_image_encoder", "model")
    dino = filled(partial(Dino, config, resize), DINO_GATED if config.swiglu else DINO, stored, fixture.device)
    assert isinstance(dino, Dino)
    return dino


def dinov2(fixture: Fixture) -> None:
    pixels = fixture.number("in.pixels")
    dino = build_dino(fixture)
    with watching({"out.block0": dino.blocks[0]}) as seen:
        tokens = dino(pixels)
    compare_all(fixture, {**seen, "out.embeddings": dino.embed(pixels), "out.last_hidden_state": tokens})
    if "out.last_hidden_state_old_interpolation" in fixture:
        old = build_dino(fixture, "scale")
        fixture.close("out.last_hidden_state_old_interpolation", old(pixels), SINGLE)


def multi_view(fixture: Fixture) -> None:
    """Check views of one object: tokens of each, marked with its side, in one row."""
    dino, pictures = build_dino(fixture), fixture.number("in.image")
    sides_named = 1 + max(max(sides) for sides in fixture.config["view_idxs"])
    table = view_embedding(sides_named, dino.config.width, torch.device(fixture.device))
    if "out.view_embed" in fixture:
        shape = fixture.get("out.view_embed").shape
        expected = view_embedding(shape[1], shape[3])[None, :, None].expand(shape)
        fixture.close("out.view_embed", expected, SINGLE)
    rows = []
    for views, sides in zip(pictures, fixture.config["view_idxs"], strict=True):
        tokens = dino(encoder_pixels(views, fixture.config["image_size"])) + table[sides][:, None]
        rows.append(tokens.flatten(0, 1))
    fixture.close("out.main", torch.stack(rows), SINGLE)
    if "uncond_shape" in fixture.config:
        fixture.compare(
            "null shape", torch.tensor(rows[0].shape), torch.tensor(fixture.config["uncond_shape"][1:]), EXACT
        )


def masked_conditioner(fixture: Fixture) -> None:
    """Tokens of the foreground, packed to the front and padded with -1."""
    size, dino = fixture.config["image_size"], build_dino(fixture)
    tokens = dino(encoder_pixels(fixture.get("in.image"), size))
    fixture.close("out.all_tokens", tokens, SINGLE)
    kept = nn.functional.pad(patch_mask(fixture.get("in.mask"), size, dino.config.patch), (1, 0), value=True)
    if "out.valid" in fixture:
        fixture.exact("out.valid", kept.float())
    packed = nn.utils.rnn.pad_sequence([row[mask] for row, mask in zip(tokens, kept, strict=True)], True, -1.0)
    fixture.close("out.main", packed, SINGLE)


NETWORKS: dict[str, Callable[[Fixture], None]] = {
    "Hunyuan3DDiT": flux,
    "HunYuanDiTPlain": partial(skip, lattice=False),
    "RefineDiT": partial(skip, lattice=True),
    "TripoSGDiTModel": triposg_transformer,
    "TripoSGVAEModel": triposg_autoencoder,
    "ShapeVAE": vecset,
    "Dinov2Model": dinov2,
    "SingleImageEncoder": masked_conditioner,
    "DinoImageEncoderMV": multi_view,
}


def network_case(name: str) -> Callable[[Fixture], None] | None:
    """Return the check for a class named in a config: `a.b.RefineDiT (note)` or `Wrapper(Inner)`; None when unknown."""
    words = [word.strip(" ()") for word in name.replace("(", " ").split() if word.strip(" ()")]
    known = [class_name(word) for word in words if class_name(word) in NETWORKS]
    return NETWORKS[known[-1]] if known else None
