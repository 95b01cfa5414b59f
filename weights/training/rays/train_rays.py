"""Trains the second look, and the network that reads its camera, on the shards of `ray_shards`.

    python -m varco3d.weights.training.rays.train_rays --shards RUNS/rays RUNS/made [--shares 0.6 0.4] \
           --held-out RUNS/rays-held-out --out RUNS/rays-run [--init RUNS/cameras] [--only camera]

The camera learns to put points near the surface where the picture shows them. It takes large batches and few
operations, so a run of it alone comes first; --only field leaves it then as it is. The field is learnt on the rays of
the camera that is read, as unsure as it is. Loss of the field: |error| + error^2 when it is held to the outline (every
ray of the mask meets something), as if points were uniform in the columns of the picture's mask. Samples near the
surface are many, and to learn from them as they come would teach a field that is near zero wherever a surface might be;
so they stand, by the inverse of their density, for the shell that they lie in, and the others for the rest. What is
missing counts INSIDE times as much as what is too much: of a doubtful part the surer half alone would be too thin a
shape.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ....kernels.fields.outline import PRESENCE
from ....kernels.fields.ray_grid import ray_places, sample_columns
from ...networks.encoders.image_encoder import picture_planes, upsample
from ...networks.ray_unet import RayUNet, RayUNetConfig
from ..cameras import CAMERA_WEIGHT, misplaced
from ..loop import Loop, add_run_options, initial_weights, load_matching, parsed_with_shares, run_config
from ..shards import NEAR_SPREAD
from ..train_vae import VAE_CONFIG
from .loading import CONFIG
from .ray_shards import CODES, FAR_POINTS, NEAR_POINTS, PLACE_UNIT, open_ray_arrays

SHELL = 0.9  # field value up to which a point belongs to the shell around the surface
NEAR_USED = 1024  # of a row's points near the surface, in training
MASKED = 0.4  # alpha at a point's ray
INSIDE = 3.0  # weight of the points inside
LOOKED_FOR = 25  # batches after which rows that were written meanwhile are looked for
INPUTS = ("planes", "semantic", "tokens")


def unpack(arrays: dict[str, np.ndarray], rows: np.ndarray, near: np.ndarray) -> dict[str, Tensor]:
    """Return a batch: INPUTS, the true camera, and points [B,P,3] with their target field, those of `near` first."""
    rgba = arrays["rgba"][rows].astype(np.float32) / 255
    chosen = np.concatenate([near, np.arange(NEAR_POINTS, arrays["points"].shape[1])])
    batch = {name: torch.from_numpy(arrays[name][rows]).float() for name in ("semantic", "tokens", "camera")}
    planes = torch.from_numpy(np.stack([picture_planes(picture) for picture in rgba]))
    return batch | {
        "planes": planes,
        "points": torch.from_numpy(arrays["points"][rows][:, chosen]).float() / PLACE_UNIT,
        "target": torch.from_numpy(arrays["target"][rows][:, chosen]).float() / CODES,
    }


def mirrored(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the same objects and pictures in a mirror: x turned around in the box and in the picture."""
    pictures = {name: batch[name].flip(-1) for name in INPUTS}
    turned = batch["camera"] * batch["camera"].new_tensor([[1, -1, -1, -1], [-1, 1, 1, 1]])
    return batch | pictures | {"camera": turned, "points": batch["points"] * batch["points"].new_tensor([-1, 1, 1])}


def whole_rows(arrays: dict[str, np.ndarray]) -> np.ndarray:
    return np.flatnonzero(arrays["camera"].any((1, 2)))


def batches(
    shards: list[dict[str, np.ndarray]], size: int, seed: int, shares: list[float] | None = None
) -> Iterator[dict[str, Tensor]]:
    """Endless random rows, mirrored and with permuted colours for half of the batches each.

    Shards that are still being written give those they have. shares: of the shards in the rows; as many as they have if
    absent.
    """
    rng = np.random.default_rng(seed)
    whole: list[np.ndarray] = []
    for k in count():
        if k % LOOKED_FOR == 0:
            whole = [whole_rows(arrays) for arrays in shards]
        weights = np.array(shares or [len(rows) for rows in whole], float)
        near = rng.choice(NEAR_POINTS, NEAR_USED, replace=False)
        drawn = rng.multinomial(size, weights / weights.sum())
        parts = [
            unpack(arrays, np.sort(rng.choice(rows, number)), near)
            for arrays, rows, number in zip(shards, whole, drawn, strict=True)
            if number
        ]
        batch = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        if rng.random() < 0.5:
            order = [*rng.permutation(3), 3, 4]
            batch["planes"] = batch["planes"][:, order]
        yield mirrored(batch) if rng.random() < 0.5 else batch


def near_density(distance: Tensor) -> Tensor:
    """Return the density of `near` samples at a distance from the surface, in any unit (shards.field_samples)."""
    return sum(share * torch.exp(-0.5 * (distance / spread) ** 2) / spread for spread, share in NEAR_SPREAD.items())  # type: ignore[return-value]


def uniform_weights(batch: dict[str, Tensor], places: Tensor) -> Tensor:
    """Weights [B,P], 1 in all, that make a batch's points, at `places` on the rays, uniform in the masks' columns."""
    alpha = F.grid_sample(batch["planes"][:, 3:4], places[:, :, None, :2], align_corners=False)[:, 0, :, 0]
    inside, distance = (alpha > MASKED).float(), batch["target"].abs()
    shell = (distance < SHELL).float()
    near = torch.ones_like(shell)
    near[:, -FAR_POINTS:] = 0
    far = inside * (1 - near)
    volume = (far * shell).sum() / far.sum().clamp(min=1)  # of the shells
    of_shell = inside * near * shell / near_density(distance * VAE_CONFIG.truncation)
    of_rest = far * (1 - shell)
    return volume * shares(of_shell) + (1 - volume) * shares(of_rest)


def shares(weights: Tensor) -> Tensor:
    return weights / weights.sum().clamp(min=1e-6)


def held(columns: Tensor, planes: Tensor) -> Tensor:
    """Fields on rays [B,D,S,S], raised along those rays of the masks that meet nothing (outline.held_to_outline)."""
    missing = (PRESENCE - columns.amax(1, keepdim=True)).clamp(min=0)
    return columns + missing * (planes[:, 3:4] > 0.5)


def ray_error(columns: Tensor, camera: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Mean |error| + error^2 of fields on the rays of cameras over the masks' columns.

    columns [B,D,S,S], camera [B,2,4]; what lies inside weighs INSIDE."""
    places = ray_places(camera, batch["points"], 1.0)
    error = sample_columns(held(columns, batch["planes"]), places) - batch["target"]
    weights = uniform_weights(batch, places) * (1 + (INSIDE - 1) * (batch["target"] + 1) / 2)
    return ((error.abs() + error.square()) * weights).sum()


def read_camera(network: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Return the camera [B,2,4] that is read off a batch's pictures, and its error (misplaced)."""
    with torch.autocast(batch["planes"].device.type, torch.bfloat16):
        camera = network.read_camera(*(batch[name] for name in INPUTS))  # type: ignore[operator]
    return camera, misplaced(camera, batch["camera"], batch["points"][:, :-FAR_POINTS])


def answered(network: nn.Module, batch: dict[str, Tensor], camera: Tensor) -> Tensor:
    """Return the field [B,D,S,S] on the rays of a camera."""
    with torch.autocast(batch["planes"].device.type, torch.bfloat16):
        return network(*(batch[name] for name in INPUTS), camera)


def ray_loss(network: nn.Module, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    camera, off = read_camera(network, batch)
    camera = camera.detach()
    error = ray_error(answered(network, batch, camera), camera, batch)
    return {"loss": error + CAMERA_WEIGHT * off, "field": error.detach(), "camera": off.detach()}


@torch.no_grad()
def held_out_errors(network: nn.Module, held_out: list[dict[str, Tensor]]) -> dict[str, float]:
    """`ray_error` of the body that the outline suggests and of the second look, and the camera's error."""
    network.eval()
    errors = []
    for batch in held_out:
        camera, off = read_camera(network, batch)
        body = upsample(network.outline_body(batch["planes"], camera))  # type: ignore[operator]
        second = answered(network, batch, camera)
        errors.append((ray_error(body, camera, batch), ray_error(second, camera, batch), off))
    means = torch.tensor(errors).mean(0).tolist()
    return dict(zip(("outline", "second", "camera"), (round(value, 5) for value in means), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, required=True, nargs="+")
    parser.add_argument("--shares", type=float, nargs="+", help="of each of the shards; as many rows as they have")
    parser.add_argument("--held-out", type=Path, required=True)
    add_run_options(parser, minutes=55, learning_rate=1e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--layers", type=int, default=2, help="of attention")
    parser.add_argument("--widths", type=int, nargs=3, help="channels at 1/2, 1/4 and 1/8 of the side")
    parser.add_argument("--only", choices=["camera", "field"], help="what to train, the other stays as it is")
    args = parsed_with_shares(parser)
    torch.manual_seed(args.seed)
    # Convolutions alone, which oneDNN runs well in this layout: compiling them gains nothing.
    config = RayUNetConfig(layers=args.layers)
    if args.widths:
        config = dataclasses.replace(config, widths=tuple(args.widths))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / CONFIG).write_text(json.dumps(dataclasses.asdict(config)))
    network = RayUNet(config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if args.init:
        weights = initial_weights(args.init)
        if unknown := weights.keys() - network.state_dict().keys():
            parser.error(f"{args.init} holds {min(unknown)}, which the second look does not have")
        load_matching(network, weights)
    print(f"{sum(p.numel() for p in network.parameters()) / 1e6:.2f} M parameters")
    network.reader.requires_grad_(args.only != "field")
    lowest = "camera" if args.only == "camera" else "second"
    loop = Loop(network, dataclasses.replace(run_config(args), ema_decay=0.995, keep_lowest=lowest), args.out)
    shards = [open_ray_arrays(folder, 0, "r") for folder in args.shards]
    others = open_ray_arrays(args.held_out, 0, "r")
    every = np.arange(NEAR_POINTS)
    held_out = [unpack(others, np.arange(k, k + 16), every) for k in range(0, len(others["camera"]) - 15, 16)]
    source = batches(shards, args.batch, args.seed + loop.steps, args.shares)

    def step(batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"loss": read_camera(network, batch)[1]} if args.only == "camera" else ray_loss(network, batch)

    loop.run(source, step, lambda averaged: held_out_errors(averaged, held_out), validate_every=200)


if __name__ == "__main__":
    main()
