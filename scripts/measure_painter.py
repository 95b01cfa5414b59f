"""Time and memory of one guided step of a painter at full size, on random weights.

    python scripts/measure_painter.py --size 256
    python scripts/measure_painter.py --painter hunyuan3d-paint-2.1 --folder /tmp/weights

Prints one JSON line. The weights are random, so the pictures mean nothing; shapes, types and work are the real ones.
Hunyuan3D-Paint is written into --folder from its key manifest (3.9 GB, in the published container), read from there as
the painter reads it, and deleted. Needs varco3d[painter], and about 8 GB for MV-Adapter, 7 GB for Hunyuan3D-Paint.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from measure_models import MANIFESTS, write_weights
from torch import Tensor, nn

from varco3d.pipeline.machine import PeakMeter
from varco3d.weights.checkpoints.conversion.containers import open_tensors
from varco3d.weights.checkpoints.conversion.settings_files import read_json
from varco3d.weights.painters.base import Room
from varco3d.weights.painters.hunyuan.files import unet_bytes
from varco3d.weights.painters.hunyuan.maps import PLACES, camera_number
from varco3d.weights.painters.hunyuan.network20 import Given20, Network20
from varco3d.weights.painters.hunyuan.network21 import MATERIALS, Given21, Network21
from varco3d.weights.painters.hunyuan.room import plan_room as plan_hunyuan
from varco3d.weights.painters.hunyuan.sampling import rows20, rows21
from varco3d.weights.painters.hunyuan.unet import fill, shapes_of
from varco3d.weights.painters.hunyuan.voxels import token_voxels
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
from varco3d.weights.painters.turns import Turns

BLOCK = 1 << 20
MANIFEST = {
    "hunyuan3d-paint-2.0": "hunyuan3d-paint-v2-0-unet",
    "hunyuan3d-paint-2.1": "hunyuan3d-paintpbr-v2-1-unet",
}
TOKENS, DINO_WIDTH = 257, 1536  # of DINOv2-giant
Facts = dict[str, Any]


class Watch:
    """Seconds, seconds of the processor and peak memory of the process, by phase. facts: so far."""

    def __init__(self) -> None:
        self.meter, self.facts = PeakMeter("cpu"), Facts()

    def phase(self, name: str, work: Callable[[], Any]) -> Any:
        """Run `work` and note its seconds and the peak of the process meanwhile."""
        self.meter.reset()
        started, busy = time.perf_counter(), time.process_time()
        made = work()
        self.facts[f"{name}_seconds"] = round(time.perf_counter() - started, 1)
        self.facts[f"{name}_cpu_seconds"] = round(time.process_time() - busy, 1)
        self.facts[f"{name}_peak_mb"] = round(self.meter.read() or 0)
        return made


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


def mvadapter(watch: Watch, size: int, dtype: torch.dtype, together: bool) -> float:
    """Measure MV-Adapter; return the GiB that its plan foresees."""
    unet = plain_network("UNet2DConditionModel", base_settings()["unet"])
    install(unet, AdapterConfig("row-column", True))
    encoder = condition_encoder(condition_config(unet))
    parts = (unet, encoder)
    network = watch.phase(
        "load",
        lambda: MvAdapterNetwork(filled(unet, dtype), filled(encoder, dtype), True),  # type: ignore[arg-type]
    )
    weights = sum(p.numel() * p.element_size() for part in parts for p in part.parameters())
    side = size // 8
    tokens, pooled = torch.randn(2, 77, 2048).to(dtype), torch.randn(2, 1280).to(dtype)

    def prepare() -> Conditioning:
        states = network.encoder(torch.rand(6, 6, size, size).to(dtype))
        features = reference_features(network, torch.randn(1, 4, side, side).to(dtype), tokens[1:], pooled[1:], size)
        return Conditioning(tokens, pooled, states, features, size)

    given = watch.phase("prepare", prepare)
    x = torch.randn(6, 4, side, side).to(dtype)
    check(watch.phase("step", lambda: predict(network, x, torch.tensor(501), given, together)))
    watch.facts |= {"together": together, "weights_gib": round(weights / 2**30, 2)}
    room = Room("cpu", str(dtype).removeprefix("torch."), 1000.0)
    return plan_room(room, size, "ig2mv", PartBytes(0.0, weights, 0.0)).need


def written(folder: Path, name: str) -> Path:
    """Write the random UNets of a model and their config into `folder`, in the published container."""
    place = folder / "unet"
    place.mkdir(parents=True)
    index = json.loads((MANIFESTS / "index.json").read_text(encoding="utf-8"))
    (place / "config.json").write_text(json.dumps(index[MANIFEST[name]]["config"]))
    path = place / "diffusion_pytorch_model.safetensors"
    write_weights(path, MANIFEST[name])
    if "pickle" in index[MANIFEST[name]]["container"].split(",")[0].split():
        stored = open_tensors(path)
        torch.save({key: entry.read().clone() for key, entry in stored.items()}, path.with_suffix(".bin"))
        path.unlink()
    return place


def hunyuan(watch: Watch, name: str, folder: Path, size: int, dtype: torch.dtype) -> float:
    """Measure Hunyuan3D-Paint as it runs where room is short; return the GiB that its plan foresees."""
    place, number = written(folder, name), str(dtype).removeprefix("torch.")
    try:
        stored = open_tensors(place)
        parts = {**unet_bytes(stored, number), "vae": 0.0, "dino": 0.0, "delight": 0.0}
        with torch.device("meta"):
            kind = Network21 if name.endswith("2.1") else Network20
            network = kind(read_json(place / "config.json"), shapes_of(stored))
        watch.phase("load", lambda: fill(network, stored, "cpu", dtype))
    finally:
        shutil.rmtree(place)
    side = size // 8
    reference = torch.randn(1, 1, 4, side, side).to(dtype)
    features = watch.phase("prepare", lambda: network.read_reference(reference))
    network.forget_reader()
    Turns(keep=False).collect()
    check(watch.phase("step", step_of(network, features, size, dtype)))
    watch.facts["weights_gib"] = round((parts["unet"] + parts["unet_dual"]) / 2**30, 2)
    pictures = len(PLACES) * (MATERIALS if isinstance(network, Network21) else 1)
    keeping = plan_hunyuan(Room("cpu", number, 1000.0), name, size, pictures, parts)
    return plan_hunyuan(Room("cpu", number, keeping.need - 0.01), name, size, pictures, parts).need


def step_of(
    network: Network20 | Network21, features: dict[str, Tensor], size: int, dtype: torch.dtype
) -> Callable[[], Tensor]:
    """Return the work of one guided step: both rows, one after the other."""
    side, views, time_ = size // 8, len(PLACES), torch.tensor(501)
    normal, position = torch.randn(2, 1, views, 4, side, side).to(dtype).unbind(0)
    x = torch.randn(1, MATERIALS, views, 4, side, side).to(dtype)
    if isinstance(network, Network20):
        numbers = torch.tensor([[camera_number(place) for place in PLACES]])
        rows = rows20(network, Given20(normal, position, cameras=numbers, features=features), guided=True)
        return lambda: torch.cat([network.predict(x[:, 0], time_, *row) for row in rows])
    voxels = token_voxels(torch.rand(1, views, 3, size, size), side)
    given = Given21(normal, position, voxels=voxels, dino=None, features=features)
    both = rows21(network, given, torch.randn(1, TOKENS, DINO_WIDTH).to(dtype))
    return lambda: torch.cat([network.predict(x, time_, network.text, row) for row in both])


def check(said: Tensor) -> None:
    """Refuse an answer that is no number."""
    if not torch.isfinite(said.float()).all():
        raise SystemExit("the network answers no numbers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--painter", choices=("mvadapter", *MANIFEST), default="mvadapter")
    parser.add_argument("--folder", type=Path, help="for the weights of Hunyuan3D-Paint, while it is measured")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--dtype", default="bfloat16", choices=("bfloat16", "float16", "float32"))
    parser.add_argument("--one-half-at-a-time", action="store_true", help="of MV-Adapter's guidance")
    arguments = parser.parse_args()
    dtype, watch = getattr(torch, arguments.dtype), Watch()
    torch.zeros(1 << 20).half().float().sum()  # what a process needs once is not counted
    with torch.inference_mode():
        if arguments.painter == "mvadapter":
            need = mvadapter(watch, arguments.size, dtype, not arguments.one_half_at_a_time)
        elif arguments.folder is None:
            parser.error(f"{arguments.painter} needs --folder")
        else:
            need = hunyuan(watch, arguments.painter, arguments.folder, arguments.size, dtype)
    about = {"painter": arguments.painter, "size": arguments.size, "dtype": arguments.dtype}
    print(json.dumps({**about, **watch.facts, "planned_gib": round(need, 2), "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
