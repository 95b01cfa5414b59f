"""Strict loading: one error that lists everything, only what is needed is read, no second copy in memory."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from random_checkpoint import write_random

from varco3d.errors import CheckpointError
from varco3d.weights.checkpoints.conversion.configs import vecset_config
from varco3d.weights.checkpoints.conversion.containers import Entry, Tensors, open_tensors
from varco3d.weights.checkpoints.conversion.convert import DINO, TRIPOSG, VECSET, Layout, load_into
from varco3d.weights.generators.hunyuan import vae_part
from varco3d.weights.networks.dit import SkipDit, SkipDitConfig
from varco3d.weights.networks.encoders.dino import Dino, DinoConfig
from varco3d.weights.networks.vecset_vae import VecSetVae

SMALL_VAE = {"width": 32, "heads": 4, "num_decoder_layers": 1, "num_encoder_layers": 1, "embed_dim": 8, "qk_norm": True}


def meta(build, *arguments):
    with torch.device("meta"):
        return build(*arguments)


def shapes_of(network: torch.nn.Module, layout: Layout) -> dict[str, tuple[int, ...]]:
    """What a file that fits the network holds."""
    shapes = {}
    for name, parameter in network.named_parameters():
        parts = layout.sources(name)
        for part in parts:
            shapes[part] = (parameter.shape[0] // len(parts), *parameter.shape[1:])
    return shapes


def test_one_error_lists_every_misfit(tmp_path: Path) -> None:
    network = meta(Dino, DinoConfig(32, 2, 1, image_size=28))
    shapes = shapes_of(network, DINO)
    del shapes["layernorm.bias"], shapes["encoder.layer.0.attention.attention.key.weight"]
    shapes["embeddings.cls_token"] = (1, 1, 31)
    shapes["head.weight"] = (3, 3)
    shapes["embeddings.mask_token"] = (1, 32)  # without effect, and no surprise
    write_random(tmp_path / "model.safetensors", shapes)
    with pytest.raises(CheckpointError) as caught:
        load_into(network, open_tensors(tmp_path), DINO, "cpu", torch.float32)
    text = caught.value.message
    assert "2 missing: " in text and "layernorm.bias" in text and "attention.key.weight" in text
    assert "1 unexpected: head.weight" in text
    assert "1 misshapen: embeddings.cls_token is [1, 1, 31], not [1, 1, 32]" in text
    assert "mask_token" not in text


def test_separate_projections_are_joined_in_order(tmp_path: Path) -> None:
    network = meta(SkipDit, SkipDitConfig(8, 32, 2, 1, (16,)))
    write_random(tmp_path / "model.safetensors", shapes_of(network, TRIPOSG))
    stored = open_tensors(tmp_path)
    load_into(network, stored, TRIPOSG, "cpu", torch.bfloat16)
    joined = network.blocks[0].attn1.qkv.weight
    parts = [stored[f"blocks.0.attn1.to_{letter}.weight"].read() for letter in "qkv"]
    assert joined.dtype == torch.bfloat16 and not joined.requires_grad and not network.training
    assert torch.equal(joined, torch.cat(parts).bfloat16())


def test_the_decoder_never_reads_the_encoder_or_other_parts(tmp_path: Path) -> None:
    config = vecset_config(SMALL_VAE, with_encoder=True)
    shapes = {f"vae.{name}": shape for name, shape in shapes_of(meta(VecSetVae, config), VECSET).items()}
    shapes["conditioner.anything"] = (4, 4)
    write_random(tmp_path / "model.safetensors", shapes)
    part = vae_part(SMALL_VAE, tmp_path)
    read: list[str] = []

    def spy(name: str, entry: Entry) -> Entry:
        return Entry(entry.shape, entry.dtype, lambda: (read.append(name), entry.read())[1], entry.mapped)

    stored = part.stored()
    watched = Tensors({name: spy(name, entry) for name, entry in stored.items()}, "file")
    load_into(meta(part.build), watched, part.layout, "cpu", torch.float32)
    assert read and all(name.startswith(("transformer", "geo_decoder", "post_kl")) for name in read)


MEASURE = """
import resource, sys, torch
from pathlib import Path
from varco3d.weights.generators.hunyuan import vae_part
params = {"width": 512, "heads": 8, "num_decoder_layers": 16, "embed_dim": 64, "qk_norm": True, "qkv_bias": False}
part = vae_part(params, Path(sys.argv[1]))
part.stored()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
network = part.load("cpu", torch.float16)
kept = sum(p.numel() * p.element_size() for p in network.parameters())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / kept, kept)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read as Linux counts it")
@pytest.mark.parametrize("container", ["safetensors", "torch"])
def test_loading_peaks_below_1_15_of_what_is_kept(tmp_path: Path, container: str) -> None:
    params = {"width": 512, "heads": 8, "num_decoder_layers": 16, "embed_dim": 64, "qk_norm": True, "qkv_bias": False}
    network = meta(VecSetVae, vecset_config(params, with_encoder=False))
    path = tmp_path / "model.safetensors"
    write_random(path, {f"vae.{name}": shape for name, shape in shapes_of(network, VECSET).items()})
    if container == "torch":
        loaded = open_tensors(path).part("vae")
        torch.save({"vae": {name: loaded[name].read() for name in loaded}}, tmp_path / "model.ckpt")
        path = tmp_path / "model.ckpt"
    run = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    share, kept = map(float, run.stdout.split())
    assert kept > 90e6  # large enough for the share to mean something
    assert share < 1.15
