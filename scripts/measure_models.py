"""Measures public checkpoints at full size on random weights, on the CPU, for docs/models.md.

    python scripts/measure_models.py load FOLDER [--model hunyuan3d-dit-v2-1] [--dtype float16]
    python scripts/measure_models.py step [--dtype bfloat16] [--peer]
    python scripts/measure_models.py decode [--dtype bfloat16] [--resolution 96] [--keys all] [--peer]
    python scripts/measure_models.py ripples [--dtype bfloat16] [--resolution 384]
    python scripts/measure_models.py trellis FOLDER --part structure_flow|latent_flow|mesh|image [--dtype bfloat16]

load writes the checkpoint (several GB) into FOLDER from its key manifest and deletes it afterwards. step is one guided
step of hunyuan3d-2mini, decode its volume decoder; ripples compares the surface of a small trained decoder (a torus and
a sphere, of the tests) in a half precision with the one in float32. trellis writes the networks of TRELLIS-image-large
one by one into FOLDER and measures their loading, and one unguided call of a flow, or the mesh of 15,000 or --voxels
voxels of a sphere. --peer runs the public code instead (pip install
hy3dgen and what it imports), in the way it runs: both branches of guidance as one batch, every vertex of the grid, 8000
at a time. One process measures one thing: peak memory is the process's own high-water mark above what it held before.
Run it on a machine that does nothing else; on a busy one only processor time, with OMP_NUM_THREADS=1, says anything.
"""

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from varco3d.kernels.fields.decode_octree import decode_octree
from varco3d.kernels.fields.flexicubes import flexicubes
from varco3d.pipeline.machine import PeakMeter, used_memory
from varco3d.weights.checkpoints.conversion.configs import flux_config, vecset_config
from varco3d.weights.checkpoints.conversion.trellis import trellis_network
from varco3d.weights.checkpoints.published_settings.trellis import DINO_REGISTERS
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.generators.conditions.dino_files import register_encoder
from varco3d.weights.generators.folders import pipeline_generator
from varco3d.weights.generators.generator import Condition
from varco3d.weights.generators.hunyuan import Hunyuan20
from varco3d.weights.generators.parts import Part
from varco3d.weights.networks.flux_dit import FluxDit
from varco3d.weights.networks.sparse import SparseTensor, VoxelSet
from varco3d.weights.networks.vecset_vae import VecSetVae
from varco3d.weights.parity.fixture import Fixture
from varco3d.weights.parity.networks import build_vecset

ROOT = Path(__file__).parents[1]
MANIFESTS = ROOT / "tests" / "parity" / "manifests"
MINI = MODELS["hunyuan3d-dit-v2-mini"]
PICTURE_TOKENS = 1370
RADIUS = 0.6  # of the ball that stands in for the surface: random weights have none


def measured(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds, seconds of processor time, and peak memory in MB above what the process held before."""
    meter = PeakMeter()
    before = used_memory() * (1 << 30) / 1e6
    meter.reset()
    started, busy = time.perf_counter(), time.process_time()
    work()
    row = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy}
    return {**{key: round(value, 2) for key, value in row.items()}, "peak_mb": round((meter.read() or 0) - before, 1)}


def write_weights(path: Path, manifest: str, section: str = "", level: str = "/") -> None:
    """Write random weights with the keys and shapes of a manifest; of those keys that begin with `section`.

    level: what stands in the file for the slash between the levels of a pickled one.
    """
    sys.path.insert(0, str(ROOT / "tests" / "weights"))
    from random_checkpoint import write_random

    shapes = json.loads(gzip.decompress((MANIFESTS / f"{manifest}.json.gz").read_bytes()))
    kept = {key: shape for key, (shape, _) in shapes.items() if key.startswith(section)}
    write_random(path, {key.replace("/", level): shape for key, shape in kept.items()})


def loaded(path: Path, load: Callable[[], torch.nn.Module]) -> tuple[Any, dict[str, Any]]:
    """Return the network that `load` makes of the file, which is removed, and figures of loading it."""
    held: list[torch.nn.Module] = []
    torch.zeros(1 << 20).half().float().sum()  # what a process needs once is not counted
    try:
        row = measured(lambda: held.append(load()))
    finally:
        path.unlink()
    kept = sum(p.numel() * p.element_size() for p in held[0].parameters()) / 1e6
    return held[0], {"kept_mb": round(kept), "load_peak/kept": round(row["peak_mb"] / kept, 3), "load": row}


def print_found(found: Any) -> None:
    """Print figures as JSON, with the day and what they were measured on."""
    about = {
        "date": str(date.today()),
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 1),
        "torch": torch.__version__,
        "arguments": sys.argv[1:],
    }
    print(json.dumps({**about, "found": found}, indent=1))


def load(folder: Path, model: str, dtype: str) -> list[dict[str, Any]]:
    """Every part of a checkpoint alone, then all of them together, each in a process of its own."""
    path = folder / f"{model}.safetensors"
    write_weights(path, model)
    try:
        rows = []
        for part in ("image", "vae", "dit", "image,vae,dit"):
            command = [sys.executable, __file__, "part", str(path), "--part", part, "--model", model, "--dtype", dtype]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["found"])
        return [{"file_mb": round(path.stat().st_size / 1e6)}, *rows]
    finally:
        path.unlink()


def load_part(path: Path, names: list[str], model: str, dtype: str) -> dict[str, Any]:
    """Read some parts of a checkpoint as a stage does."""
    config = MODELS[model].config
    assert config is not None
    parts = pipeline_generator(path, config, "cpu", dtype).parts
    torch.zeros(1 << 20).half().float().sum()  # what a process needs once is not counted
    row = measured(lambda: [parts.take(name) for name in names])
    kept = sum(p.numel() * p.element_size() for name in names for p in parts.take(name).parameters()) / 1e6
    return {"parts": "+".join(names), **row, "kept_mb": round(kept), "peak/kept": round(row["peak_mb"] / kept, 3)}


def random_weights(build: Callable[[], nn.Module], dtype: str) -> Any:
    """Return the network with weights of deviation 0.02, never held in another type; a block of numbers, repeated."""
    with torch.device("meta"):
        network = build()
    network = network.to(getattr(torch, dtype)).to_empty(device="cpu").eval().requires_grad_(False)
    block = (torch.randn(1 << 22, generator=torch.Generator().manual_seed(0)) * 0.02).to(getattr(torch, dtype))
    for parameter in network.parameters():
        for part in parameter.view(-1).split(len(block)):
            part.copy_(block[: len(part)])
    return network


class InHand(Hunyuan20):
    """The mini generator around networks that are here already."""

    def __init__(self, dtype: str, **networks: nn.Module):
        made = pipeline_generator(Path("none.safetensors"), MINI.config or {}, "cpu", dtype)
        self.__dict__.update(made.__dict__)
        for name, network in networks.items():
            self.parts.put(name, network)


def step(dtype: str, peer: bool) -> dict[str, Any]:
    params = (MINI.config or {})["model"]["params"]
    x, tokens = torch.randn(1, 512, 64), torch.randn(1, PICTURE_TOKENS, 1536)
    if peer:
        from hy3dgen.shapegen.models.denoisers.hunyuan3ddit import Hunyuan3DDiT  # type: ignore[import-not-found]

        model = random_weights(lambda: Hunyuan3DDiT(**params), dtype)
        number = getattr(torch, dtype)
        context = torch.cat([tokens, torch.zeros_like(tokens)]).to(number)

        def run() -> Tensor:
            with torch.inference_mode():
                both = model(torch.cat([x, x]).to(number), torch.full((2,), 0.4, dtype=number), {"main": context})
                return both[1:] + 5.0 * (both[:1] - both[1:])
    else:
        generator = InHand(dtype, dit=random_weights(lambda: FluxDit(flux_config(params)), dtype))
        condition = Condition(tokens, torch.zeros_like(tokens))

        def run() -> Tensor:
            return generator.velocity(x, 0.4, condition, None, 5.0)

    return measured(run)


def decode(dtype: str, resolution: int, keys: str, chunk: int, peer: bool) -> dict[str, Any]:
    params = (MINI.config or {})["vae"]["params"]
    latents, asked = torch.randn(1, 512, 64), 0

    def on_ball(points: Tensor, values: Tensor) -> Tensor:
        nonlocal asked
        asked += len(points)
        return 0 * values.float() + 8 * (RADIUS - points.norm(dim=-1))

    if peer:
        from hy3dgen.shapegen.models.autoencoders import ShapeVAE  # type: ignore[import-not-found]

        vae = random_weights(lambda: ShapeVAE(**params), dtype)
        vae.fourier_embedder.frequencies = 2.0 ** torch.arange(8)  # a buffer that the file does not hold
        number = getattr(torch, dtype)

        def field(queries: Tensor, latents: Tensor) -> Tensor:
            return on_ball(queries[0].float(), vae.geo_decoder(queries=queries, latents=latents)[0, :, 0])[
                None, :, None
            ]

        def run() -> Any:
            with torch.inference_mode():
                decoded = vae((latents / vae.scale_factor).to(number))
                return vae.volume_decoder(
                    decoded, field, bounds=1.01, num_chunks=8000, octree_resolution=resolution, enable_pbar=False
                )
    else:
        vae = random_weights(lambda: VecSetVae(vecset_config(params, with_encoder=False)), dtype)
        generator = InHand(dtype, vae=vae)

        def run() -> Any:
            field = generator.field(latents, None) if keys == "all" else generator.selected_field(latents, keys)  # type: ignore[arg-type]
            return decode_octree(lambda points: on_ball(points, field(points)), resolution, 1.01, chunk=chunk)

    decode_octree(lambda points: RADIUS - points.norm(dim=-1), 16, 1.01)  # what a process needs once is not counted
    row = measured(run)
    return {**row, "queries": asked, "us_per_query": round(row["cpu_seconds"] / asked * 1e6, 1)}


def ripples(dtype: str, resolution: int) -> dict[str, Any]:
    """Return the shift of the float32 surface by the rounded field, in cells, and its tilt from cell to cell."""
    fixture = Fixture(ROOT / "tests" / "parity" / "fixtures" / "flashvdm_vae")

    def field_in(number: torch.dtype) -> Callable[[Tensor], Tensor]:
        vae = build_vecset(fixture).to(number)
        keys = vae.geo.keys_of(vae.decode(fixture.number("in.latents") / vae.config.scale))
        return lambda points: vae.field(points[None], keys)[0]

    with torch.inference_mode():
        exact, rounded = field_in(torch.float32), field_in(getattr(torch, dtype))

        def slope(points: Tensor, step: float = 1e-3) -> Tensor:
            sides = [exact(points + step * axis) - exact(points - step * axis) for axis in torch.eye(3)]
            return torch.stack(sides, dim=-1) / (2 * step)

        points = torch.rand(60000, 3, generator=torch.Generator().manual_seed(0)) * 2.02 - 1.01
        points = points[exact(points).abs() < 0.3]
        for _ in range(6):  # Newton's steps onto the surface
            along = slope(points)
            points = points - exact(points)[:, None] * along / along.square().sum(-1, keepdim=True).clamp(min=1e-3)
        steep = slope(points).norm(dim=-1)
        kept = (exact(points).abs() < 1e-3) & (steep > 0.3)
        points, steep, along = points[kept], steep[kept], slope(points[kept])
        cell = 2.02 / resolution
        across = torch.linalg.cross(along, torch.tensor([0.3, 0.5, 0.8]).expand_as(along))
        beside = points + cell * torch.nn.functional.normalize(across, dim=-1)
        moved = [(rounded(at) - exact(at)) / steep / cell for at in (points, beside)]
    tilt = torch.rad2deg(torch.atan(moved[1] - moved[0]))
    rms = {"cells": moved[0].square().mean().sqrt().item(), "degrees": tilt.square().mean().sqrt().item()}
    return {"points": len(points), **{name: round(value, 3) for name, value in rms.items()}}


TRELLIS = {
    "structure_flow": "trellis-ss-flow-img-L",
    "latent_flow": "trellis-slat-flow-img-L",
    "image": "dinov2-vitl14-reg",
}


def trellis(folder: Path, part: str, dtype: str, count: int) -> dict[str, Any]:
    """Measure loading of one network of TRELLIS and one call of it on the voxels of a sphere."""
    name = TRELLIS.get(part, "trellis-slat-dec-mesh")
    path = folder / f"{name}.safetensors"
    write_weights(path, name)
    if part == "image":
        made = register_encoder(path, DINO_REGISTERS)
    else:
        made = Part(*trellis_network(MODELS[name].config or {}), path)
    network, row = loaded(path, lambda: made.load("cpu", getattr(torch, dtype)))
    voxels = sphere(count)
    t, context = torch.tensor([700.0]), torch.randn(1, 1374, 1024)
    x = SparseTensor(torch.randn(len(voxels), 8), voxels)
    counts: dict[str, int] = {"voxels": len(voxels)}

    def call() -> None:
        with torch.inference_mode():
            if part == "image":
                network(torch.randn(1, 3, 518, 518))
            elif part == "structure_flow":
                network(torch.randn(1, 8, 16, 16, 16), t, context)
            elif part == "latent_flow":
                counts["tokens"] = len(voxels.parents()[0])
                network(x, t, context)
            else:
                raw = network(x)
                counts["cubes"] = len(raw.voxels)
                raw.features[:, :8] += 0.02 * (raw.coords[:, 1:].float() - 128).norm(dim=1)[:, None] - 2.2
                vertices, faces, _ = flexicubes(raw.coords[:, 1:], raw.features, 256)
                counts.update(vertices=len(vertices), faces=len(faces))

    return {"part": part, **row, "call": measured(call), **counts}


def sphere(count: int) -> VoxelSet:
    """About `count` voxels of 64^3 that a sphere touches."""
    axis = torch.arange(64, dtype=torch.float32) - 31.5
    distance = (axis[:, None, None].square() + axis[:, None].square() + axis.square()).sqrt()
    radius = (count / (4 * torch.pi * 1.5)) ** 0.5
    places = torch.nonzero((distance - radius).abs() < 0.75)
    return VoxelSet(torch.cat([torch.zeros_like(places[:, :1]), places], dim=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("load", "part", "step", "decode", "ripples", "trellis"))
    parser.add_argument("folder", nargs="?", type=Path, help="for load; a file for part, which load calls")
    parser.add_argument("--part", default="image,vae,dit")
    parser.add_argument("--model", default="hunyuan3d-dit-v2-1")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--resolution", type=int, default=96)
    parser.add_argument("--chunk", type=int, default=8192)
    parser.add_argument("--keys", default="all", choices=("all", "mean", "merge"))
    parser.add_argument("--voxels", type=int, default=15000)
    parser.add_argument("--peer", action="store_true")
    chosen = parser.parse_args()
    if chosen.what == "load":
        if chosen.folder is None:
            parser.error("load needs a FOLDER for the file it writes")
        found: Any = load(chosen.folder, chosen.model, chosen.dtype)
    elif chosen.what == "part":
        found = load_part(chosen.folder, chosen.part.split(","), chosen.model, chosen.dtype)
    elif chosen.what == "step":
        found = step(chosen.dtype, chosen.peer)
    elif chosen.what == "trellis":
        if chosen.folder is None:
            parser.error("trellis needs a FOLDER for the files it writes")
        found = trellis(chosen.folder, chosen.part, chosen.dtype, chosen.voxels)
    elif chosen.what == "ripples":
        found = ripples(chosen.dtype, chosen.resolution)
    else:
        found = decode(chosen.dtype, chosen.resolution, chosen.keys, chosen.chunk, chosen.peer)
    print_found(found)


if __name__ == "__main__":
    main()
