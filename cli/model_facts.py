"""Facts about the zoo's models as people and programs read them: where each is, and everything about it as JSON.

The verbs of `models` and the completion of the shell read them; nothing here needs torch.
"""

from typing import Any

from .._text import byte_count
from ..weights.checkpoints.locations import HUB, HY3D, OURS, SHIPPED, TORCH_HUB
from ..weights.checkpoints.store import Store
from ..weights.checkpoints.zoo import ModelSpec, memory_gib, specs_of

ORIGINS = {
    SHIPPED: "shipped with varco3d",
    OURS: "in the store",
    HUB: "in the Hugging Face cache",
    HY3D: "in the hy3dgen cache",
    TORCH_HUB: "in the folder of torch.hub",
}


def state(store: Store, spec: ModelSpec) -> str:
    """Return the place of one checkpoint, as a word for tables."""
    located = store.find(spec)
    if located is not None:
        return located.origin
    partial = store.partial_bytes(spec)
    return f"partial ({byte_count(partial)})" if partial else "-"


def bundle_state(store: Store, name: str) -> str:
    """Return the place of all parts of a model: one word when they agree, else how many are here."""
    states = [state(store, spec) for spec in specs_of(name)]
    here = [word for word in states if word in ORIGINS]
    if len(here) == len(states):
        return "+".join(dict.fromkeys(here))
    partial = [word for word in states if word.startswith("partial")]
    return f"{len(here)} of {len(states)}" if here else (partial[0] if partial else "-")


def describe(store: Store, spec: ModelSpec) -> dict[str, Any]:
    """Return a checkpoint as JSON."""
    located = store.find(spec)
    return {
        "name": spec.name,
        "family": spec.family,
        "part": spec.part,
        "repo": spec.repo or None,
        "files": [
            {"path": f.path, "bytes": f.size, "bytes_published": f.exact, "sha256": f.sha256}
            for f in (*spec.weights, *spec.sides)
        ],
        "licence": spec.terms.name,
        "licence_title": spec.terms.title,
        "licence_url": spec.terms.url,
        "excluded_territories": list(spec.terms.excludes),
        "licence_accepted": not spec.terms.ask or spec.terms.name in store.acceptances.names(),
        "memory_gib": {stage: round(need, 2) for stage, need in memory_gib(spec).items()},
        "state": located.origin if located else "absent",
        "path": str(located.path) if located else None,
        "published": _published(store, spec),
        "partial_bytes": store.partial_bytes(spec) if not spec.shipped else 0,
        "note": spec.note,
    }


def _published(store: Store, spec: ModelSpec) -> list[dict[str, Any]]:
    """Return what is noted of each weight file beside the published one; [] when none is here."""
    located = store.find(spec)
    return [{"same": beside.same, "text": beside.text} for beside in store.published(located)] if located else []
