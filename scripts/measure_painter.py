"""Time and memory of one guided step of a painter at full size, on random weights.

    python scripts/measure_painter.py --size 256 --dtype bfloat16

Prints one JSON line. The weights are random, so the pictures mean nothing; shapes, types and work are the real ones.
Needs about 8 GB for bfloat16 and varco3d[painter].
"""

from __future__ import annotations

import argparse
import json
import time

import torch
from torch import nn

from varco3d.pipeline.machine import PeakMeter
from varco3d.weights.painters.base import Room
from varco3d.weights.painters.mvadapter.attention import AdapterConfig, install
from varco3d.weights.painters.mvadapter.network import (
    Conditioning,
    MvAdapterNetwork,
    condition_config,
    condition_encoder,
    predict,
    reference_features,
)
from varco3d.weights.painters.mvadapter.room import PartBytes, plan_room
from varco3d.weights.painters.sdxl import plain_network
from varco3d.weights.painters.sdxl_file import base_settings

BLOCK = 1 << 20


def filled(network: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Random weights of the size that keeps activations near 1, in place of those on the meta device."""
    noise = torch.randn(BLOCK, generator=torch.Generator().manual_seed(0)).to(dtype)
    for name, parameter in list(network.named_parameters()):
        owner, _, leaf = name.rpartition(".")
        made = torch.empty(parameter.shape, dtype=dtype)
        flat = made.view(-1)
        scale = (parameter[0].numel() ** -0.5) if parameter.ndim > 1 else 0.02
        for start in range(0, flat.numel(), BLOCK):
            part = flat[start : start + BLOCK]
            torch.mul(noise[: part.numel()], scale, out=part)
        if parameter.ndim == 1 and leaf == "weight":
            made.add_(1.0)
        network.get_submodule(owner).register_parameter(leaf, nn.Parameter(made, requires_grad=False))
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--dtype", default="bfloat16", choices=("bfloat16", "float16", "float32"))
    parser.add_argument("--one-half-at-a-time", action="store_true")
    arguments = parser.parse_args()
    dtype, size = getattr(torch, arguments.dtype), arguments.size
    meter = PeakMeter("cpu")
    meter.reset()
    started = time.perf_counter()
    unet = plain_network("UNet2DConditionModel", base_settings()["unet"])
    install(unet, AdapterConfig("row-column", True))
    encoder = condition_encoder(condition_config(unet))
    network = MvAdapterNetwork(filled(unet, dtype), filled(encoder, dtype), True)
    loaded = time.perf_counter() - started
    weights = sum(p.numel() * p.element_size() for part in (unet, encoder) for p in part.parameters())
    held = meter.read()
    with torch.inference_mode():
        meter.reset()
        started = time.perf_counter()
        states = network.encoder(torch.rand(6, 6, size, size).to(dtype))
        tokens, pooled = torch.randn(2, 77, 2048).to(dtype), torch.randn(2, 1280).to(dtype)
        side = size // 8
        features = reference_features(network, torch.randn(1, 4, side, side).to(dtype), tokens[1:], pooled[1:], size)
        prepared = time.perf_counter() - started
        given = Conditioning(tokens, pooled, states, features, size)
        started = time.perf_counter()
        said = predict(
            network, torch.randn(6, 4, side, side).to(dtype), torch.tensor(501), given, not arguments.one_half_at_a_time
        )
        step = time.perf_counter() - started
    assert said.shape == (12, 4, side, side) and bool(torch.isfinite(said.float()).all())
    plan = plan_room(Room("cpu", arguments.dtype, 1000.0), size, "ig2mv", PartBytes(0.0, weights, 0.0))
    print(
        json.dumps(
            {
                "size": size,
                "dtype": arguments.dtype,
                "together": not arguments.one_half_at_a_time,
                "parameters": sum(p.numel() for part in (unet, encoder) for p in part.parameters()),
                "weights_gib": round(weights / 2**30, 2),
                "filled_seconds": round(loaded, 1),
                "held_mb": held,
                "reference_seconds": round(prepared, 1),
                "step_seconds": round(step, 1),
                "peak_mb": meter.read(),
                "planned_gib": round(plan.need, 2),
                "threads": torch.get_num_threads(),
            }
        )
    )


if __name__ == "__main__":
    main()
