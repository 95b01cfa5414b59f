"""Fixtures of Direct3D-S2 beside its networks: sampler, sparse operations, voxels of a mesh, pictures."""

import re
from functools import partial
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from PIL import Image

from ....kernels.meshes.boxes import box_transform
from ....kernels.voxels.bands import FINE, band_voxels, near_points
from ...checkpoints.conversion.trellis import DINO_HUB, dino_hub_config
from ...generators.conditions.direct3d_picture import (
    PICTURE,
    encoder_input,
    object_patches,
    patch_places,
    square_picture,
)
from ...generators.conditions.picture import normalise
from ...networks.direct3d.kernel_conv import KernelConv
from ...networks.direct3d.sampler import block_order, noise_levels
from ...networks.encoders.dino import Dino
from ...networks.schedules import guided
from ...networks.sparse import GroupNorm, SparseTensor, VoxelSet, down
from ..fixture import Fixture
from ..instrument import filled, weights_of

IMAGE = 6e-6  # largest difference allowed for the image encoder
OPERATION = 4e-6
LEVEL = 1.2e-7
TRAINED_SIZE = 0.95  # half of the longest side of a mesh in the box [-1, 1]


def sampler(fixture: Fixture) -> None:
    for name in fixture.starting("out.sigmas_"):
        case = name.removeprefix("out.sigmas_")
        steps, shift = re.fullmatch(r"n(\d+)_shift([\d.]+)", case).groups()  # type: ignore[union-attr]
        levels = noise_levels(int(steps), float(shift))
        fixture.close(name, levels, LEVEL)
        fixture.close(f"out.timesteps_{case}", 1000 * levels[:-1], 1000 * LEVEL)
        fixture.close(f"out.timesteps_half_{case}", 1000 * levels[:-1], 1000 * LEVEL)
    call = fixture.config["call"]
    x = fixture.number("in.noise")
    path = [x]
    levels = noise_levels(call["trajectory_steps"], call["shift"]).tolist()
    conditional, null = fixture.number("in.velocity_cond"), fixture.number("in.velocity_uncond")
    for step, (level, following) in enumerate(pairwise(levels)):
        x = x + (following - level) * guided(conditional[step], null[step], call["guidance_scale"])
        path.append(x)
    fixture.close("out.trajectory", torch.stack(path), OPERATION)


def operations(fixture: Fixture) -> None:
    """Convolutions, pooling, group norm and subdivision."""
    stored = weights_of(fixture)
    x = SparseTensor(fixture.number("in.feats"), VoxelSet(fixture.get("in.coords")))
    for name, size in (("conv1", 1), ("conv3", 3)):
        kernel, bias = (stored[f"{name}.{part}"].read().float() for part in ("kernel", "bias"))
        conv = KernelConv(kernel.shape[-2], kernel.shape[-1], size).to(fixture.device)
        conv.kernel.copy_(kernel)
        conv.bias.copy_(bias)
        fixture.close(f"out.{name}", conv(x).features, OPERATION)
        if f"out.{name}_weight_as_dense" in fixture:
            fixture.exact(f"out.{name}_weight_as_dense", conv.weight().movedim(-1, 1))
    parents = down(x, merge="mean_with_zero")
    fixture.exact("out.down2_coords", parents.coords)
    fixture.close("out.down2_feats", parents.features, OPERATION)
    fixture.exact("out.subdivide_coords", x.voxels.subdivided().coords)
    weight, bias = (stored[f"groupnorm.{part}"].read().float() for part in ("weight", "bias"))
    for name in fixture.starting("out.groupnorm"):
        norm = GroupNorm(int(name.removeprefix("out.groupnorm")), len(weight)).to(fixture.device)
        norm.weight.copy_(weight)
        norm.bias.copy_(bias)
        fixture.close(name, norm(x).features, OPERATION)


def normalised(vertices: np.ndarray) -> np.ndarray:
    """Vertices [V, 3] float64 in the middle of the box, as large as the model was trained on."""
    scale, offset = box_transform(vertices.astype(np.float64), TRAINED_SIZE)
    return vertices * scale + offset


def voxels_of_meshes(fixture: Fixture) -> None:
    for name, told in fixture.config["cases"].items():
        vertices = normalised(fixture.get(f"{name}.vertices").cpu().numpy())
        faces = fixture.get(f"{name}.faces").cpu().numpy()
        fixture.close(f"{name}.normalized", vertices, 1.2e-7)
        found = torch.zeros((told["size"],) * 3, dtype=torch.bool)
        found[tuple(near_points(vertices, faces, told["size"]).T)] = True
        bits = np.packbits(found.numpy().flatten())
        fixture.exact(f"{name}.fine_bits", bits)
        voxels = torch.from_numpy(band_voxels(vertices, faces, told["size"], told.get("factor", FINE)))
        rows = torch.nn.functional.pad(voxels, (1, 0))
        fixture.exact(f"{name}.index_unique", rows)
        for sorted_name in fixture.starting(f"{name}.index_sorted_block"):
            block = int(sorted_name.rpartition("block")[2])
            fixture.exact(sorted_name, rows[block_order(rows, block)])


def conditioner(fixture: Fixture) -> None:
    params = fixture.config["params"]
    dino = cast(
        Dino,
        filled(partial(Dino, dino_hub_config(params), "smooth"), DINO_HUB, weights_of(fixture), fixture.device),
    )
    tokens = dino(normalise(fixture.number("in.image")))
    fixture.close("out.tokens", tokens, IMAGE)
    patches = object_patches(fixture.number("in.mask"), params["patch_size"])
    fixture.exact("out.mask_patches", patches.unflatten(1, fixture.get("out.mask_patches").shape[1:]))
    chosen = [patch_places(item, params["num_register_tokens"]) for item in patches]
    coords = [torch.nn.functional.pad(places, (1, 0), value=item) for item, (_, places) in enumerate(chosen)]
    fixture.exact("out.selected_coords", torch.cat(coords))
    kept = [tokens[item][rows] for item, (rows, _) in enumerate(chosen)]
    fixture.close("out.selected_tokens", torch.cat(kept), IMAGE)
    if "out.picture_tokens" in fixture:
        picture(fixture, dino, params["img_size"])


def picture(fixture: Fixture, dino: Dino, size: int) -> None:
    """From a picture with alpha to the encoder's own size."""
    colour, mask = square_picture(np.asarray(Image.open(fixture.folder / "picture.png").convert("RGBA")))
    name, step = fixture.step(f"out.picture_rgb_{PICTURE}_u8_step")
    fixture.exact(name, colour[::step, ::step].transpose(2, 0, 1))
    name, step = fixture.step(f"out.picture_mask_{PICTURE}_u8_step")
    fixture.exact(name, mask[::step, ::step][None])
    means = [*colour.reshape(-1, 3).mean(0) / 255, mask.mean() / 255]
    fixture.close("out.picture_mean", np.array(means), 1e-6)
    fixture.close("out.picture_tokens", dino(encoder_input(colour, size).to(fixture.device)), IMAGE)
