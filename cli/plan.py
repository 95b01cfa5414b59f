"""Forecast of a run for `plan` and --dry-run. Loads no weights and writes nothing."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .._text import GIB, binary_count, printable
from ..errors import OutOfMemoryError, Varco3DError
from ..pipeline.batch.claims import item_claims
from ..pipeline.batch.digests import input_hashes, recipe_digest, settings_digest
from ..pipeline.batch.naming import Item
from ..pipeline.batch.records import RecordBook, latest_records
from ..pipeline.batch.runner import known_record
from ..pipeline.machine import free_memory, resolve_device, resolve_dtype
from ..pipeline.memory_need import host_needs, largest_fit
from ..pipeline.network_pool import model_digest
from ..pipeline.pictures.reading import check_picture
from .console import Console, seconds
from .estimate import estimate, largest_network
from .requests.request import Request, needed_models, painter_models
from .session import Session


def show_plan(session: Session, request: Request) -> list[str]:
    """Print the plan and return the models that are not here.

    `input -> output` lines go to stdout, the rest is notes; --json makes one JSON document.
    """
    check_memory(request)
    plan = describe_plan(request)
    console = session.console
    if session.flags.json:
        console.result_json(plan)
        return plan["model"]["missing"]
    missing = f" (NOT HERE: {', '.join(plan['model']['missing'])})" if plan["model"]["missing"] else ""
    console.note(f"model {plan['model']['name']}{missing}, preset {plan['preset']}, device {plan['device']}")
    console.note(f"stages: {' '.join(plan['stages'])}")
    for item in plan["items"]:
        if item["state"] == "unreadable":
            console.warn(item["reason"])
        for output in item["outputs"]:
            state = "" if item["state"] == "new" else f"  ({item['state']})"
            console.result(printable(f"{item['input']} -> {output}{state}"))
    counts = plan["counts"]
    console.note(f"{counts['new']} to do, {counts['done']} done before, {counts['unreadable']} unreadable, "
                 f"{plan['ignored']} other files ignored")  # fmt: skip
    _show_estimate(console, plan, request)
    return plan["model"]["missing"]


def _show_estimate(console: Console, plan: Mapping[str, Any], request: Request) -> None:
    """Say time, memory and disk of the run, as far as they are known."""
    estimate, free = plan["estimate"], f"{plan['free_memory_gib']:.1f} GiB free"
    busy = min(plan["jobs"], plan["counts"]["new"])
    workers = f" for each of {busy} workers" if busy > 1 else ""
    if estimate["peak_mb"] is not None:
        memory = f"memory about {estimate['peak_mb'] * 1e6 / GIB:.1f} GiB{workers} of {free}"
    else:
        memory = free
    if estimate["seconds"] is None:
        console.note(f"no time is known for this model yet, the first run measures it; {memory}")
        return
    painter = painter_models(request)
    more = f", without what {', '.join(painter)} paints" if painter else ""
    room = binary_count(plan["free_disk_bytes"])
    known = estimate["disk_bytes"] is not None
    disk = f", disk about {binary_count(estimate['disk_bytes'])} of {room} free" if known else f", disk {room} free"
    console.note(
        f"about {seconds(estimate['seconds'])} ({seconds(estimate['seconds_per_item'])} an item, "
        f"{estimate['basis']}){more}, {memory}{disk}"
    )


def describe_plan(request: Request) -> dict[str, Any]:
    """Return the plan as JSON; see schemas/plan.schema.json."""
    config, options = request.config, request.options
    device = resolve_device(config.device)
    for name in () if options.ray_address else options.devices:  # a cluster has its own
        resolve_device(name)
    records = latest_records(options.folder) if options.folder is not None else {}
    known = _known_items(request)
    check = cache(check_picture)  # one picture may have many seeds
    items = [describe_item(item, request, known, check) for item in request.items]
    counts = {state: sum(item["state"] == state for item in items) for state in ("new", "done", "unreadable")}
    return {
        "schema": "varco3d.plan/1",
        "model": {"name": config.recipe.name, "licence": config.recipe.licence, "missing": missing_models(request)},
        "preset": config.recipe.preset,
        "device": device,
        "dtype": resolve_dtype(config.dtype, device),
        "executor": options.executor,
        "jobs": options.jobs,
        "stages": list(request.stages),
        "settings": json.loads(json.dumps(config.recipe.as_dict()["stages"], default=str)),
        "items": items,
        "counts": counts,
        "ignored": options.ignored,
        "free_memory_gib": round(free_memory(device), 2),
        "free_disk_bytes": free_disk(options.folder or Path()),
        "estimate": estimate(request, records, counts["new"], device),
    }


def _known_items(request: Request) -> Callable[[Item, Mapping[str, str]], bool]:
    """Return a function from an item and its pictures' hashes to whether the run would pass over it."""
    config, options = request.config, request.options
    if options.folder is None or not options.resume or options.force:
        return lambda item, hashes: False
    book = RecordBook(options.folder, options.shard)
    recipe, model = recipe_digest(config.recipe), model_digest(config.recipe.models)

    def known(item: Item, hashes: Mapping[str, str]) -> bool:
        settings = settings_digest(config, item, recipe, hashes)
        return known_record(book, config, item, hashes["source"], settings, model) is not None

    return known


def describe_item(
    item: Item,
    request: Request,
    known: Callable[[Item, Mapping[str, str]], bool],
    check: Callable[[Path], object],
) -> dict[str, Any]:
    """One item: its input, the files it will write, and whether a record says it is done.

    check: raises an error for a picture that cannot be read. state: new, done (a record says so of the same picture,
    settings and weights) or unreadable.
    """
    claims = item_claims(item, request.config, request.stages)
    outputs = [f"{claim.path}/" if claim.folder else str(claim.path) for claim in claims]
    try:
        check(item.source)
        hashes = input_hashes(item)
    except Varco3DError as error:
        about = {"id": item.id, "input": str(item.source), "sha256": None, "outputs": outputs}
        return {**about, "state": "unreadable", "reason": error.message}
    about = {"id": item.id, "input": str(item.source), "sha256": hashes["source"], "outputs": outputs}
    return {**about, "state": "done" if known(item, hashes) else "new"}


def missing_models(request: Request) -> list[str]:
    """Checkpoints that the run needs and this machine lacks."""
    from ..weights.checkpoints.store import Store
    from ..weights.checkpoints.zoo import BUNDLES, MODELS, specs_of

    store = Store()
    names = [name for name in needed_models(request) if name in BUNDLES or name in MODELS]
    return sorted({spec.name for name in names for spec in specs_of(name) if store.find(spec) is None})


def check_memory(request: Request) -> None:
    """Refuses a run of which a network, the surface or the texture does not fit the budget. Raises OutOfMemoryError."""
    largest, budget = largest_network(request), request.config.memory
    if budget is None:
        return
    if largest is not None and largest[1] > budget:
        named = largest[0] if largest[0] in painter_models(request) else request.config.recipe.name
        raise OutOfMemoryError(
            f"{named} needs about {largest[1]:.1f} GiB at a time, the budget is {budget:.1f}",
            "Raise --memory, or halve the need with --dtype bfloat16 or float16.",
        )
    if resolve_device(request.config.device) != "cpu":
        return  # the budget is the device's
    for setting, size in host_needs(request.config.recipe, request.stages).items():
        if size > budget:
            stage, _, key = setting.partition(".")
            value = getattr(request.config.recipe.stage(stage).settings, key)
            fits = largest_fit(setting, budget)
            advice = f"`{setting}` {fits} fits." if fits else "That is less than the program itself takes."
            raise OutOfMemoryError(
                f"`{setting}` {value} needs about {size:.1f} GiB, the budget is {budget:.1f}",
                f"Raise `memory`. {advice}",
            )


def free_disk(folder: Path) -> int:
    """Bytes free where results go; the folder need not exist yet."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    about = os.statvfs(existing)
    return about.f_bavail * about.f_frsize
