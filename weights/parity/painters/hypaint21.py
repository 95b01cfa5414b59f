"""Recordings of Hunyuan3D-Paint 2.1: its attention, positions, UNet, maps, choice of views, and a whole run.

Each stage of a run is fed what was recorded before it, so that a difference is told where it arises.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...checkpoints.conversion.containers import Tensors, open_tensors
from ...checkpoints.conversion.settings_files import read_json
from ...painters.hunyuan.extra_views import CANDIDATES, EXTRA_WEIGHT, choose_views, triangle_areas, visible_triangles
from ...painters.hunyuan.maps import PLACES, WEIGHTS, condition_maps
from ...painters.hunyuan.network21 import (
    MATERIALS,
    Given21,
    MaterialProjections,
    Network21,
    ReferenceAttention,
    ViewAttention,
    rotation,
    self_attention,
)
from ...painters.hunyuan.sampling import rows21, sample21
from ...painters.hunyuan.steps import scheduler
from ...painters.hunyuan.unet import Attention, fill, shapes_of
from ...painters.hunyuan.voxels import token_voxels, voxels_of_grids
from ...painters.latents import decode_latents
from ...painters.sdxl import PLAIN, load_vae
from ..fixture import Fixture, NotUnderstoodError
from ..instrument import filled, weights_of
from .hypaint20 import compare_embeds, compare_latents, compare_maps, factors, places_of, read_mesh, recorded_maps
from .mvadapter import IMAGES, LATENTS, NETWORK, STEP

FEW = 5e-3  # of the triangles of a view: a pixel on a common edge may belong to either


def case21(fixture: Fixture) -> Callable[[Fixture], None] | None:
    """Return the check of a recording of 2.1, by its config and tensors; None when it is of another kind."""
    config = fixture.config
    kind = str(config.get("class") or config.get("function") or "")
    if {"in.dino_hidden_states", "in.reference_u8"} <= fixture.names:
        return pipeline
    for word, case in (
        ("UNet2p5DConditionModel (2.1)", unet),
        ("SelfAttnProcessor2_0 / RefAttnProcessor2_0", attention),
        ("calc_multires_voxel_idxs", voxels),
        ("MeshRender of 2.1", maps),
        ("bake_view_selection", views),
    ):
        if kind.startswith(word):
            return case
    return None


class SelfLayer(Attention):
    """Self-attention with the second projections of the published processor."""

    def __init__(self, width: int, heads: int):
        super().__init__(width, width, heads)
        self.processor = MaterialProjections(width)


def attention(fixture: Fixture) -> None:
    """Check the three attention layers and the rotation by positions."""
    params = fixture.config["params"]
    width, heads = int(params["dim"]), int(params["heads"])

    def layer(prefix: str, build: Callable[[], nn.Module]) -> Any:
        return filled(build, PLAIN, weights_of(fixture).part(prefix))

    own = layer("self", lambda: SelfLayer(width, heads))
    fixture.close("out.self", self_attention(own, fixture.number("in.self")), NETWORK)
    reference = layer("ref", lambda: ReferenceAttention(width, heads))
    read = reference(fixture.number("in.ref_query"), fixture.number("in.ref_context"))
    fixture.close("out.ref", read, NETWORK)
    across, x = layer("mv", lambda: ViewAttention(width, width, heads)), fixture.number("in.mv")
    turns = rotation(fixture.get("in.voxels"), width // heads)
    shared = [each.repeat_interleave(len(x) // len(each), 0) for each in turns]
    fixture.close("out.mv", across(x, tuple(shared)), NETWORK)
    fixture.close("out.mv_without_positions", across(x, None), NETWORK)
    for name in fixture.starting("out.rope"):
        if name.endswith("_cos"):
            tag = name.removeprefix("out.rope").removesuffix("_cos")
            made = rotation(fixture.get(f"in.voxels{tag}"), fixture.get(name).shape[-1])
            fixture.close(name, made[0], NETWORK)
            fixture.close(f"out.rope{tag}_sin", made[1], NETWORK)


def voxels(fixture: Fixture) -> None:
    """Positions of tokens, exactly: with the background overwritten, as in half precision, and without."""
    position, params = fixture.get("in.position"), fixture.config["params"]
    levels = [(int(grid), int(voxel)) for grid, voxel in zip(params["grid"], params["voxel"], strict=True)]
    for way, overwrite in (("half", True), ("float", False)):
        made = voxels_of_grids(position, levels, overwrite)
        for name in fixture.starting(f"out.{way}_"):
            fixture.exact(name, made[int(name.rpartition("_")[2])])


def network21(unet_config: dict[str, Any], path: Path) -> Network21:
    """Return the network of one stored file, filled."""
    stored: Tensors = open_tensors(path)
    with torch.device("meta"):
        network = Network21(unet_config, shapes_of(stored))
    return fill(network, stored, "cpu", torch.float32)


def unet(fixture: Fixture) -> None:
    """Check the reference pass, the DINO projection and the painting UNet, in several mixtures."""
    network = network21(fixture.config["params"], fixture.folder / fixture.config["weights"])
    features = network.read_reference(fixture.number("in.ref_latents"))
    compare_embeds(fixture, features)
    dino = network.project_dino(fixture.number("in.dino_hidden_states"))
    fixture.close("out.dino_proj", dino, NETWORK)
    x, text = fixture.number("in.sample"), fixture.number("in.encoder_hidden_states")
    normal, position = (fixture.number(f"in.embeds_{name}") for name in ("normal", "position"))
    for name in fixture.starting("out.noise_pred"):
        words = name.removeprefix("out.noise_pred")
        half = "_float_position_maps" not in words
        scale, multi_view = factors(words.replace("_float_position_maps", ""), len(x))
        turns = token_voxels(fixture.get("in.position_maps"), x.shape[-1], overwrite=half)
        given = Given21(normal, position, turns, dino, features, scale, multi_view)
        fixture.close(name, network.predict(x, fixture.get("in.timestep"), text, given), NETWORK)


def chosen_views(seen: np.ndarray, areas: np.ndarray, told: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the views chosen for each number that a config tells, joined; raises when weights differ."""
    made = []
    for most, each in told.items():
        places = choose_views(seen, areas, int(most))
        weights = [*WEIGHTS, *[EXTRA_WEIGHT] * (len(places) - len(PLACES))]
        if list(map(float, each["weights"])) != weights:
            raise AssertionError(f"weights {each['weights']} are not {weights}")
        made += places
    return made


def compare_choice(fixture: Fixture, seen: np.ndarray, areas: np.ndarray, told: dict[str, Any]) -> None:
    """Compare the views chosen for each number with recorded ones."""
    wanted = [place for each in told.values() for place in places_of(each)]
    made = chosen_views(seen, areas, told)
    fixture.compare("chosen views", torch.tensor(made), torch.tensor(wanted), 0.0)


def maps(fixture: Fixture) -> None:
    """Check maps with flat normals, and the choice of views."""
    config = fixture.config
    vertices, faces, _ = read_mesh(fixture)
    places = places_of(config["params"])
    compare_maps(fixture, *condition_maps(vertices, faces, False, int(config["params"]["resolution"]), places))
    if "view_selection" in config:
        seen = visible_triangles(vertices, faces, int(config["view_selection_render_size"]))
        compare_choice(fixture, seen, triangle_areas(vertices, faces), config["view_selection"])


def views(fixture: Fixture) -> None:
    """Compare the triangles that each candidate view shows, and the choice of views from them."""
    config = fixture.config
    vertices, faces, frame = read_mesh(fixture)
    if places_of(config["candidates"]) != list(CANDIDATES):
        raise NotUnderstoodError("other candidates")
    areas = triangle_areas(frame.inside(vertices), faces)
    recorded = fixture.get("out.face_areas")
    fixture.compare("out.face_areas", areas, recorded[1:], NETWORK)
    seen = visible_triangles(vertices, faces, int(config["params"]["render_size"]))
    recorded = fixture.get("out.visible_triangles").numpy() > 0
    differing = torch.tensor(float((seen != recorded).mean(1).max()))
    fixture.compare("triangles seen otherwise", differing, torch.tensor(0.0), FEW)
    for visible in (seen, recorded):
        compare_choice(fixture, visible, areas, config["selection"])


def pipeline(fixture: Fixture) -> None:
    """Check a whole run: latents, every step, pictures."""
    folder, call = fixture.folder, fixture.config["call"]
    network = network21(
        read_json(folder / "unet" / "config.json"), folder / "unet" / "diffusion_pytorch_model.safetensors"
    )
    vae = load_vae(folder / "vae", "cpu", torch.float32)
    position, normal, _ = recorded_maps(fixture, "hypaint21_maps")
    compare_latents(fixture, vae, position, normal)
    noise, side = fixture.get("in.noise"), fixture.get("in.noise").shape[-1]
    turns = token_voxels(torch.from_numpy(position).permute(0, 3, 1, 2)[None], side)
    features = network.read_reference(fixture.get("out.ref_latents")[-1:])
    latents = (fixture.get(f"out.{name}_latents")[-1:] for name in ("normal", "position"))
    given = Given21(*latents, voxels=turns, dino=None, features=features)
    tokens, guidance = fixture.get("in.dino_hidden_states"), float(call["guidance_scale"])
    schedule = scheduler("UniPCMultistepScheduler", folder / "scheduler")
    steps = int(call["num_inference_steps"])
    schedule.set_timesteps(steps)
    fixture.close("out.timesteps", schedule.timesteps.float(), 0.0)
    fixture.close("out.sigmas", schedule.sigmas, NETWORK * max(1.0, float(schedule.sigmas.max())))
    _steps(fixture, network, schedule, noise, given, tokens, guidance)
    schedule = scheduler("UniPCMultistepScheduler", folder / "scheduler")
    whole = sample21(network, schedule, noise, given, tokens, steps, guidance)
    path = fixture.get("out.latents")
    fixture.compare("out.latents, whole run", whole, path[-1], LATENTS)
    shown = decode_latents(vae, path[-1])
    chosen = fixture.get("aux.image_index").tolist() if "aux.image_index" in fixture else range(len(shown))
    fixture.close("out.images", shown[list(chosen)].transpose(0, 3, 1, 2), IMAGES)


def _steps(
    fixture: Fixture,
    network: Network21,
    schedule: Any,
    noise: Tensor,
    given: Given21,
    tokens: Tensor,
    guidance: float,
) -> None:
    """Every step from what was recorded before it; all three guidance rows, though the middle one counts nothing."""
    without, wanted = rows21(network, given, tokens)
    rows = [without, replace(wanted, dino=without.dino), wanted]
    inputs, said, path = (fixture.get(f"out.{name}") for name in ("unet_in", "noise_pred", "latents"))
    predicted, walked, before = [], [], noise * schedule.init_noise_sigma
    for step, time in enumerate(schedule.timesteps):
        read = schedule.scale_model_input(before, time).unflatten(0, (1, MATERIALS, -1))
        fixture.compare(f"out.unet_in {step}", read, inputs[step], STEP)
        predicted.append(torch.cat([network.predict(inputs[step], time, network.text, row) for row in rows]))
        nothing, _, everything = said[step].chunk(len(rows))
        velocity = nothing + guidance * (everything - nothing)
        walked.append(schedule.step(velocity, time, before, return_dict=False)[0])
        before = path[step]
    fixture.close("out.noise_pred", torch.stack(predicted), STEP)
    fixture.close("out.latents", torch.stack(walked), LATENTS)
