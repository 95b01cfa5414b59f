"""The files of TRELLIS.2: key names and settings -> our networks.

Every file has its settings beside it, `{"name": class, "args": {...}}`. The structure's autoencoder is that of TRELLIS.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import nn

from ....errors import CheckpointError
from ...networks.encoders.dinov3 import Dinov3, Dinov3Config
from ...networks.trellis2.lattice_flow import DenseLatticeFlow, LatticeFlow, LatticeFlowConfig
from ...networks.trellis2.sc_vae import SHAPE_CHANNELS, SHAPE_INPUTS, ScDecoder, ScEncoder, ScVaeConfig
from .configs import Params, class_name, head_count, refuse, required
from .convert import Layout
from .trellis import TRELLIS

# Some writers stored the rotations, which we compute.
LATTICE = Layout("trellis 2 flow", TRELLIS.rules, unused=(r"^rope_phases$",))

SC_VAE = Layout(
    "trellis 2 sparse VAE",
    (
        (r"(^|\.)mlp\.fc1\.", r"\1mlp.0."),
        (r"(^|\.)mlp\.fc2\.", r"\1mlp.2."),
        (r"(^|\.)to_children\.", r"\1to_subdiv."),
        (r"(^|\.)skip\.", r"\1skip_connection."),
    ),
)

DINOV3 = Layout(
    "dinov3",
    (
        (r"^class_token$", "embeddings.cls_token"),
        (r"^registers$", "embeddings.register_tokens"),
        (r"^patches\.", "embeddings.patch_embeddings."),
        (r"^blocks\.", "layer."),
        (r"\.attn\.([qkv])\.", r".attention.\1_proj."),
        (r"\.attn\.out\.", ".attention.o_proj."),
        (r"\.scale([12])\.factor$", r".layer_scale\1.lambda1"),
        (r"\.mlp\.fc1\.", ".mlp.up_proj."),
        (r"\.mlp\.fc2\.", ".mlp.down_proj."),
    ),
    # Only training hides patches; the last norm is replaced by one without weights.
    unused=(r"^embeddings\.mask_token$", r"^norm\.(weight|bias)$"),
)


def dinov3_config(params: Params) -> Dinov3Config:
    """DINOv3ViTModel of transformers. Raises CheckpointError for what the published versions here do not have."""
    refuse(params, "use_gated_mlp")
    absent = [name for name in ("query_bias", "value_bias", "proj_bias", "mlp_bias") if not params.get(name, True)]
    if absent or params.get("hidden_act", "gelu") != "gelu":
        raise CheckpointError("the config of the picture encoder asks for no biases or another activation", "")
    width, heads, layers, hidden = required(
        params,
        "picture encoder",
        *("hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size"),
    )
    return Dinov3Config(
        width=width,
        heads=heads,
        layers=layers,
        hidden=hidden,
        patch=params.get("patch_size", 16),
        registers=params.get("num_register_tokens", 0),
        period=params.get("rope_theta", 100.0),
        eps=params.get("layer_norm_eps", 1e-5),
        key_bias=params.get("key_bias", False),
    )


def lattice_flow_config(params: Params) -> LatticeFlowConfig:
    """SparseStructureFlowModel and SLatFlowModel of TRELLIS.2."""
    if params.get("pe_mode", "ape") != "rope" or not params.get("share_mod", False):
        raise CheckpointError("the config of the flow asks for other positions or modulation than supported", "")
    inputs, outputs, width, context, blocks = required(
        params, "flow", "in_channels", "out_channels", "model_channels", "cond_channels", "num_blocks"
    )
    return LatticeFlowConfig(
        channels_in=inputs,
        channels_out=outputs,
        width=width,
        context=context,
        blocks=blocks,
        heads=head_count(params, width),
        hidden=int(width * params.get("mlp_ratio", 4)),
        qk_norm=params.get("qk_rms_norm", False),
        cross_qk_norm=params.get("qk_rms_norm_cross", False),
    )


def sc_vae_config(channels: int | None, change: str, params: Params) -> ScVaeConfig:
    """Return the settings of one of the four networks.

    channels: of the voxels where the class fixes them. change: the setting that holds the blocks between levels.
    Raises CheckpointError for blocks that are not the same at all levels.
    """
    widths, blocks, latent, kinds, changes = required(
        params, "sparse VAE", "model_channels", "num_blocks", "latent_channels", "block_type", change
    )
    return ScVaeConfig(
        widths=tuple(widths),
        blocks=tuple(blocks),
        latent_channels=latent,
        channels=channels or required(params, "sparse VAE", "in_channels" if "down" in change else "out_channels")[0],
        convnext=_same(kinds, "SparseConvNeXtBlock3d", "SparseResBlock3d"),
        fold=_same(changes, *BETWEEN_LEVELS[change]),
        predicts=params.get("pred_subdiv", True),
    )


BETWEEN_LEVELS = {
    "down_block_type": ("SparseResBlockS2C3d", "SparseResBlockDownsample3d"),
    "up_block_type": ("SparseResBlockC2S3d", "SparseResBlockUpsample3d"),
}


def _same(kinds: list[str], first: str, second: str) -> bool:
    """Tell whether all blocks are of the first kind; False when all are of the second."""
    found = set(kinds)
    if found not in ({first}, {second}):
        raise CheckpointError(f"the sparse VAE asks for blocks {', '.join(sorted(found))}, not supported", "")
    return found == {first}


# The network of a class name: how to read its settings, which module it is, how its file names tensors.
NETWORKS: dict[str, tuple[Callable[[Params], Any], Callable[[Any], nn.Module], Layout]] = {
    "SparseStructureFlowModel": (lattice_flow_config, DenseLatticeFlow, LATTICE),
    "SLatFlowModel": (lattice_flow_config, LatticeFlow, LATTICE),
    "FlexiDualGridVaeEncoder": (partial(sc_vae_config, SHAPE_INPUTS, "down_block_type"), ScEncoder, SC_VAE),
    "FlexiDualGridVaeDecoder": (partial(sc_vae_config, SHAPE_CHANNELS, "up_block_type"), ScDecoder, SC_VAE),
    "SparseUnetVaeEncoder": (partial(sc_vae_config, None, "down_block_type"), ScEncoder, SC_VAE),
    "SparseUnetVaeDecoder": (partial(sc_vae_config, None, "up_block_type"), ScDecoder, SC_VAE),
    "DINOv3ViTModel": (dinov3_config, Dinov3, DINOV3),
}


def is_trellis2(config: Mapping[str, Any]) -> bool:
    """Tell whether a settings file `{"name": class, "args": {...}}` describes a network of TRELLIS.2.

    Flows of TRELLIS have the same class names, and another kind of positions.
    """
    kind = class_name(config.get("name", "")).removeprefix("Elastic")
    flow = kind in ("SparseStructureFlowModel", "SLatFlowModel")
    return kind in NETWORKS and (not flow or config.get("args", {}).get("pe_mode") == "rope")


def trellis2_network(config: Mapping[str, Any]) -> tuple["partial[nn.Module]", Layout]:
    """Return the network of a settings file `{"name": class, "args": {...}}` that `is_trellis2`."""
    read, build, layout = NETWORKS[class_name(config["name"]).removeprefix("Elastic")]
    return partial(build, read(config["args"])), layout
