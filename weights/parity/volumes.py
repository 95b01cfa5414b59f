"""Fixtures of volume decoding: dense, hierarchical and FlashVDM grids of one trained autoencoder."""

import re
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from ..networks.flashvdm import Volume, decode_dense, decode_reference, near_surface
from ..networks.key_selection import Query, attend_selected
from ..networks.layers import Attend
from .fixture import SINGLE, Fixture, NotUnderstoodError
from .networks import build_vecset

# How the forks widen the active set on middle levels.
WIDEN = {"hy2": (1, 1), "hy21": (1, 1), "ultra": (2, 1), "triposg": (2, 1)}
STRIDES = {"topk_true": 100, "mean_chunks": 50, "merge_chunks": 30}


def field_of(fixture: Fixture) -> tuple[Query, Tensor]:
    """Return the field of the fixture's latents, and the decoded tokens."""
    vae = build_vecset(fixture)
    decoded = vae.decode(fixture.number("in.latents") / vae.config.scale)
    keys = vae.geo.keys_of(decoded)

    def query(points: Tensor, attend: Attend) -> Tensor:
        return vae.field(points[None], keys, attend)[0]

    return query, decoded


def grids(fixture: Fixture) -> None:
    """`denseR`, `hierR` and `hierR_mcLEVEL`, and the near-surface test alone."""
    query, decoded = field_of(fixture)
    bounds, chunk = float(fixture.config["bounds"]), fixture.config["num_chunks"]
    volume = Volume(bounds, min_resolution=fixture.config["min_resolution"])
    fixture.close("out.decoded", decoded, SINGLE)
    for name in grid_names(fixture):
        match = re.fullmatch(r"out\.(dense|hier)(\d+)(?:_mc(-?[\d.]+))?", name)
        if not match:
            raise NotUnderstoodError(f"the grid {name}")
        resolution, offset = int(match[2]), float(match[3] or 0.0)
        if match[1] == "dense":
            grid = decode_dense(query, resolution, bounds, chunk)
        else:
            grid = decode_reference(query, resolution, volume, chunk, offset, flash=False)
        fixture.grid(name, grid, SINGLE)
    for name in fixture.starting("near.out_alpha"):
        offset = float(name.removeprefix("near.out_alpha"))
        fixture.exact(name, near_surface(fixture.get("near.in"), offset))


def grid_names(fixture: Fixture) -> list[str]:
    names = {re.sub(r"\.(valid_bits|values)$", "", name) for name in fixture.starting("out.")}
    return sorted(names - {"out.decoded"})


def flash(fixture: Fixture) -> None:
    """`meanR` and `mergeR` grids of the autoencoder that the config points to, and the attention alone."""
    trained = beside(fixture, fixture.config["weights"])
    query, _ = field_of(trained)
    repo = fixture.config.get("repo", "hy2")
    if repo not in WIDEN:
        raise NotUnderstoodError(f"the fork {repo}")
    bounds = float(fixture.config.get("bounds", trained.config.get("bounds", 1.01)))
    for name in grid_names(fixture):
        match = re.fullmatch(r"out\.(mean|merge)(\d+)", name)
        if not match:
            raise NotUnderstoodError(f"the grid {name}")
        volume = Volume(
            bounds,
            selection(match[1]),
            WIDEN[repo],
            fixture.config["min_resolution"],
            fixture.config.get("mini_grid_num", 4),
        )
        grid = decode_reference(query, int(match[2]), volume, fixture.config["num_chunks"])
        fixture.grid(name, grid, SINGLE)
    attention(fixture)


def selection(word: str) -> Literal["mean", "merge"]:
    return "merge" if word == "merge" else "mean"


def attention(fixture: Fixture) -> None:
    """Check the choice of keys on random q, k, v.

    The recordings are `mean_topk_true`, `RULE_chunks_A_B_C` and `..._b0` (first object only).
    """
    if "proc.q" not in fixture:
        return
    q, k, v = (fixture.get(f"proc.{name}") for name in "qkv")
    for name in fixture.starting("proc.m"):
        match = re.fullmatch(r"proc\.(mean|merge)_(topk_true|chunks)((?:_\d+)*)(_b0)?", name)
        if not match:
            raise NotUnderstoodError(f"the attention {name}")
        first_only = slice(0, 1) if match[4] else slice(None)
        kind = match[2] if match[2] == "topk_true" else f"{match[1]}_chunks"
        counts = [int(count) for count in match[3].strip("_").split("_") if count] or [q.shape[2]]
        attend = attend_selected(counts, STRIDES[kind], selection(match[1]))
        fixture.close(name, attend(q[first_only], k[first_only], v[first_only]), SINGLE)


def beside(fixture: Fixture, weights: Any) -> Fixture:
    """Return the fixture that another one borrows its weights (and latents) from."""
    folder = (fixture.folder / Path(str(weights))).resolve().parent
    return Fixture(folder)
