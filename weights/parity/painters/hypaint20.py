"""Recordings of Hunyuan3D-Paint 2.0: its block, UNet, maps, pictures, and runs of the base and the turbo model.

Each stage of a run is fed what was recorded before it, so that a difference is told where it arises.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...checkpoints.conversion.containers import open_tensors
from ...checkpoints.conversion.settings_files import read_json
from ...painters.hunyuan.maps import PLACES, Frame, camera_number, condition_maps, matrices, rounded, shades
from ...painters.hunyuan.network20 import Block20, Given20, Network20, Reading20
from ...painters.hunyuan.reference.pictures import colours_restored, recentred
from ...painters.hunyuan.sampling import sample20
from ...painters.hunyuan.steps import AncestralSteps, ConsistencySteps
from ...painters.hunyuan.unet import fill, shapes_of
from ...painters.latents import decode_latents, encode
from ...painters.sdxl import PLAIN, load_vae
from ..fixture import Fixture, NotUnderstoodError
from ..instrument import filled, weights_of
from .mvadapter import IMAGES, LATENTS, NETWORK, STEP, beside_edges

ONE_SHADE = 1.0  # of 255: a value beside a whole number is cut off to either


def case20(fixture: Fixture) -> Callable[[Fixture], None] | None:
    """Return the check of a recording of 2.0, by its config; None when it is of another kind."""
    config = fixture.config
    kind = str(config.get("class") or config.get("function") or config.get("what") or "")
    if fixture.way in ("base", "turbo") and "unet_dual" in kind:
        return pipeline
    for word, case in (
        ("UNet2p5DConditionModel (2.0)", unet),
        ("Basic2p5DTransformerBlock (2.0)", block),
        ("MeshRender of 2.0", maps),
        ("recorrect_rgb", pictures),
    ):
        if kind.startswith(word):
            return case
    return None


def block(fixture: Fixture) -> None:
    """Check a block that reads references, and between views while it reads their features."""
    from diffusers.models.attention import BasicTransformerBlock

    params = fixture.config["params"]
    width, heads = int(params["dim"]), int(params["heads"])

    def build() -> Block20:
        part = BasicTransformerBlock(width, heads, width // heads, cross_attention_dim=int(params["cross"]))
        return Block20(part, "here", across=True)

    layer, kept = filled(build, PLAIN, weights_of(fixture)), {}

    def run(name: str, reading: Reading20) -> Tensor:
        text = fixture.number("in.ref_text" if name == "in.ref_hidden" else "in.text")
        given: dict[str, Any] = {"reading": reading}
        return layer(fixture.number(name), encoder_hidden_states=text, cross_attention_kwargs=given)

    views, references = int(params["views"]), int(params["references"])
    fixture.close("out.write", run("in.ref_hidden", Reading20(references, kept=kept)), NETWORK)
    fixture.close("out.embed", kept["here"], NETWORK)
    for name in fixture.starting("out.read"):
        reading = Reading20(views, features=kept)
        reading.reference, reading.multi_view = factors(name.removeprefix("out.read"), int(params["batch"]))
        fixture.close(name, run("in.hidden", reading), NETWORK)


def factors(words: str, batch: int) -> tuple[Tensor | None, float]:
    """Return the factors of reference (per sample) and views that a recording's name tells, as _ref_0_1_mva_0.5."""
    told = re.fullmatch(r"(?:_ref(?:_scale)?((?:_[\d.]+)+))?(?:_mva(?:_scale)?_([\d.]+))?", words)
    if told is None:
        raise NotUnderstoodError(f"the mixture {words}")
    reference = None
    if told[1]:
        numbers = [float(part) for part in told[1].split("_")[1:]]
        if len(numbers) != batch:
            raise NotUnderstoodError(f"{len(numbers)} factors for {batch} samples")
        reference = torch.tensor(numbers)
    return reference, float(told[2]) if told[2] else 1.0


def network20(unet_config: dict[str, Any], path: Path) -> Network20:
    """Return the network of one stored file, filled."""
    stored = open_tensors(path)
    with torch.device("meta"):
        network = Network20(unet_config, shapes_of(stored))
    return fill(network, stored, "cpu", torch.float32)


def block_path(name: str) -> str:
    """Return a block's path in the UNet for its short name, as up_2_1_0."""
    told = re.fullmatch(r"(?:(down|up)_(\d+)|(mid))_(\d+)_(\d+)", name)
    if told is None:
        raise NotUnderstoodError(f"the block {name}")
    place = "mid_block" if told[3] else f"{told[1]}_blocks.{told[2]}"
    return f"{place}.attentions.{told[4]}.transformer_blocks.{told[5]}"


def compare_embeds(fixture: Fixture, features: dict[str, Tensor]) -> None:
    """Compare features of the reference with those that were recorded."""
    for name in fixture.starting("out.embed."):
        fixture.close(name, features[block_path(name.removeprefix("out.embed."))], NETWORK)


def unet(fixture: Fixture) -> None:
    """Check the reference pass and the painting UNet, in several mixtures."""
    network = network20(fixture.config["params"], fixture.folder / fixture.config["weights"])
    features = network.read_reference(fixture.number("in.ref_latents"))
    fixture.get("in.camera_info_ref")  # the UNet that reads references has no table of cameras
    compare_embeds(fixture, features)
    normal, position = (fixture.number(f"in.{name}_imgs") for name in ("normal", "position"))
    x, text, cameras = (fixture.get(f"in.{name}") for name in ("sample", "encoder_hidden_states", "camera_info_gen"))
    for name in fixture.starting("out.noise_pred"):
        scale, multi_view = factors(name.removeprefix("out.noise_pred"), len(x))
        given = Given20(normal, position, cameras, features, scale, multi_view)
        fixture.close(name, network.predict(x, fixture.get("in.timestep"), text, given), NETWORK)


def read_mesh(fixture: Fixture) -> tuple[np.ndarray, np.ndarray, Frame]:
    """Return vertices and faces of the fixture's mesh, and its frame; compares the first two."""
    import trimesh

    mesh: Any = trimesh.load(fixture.folder / "mesh.obj", process=False, force="mesh")
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32)
    frame = Frame.around(vertices)
    if "out.vertices" in fixture:
        fixture.close("out.vertices", frame.inside(vertices), NETWORK)
        fixture.exact("out.faces", faces)
    return vertices, faces, frame


def places_of(params: dict[str, Any]) -> list[tuple[int, int]]:
    """Return (azimuth, elevation) of each view that a config tells."""
    return list(zip(params["azimuths"], params["elevations"], strict=True))


def compare_maps(fixture: Fixture, position: np.ndarray, normal: np.ndarray) -> None:
    """Compare maps with recorded ones; pixels beside the outline may lie on its other side."""
    white = (fixture.get("out.position_u8").numpy() == 255).all(-1)
    edges = torch.from_numpy(beside_edges(~white))[..., None]
    for name, made in (("position", position), ("normal", normal)):
        recorded = fixture.get(f"out.{name}_u8")
        value = torch.where(edges, recorded, torch.from_numpy(shades(made)))
        fixture.compare(f"out.{name}_u8", value, recorded, ONE_SHADE)
        if f"out.{name}_view0" in fixture:
            first = fixture.get(f"out.{name}_view0")
            fixture.compare(f"out.{name}_view0", torch.where(edges[0], first, torch.from_numpy(made[0])), first, STEP)


def maps(fixture: Fixture) -> None:
    """Cameras with their numbers, and maps with smooth normals."""
    config, params = fixture.config, fixture.config["params"]
    vertices, faces, frame = read_mesh(fixture)
    places, size = places_of(params), int(params["resolution"])
    views = [frame.camera(place, size) for place in places]
    made = [matrices(view, frame) for view in views]
    fixture.close("out.w2c", np.stack([w2c for w2c, _ in made]), NETWORK)
    fixture.close("out.proj", made[0][1], NETWORK)
    if "camera_info" in config:
        numbers = [camera_number(place) for place in places]
        fixture.compare("camera_info", torch.tensor(numbers), torch.tensor(config["camera_info"]), 0.0)
    compare_maps(fixture, *condition_maps(vertices, faces, True, size, places))


def pictures(fixture: Fixture) -> None:
    """Centred pictures, exactly, and colours after light is taken out."""
    for name in fixture.starting("in.rgba"):
        fixture.exact(name.replace("in.rgba", "out.recentred"), recentred(fixture.get(name).numpy()))
    light, alpha = fixture.get("in.src").numpy(), fixture.get("in.alpha").numpy()
    for name in fixture.starting("in.target"):
        restored = colours_restored(light, fixture.get(name).numpy(), alpha[..., 0])
        recorded = name.replace("in.target", "out.recorrected")
        fixture.close(recorded, np.concatenate([restored, alpha], -1), NETWORK)


def recorded_maps(fixture: Fixture, kind: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Return positions and normals of the maps beside a run, float32 with roundings of float16, and their config."""
    named = re.findall(r"\.\./(\w+)", str(fixture.config.get("flow", "")))
    others = sorted(folder.name for folder in fixture.folder.parent.glob(f"{kind}*"))
    for folder in (fixture.folder.parent / name for name in (*named, *others)):
        if (folder / "io.safetensors").is_file():
            beside = Fixture(folder)
            if {"out.position_u8", "out.normal_u8"} <= beside.names:
                found = [beside.get(f"out.{name}_u8").numpy() for name in ("position", "normal")]
                position, normal = (rounded(each) for each in found)
                return position, normal, beside.config
    raise NotUnderstoodError("no fixture of maps lies beside it")


def compare_latents(fixture: Fixture, vae: Any, position: np.ndarray, normal: np.ndarray) -> None:
    """Compare latents of reference and maps, and of the empty reference of a row without one."""
    reference = fixture.get("in.reference_u8").numpy()
    pictures = reference.reshape(-1, *reference.shape[-3:]).astype(np.float32) / 255
    for name, shown in (("ref", pictures), ("normal", normal), ("position", position)):
        latents = encode(vae, shown, fixture.get(f"aux.{name}_posterior_noise"))
        recorded = fixture.get(f"out.{name}_latents")
        wanted = latents.expand(len(recorded), *latents.shape).clone()
        if name == "ref" and len(recorded) > 1:
            wanted[0] = 0
        fixture.close(f"out.{name}_latents", wanted, LATENTS)


def pipeline(fixture: Fixture) -> None:
    """Check a whole run of the base or the turbo model: latents, every step, pictures."""
    folder, turbo = fixture.folder, fixture.way == "turbo"
    network = network20(
        read_json(folder / "unet" / "config.json"), folder / "unet" / "diffusion_pytorch_model.safetensors"
    )
    vae = load_vae(folder / "vae", "cpu", torch.float32)
    position, normal, told = recorded_maps(fixture, "hypaint20_maps")
    compare_latents(fixture, vae, position, normal)
    cameras = fixture.get("out.camera_info_gen")
    places = places_of(told["params"]) if "params" in told else PLACES
    numbers = torch.tensor([[camera_number(place) for place in places]])
    fixture.exact("out.camera_info_gen", numbers.expand(len(cameras), -1))
    features = network.read_reference(fixture.get("out.ref_latents")[-1:])
    shown = (fixture.get(f"out.{name}_latents")[-1:] for name in ("normal", "position"))
    given = Given20(*shown, cameras=numbers, features=features)
    times = fixture.get("out.timesteps")
    steps = ConsistencySteps.of(folder / "scheduler") if turbo else AncestralSteps.of(folder / "scheduler", len(times))
    guidance = None if turbo else guidance_of(fixture)
    _steps(fixture, network, steps, given, guidance)
    shown = decode_latents(vae, fixture.get("out.latents")[-1])
    chosen = fixture.get("aux.image_index").tolist() if "aux.image_index" in fixture else range(len(shown))
    fixture.close("out.images", shown[list(chosen)].transpose(0, 3, 1, 2), IMAGES)


def guidance_of(fixture: Fixture) -> float:
    """Return the guidance that the config tells as a value or in its words."""
    call = fixture.config.get("call", {})
    told = re.search(r"guidance (\d+(?:\.\d+)?)", str(fixture.config.get("flow", "")))
    if "guidance_scale" not in call and told is None:
        raise NotUnderstoodError("a run that tells no guidance")
    return float(call["guidance_scale"]) if told is None else float(told[1])


def _steps(
    fixture: Fixture,
    network: Network20,
    steps: AncestralSteps | ConsistencySteps,
    given: Given20,
    guidance: float | None,
) -> None:
    """Every step from what was recorded before it, then all of them as the product runs them."""
    fixture.close("out.timesteps", steps.times.float(), 0.0)
    if isinstance(steps, AncestralSteps):
        # float32 holds a noise level to a few parts in ten millions
        fixture.close("out.sigmas", steps.sigmas, NETWORK * max(1.0, float(steps.sigmas.max())))
    noise, drawn = fixture.get("in.noise"), fixture.get("aux.step_noise")
    inputs, said, path = (fixture.get(f"out.{name}") for name in ("unet_in", "noise_pred", "latents"))
    walk = steps
    if isinstance(steps, AncestralSteps):  # one place more or less of a level of 4096 moves the first latents by 1e-3
        walk = AncestralSteps(steps.times, fixture.get("out.sigmas"))
    predicted, walked, before = [], [], walk.start(noise)
    rows = 1 if guidance is None else 2
    text = network.text if guidance is None else torch.cat([torch.zeros_like(network.text), network.text])
    factor = None if guidance is None else torch.tensor([0.0, 1.0])
    both = Given20(given.normal, given.position, given.cameras, given.features, factor)
    for step, time in enumerate(steps.times):
        x = walk.scaled(before, step)
        fixture.compare(f"out.unet_in {step}", x.expand(rows, *x.shape), inputs[step], STEP)
        predicted.append(network.predict(inputs[step], time, text, both))
        parts = said[step].chunk(rows)
        velocity = parts[0] if guidance is None else parts[0] + guidance * (parts[1] - parts[0])
        walked.append(walk.next(velocity, before, step, lambda index: drawn[index]))
        before = path[step]
    fixture.close("out.noise_pred", torch.stack(predicted), STEP)
    fixture.close("out.latents", torch.stack(walked), LATENTS)
    whole = sample20(network, steps, noise, given, guidance, lambda index: drawn[index])
    fixture.compare("out.latents, whole run", whole, path[-1], LATENTS)
