"""Trains the painter on the shards of `scripts/painter_shards.py`.

    python -m varco3d.weights.training.train_painter --shards RUNS/painter --out RUNS/painter-run --minutes 25

Loss: logarithm of a view's squared error, mostly over pixels that the picture does not show; so a view whose guess is
nearly right counts as much as one that is all wrong. Validation: PSNR over those pixels, the mean over objects, beside
the guess from mirror images and the nearest known colour. --judge adds how unlike whole views look to a network that
has seen photographs (as LPIPS, arXiv 1801.03924, with the frozen features of `tiny`), and trains nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..generators.tiny import area_resize, load_backbone
from ..networks.painter import CHANNELS, Painter, PainterConfig
from ..painting import SURE, ViewFacts, correction, mirrored
from .loop import Loop, LoopConfig, add_run_options, initial_weights
from .shards import open_maps

VIEWS = 6
VIEW_SIDE = 64  # pixels, of the stored views, at which painters are compared; they may work at less
SEEN_WEIGHT = 0.05  # of pixels that the picture shows, in the loss
FLOOR = 1e-4  # squared error that nobody sees
SIGNED = slice(8, 14)  # normal and position among the painter's channels; the others lie in 0..1


def open_painter_arrays(folder: Path, count: int, mode: str) -> dict[str, np.ndarray]:
    """Memory maps by name: `view` int8 or uint8 codes of the channels, `wanted` and `picture` uint8."""
    picture = PainterConfig().picture
    kinds = {
        "view": ((VIEWS, CHANNELS, VIEW_SIDE, VIEW_SIDE), np.uint8),
        "wanted": ((VIEWS, 3, VIEW_SIDE, VIEW_SIDE), np.uint8),
        "picture": ((4, picture, picture), np.uint8),
    }
    return open_maps(folder, kinds, count, mode)


def pack_facts(picture: np.ndarray, facts: ViewFacts, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """One object's row of the arrays. picture RGBA [P,P,4], wanted [VIEWS,S,S,3], both 0..1."""
    view = facts.channels()
    view[:, SIGNED] = view[:, SIGNED] * 0.5 + 0.5
    parts = {
        "view": view,
        "wanted": wanted.transpose(0, 3, 1, 2),
        "picture": area_resize(picture, PainterConfig().picture).transpose(2, 0, 1),
    }
    return {name: np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8) for name, values in parts.items()}


def unpack(arrays: dict[str, np.ndarray], rows: np.ndarray, views: np.ndarray) -> dict[str, Tensor]:
    """view [B,CHANNELS,S,S], wanted [B,3,S,S], picture [B,4,P,P] of one view per row."""
    view = torch.from_numpy(arrays["view"][rows, views]).float() / 255
    view[:, SIGNED] = (view[:, SIGNED] * 2 - 1) * view[:, -1:]
    wanted = torch.from_numpy(arrays["wanted"][rows, views]).float() / 255
    return {"view": view, "wanted": wanted, "picture": torch.from_numpy(arrays["picture"][rows]).float() / 255}


def augmented(batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
    """Colour channels permuted and everything mirrored, each for half of the batches."""
    view, wanted, picture = batch["view"], batch["wanted"], batch["picture"]
    if torch.rand((), generator=generator) < 0.5:
        order = torch.randperm(3, generator=generator)
        rest = torch.arange(6, CHANNELS)
        view = view[:, torch.cat([order, order + 3, rest])]
        wanted, picture = wanted[:, order], picture[:, torch.cat([order, torch.tensor([3])])]
    if torch.rand((), generator=generator) < 0.5:
        view, wanted, picture = mirrored(view), wanted.flip(-1), picture.flip(-1)
    return {"view": view, "wanted": wanted, "picture": picture}


def batches(arrays: dict[str, np.ndarray], count: int, size: int, seed: int) -> Iterator[dict[str, Tensor]]:
    """Endless random views of the first `count` objects."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    while True:
        rows, views = rng.integers(0, count, size), rng.integers(0, VIEWS, size)
        yield augmented(unpack(arrays, rows, views), generator)


def unseen(view: Tensor) -> Tensor:
    """Mask [B,1,S,S] of the object's pixels that the picture does not show."""
    return view[:, -1:] * (view[:, 6:7] < SURE)


def painter_loss(painter: Painter, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    view = batch["view"]
    with torch.autocast("cpu", torch.bfloat16):
        change = painter(view, batch["picture"])
    error = (view[:, :3] + change.float() - batch["wanted"]).square().mean(1, keepdim=True)
    weight = unseen(view) + SEEN_WEIGHT * view[:, -1:]
    per_view = (error * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp(min=1)
    return {"loss": (per_view + FLOOR).log10().mean()}


def painted_views(painter: Painter, batch: dict[str, Tensor]) -> Tensor:
    """The views of a batch with the painter's correction, [B,3,S,S] in 0..1."""
    return (batch["view"][:, :3] + correction(painter, batch["view"], batch["picture"])).clamp(0, 1)


@torch.no_grad()
def unseen_psnr(painter: Painter, arrays: dict[str, np.ndarray], rows: range) -> dict[str, float]:
    """PSNR, dB, over the unseen pixels of an object's six views, mean over objects: of the painter, of its guess (the
    mirror images) and of the nearest known colour."""
    scores: dict[str, list[float]] = {"psnr_painter": [], "psnr_mirrored": [], "psnr_nearest": []}
    for row in rows:
        batch = unpack(arrays, np.full(VIEWS, row), np.arange(VIEWS))
        view, mask = batch["view"], unseen(batch["view"])
        if mask.sum() < 64:  # all of it is seen
            continue
        for name, colours in zip(scores, (painted_views(painter, batch), view[:, :3], view[:, 3:6]), strict=True):
            error = ((colours - batch["wanted"]).square() * mask).sum() / (3 * mask.sum())
            scores[name].append(-10 * float(error.clamp(min=1e-5).log10()))
    return {name: round(float(np.mean(values)), 3) for name, values in scores.items()}


@torch.no_grad()
def judged(painter: Painter, arrays: dict[str, np.ndarray], rows: range) -> dict[str, float]:
    """`unseen_psnr`, and `unlike_*` of the same three: mean squared distance of unit features from those of the wanted
    views, 0 alike, 2 unrelated; means over objects."""
    backbone, found = load_backbone(), {"painter": 0.0, "mirrored": 0.0, "nearest": 0.0}
    for row in rows:
        batch = unpack(arrays, np.full(VIEWS, row), np.arange(VIEWS))
        view = batch["view"]
        pictures = (batch["wanted"], painted_views(painter, batch), view[:, :3], view[:, 3:6])
        wanted, *others = (F.normalize(backbone(torch.cat([p, view[:, -1:]], 1)), dim=1) for p in pictures)
        for name, features in zip(found, others, strict=True):
            found[name] += float((features - wanted).square().sum(1).mean()) / len(rows)
    return unseen_psnr(painter, arrays, rows) | {f"unlike_{name}": round(value, 4) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, required=True)
    add_run_options(parser, minutes=25, learning_rate=2e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--judge", action="store_true", help="measure the run's checkpoint and stop")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    arrays = open_painter_arrays(args.shards, 0, "r")
    index = json.loads((args.shards / "index.json").read_text())
    painter = Painter(PainterConfig())
    if args.init:
        painter.load_state_dict(initial_weights(args.init))
    print(f"{sum(p.numel() for p in painter.parameters()) / 1e6:.2f} M parameters")
    loop = Loop(painter, LoopConfig(minutes=args.minutes, learning_rate=args.learning_rate), args.out)
    held_out = range(index["training"], index["count"])
    if args.judge:
        print(json.dumps(judged(loop.ema, arrays, held_out)))  # type: ignore[arg-type]
        return
    source = batches(arrays, index["training"], args.batch, args.seed + loop.steps)
    loss = torch.compile(painter_loss)

    def validate(averaged: nn.Module) -> dict[str, float]:
        assert isinstance(averaged, Painter)
        return unseen_psnr(averaged, arrays, held_out)

    loop.run(source, lambda b: loss(painter, b), validate, validate_every=250)


if __name__ == "__main__":
    main()
