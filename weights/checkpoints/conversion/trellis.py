"""The files of TRELLIS: key names and settings -> our networks.

Every file has its settings beside it, `{"name": class, "args": {...}}`; classes whose names begin with Elastic hold the
same networks.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import nn

from ....errors import CheckpointError
from ...networks.encoders.dino import DinoConfig
from ...networks.trellis.latent_flow import LatentFlow, LatentFlowConfig
from ...networks.trellis.latent_vae import LatentEncoder, LatentVaeConfig, MeshDecoder, PrimitiveDecoder
from ...networks.trellis.structure_flow import StructureFlow, StructureFlowConfig
from ...networks.trellis.structure_vae import StructureDecoder, StructureEncoder, StructureVaeConfig
from .configs import Params, absolute_positions, class_name, head_count, refuse, required
from .convert import DINO, Layout

# As the repository of the model names them, for the versions with registers that TRELLIS reads.
DINO_HUB = Layout(
    "dinov2 with registers",
    (
        (r"^class_token$", "cls_token"),
        (r"^positions$", "pos_embed"),
        (r"^registers$", "register_tokens"),
        (r"^patches\.", "patch_embed.proj."),
        (r"\.attn\.out\.", ".attn.proj."),
        (r"\.scale([12])\.factor$", r".ls\1.gamma"),
    ),
    unused=(r"^mask_token$", r"^norm\.(weight|bias)$"),
)

# The same encoder as transformers names it.
DINO_REGISTERS = Layout(
    "dinov2 with registers, transformers",
    ((r"^registers$", "embeddings.register_tokens"), *DINO.rules),
    unused=(*DINO.unused, r"^layernorm\.(weight|bias)$"),
)

# All networks of TRELLIS. The table of positions in a file is the plain one, which we compute.
TRELLIS = Layout(
    "trellis",
    (
        (r"^time_in\.fc1\.", "t_embedder.mlp.0."),
        (r"^time_in\.fc2\.", "t_embedder.mlp.2."),
        (r"^trunk\.", ""),
        (r"(blocks\.\d+)\.modulation\.", r"\1.adaLN_modulation.1."),
        (r"^modulation\.", "adaLN_modulation.1."),
        # Only residual convolutions have these names below input_blocks and out_blocks.
        (r"((?:input|out)_blocks\.\d+)\.adaLN_modulation\.1\.", r"\1.emb_layers.1."),
        (r"((?:input|out)_blocks\.\d+)\.conv([12])\.", r"\1.conv\2.conv."),
        (r"((?:input|out)_blocks\.\d+)\.skip\.", r"\1.skip_connection."),
        (r"(^|upsample\.\d+\.)norm1\.", r"\1act_layers.0."),
        (r"(^|upsample\.\d+\.)conv1\.", r"\1out_layers.0.conv."),
        (r"(^|upsample\.\d+\.)norm2\.", r"\1out_layers.1."),
        (r"(^|upsample\.\d+\.)conv2\.", r"\1out_layers.3.conv."),
        (r"(^|upsample\.\d+\.)skip\.", r"\1skip_connection.conv."),
        (r"^out_layer\.norm\.", "out_layer.0."),
        (r"^out_layer\.conv\.", "out_layer.2."),
        (r"\.attn\.(qkv|out)\.", r".self_attn.to_\1."),
        (r"\.attn\.norm_([qk])\.", r".self_attn.\1_rms_norm."),
        (r"\.cross\.(q|kv|out)\.", r".cross_attn.to_\1."),
        (r"\.cross\.norm_([qk])\.", r".cross_attn.\1_rms_norm."),
        (r"\.mlp\.fc1\.", ".mlp.mlp.0."),
        (r"\.mlp\.fc2\.", ".mlp.mlp.2."),
    ),
    unused=(r"^pos_emb$",),
)
# The VAE of latents has no context, so its attention needs no telling apart.
# A table of Gaussian offsets follows from their number.
TRELLIS_LATENT_VAE = Layout(
    "trellis latent vae", (*TRELLIS.rules, (r"\.self_attn\.", ".attn.")), unused=(r"^offset_perturbation$",)
)


def dino_hub_config(params: Params) -> DinoConfig:
    """DinoVisionTransformer of the encoder's own repository, read as TRELLIS does: the last norm without weights."""
    if params.get("ffn_layer", "mlp") != "mlp":
        raise CheckpointError(f"the image encoder's ffn_layer {params['ffn_layer']!r} is not supported", "")
    width, layers, heads = required(params, "image encoder", "embed_dim", "depth", "num_heads")
    return DinoConfig(
        width=width,
        heads=heads,
        layers=layers,
        image_size=params.get("img_size", 518),
        patch=params.get("patch_size", 14),
        mlp_ratio=params.get("mlp_ratio", 4),
        registers=params.get("num_register_tokens", 0),
        bare_norm=True,
    )


def structure_flow_config(params: Params) -> StructureFlowConfig:
    """SparseStructureFlowModel of TRELLIS."""
    absolute_positions(params, "structure flow")
    resolution, channels, width, context, blocks = required(
        params, "structure flow", "resolution", "in_channels", "model_channels", "cond_channels", "num_blocks"
    )
    return StructureFlowConfig(
        resolution=resolution,
        channels=channels,
        width=width,
        context=context,
        blocks=blocks,
        heads=head_count(params, width),
        mlp_ratio=params.get("mlp_ratio", 4),
        patch=params.get("patch_size", 2),
        qk_norm=params.get("qk_rms_norm", False),
        cross_qk_norm=params.get("qk_rms_norm_cross", False),
        shared_modulation=params.get("share_mod", False),
    )


def structure_vae_config(params: Params) -> StructureVaeConfig:
    """SparseStructureEncoder and SparseStructureDecoder of TRELLIS."""
    channels, latent = required(params, "structure VAE", "channels", "latent_channels")
    return StructureVaeConfig(
        channels=tuple(channels),
        latent_channels=latent,
        grid_channels=params.get("in_channels", params.get("out_channels", 1)),
        blocks=params.get("num_res_blocks", 2),
        middle_blocks=params.get("num_res_blocks_middle", 2),
        out_norm=params.get("norm_type", "layer"),
    )


def latent_flow_config(params: Params) -> LatentFlowConfig:
    """SLatFlowModel and ElasticSLatFlowModel of TRELLIS. Only one level of down-sampling works as published."""
    absolute_positions(params, "latent flow")
    refuse(params, "qk_rms_norm_cross")
    resolution, channels, width, context, blocks, io = required(
        params,
        "latent flow",
        *("resolution", "in_channels", "model_channels", "cond_channels", "num_blocks", "io_block_channels"),
    )
    if params.get("patch_size", 2) != 2 or len(io) != 1 or not params.get("use_skip_connection", True):
        raise CheckpointError("the latent flow asks for other levels than one of 2^3 voxels with skips", "")
    return LatentFlowConfig(
        resolution=resolution,
        channels=channels,
        width=width,
        context=context,
        blocks=blocks,
        heads=head_count(params, width),
        io_channels=io[0],
        io_blocks=params.get("num_io_res_blocks", 2),
        mlp_ratio=params.get("mlp_ratio", 4),
        qk_norm=params.get("qk_rms_norm", False),
        shared_modulation=params.get("share_mod", False),
    )


def latent_vae_config(params: Params) -> LatentVaeConfig:
    """SLatEncoder and SLatMeshDecoder of TRELLIS, Elastic or not."""
    absolute_positions(params, "latent VAE")
    mode = params.get("attn_mode", "swin")
    if mode not in ("swin", "full"):
        raise CheckpointError(f"the config of the latent VAE asks for attn_mode={mode!r}, not supported", "")
    resolution, channels, width, blocks = required(
        params, "latent VAE", "resolution", "latent_channels", "model_channels", "num_blocks"
    )
    told = params.get("representation_config", {})
    return LatentVaeConfig(
        resolution=resolution,
        channels=channels,
        width=width,
        blocks=blocks,
        heads=head_count(params, width),
        features=params.get("in_channels", 0),
        mlp_ratio=params.get("mlp_ratio", 4),
        window=params.get("window_size", 8) if mode == "swin" else 0,
        qk_norm=params.get("qk_rms_norm", False),
        colour=told.get("use_color", False),
        primitives=_primitive_channels(told),
    )


def _primitive_channels(told: Params) -> int:
    """Channels of a voxel: offset, colour, scale, rotation, opacity of Gaussians, or factors of radiance tensors."""
    if "num_gaussians" in told:
        return told["num_gaussians"] * (3 + 3 + 3 + 4 + 1)
    return told["rank"] * (3 * told["dim"] + 1 + 3) if "rank" in told else 0


# The network of a class name: how to read its settings, which module it is, how its file names tensors.
NETWORKS: dict[str, tuple[Callable[[Params], Any], Callable[[Any], nn.Module], Layout]] = {
    "SparseStructureFlowModel": (structure_flow_config, StructureFlow, TRELLIS),
    "SparseStructureEncoder": (structure_vae_config, StructureEncoder, TRELLIS),
    "SparseStructureDecoder": (structure_vae_config, StructureDecoder, TRELLIS),
    "SLatFlowModel": (latent_flow_config, LatentFlow, TRELLIS),
    "SLatEncoder": (latent_vae_config, LatentEncoder, TRELLIS_LATENT_VAE),
    "SLatGaussianDecoder": (latent_vae_config, PrimitiveDecoder, TRELLIS_LATENT_VAE),
    "SLatRadianceFieldDecoder": (latent_vae_config, PrimitiveDecoder, TRELLIS_LATENT_VAE),
    "SLatMeshDecoder": (latent_vae_config, MeshDecoder, TRELLIS_LATENT_VAE),
}


def trellis_network(config: Mapping[str, Any]) -> tuple["partial[nn.Module]", Layout]:
    """Return the network of a settings file `{"name": class, "args": {...}}`.

    Raises CheckpointError for another class.
    """
    kind = class_name(config.get("name", "")).removeprefix("Elastic")
    if kind not in NETWORKS:
        raise CheckpointError(f"the class {config.get('name')!r} is none of TRELLIS that is supported", "")
    read, build, layout = NETWORKS[kind]
    return partial(build, read(config["args"])), layout
