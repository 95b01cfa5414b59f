"""Time, memory and disk that a run will take: from records, from measurements, or from the size of its networks."""

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._text import GIB
from ..kernels.parallel import thread_count
from ..pipeline.machine import resolve_device, resolve_dtype
from ..pipeline.memory_need import host_needs
from .requests.request import Request, needed_models

MEASURED = Path(__file__).parent / "measured.json"
SHARED_GAIN = 0.39  # of a further worker on the same cores
_RECENT = 50  # records that an estimate looks at


def estimate(request: Request, records: Mapping[str, Mapping[str, Any]], count: int, device: str) -> dict[str, Any]:
    """Forecast time, memory and disk for `count` items on a resolved device.

    From this folder's records, else from what was measured for the model, else from the size of its networks and the
    speed of this machine. Values that none of them tells are None.
    """
    recipe = request.config.recipe
    done = [r for r in records.values() if r.get("status") == "ok" and r.get("recipe") == recipe.name][-_RECENT:]
    if done:
        peaks = [t.get("peak_mb") or 0 for r in done for t in r.get("timings", {}).values()]
        per_item = statistics.median(r["seconds"] for r in done)
        disk = statistics.median(sum(o["bytes"] for o in r["outputs"]) for r in done)
        known = {"seconds_per_item": per_item, "start_seconds": 0.0, "peak_mb": max(peaks, default=0.0), "bytes": disk}
        basis = f"median of {len(done)} earlier items here"
    else:
        table = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.is_file() else {}
        known = table.get(recipe.name, {}).get(recipe.preset)
        basis = table.get("machine", "measured elsewhere")
    if not known:
        return _computed(request, count, device)
    largest = max(host_needs(recipe, request.stages).values(), default=0.0) * GIB / 1e6
    total = known["start_seconds"] + known["seconds_per_item"] * count / lanes(request, count)
    return {
        "seconds_per_item": round(known["seconds_per_item"], 2),
        "seconds": round(total, 1),
        "peak_mb": round(max(known["peak_mb"], largest), 1),
        "disk_bytes": round(known["bytes"] * count),
        "basis": basis,
    }


def lanes(request: Request, count: int) -> float:
    """Return how many times quicker the workers are than one.

    Devices of their own do not slow each other down. Workers on one CPU share its cores: two on two cores were 1.39
    times as quick as one (docs/reliability.md).
    """
    options = request.options
    if options.devices:
        return max(1, min(len(options.devices), count))
    return 1 + SHARED_GAIN * (max(1, min(options.jobs, count, thread_count())) - 1)


def _computed(request: Request, count: int, device: str) -> dict[str, Any]:
    """Forecast for a public model: its operations over the measured speed; networks alone fill every core."""
    need = memory_need(request)
    made = operations_of(request)
    answer: dict[str, Any] = {"seconds_per_item": None, "seconds": None, "disk_bytes": None, "basis": None}
    answer["peak_mb"] = None if need is None else round(need * GIB / 1e6, 1)
    if made is None:
        return answer
    from ..pipeline.machine_speed import machine_speed

    dtype = resolve_dtype(request.config.dtype, device)
    speed = machine_speed(device)
    spent = speed.seconds(made, dtype)
    side_by_side = max(1, min(len(request.options.devices), count))
    rate = f"{speed.gflops[dtype]:.0f} GFLOP/s of {dtype} measured here"
    basis = f"computed: {made / 1e12:.0f} TFLOP of its networks at {rate}"
    return {
        **answer,
        "seconds_per_item": round(spent, 1),
        "seconds": round(spent * count / side_by_side, 1),
        "basis": basis,
    }


def operations_of(request: Request) -> float | None:
    """Operations of the networks for one item; None for models whose size the zoo does not hold."""
    from ..weights.checkpoints.operations import Effort, operations
    from ..weights.checkpoints.zoo import BUNDLES, MODELS, specs_of

    recipe, stages = request.config.recipe, request.stages
    shaping = [stage for stage in ("coarse", "refine") if stage in stages and stage in recipe.models]
    users: dict[str, list[str]] = {}
    for stage in shaping:
        users.setdefault(recipe.models[stage], []).append(stage)
    if not users or any(name not in BUNDLES and name not in MODELS for name in users):
        return None
    decoding = "decode" in stages and recipe.stage("decode").use == "decode"
    cells = recipe.stage("decode").settings.resolution if decoding else 0
    pictures = max((1 + len(item.asset.sides) if item.asset else 1 for item in request.items), default=1)
    made = 0.0
    for name, own in users.items():
        specs = specs_of(name)
        denoisers = [spec.name for spec in specs if "denoise" in spec.parameters]
        if not denoisers:
            return None
        for spec in specs:  # of several denoising networks the first is the first stage's, and so on
            number = denoisers.index(spec.name) if spec.name in denoisers else 0
            stage = own[min(number, len(own) - 1)]
            settings = recipe.stage(stage).settings
            tokens = recipe.stage("sample").settings.tokens if stage == "refine" and _sampled(request) else 0
            last = shaping[-1] in own
            guided = getattr(settings, "guidance", 1.0) > 1
            steps = getattr(settings, "latent_steps", settings.steps) if number else settings.steps
            made += operations(spec, Effort(steps, guided, tokens, cells if last else 0, pictures))
    return made


def _sampled(request: Request) -> bool:
    """Return True when the recipe picks a number of voxels, each of which carries a token."""
    recipe = request.config.recipe
    return "sample" in request.stages and getattr(recipe.stage("sample").settings, "method", "all") != "all"


def memory_need(request: Request) -> float | None:
    """Return the GiB of the run's largest network, from the zoo; None for other models."""
    found = largest_network(request)
    return None if found is None else found[1]


def largest_network(request: Request) -> tuple[str, float] | None:
    """Return the model of the run's largest network and its GiB, from the zoo; None for other models."""
    from ..weights.checkpoints.zoo import BUNDLES, MODELS, memory_gib, specs_of

    dtype = resolve_dtype(request.config.dtype, resolve_device(request.config.device))
    names = [name for name in needed_models(request) if name in BUNDLES or name in MODELS]
    needs = [(name, gib) for name in names for spec in specs_of(name) for gib in memory_gib(spec, dtype).values()]
    return max(needs, key=lambda need: need[1], default=None)
