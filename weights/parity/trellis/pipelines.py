"""Fixtures of TRELLIS from picture to mesh, run through the generator that the product runs."""

from functools import partial
from itertools import pairwise

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...generators.generator import Condition
from ...generators.trellis import Trellis, TrellisFlow, cut_to_object, trellis_from_folder
from ...networks.sparse import VoxelSet
from ..fixture import Fixture
from .networks import NETWORK, OPERATION, compare_mesh

LATENTS = 1e-4  # at the end of a flow
RAW = 3e-4  # of the mesh decoder fed with our latents


def pictures(fixture: Fixture) -> None:
    """Pictures with alpha and what the image encoder is given, to the level."""
    for name in fixture.config["cases"]:
        rgba = np.asarray(Image.open(fixture.folder / f"{name}.png").convert("RGBA"))
        wanted = np.asarray(Image.open(fixture.folder / f"{name}.out.png").convert("RGB"))
        fixture.compare(name, torch.tensor(cut_to_object(rgba)), torch.tensor(wanted), 0.0)


def pipeline(fixture: Fixture) -> None:
    """Every stage is fed what was recorded before it, so that a difference is told where it arises."""
    weights = next(path for path in sorted(fixture.folder.iterdir()) if path.name.startswith("dinov2"))
    model = trellis_from_folder(fixture.folder, "cpu", "float32", (weights, fixture.config["dino"]))
    prepared = cut_to_object(np.asarray(Image.open(fixture.folder / "image.png").convert("RGBA")))
    wanted = np.asarray(Image.open(fixture.folder / "prepared.png").convert("RGB"))
    fixture.compare("prepared.png", torch.tensor(prepared), torch.tensor(wanted), 0.0)
    condition = model.condition_picture(wanted)
    fixture.close("out.cond", recorded_tokens(condition, fixture.get("out.cond")), NETWORK)
    structure(fixture, model, condition)
    voxels = VoxelSet(fixture.get("out.coords"))
    walk(fixture, "slat", model, partial(on_voxels, model, voxels), fixture.get("in.slat_noise"), condition)
    latents = fixture.get("out.slat_trajectory")[-1]
    fixture.close("out.slat", latents * model.deviation + model.mean, OPERATION)
    raw = model.description(latents, voxels)
    name, step = fixture.step("out.raw_every_")
    fixture.close(name, raw.features[::step], RAW)
    compare_mesh(fixture, "out.", raw.coords, raw.features, 4 * model.resolution, RAW)


def recorded_tokens(condition: Condition, recorded: Tensor) -> Tensor:
    """Return all tokens if all were recorded; else tokens 0 to 8 and then every 13th, as many as were recorded."""
    first = recorded.shape[1] - 9
    if recorded.shape[1] == condition.tokens.shape[1]:
        return condition.tokens
    return torch.cat([condition.tokens[:, :9], condition.tokens[:, 9:][:, ::13][:, :first]], dim=1)


def structure(fixture: Fixture, model: Trellis, condition: Condition) -> None:
    """Flow over the dense grid, then the occupied voxels."""
    flow = model.structure

    def velocity(x: Tensor, t: float, condition: Condition, guidance: float) -> Tensor:
        cells = x.flatten(2).transpose(1, 2)
        return flow.grid(flow.velocity(cells, t, condition, None, guidance))

    walk(fixture, "ss", flow, velocity, fixture.get("in.ss_noise"), condition)
    cells = fixture.get("out.ss_trajectory")[-1].flatten(2).transpose(1, 2)
    decoder = model.parts.take("structure_decoder")
    fixture.close("out.ss_logits", decoder(flow.grid(cells)), LATENTS)
    fixture.exact("out.coords", model.occupied_voxels(cells))
    # There and back through our box, in another order.
    indices, resolution = model.occupied(cells)
    anchors = model.anchors(indices, resolution)
    assert anchors is not None
    back = model.voxels(anchors).coords
    fixture.compare("voxels through our box", torch.unique(back, dim=0), fixture.get("out.coords"), 0.0)


def on_voxels(model: Trellis, voxels: VoxelSet, x: Tensor, t: float, condition: Condition, guidance: float) -> Tensor:
    return model.velocity_on(voxels, x[None], t, condition, guidance)[0]


def walk(fixture: Fixture, name: str, flow: TrellisFlow, velocity, x: Tensor, condition: Condition) -> None:
    """Follow one flow; velocities are recorded as they point in its own code, to the noise."""
    settings = flow.settings
    guidance = 1.0 if settings.strength is None else settings.strength + 1.0
    path, velocities = [x], []
    for t, t_next in pairwise(flow.schedule(settings.steps).tolist()):
        velocities.append(velocity(x, t, condition, guidance))
        x = x + (t_next - t) * velocities[-1]
        path.append(x)
    fixture.close(f"out.{name}_velocity", -torch.stack(velocities), LATENTS)
    fixture.close(f"out.{name}_trajectory", torch.stack(path), LATENTS)
