"""Networks of the public checkpoints at full size on random weights: guided steps, fields, and whole decodes."""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from bench import Bench, Case
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from varco3d.kernels.fields.decode_octree import decode_octree
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.generators.base import PublicGenerator
from varco3d.weights.generators.folders import pipeline_generator
from varco3d.weights.generators.generator import Condition
from varco3d.weights.generators.triposg import triposg_generator

PIPELINES = {
    "Hunyuan3D-2mini": "hunyuan3d-dit-v2-mini",
    "Hunyuan3D-2.0": "hunyuan3d-dit-v2-0",
    "Hunyuan3D-2.1": "hunyuan3d-dit-v2-1",
    "UltraShape": "ultrashape_v1",
}
TRIPOSG = {"dit": "triposg-transformer", "vae": "triposg-vae", "image": "triposg-image_encoder_dinov2"}
PICTURE_TOKENS = 1370
RADIUS = 0.6  # of the ball that stands in for the surface: random weights have none
GUIDANCE = 5.0
ULTRASHAPE_TOKENS = (8_192, 32_768)
DECODED = (384, 512, 1024)
FIELD_POINTS = 1 << 20
CHUNK = 65536
SMALL = {  # what a rehearsal makes of a config, wherever these names stand in it
    "hidden_size": 64, "num_heads": 2, "num_attention_heads": 2, "depth": 2, "depth_single_blocks": 1, "width": 64,
    "heads": 2, "num_decoder_layers": 1, "num_layers": 3, "num_layers_decoder": 1, "num_hidden_layers": 1,
    "context_in_dim": 32, "context_dim": 32, "cross_attention_dim": 32, "num_moe_layers": 1, "num_experts": 2,
}  # fmt: skip


def shrunk(config: Any) -> Any:
    """Return a config with the numbers of SMALL put in, at every depth."""
    if isinstance(config, dict):
        return {name: SMALL.get(name, shrunk(value)) for name, value in config.items()}
    return [shrunk(part) for part in config] if isinstance(config, list) else config


def random_weights(network: nn.Module, device: str, dtype: torch.dtype) -> nn.Module:
    """Return a network of the meta device with weights of deviation 0.02, held in `dtype` only; one block, repeated."""
    network = network.to(dtype).to_empty(device=device).eval().requires_grad_(False)
    block = torch.randn(1 << 22, generator=torch.Generator(device).manual_seed(0), device=device)
    block = (block * 0.02).to(dtype)
    for parameter in network.parameters():
        for part in parameter.view(-1).split(len(block)):
            part.copy_(block[: len(part)])
    return network


def generator_of(bench: Bench, model: str, dtype: str, parts: tuple[str, ...]) -> PublicGenerator:
    """Return the model's generator around networks `parts` of random weights; no file is read."""
    nowhere = Path("random.safetensors")
    prepared: Callable[[Any], Any] = shrunk if bench.small else copy.deepcopy
    if model == "TripoSG":
        configs = {part: prepared(dict(MODELS[name].config or {})) for part, name in TRIPOSG.items()}
        made = triposg_generator(dict.fromkeys(TRIPOSG, nowhere), configs, bench.device, dtype)
    else:
        config = prepared(dict(MODELS[PIPELINES[model]].config or {}))
        made = pipeline_generator(nowhere, config, bench.device, dtype)
    for part in parts:
        made.parts.put(part, random_weights(made.parts.blank(part), bench.device, getattr(torch, dtype)))
    return made


def context_width(dit: Any) -> int:
    return dit.config.contexts[0] if hasattr(dit.config, "contexts") else dit.config.context


def flops_of(work: Callable[[], Any]) -> int:
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def guided_step(bench: Bench, model: str, dtype: str, tokens: int) -> dict[str, Any]:
    """Both branches of guidance, one after the other, as the sampling loop runs them. tokens 0: as published."""
    generator = generator_of(bench, model, dtype, ("dit",))
    count = (64 if bench.small else tokens) or generator.default_tokens or 64
    random = partial(torch.randn, device=bench.device)
    x, picture = random(1, count, generator.channels), random(1, PICTURE_TOKENS, context_width(generator.transformer()))
    condition = Condition(picture, torch.zeros_like(picture))
    anchors = None
    if model == "UltraShape":
        anchors = (torch.randint(0, 128, (count, 3), device=bench.device).float() + 0.5) * (2 / 128) - 1

    def step() -> Tensor:
        return generator.velocity(x, 0.4, condition, anchors, GUIDANCE)

    flops = flops_of(step)
    figures: dict[str, Any] = bench.timed(step)
    weights = sum(p.numel() * p.element_size() for p in generator.transformer().parameters()) / 1e6
    rate = flops / figures["ms"] / 1e9
    return figures | {"tokens": count, "TFLOP": flops / 1e12, "TFLOP/s": rate, "weights_mb": weights}


def field_rate(bench: Bench, model: str, dtype: str) -> dict[str, Any]:
    generator = generator_of(bench, model, dtype, ("vae",))
    count = 64 if bench.small else generator.default_tokens or ULTRASHAPE_TOKENS[0]
    points = torch.rand(2_000 if bench.small else FIELD_POINTS, 3, device=bench.device) * 2 - 1
    latents = torch.randn(1, count, generator.channels, device=bench.device)
    query = generator.field(latents, None)

    def ask() -> None:
        for part in points.split(CHUNK):
            query(part)

    flops = flops_of(lambda: query(points[:CHUNK])) / len(points[:CHUNK]) * len(points)
    figures: dict[str, Any] = bench.timed(ask)
    rate = flops / figures["ms"] / 1e9
    return figures | {"keys": count, "points/s": 1000 * len(points) / figures["ms"], "TFLOP/s": rate}


def whole_decode(bench: Bench, model: str, dtype: str, resolution: int, keys: str) -> dict[str, Any]:
    """Latents to the samples of a ball: the network is asked, and its answer is not used but waited for."""
    generator = generator_of(bench, model, dtype, ("vae",))
    count = 64 if bench.small else generator.default_tokens or ULTRASHAPE_TOKENS[0]
    latents = torch.randn(1, count, generator.channels, device=bench.device)
    asked = 0

    def decode() -> Any:
        nonlocal asked
        query = generator.field(latents, None) if keys == "all" else generator.selected_field(latents, "mean")
        asked = 0

        def on_ball(points: Tensor) -> Tensor:
            nonlocal asked
            asked += len(points)
            return 0 * query(points) + 8 * (RADIUS - points.norm(dim=-1))

        bounds = generator.field_bounds
        return decode_octree(on_ball, resolution, bounds, start=min(64, resolution), chunk=CHUNK, device=bench.device)

    figures: dict[str, Any] = bench.timed(decode)
    return figures | {"keys": count, "queries": asked}


def released(run: Callable[..., dict[str, Any]], *arguments: Any) -> Callable[[Bench], dict[str, Any]]:
    """Return a case that leaves no network on the device."""

    def call(bench: Bench) -> dict[str, Any]:
        try:
            return run(bench, *arguments)
        finally:
            gc.collect()
            if bench.cuda:
                torch.cuda.empty_cache()

    return call


def cases(small: bool) -> list[Case]:
    """Return the cases: steps of every model, then fields, then decodes of two decoders."""
    dtypes = ("bfloat16",) if small else ("bfloat16", "float16")
    steps = [(model, 0) for model in (*PIPELINES, "TripoSG") if model != "UltraShape"]
    steps += [("UltraShape", tokens) for tokens in ULTRASHAPE_TOKENS[: 1 if small else None]]
    listed = [
        Case(
            "guided steps",
            f"{model}{f' {tokens}' if tokens else ''} {dtype}",
            released(guided_step, model, dtype, tokens),
        )
        for model, tokens in steps
        for dtype in dtypes
    ]
    listed += [
        Case("fields", f"{model} {dtype}", released(field_rate, model, dtype))
        for model in (*PIPELINES, "TripoSG")
        for dtype in dtypes
    ]
    for model in ("Hunyuan3D-2mini", "Hunyuan3D-2.1")[: 1 if small else None]:
        for resolution in (24,) if small else DECODED:
            for keys, label in (("all", "exact"), ("mean", "selected keys")):
                name = f"{model} {resolution} {label}"
                listed.append(Case("decodes", name, released(whole_decode, model, "float16", resolution, keys)))
    return listed
