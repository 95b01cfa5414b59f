"""The files of Direct3D-S2: key names and settings -> our networks.

Its folders hold one config.yaml and files of {"vae": ..., "dit": ...} or {"refiner": ...}.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import nn

from ....errors import CheckpointError
from ...networks.direct3d.refiner import Refiner, RefinerConfig, SignRefiner
from ...networks.direct3d.sdf_vae import SdfDecoder, SdfEncoder, SdfVaeConfig
from ...networks.direct3d.sparse_attention import Compression, SparseAttentionConfig
from ...networks.direct3d.sparse_flow import SparseFlow, SparseFlowConfig
from ...networks.trellis.structure_flow import StructureFlow, StructureFlowConfig
from ...networks.trellis.structure_vae import StructureDecoder, StructureEncoder, StructureVaeConfig
from .configs import Params, absolute_positions, refuse, required
from .convert import Layout, Rule
from .trellis import TRELLIS, TRELLIS_LATENT_VAE

COMPRESSIONS: dict[str, Compression] = {"v1": "linear", "v2": "convolution"}
UNET_CHANNELS = (8, 32, 128, 512)
FEATURES = 32  # of a fine voxel, that the refiner reads
REFINED_GRID = 512  # voxels a side of the grid that both refiners work on


def _attention(ours: str, theirs: str) -> tuple[Rule, ...]:
    """Names of a spatial sparse attention; ours: pattern of what stands before them."""
    return (
        (ours + r"([qkv])\.weight$", theirs + r"proj_\1.weight"),
        (ours + r"out\.weight$", theirs + "proj_o.weight"),
        (ours + r"gate\.", theirs + "gate.0."),
        (ours + r"places$", theirs + "intra_block_pe"),
        (ours + r"compress_(key|value)\.", theirs + r"compression_\1."),
        (r"(compression_\w+)\.mix\.", r"\1.act_layers.0.conv."),
        (r"(compression_\w+|downsample\.\d+)\.norm1\.", r"\1.act_layers.0."),
        (r"(compression_\w+|downsample\.\d+)\.conv1\.", r"\1.out_layers.0.conv."),
        (r"(compression_\w+|downsample\.\d+)\.norm2\.", r"\1.out_layers.1."),
        (r"(compression_\w+|downsample\.\d+)\.conv2\.", r"\1.out_layers.3.conv."),
    )


SPARSE_ATTENTION = Layout("spatial sparse attention", _attention("^", ""))
SPARSE_FLOW = Layout(
    "direct3d-s2 sparse flow",
    (*_attention(r"\.attn\.", ".self_attn."), (r"^context_in\.", "cond_proj."), *TRELLIS.rules),
)
SDF_VAE = Layout(
    "direct3d-s2 sdf vae",
    (
        (r"^lift\.", "input_layer1."),
        *_attention("^", "")[-4:],
        (r"(downsample\.\d+)\.skip\.", r"\1.skip_connection.conv."),
        (r"(upsample\.\d+)\.conv1\.", r"\1.act_layers.0.conv."),
        (r"(upsample\.\d+)\.conv2\.", r"\1.out_layers.0.conv."),
        *TRELLIS_LATENT_VAE.rules,
    ),
)
REFINER = Layout(
    "direct3d-s2 refiner",
    (
        (r"^features_in\.(\d+)\.", lambda m: f"latent_mlp.net.{2 * int(m[1])}."),
        (r"^filters\.(\d+)\.", lambda m: f"adaptive_conv{int(m[1]) + 1}."),
        (r"(adaptive_conv\d)\.conv1\.", r"\1.0."),
        (r"(adaptive_conv\d)\.conv2\.", r"\1.2."),
        (r"^middle\.", "mid_conv."),
        (r"^out\.", "conv_out."),
        (r"^unet\.middle\.", "unet3d1.mid_block."),
        (r"^unet\.(down|up)\.(\d+)\.leave\.", r"unet3d1.\1_blocks.\2.\1samplers.0.conv."),
        (r"^unet\.(down|up)\.", r"unet3d1.\1_blocks."),
        (r"^unet\.norm_out\.", "unet3d1.conv_norm_out."),
        (r"^unet\.", "unet3d1."),
        (r"\.blocks\.(\d+)\.", r".resnets.\1."),
        (r"\.skip\.", ".conv_shortcut."),
    ),
)


def _flow_sizes(params: Params, what: str) -> dict[str, Any]:
    """Return the fields that the configs of both flows have. Raises CheckpointError."""
    absolute_positions(params, what)
    published = ("resolution", "in_channels", "model_channels", "cond_channels", "num_blocks", "num_heads")
    ours = ("resolution", "channels", "width", "context", "blocks", "heads")
    sizes = dict(zip(ours, required(params, what, *published), strict=True))
    return {**sizes, "mlp_ratio": params.get("mlp_ratio", 4)}


def dense_flow_config(params: Params) -> StructureFlowConfig:
    """DenseDiT. Norms of queries and keys are in self-attention only."""
    return StructureFlowConfig(
        **_flow_sizes(params, "dense flow"),
        patch=params.get("patch_size", 1),
        qk_norm=params.get("qk_rms_norm", False),
    )


def dense_vae_config(params: Params, half: str) -> StructureVaeConfig:
    """DenseShapeVAE; half: "encoder" or "decoder"."""
    channels, latent = required(params, "dense VAE", f"model_channels_{half}", "embed_dim")
    return StructureVaeConfig(
        channels=tuple(channels),
        latent_channels=latent,
        blocks=params.get(f"num_res_blocks_{half}", 2),
        middle_blocks=params.get(f"num_res_blocks_middle_{half}", 2),
    )


def sparse_attention_config(params: Params) -> SparseAttentionConfig:
    """SpatialSparseAttention by itself."""
    names = ("hidden_size", "num_q_heads", "num_kv_heads", "head_dim", "compression_block_size", "selection_block_size")
    width, heads, key_heads, channels, compressed, selected, top = required(params, "sparse attention", *names, "topk")
    return SparseAttentionConfig(
        width=width,
        heads=heads,
        key_heads=key_heads,
        head_width=channels,
        compressed=compressed,
        selected=selected,
        top=top,
        window=params.get("window_size", 8),
        shift=params.get("shift_window", 0),
        compression=_compression(params),
    )


def _compression(params: Params) -> Compression:
    version = params.get("compression_version", "v1")
    if version not in COMPRESSIONS:
        raise CheckpointError(
            f"the sparse flow asks for compression_version={version!r}, supported are {', '.join(COMPRESSIONS)}", ""
        )
    return COMPRESSIONS[version]


def sparse_flow_config(params: Params) -> SparseFlowConfig:
    """SparseDiT. Its qk_rms_norm has no effect as published."""
    sizes = _flow_sizes(params, "sparse flow")
    names = ("num_kv_heads", "compression_block_size", "selection_block_size", "topk")
    key_heads, compressed, selected, top = required(params, "sparse flow", *names)
    return SparseFlowConfig(
        **sizes,
        key_heads=key_heads,
        compressed=compressed,
        selected=selected,
        top=top,
        factor=params.get("factor", 1.0),
        window=params.get("window_size", 8),
        shifted=params.get("use_shift", True),
        compression=_compression(params),
        placed_context=params.get("sparse_conditions", False),
    )


def sdf_vae_config(params: Params, half: str, groups: int = 32) -> SdfVaeConfig:
    """SparseSDFVAE; half: "encoder" or "decoder". groups: of the encoder's norms, which no setting tells."""
    absolute_positions(params, "SDF VAE")
    refuse(params, "qk_rms_norm")
    resolution, latent, width, blocks, heads = required(
        params,
        "SDF VAE",
        *("resolution", "embed_dim", f"model_channels_{half}", f"num_blocks_{half}", f"num_heads_{half}"),
    )
    return SdfVaeConfig(
        resolution, latent, width, blocks, heads, params.get("mlp_ratio", 4), params.get("window_size", 8), groups
    )


def refiner_config(params: Params, sign: bool) -> RefinerConfig:
    """Voxel_RefinerXL, or Voxel_RefinerXL_sign when `sign`. Patches overlap by a sixth, or by half."""
    refined = params.get("res_net") or params.get("res") or REFINED_GRID
    patch = params.get("patch_size") or params.get("patch") or (REFINED_GRID // 2 if sign else 192)
    return RefinerConfig(
        channels=tuple(params.get("block_out_channels", UNET_CHANNELS)),
        layers=params.get("layers_per_block", 2),
        middle=params.get("layers_mid_block", 2),
        features=0 if sign else params.get("feature_channels", FEATURES),
        resolution=refined,
        patch=patch,
        stride=params.get("stride") or (patch // 2 if sign else patch * 5 // 6),
    )


Read = tuple[Callable[[Params], Any], Callable[[Any], nn.Module], Layout]
# The networks in the part of a file that a class fills, by the prefix of their keys.
NETWORKS: dict[str, dict[str, Read]] = {
    "DenseDiT": {"": (dense_flow_config, StructureFlow, TRELLIS)},
    "DenseShapeVAE": {
        "encoder": (lambda params: dense_vae_config(params, "encoder"), StructureEncoder, TRELLIS),
        "decoder": (lambda params: dense_vae_config(params, "decoder"), StructureDecoder, TRELLIS),
    },
    "SparseDiT": {"": (sparse_flow_config, SparseFlow, SPARSE_FLOW)},
    "SparseSDFVAE": {
        "encoder": (lambda params: sdf_vae_config(params, "encoder"), SdfEncoder, SDF_VAE),
        "decoder": (lambda params: sdf_vae_config(params, "decoder"), SdfDecoder, SDF_VAE),
    },
    "Voxel_RefinerXL": {"": (lambda params: refiner_config(params, False), Refiner, REFINER)},
    "Voxel_RefinerXL_sign": {"": (lambda params: refiner_config(params, True), SignRefiner, REFINER)},
}


def direct3d_networks(config: Mapping[str, Any], mark: str = "/") -> dict[str, tuple["partial[nn.Module]", Layout]]:
    """Return the networks of one file by the prefix of their keys; config: {"vae": {"class", "params"}, "dit": ...}."""
    found = {}
    for part in ("vae", "dit", "refiner"):
        for half, (read, build, layout) in NETWORKS[config[part]["class"]].items() if part in config else ():
            prefix = f"{part}{mark}{half}." if half else f"{part}{mark}"
            found[prefix] = partial(build, read(config[part]["params"])), layout
    return found
