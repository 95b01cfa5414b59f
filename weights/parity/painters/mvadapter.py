"""Recordings of MV-Adapter: its attention, condition encoder, UNet, maps, reference picture, schedule and pipelines.

Each stage of a pipeline is fed what was recorded before it, so that a difference is told where it arises.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.ndimage import binary_dilation
from torch import Tensor

from ....kernels.views.cameras import Camera
from ...checkpoints.conversion.containers import open_tensors
from ...painters.latents import decode_latents, encode
from ...painters.libraries import diffusers
from ...painters.mvadapter.attention import AdapterConfig, MultiViewAttention, Reading
from ...painters.mvadapter.maps import TO_ADAPTER, control_maps, matrices, scale_of
from ...painters.mvadapter.network import (
    VIEWS,
    ConditionConfig,
    Conditioning,
    MvAdapterNetwork,
    condition_encoder,
    install_adapter,
    predict,
    reference_features,
)
from ...painters.mvadapter.painter import sample
from ...painters.mvadapter.picture import centred_on_grey
from ...painters.mvadapter.room import MvAdapterPlan
from ...painters.sdxl import (
    PLAIN,
    SdxlFolders,
    encode_text,
    load_network,
    load_scheduler,
    load_text_encoders,
    load_vae,
    tokenize,
)
from ...painters.shifted_schedule import shifted, shifted_betas
from ..fixture import Fixture, NotUnderstoodError
from ..instrument import filled, weights_of

NETWORK = 1e-5  # largest difference allowed for one network
STEP = 1e-4  # for what one step of a pipeline reads and says
LATENTS = 1e-3
IMAGES = 5e-4
PLAN = MvAdapterPlan(keep=True, together=True, limit=None, need=0.0)


def painter_case(fixture: Fixture) -> Callable[[Fixture], None] | None:
    """Return the check of a recording of MV-Adapter by its config, files and tensors; None for other kinds."""
    config = fixture.config
    kind = str(config.get("class") or config.get("function") or "")
    if fixture.folder.joinpath("base", "unet").is_dir() and fixture.way in config:
        return pipeline
    for word, case in (
        ("DecoupledMV", unet if "weights" in config else attention),
        ("T2IAdapter", conditions),
        ("preprocess_image(RGBA", pictures),
        ("get_orthogonal_camera", maps),
        ("ShiftSNRScheduler", schedule),
    ):
        if word in kind:
            return case
    return None


def attention(fixture: Fixture) -> None:
    """One attention layer with all that is added to it, in several mixtures."""
    params = fixture.config["params"]
    width, heads = int(params["query_dim"]), int(params["heads"])
    pattern = "row-column" if "RowCol" in fixture.config["class"] else "row"
    stored = weights_of(fixture)
    reference = any(".to_q_ref." in name for name in stored)

    from diffusers.models import attention_processor

    def build() -> Any:
        layer = attention_processor.Attention(query_dim=width, heads=heads, dim_head=width // heads)
        processor: Any = MultiViewAttention("here", width, AdapterConfig(pattern, reference))
        layer.set_processor(processor)
        return layer

    layer, x = filled(build, PLAIN, stored), fixture.number("in.hidden")
    features = {"here": fixture.number("in.ref")} if "in.ref" in fixture else None
    views = int(params["num_views"])
    for name in fixture.starting("out."):
        reading = Reading(views, features=features)
        mixture = name.removeprefix("out.")
        if mixture == "zero_ref" and features is not None:
            reading.features = {"here": torch.zeros_like(features["here"])}
        elif mixture.startswith("scales_"):
            reading.multi_view, reading.reference = (float(part) for part in mixture.split("_")[1:])
        elif mixture in ("mv_only", "plain_self_attention"):
            reading.reference = 0.0
        elif mixture not in ("full", "ref_only"):
            raise NotUnderstoodError(f"the mixture {mixture}")
        if mixture in ("ref_only", "plain_self_attention"):
            reading.multi_view = 0.0
        fixture.close(name, layer(x, reading=reading), NETWORK)


def conditions(fixture: Fixture) -> None:
    """Check the condition encoder."""
    params = fixture.config["params"]
    config = ConditionConfig(**{**params, "channels": tuple(params["channels"])})
    states = filled(lambda: condition_encoder(config), PLAIN, weights_of(fixture))(fixture.number("in.control"))
    for i, state in enumerate(states):
        fixture.close(f"out.state{i}", state, NETWORK)


def pictures(fixture: Fixture) -> None:
    """Check reference pictures, exactly."""
    params = fixture.config["params"]
    for name in fixture.starting("in.rgba"):
        made = centred_on_grey(fixture.get(name).numpy(), int(params["height"]), int(params["width"]))
        fixture.exact(name.replace("in.rgba", "out.rgb"), made)


def maps(fixture: Fixture) -> None:
    """Cameras, normals and control maps of a mesh; pixels beside a recorded edge may belong to its other side."""
    import trimesh

    mesh: Any = trimesh.load(fixture.folder / "mesh.obj", process=False, force="mesh")
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32)
    normals = np.asarray(mesh.vertex_normals)
    scale = scale_of(vertices)
    fixture.close("out.vertices", vertices @ TO_ADAPTER.T * scale, NETWORK)
    fixture.exact("out.faces", faces)
    fixture.close("out.vertex_normals", normals @ TO_ADAPTER.T, NETWORK)
    views = _cameras(fixture.config["params"], scale)
    made = [matrices(camera, scale) for camera in views]
    for name in ("c2w", "w2c", "proj", "mvp"):
        fixture.close(f"out.{name}", np.stack([each[name] for each in made]), NETWORK)
    size = fixture.get("out.mask").shape[-1]
    control, mask = control_maps(vertices.astype(np.float32), faces, normals.astype(np.float32), size, views)
    recorded = fixture.get("out.mask").numpy()
    outline = beside_edges(recorded)
    fixture.compare("out.mask inside", mask & ~outline, torch.from_numpy(recorded & ~outline), 0.0)
    wanted = fixture.get("out.control").numpy()
    # A depth edge is an edge of the position, too: a jump that no slope of one pixel explains.
    jumps = np.abs(np.diff(wanted[:, :3], axis=2, append=wanted[:, :3, -1:])).max(1) > 4.0 / size
    jumps |= np.abs(np.diff(wanted[:, :3], axis=3, append=wanted[:, :3, :, -1:])).max(1) > 4.0 / size
    same = ~(outline | np.stack([binary_dilation(each, iterations=1) for each in jumps]))[:, None]
    fixture.compare("out.control inside", control * same, torch.from_numpy(wanted * same), NETWORK)


def _cameras(params: Mapping[str, Any], scale: float) -> list[Camera]:
    """Return the recorded cameras, which stand in the adapter's world, around our mesh."""
    half, distances = float(params["top"]), params["distance"]
    if [-float(params["left"]), float(params["right"]), -float(params["bottom"])] != [half] * 3:
        raise NotUnderstoodError("pictures that are not square about the middle")
    places = zip(params["azimuth_deg"], params["elevation_deg"], distances, strict=True)
    return [Camera(float(a) + 90.0, float(e), half / scale, None, float(d) / scale) for a, e, d in places]


def beside_edges(mask: np.ndarray) -> np.ndarray:
    """Pixels of masks [V, H, W] within one pixel of the outline."""
    block = np.ones((3, 3), bool)
    grown = [np.asarray(binary_dilation(side, block), bool) for each in mask for side in (each, ~each)]
    return np.stack([a & b for a, b in zip(grown[::2], grown[1::2], strict=True)])


def schedule(fixture: Fixture) -> None:
    """Betas, noise levels and times of the shifted schedule and of the base one."""
    lib = diffusers()
    base = lib.EulerDiscreteScheduler(**fixture.config["params"])
    told = re.search(r'"(\w+)",\s*([\d.]+)\)', str(fixture.config["class"]))
    if told is None:
        raise NotUnderstoodError("a shifted schedule that says neither its mode nor its scale")
    interpolated, scale = told[1] == "interpolated", float(told[2])
    made = shifted(base, None, scale, interpolated)
    fixture.close("out.betas", shifted_betas(base.alphas_cumprod, scale, interpolated), NETWORK)
    fixture.close("out.alphas_cumprod_base", base.alphas_cumprod, NETWORK)
    for name, value in (
        ("alphas_cumprod", made),
        ("ddpm_alphas_cumprod", shifted(base, lib.DDPMScheduler, scale, interpolated)),
        ("lcm_alphas_cumprod", shifted(base, lib.LCMScheduler, scale, interpolated)),
        ("default_mode_alphas_cumprod", shifted(base, None, scale, interpolated=False)),
    ):
        if f"out.{name}" in fixture:
            fixture.close(f"out.{name}", value.alphas_cumprod, NETWORK)
    for name in fixture.starting("out.sigmas"):
        steps = int(name.removeprefix("out.sigmas"))
        made.set_timesteps(steps)
        largest = max(1.0, float(made.sigmas.max()))  # float32 holds a sigma to a few parts in ten millions
        fixture.close(name, made.sigmas, NETWORK * largest)
        fixture.exact(f"out.timesteps{steps}", made.timesteps)
        fixture.close(f"out.init_sigma{steps}", torch.as_tensor(made.init_noise_sigma), NETWORK * largest)
        if f"out.base_sigmas{steps}" in fixture:
            base.set_timesteps(steps)
            fixture.close(f"out.base_sigmas{steps}", base.sigmas, NETWORK)


def _network(base: Path, adapter: Path) -> MvAdapterNetwork:
    unet = load_network("UNet2DConditionModel", base, "cpu", torch.float32)
    return install_adapter(unet, open_tensors(adapter), "cpu", torch.float32)


def _compare_features(fixture: Fixture, features: dict[str, Tensor], allowed: float) -> None:
    names = fixture.starting("out.ref.")
    for name in names:
        key = name.removeprefix("out.ref.")
        if key not in features:
            raise NotUnderstoodError(f"no attention layer is called {key}")
        fixture.close(name, features[key], allowed)


def unet(fixture: Fixture) -> None:
    """Check the UNet: reference pass, then both halves of the guidance; with, without and free of all conditions."""
    base, adapter = (fixture.folder / path for path in fixture.config["weights"])
    network = _network(base, adapter)
    x, tokens, pooled = (fixture.number(f"in.{name}") for name in ("sample", "encoder_hidden_states", "text_embeds"))
    ids, t = fixture.number("in.time_ids"), fixture.get("in.timestep")
    size = int(ids[0, 0])
    states = [fixture.number(name) for name in fixture.starting("in.state")]
    given: dict[str, Tensor] | None = None
    if "in.reference_latents" in fixture:
        read = fixture.number("in.reference_latents")
        wanted = slice(len(tokens) // 2 + VIEWS - 1, None, VIEWS)  # the last row of each sample of the half with words
        features = reference_features(network, read, tokens[wanted], pooled[wanted], size)
        _compare_features(fixture, features, NETWORK)
        given = {name: torch.cat([0 * f, f]).repeat_interleave(VIEWS, 0) for name, f in features.items()}

    def run(reading: Reading, residuals: list[Tensor] | None = None) -> Tensor:
        return network.unet(
            x,
            t,
            encoder_hidden_states=tokens,
            added_cond_kwargs={"text_embeds": pooled, "time_ids": ids},
            cross_attention_kwargs={"reading": reading},
            down_intrablock_additional_residuals=residuals,
            return_dict=False,
        )[0]

    fixture.close("out.noise_pred", run(Reading(features=given), states), NETWORK)
    if "out.noise_pred_plain_unet" in fixture:
        fixture.close("out.noise_pred_plain_unet", run(Reading(multi_view=0.0, reference=0.0)), NETWORK)
    if "out.noise_pred_without_states" in fixture:
        fixture.close("out.noise_pred_without_states", run(Reading(features=given)), NETWORK)


def pipeline(fixture: Fixture) -> None:
    """Check a whole run, ig2mv or tg2mv: words, reference, every step, pictures."""
    folder, call = fixture.folder, fixture.config[fixture.way]["call"]
    folders = SdxlFolders.below(folder / "base")
    encoders = load_text_encoders(folders, "cpu", torch.float32)
    for name, prompt, pool in (
        ("prompt", call["prompt"], "pooled"),
        ("negative", call["negative_prompt"], "negative_pooled"),
    ):
        words = encode_text(encoders, tokenize(folders, prompt)[0])
        fixture.close(f"out.embeds_{name}", words.tokens, NETWORK)
        fixture.close(f"out.embeds_{pool}", words.pooled, NETWORK)
    network = _network(folders.unet, folder / f"mvadapter_{fixture.way}_sdxl.safetensors")
    vae = load_vae(folders.vae, "cpu", torch.float32)
    tokens = torch.cat([fixture.get("out.embeds_negative"), fixture.get("out.embeds_prompt")])
    pooled = torch.cat([fixture.get("out.embeds_negative_pooled"), fixture.get("out.embeds_pooled")])
    states = network.encoder(_control(fixture))
    for i, state in enumerate(states):
        fixture.close(f"out.adapter_state{i}", torch.cat([state, state]), NETWORK)
    features, size = None, int(call["height"])
    if "in.reference_rgb" in fixture:
        rgb = fixture.number("in.reference_rgb").numpy() / 255
        latents = encode(vae, rgb[None], fixture.get("aux.posterior_noise"))
        fixture.close("out.reference_latents", latents, LATENTS)
        recorded = fixture.get("out.reference_latents")
        features = reference_features(network, recorded, tokens[1:], pooled[1:], size)
        _compare_features(fixture, features, NETWORK)
    given = Conditioning(tokens, pooled, states, features, size)
    _steps(fixture, network, given, folders, int(call["num_inference_steps"]), float(call["guidance_scale"]))
    shown = decode_latents(vae, fixture.get("out.latents")[-1])
    chosen = fixture.get("aux.image_index").tolist() if "aux.image_index" in fixture else range(len(shown))
    fixture.close("out.images", shown[list(chosen)].transpose(0, 3, 1, 2), IMAGES)


def _control(fixture: Fixture) -> Tensor:
    """Return the control maps: recorded here, or in the fixture of the maps beside it."""
    if "in.control" in fixture:
        return fixture.number("in.control")
    named = re.findall(r"in\.control = out\.control of \.\./(\w+)", str(fixture.config.get("flow", "")))
    others = sorted(folder.name for folder in fixture.folder.parent.glob("mvadapter_maps*"))
    for folder in (fixture.folder.parent / name for name in (*named, *others)):
        if (folder / "io.safetensors").is_file():
            stored = open_tensors(folder / "io.safetensors")
            if "out.control" in stored and tuple(stored["out.control"].shape[:2]) == (VIEWS, 6):
                return stored["out.control"].read()
    raise NotUnderstoodError("it lacks in.control, and no fixture of maps lies beside it")


def _steps(
    fixture: Fixture, network: MvAdapterNetwork, given: Conditioning, folders: SdxlFolders, steps: int, guidance: float
) -> None:
    """Every step from what was recorded before it, then all of them as the product runs them."""
    schedule = shifted(load_scheduler(folders.scheduler))
    schedule.set_timesteps(steps)
    fixture.close("out.sigmas", schedule.sigmas, STEP)
    fixture.exact("out.timesteps", schedule.timesteps)
    noise = fixture.get("in.noise")
    inputs, said, path = (fixture.get(f"out.{name}") for name in ("unet_in", "noise_pred", "latents"))
    before = noise * schedule.init_noise_sigma
    predicted, walked = [], []
    for step, t in enumerate(schedule.timesteps):
        x = schedule.scale_model_input(before, t)
        fixture.compare(f"out.unet_in {step}", torch.cat([x, x]), inputs[step], STEP)
        predicted.append(predict(network, inputs[step][: len(x)], t, given, True))
        without, wanted = said[step].chunk(2)
        walked.append(schedule.step(without + guidance * (wanted - without), t, before, return_dict=False)[0])
        before = path[step]
    fixture.close("out.noise_pred", torch.stack(predicted), STEP)
    fixture.close("out.latents", torch.stack(walked), LATENTS)
    whole = sample(network, shifted(load_scheduler(folders.scheduler)), noise, given, steps, guidance, PLAN)
    fixture.compare("out.latents, whole run", whole, path[-1], LATENTS)
