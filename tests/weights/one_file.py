"""SDXL models in one file, as people keep them, made of the recorded tiny base."""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from varco3d.weights.painters import sdxl_file
from varco3d.weights.painters.sdxl import NAMES

BASE = Path(__file__).parents[1] / "parity" / "fixtures" / "mvadapter_pipeline" / "base"
Named = dict[str, torch.Tensor]
RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
          "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection"}  # fmt: skip
ENDS = {"conv_in": "input_blocks.0.0", "time_embedding.linear_1": "time_embed.0", "conv_norm_out": "out.0",
        "time_embedding.linear_2": "time_embed.2", "add_embedding.linear_1": "label_emb.0.0", "conv_out": "out.2",
        "add_embedding.linear_2": "label_emb.0.2"}  # fmt: skip
OPEN_CLIP = (("text_model.", ""), ("encoder.layers.", "transformer.resblocks."), ("layer_norm1", "ln_1"),
             ("layer_norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"), ("self_attn", "attn"),
             ("embeddings.token_embedding", "token_embedding"), ("final_layer_norm", "ln_final"),
             ("embeddings.position_embedding.weight", "positional_embedding"))  # fmt: skip


def unet_name(name: str, with_attention: set[int]) -> str:
    """The original code's name of a UNet tensor; one resnet a level down and two up, as the tiny base has."""
    for ours, theirs in ENDS.items():
        if name.startswith(f"{ours}."):
            return theirs + name.removeprefix(ours)
    told = re.fullmatch(r"(down_blocks|up_blocks|mid_block)(?:\.(\d+))?\.(\w+)\.(\d+)\.(.+)", name)
    assert told is not None, name
    side, level, kind, number, rest = told[1], int(told[2] or 0), told[3], int(told[4]), told[5]
    first, _, last = rest.partition(".")
    rest = f"{RESNET[first]}.{last}" if kind == "resnets" else rest
    if side == "mid_block":
        return f"middle_block.{2 * number if kind == 'resnets' else 1}.{rest}"
    block = {
        "down_blocks": f"input_blocks.{2 * level + number + 1}",
        "up_blocks": f"output_blocks.{2 * level + number}",
    }
    if kind == "downsamplers":
        return f"input_blocks.{2 * level + 2}.0.op.{last}"
    if kind == "upsamplers":
        return f"output_blocks.{2 * level + 1}.{2 if level in with_attention else 1}.{rest}"
    return f"{block[side]}.{0 if kind == 'resnets' else 1}.{rest}"


def vae_name(name: str, levels: int) -> str:
    """The original code's name of an autoencoder's tensor; it counts the decoder's levels the other way."""
    name = re.sub(r"decoder\.up_blocks\.(\d+)", lambda m: f"decoder.up.{levels - 1 - int(m[1])}", name)
    for ours, theirs in (
        (r"encoder\.down_blocks\.", "encoder.down."), (r"(\.\d+)\.resnets\.", r"\1.block."),
        (r"(down|up)samplers\.0", r"\1sample"), (r"mid_block\.resnets\.0", "mid.block_1"),
        ("conv_shortcut", "nin_shortcut"), ("conv_norm_out", "norm_out"),
        (r"mid_block\.resnets\.1", "mid.block_2"), (r"mid_block\.attentions\.0", "mid.attn_1"), ("group_norm", "norm"),
        (r"to_out\.0", "proj_out"), (r"\.to_([qkv])\.", r".\1."),
    ):  # fmt: skip
        name = re.sub(ours, theirs, name)
    return name


def one_file(path: Path) -> Path:
    """Write the tiny base as one file with the original code's names."""
    parts = {name: load_file(next((BASE / name).glob("*.safetensors"))) for name in NAMES[:4]}
    told = json.loads((BASE / "unet" / "config.json").read_text())
    attending = {level for level, kind in enumerate(told["up_block_types"]) if kind.startswith("CrossAttn")}
    out: Named = {f"{sdxl_file.UNET}{unet_name(name, attending)}": each for name, each in parts["unet"].items()}
    levels = len(json.loads((BASE / "vae" / "config.json").read_text())["block_out_channels"])
    for name, each in parts["vae"].items():
        theirs = vae_name(name, levels)
        out[sdxl_file.VAE + theirs] = each[..., None, None] if "attn_1" in theirs and each.ndim == 2 else each
    out |= {sdxl_file.TEXT + name: each for name, each in parts["text_encoder"].items()}
    out |= {sdxl_file.TEXT_2 + name: each for name, each in open_clip(parts["text_encoder_2"]).items()}
    save_file({name: each.contiguous() for name, each in out.items()}, path)
    return path


def open_clip(stored: Named) -> Named:
    """A text encoder's tensors as OpenCLIP keeps them: q, k and v joined, the projection transposed."""
    out: Named = {}
    for name, each in stored.items():
        for ours, theirs in OPEN_CLIP:
            name = name.replace(ours, theirs)
        if name == "text_projection.weight":
            out["text_projection"] = each.T
        elif ".q_proj." in name:
            three = [stored[next(k for k in stored if k.endswith(self_of(name, letter)))] for letter in "qkv"]
            out[name.replace(".q_proj.weight", ".in_proj_weight").replace(".q_proj.bias", ".in_proj_bias")] = torch.cat(
                three
            )
        elif not re.search(r"\.[kv]_proj\.", name):
            out[name] = each
    return out


def self_of(name: str, letter: str) -> str:
    """The ending of a stored name for the q, k or v beside an OpenCLIP name."""
    layer = name.replace("transformer.resblocks.", "encoder.layers.").replace("attn.", "self_attn.")
    return layer.replace(".q_proj.", f".{letter}_proj.")


def tiny_settings() -> dict[str, dict]:
    """Return the settings of the tiny base, in place of SDXL's."""
    settings = {name: json.loads((BASE / name / "config.json").read_text()) for name in NAMES[:4]}
    return {**settings, "scheduler": json.loads((BASE / "scheduler" / "scheduler_config.json").read_text())}
