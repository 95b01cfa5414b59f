"""Key names of the public files -> our networks, and strict loading.

Our names are the same for every family; a `Layout` says, for each of our parameters, which stored tensors it is made
of (several are joined by rows, such as separate q, k and v). Nothing in a file or config is ever imported or called.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ....errors import CheckpointError
from .containers import Tensors, give_back

Template = str | Callable[[re.Match[str]], str]
Rule = tuple[str, Template | tuple[str, ...]]


@dataclass(frozen=True)
class Layout:
    """Tensor names of a family.

    rules: (pattern, replacement) applied in order to our parameter name; a tuple of replacements fans out to several
    stored tensors joined by rows. unused: stored names that have no effect (patterns), accepted whatever the network.
    """

    name: str
    rules: tuple[Rule, ...]
    unused: tuple[str, ...] = field(default=())

    def sources(self, target: str) -> tuple[str, ...]:
        """Return stored names that our parameter `target` is made of."""
        names = [target]
        for pattern, templates in self.rules:
            several = templates if isinstance(templates, tuple) else (templates,)
            names = [
                re.sub(pattern, template, name)
                for name in names
                for template in (several if re.search(pattern, name) else several[:1])
            ]
        return tuple(names)


VECSET = Layout(
    "vecset",
    (
        (r"^encoder\.input_query\.", "encoder.input_proj_q."),
        (r"^encoder\.input\.", "encoder.input_proj."),
        (r"^encoder\.cross\.", "encoder.cross_attn."),
        (r"^encoder\.blocks\.", "encoder.self_attn.resblocks."),
        (r"^encoder\.norm\.", "encoder.ln_post."),
        (r"^to_moments\.", "pre_kl."),
        (r"^from_latents\.", "post_kl."),
        (r"^blocks\.", "transformer.resblocks."),
        (r"^geo\.query\.", "geo_decoder.query_proj."),
        (r"^geo\.latents\.", "geo_decoder.latents_proj."),
        (r"^geo\.cross\.", "geo_decoder.cross_attn_decoder."),
        (r"^geo\.norm\.", "geo_decoder.ln_post."),
        (r"^geo\.out\.", "geo_decoder.output_proj."),
        (r"\.attn\.norm_([qk])\.", r".attn.attention.\1_norm."),
        (r"\.attn\.(qkv|q|kv)\.", r".attn.c_\1."),
        (r"\.attn\.out\.", ".attn.c_proj."),
        (r"\.mlp\.fc1\.", ".mlp.c_fc."),
        (r"\.mlp\.fc2\.", ".mlp.c_proj."),
        # A self-attention block has ln_1, ln_2; a cross block ln_1, ln_2 (of the context), ln_3.
        (r"(cross\w*)\.norm2\.", r"\1.ln_3."),
        (r"(cross\w*)\.norm_context\.", r"\1.ln_2."),
        (r"\.norm([12])\.", r".ln_\1."),
    ),
)

# With queries of their own, the points that are only looked at come in under another name.
VECSET_VOXEL = Layout("vecset with voxel queries", ((r"^encoder\.input\.", "encoder.input_proj_kv."), *VECSET.rules))


def triposg_vae(decoder_layers: int) -> Layout:
    """TripoSG's autoencoder: the same network in diffusers' names, its cross blocks first or last of one list."""
    return Layout(
        "triposg vae",
        (
            (r"^encoder\.blocks\.(\d+)\.", lambda m: f"encoder.#{int(m[1]) + 1}."),
            (r"^encoder\.cross\.", "encoder.#0."),
            (r"^encoder\.input\.", "encoder.proj_in."),
            (r"^encoder\.norm\.", "encoder.norm_out."),
            (r"^blocks\.", "decoder.#"),
            (r"^geo\.cross\.", f"decoder.#{decoder_layers}."),
            (r"^geo\.query\.", "decoder.proj_query."),
            (r"^geo\.norm\.", "decoder.norm_out."),
            (r"^geo\.out\.", "decoder.proj_out."),
            (r"^to_moments\.", "quant."),
            (r"^from_latents\.", "post_quant."),
            (r"\.norm2\.", ".norm3."),
            (r"\.norm_context\.", ".attn2.norm_cross."),
            (r"\.attn\.qkv\.", (".attn1.to_q.", ".attn1.to_k.", ".attn1.to_v.")),
            (r"\.attn\.kv\.", (".attn2.to_k.", ".attn2.to_v.")),
            (r"\.attn\.q\.", ".attn2.to_q."),
            (rf"(encoder\.#0|decoder\.#{decoder_layers})\.attn\.out\.", r"\1.attn2.to_out.0."),
            (rf"(encoder\.#0|decoder\.#{decoder_layers})\.norm1\.", r"\1.norm2."),
            (r"\.attn\.out\.", ".attn1.to_out.0."),
            (r"\.mlp\.fc1\.", ".ff.net.0.proj."),
            (r"\.mlp\.fc2\.", ".ff.net.2."),
            (r"\.#", ".blocks."),
        ),
    )


FLUX = Layout(
    "flux dit",
    (
        (r"^context_in\.", "cond_in."),
        (r"^(time_in|guidance_in)\.fc1\.", r"\1.in_layer."),
        (r"^(time_in|guidance_in)\.fc2\.", r"\1.out_layer."),
        (r"^final_modulation\.linear\.", "final_layer.adaLN_modulation.1."),
        (r"^final\.", "final_layer.linear."),
        (r"\.latent\.", ".img_"),
        (r"\.context\.", ".txt_"),
        (r"_modulation\.linear\.", "_mod.lin."),
        (r"\.modulation\.linear\.", ".modulation.lin."),
        (r"norm_q\.weight$", "norm.query_norm.scale"),
        (r"norm_k\.weight$", "norm.key_norm.scale"),
        (r"_attn\.out\.", "_attn.proj."),
        (r"_mlp\.fc1\.", "_mlp.0."),
        (r"_mlp\.fc2\.", "_mlp.2."),
        (r"\.linear_in\.", ".linear1."),
        (r"\.linear_out\.", ".linear2."),
    ),
)

_SKIP_ATTENTION: tuple[Rule, ...] = (
    (r"\.attn2\.0\.", ".attn2."),
    (r"\.attn2\.1\.", ".attn2_2."),
    (r"\.norm2\.0\.", ".norm2."),
    (r"\.norm2\.1\.", ".norm2_2."),
    (r"\.skip\.", ".skip_linear."),
    (r"\.qkv\.", (".to_q.", ".to_k.", ".to_v.")),
    (r"\.kv\.", (".to_k.", ".to_v.")),
    (r"\.q\.", ".to_q."),
)

HUNYUAN21 = Layout(
    "hunyuan 2.1 dit",
    (
        *_SKIP_ATTENTION,
        (r"^latent_in\.", "x_embedder."),
        (r"^time_in\.fc1\.", "t_embedder.mlp.0."),
        (r"^time_in\.fc2\.", "t_embedder.mlp.2."),
        (r"^final_norm\.", "final_layer.norm_final."),
        (r"^final\.", "final_layer.linear."),
        (r"\.norm_([qk])\.", r".\1_norm."),
        (r"(attn\w+)\.out\.", r"\1.out_proj."),
        (r"\.mlp\.(gate|experts|shared)", r".moe.\1"),
        (r"\.moe\.shared\.", ".moe.shared_experts."),
        (r"(experts(?:\.\d+)?)\.fc1\.", r"\1.net.0.proj."),
        (r"(experts(?:\.\d+)?)\.fc2\.", r"\1.net.2."),
    ),
)

TRIPOSG = Layout(
    "triposg dit",
    (
        *_SKIP_ATTENTION,
        (r"^latent_in\.", "proj_in."),
        (r"^time_in\.fc", "time_proj.linear_"),
        (r"^final_norm\.", "norm_out."),
        (r"^final\.", "proj_out."),
        (r"(attn\w+)\.out\.", r"\1.to_out.0."),
        (r"\.mlp\.fc1\.", ".ff.net.0.proj."),
        (r"\.mlp\.fc2\.", ".ff.net.2."),
    ),
)

DINO = Layout(
    "dinov2",
    (
        (r"^class_token$", "embeddings.cls_token"),
        (r"^positions$", "embeddings.position_embeddings"),
        (r"^patches\.", "embeddings.patch_embeddings.projection."),
        (r"^norm\.", "layernorm."),
        (r"^blocks\.", "encoder.layer."),
        (r"\.qkv\.", (".attention.query.", ".attention.key.", ".attention.value.")),
        (r"\.attn\.out\.", ".attention.output.dense."),
        (r"\.attn\.", ".attention."),
        (r"\.scale([12])\.factor$", r".layer_scale\1.lambda1"),
    ),
    unused=(r"^embeddings\.mask_token$",),  # only training hides patches behind it
)
# The gated MLP has names of its own.
DINO_GATED = Layout(
    "dinov2 giant",
    (*DINO.rules, (r"\.mlp\.fc1\.", ".mlp.weights_in."), (r"\.mlp\.fc2\.", ".mlp.weights_out.")),
    DINO.unused,
)

CLIP_TEXT = Layout(
    "clip text",
    (
        (r"^(token_embedding|position_embedding)\.", r"text_model.embeddings.\1."),
        (r"^norm\.", "text_model.final_layer_norm."),
        (r"^blocks\.", "text_model.encoder.layers."),
        (r"\.attn\.qkv\.", (".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj.")),
        (r"\.attn\.out\.", ".self_attn.out_proj."),
        (r"\.norm([12])\.", r".layer_norm\1."),
    ),
    # A projection of the pooled text, and an index table older writers stored; the condition is the token sequence.
    unused=(r"^text_projection\.weight$", r"position_ids$"),
)


@dataclass(frozen=True)
class Claim:
    """Match of a network and a file: the stored names of each parameter, and those that do not fit."""

    sources: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not (self.missing or self.unexpected or self.misshapen)

    def describe(self, limit: int = 40) -> str:
        parts = []
        for word, names in (("missing", self.missing), ("unexpected", self.unexpected), ("misshapen", self.misshapen)):
            if names:
                more = f", and {len(names) - limit} more" if len(names) > limit else ""
                parts.append(f"{len(names)} {word}: {', '.join(names[:limit])}{more}")
        return "; ".join(parts)


def claim(network: nn.Module, stored: dict[str, tuple[int, ...]], layout: Layout) -> Claim:
    """Compare a network (on any device, meta too) with the names and shapes of a file."""
    sources = {name: layout.sources(name) for name, _ in network.named_parameters()}
    missing, misshapen = [], []
    for name, parameter in network.named_parameters():
        parts = sources[name]
        shape = (parameter.shape[0] // len(parts), *parameter.shape[1:])
        for part in parts:
            if part not in stored:
                missing.append(part)
            elif tuple(stored[part]) != shape:
                misshapen.append(f"{part} is {list(stored[part])}, not {list(shape)}")
    known = {part for parts in sources.values() for part in parts}
    unexpected = [name for name in stored if name not in known and not _matches(name, layout.unused)]
    return Claim(sources, tuple(missing), tuple(unexpected), tuple(misshapen))


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(re.search(pattern, name) for pattern in patterns)


def load_into(
    network: nn.Module, stored: Tensors, layout: Layout, device: torch.device | str, dtype: torch.dtype
) -> nn.Module:
    """Fill a network built on the meta device from a file, tensor by tensor, straight to `device` and `dtype`.

    Memory above what the network keeps is one stored tensor. Raises one CheckpointError that lists every missing,
    unexpected and misshapen key. Returns the network, in evaluation mode and without gradients.
    """
    found = claim(network, {name: entry.shape for name, entry in stored.items()}, layout)
    if not found.fits:
        raise CheckpointError(
            f"{stored.origin} does not fit {layout.name}: {found.describe()}",
            "the file or the config beside it belongs to another model",
        )
    for name, parts in found.sources.items():
        owner, _, leaf = name.rpartition(".")
        module = network.get_submodule(owner)
        shape = module.get_parameter(leaf).shape
        filled = torch.empty(shape, dtype=dtype, device=device)
        for slot, part in zip(filled.chunk(len(parts)), parts, strict=True):
            _copy(slot, stored, part)
        module.register_parameter(leaf, nn.Parameter(filled, requires_grad=False))
    # Reading one tensor also maps pages of its neighbours, which may have been given back before.
    for entry in stored.values():
        if entry.mapped:
            give_back(entry.read())
    return network.eval()


def _copy(slot: Tensor, stored: Tensors, name: str) -> None:
    entry = stored[name]
    tensor = entry.read()
    slot.copy_(tensor)
    if entry.mapped:
        give_back(tensor)
