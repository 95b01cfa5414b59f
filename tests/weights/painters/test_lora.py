"""LoRA files change a base as their formula says, however their layers are named; other files are refused."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tiny_painter import RECORDED

from varco3d.errors import CheckpointError, ModelMissingError, UsageError
from varco3d.weights.painters.lora import merge_loras, merge_text_loras, parse_lora
from varco3d.weights.painters.sdxl import SdxlFolders, load_network, load_text_encoders

LAYER = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
OUT = "mid_block.attentions.0.transformer_blocks.1.attn2.to_out.0"
RESNET = "down_blocks.1.resnets.0.conv1"
NAMED = {
    "peft": lambda layer: (f"unet.{layer}.lora_A.weight", f"unet.{layer}.lora_B.weight", f"unet.{layer}.alpha"),
    "kohya": lambda layer: tuple(
        f"lora_unet_{layer.replace('.', '_')}.{end}" for end in ("lora_down.weight", "lora_up.weight", "alpha")
    ),
}


def unet():
    return load_network("UNet2DConditionModel", RECORDED / "base" / "unet", "cpu", torch.float32)


@pytest.mark.parametrize("way", NAMED)
def test_every_way_of_naming_changes_the_same_weights(way: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    plain, stored, expected = unet(), {}, {}
    for layer in (LAYER, OUT, RESNET):
        weight = plain.get_submodule(layer).weight
        down, up = torch.randn(2, *weight.shape[1:]), torch.randn(weight.shape[0], 2, *([1] * (weight.ndim - 2)))
        for name, tensor in zip(NAMED[way](layer), (down, up, torch.tensor(1.0)), strict=True):
            stored[name] = tensor
        expected[layer] = weight + 0.6 * (1.0 / 2) * (up.flatten(1) @ down.flatten(1)).view_as(weight)
    save_file(stored, tmp_path / "a.safetensors")
    changed = unet()
    merge_loras(changed, [parse_lora(f"{tmp_path}/a.safetensors:0.6")])
    for name, parameter in changed.named_parameters():
        layer = name.removesuffix(".weight")
        wanted = expected.get(layer, plain.get_parameter(name))
        assert torch.allclose(parameter, wanted, atol=1e-5), name


def test_text_encoders_are_changed_too(tmp_path: Path) -> None:
    layer = "encoder.layers.0.self_attn.q_proj"
    stored = {
        f"lora_te2_text_model_{layer.replace('.', '_')}.lora_down.weight": torch.ones(1, 16),
        f"lora_te2_text_model_{layer.replace('.', '_')}.lora_up.weight": torch.ones(16, 1),
    }
    save_file(stored, tmp_path / "a.safetensors")
    folders = SdxlFolders.below(RECORDED / "base")
    plain, changed = (load_text_encoders(folders, "cpu", torch.float32) for _ in range(2))
    merge_text_loras(changed, [(str(tmp_path / "a.safetensors"), 1.0)])
    moved = [
        (name, float((b - a).detach().abs().max()))
        for (name, a), (_, b) in zip(plain.named_parameters(), changed.named_parameters(), strict=True)
        if not torch.equal(a, b)
    ]
    assert len(moved) == 1 and layer in moved[0][0] and moved[0][0].startswith("1.") and moved[0][1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("stored", "cause"),
    [
        ({"unet.nowhere.to_q.lora_A.weight": (2, 8), "unet.nowhere.to_q.lora_B.weight": (8, 2)}, "nowhere"),
        ({f"unet.{LAYER}.lora_A.weight": (2, 32)}, "half of a LoRA"),
        ({f"unet.{LAYER}.lora_A.weight": (2, 8), f"unet.{LAYER}.lora_B.weight": (8, 2)}, "does not fit"),
        ({"transformer.x.weight": (2, 2)}, "no part of a LoRA"),
        ({f"unet.{LAYER}.lora_magnitude_vector": (8,)}, "DoRA"),
    ],
)
def test_other_files_are_refused_by_cause(stored: dict, cause: str, tmp_path: Path) -> None:
    save_file({name: torch.zeros(shape) for name, shape in stored.items()}, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match=cause):
        merge_loras(unet(), [(str(tmp_path / "a.safetensors"), 1.0)])


def test_what_is_typed_is_read() -> None:
    assert parse_lora("a.safetensors") == ("a.safetensors", 1.0)
    assert parse_lora("folder/a.safetensors:-0.5") == ("folder/a.safetensors", -0.5)
    with pytest.raises(UsageError, match="heavy"):
        parse_lora("a.safetensors:heavy")
    with pytest.raises(ModelMissingError, match=r"none\.safetensors"):
        merge_loras(unet(), [("none.safetensors", 1.0)])
