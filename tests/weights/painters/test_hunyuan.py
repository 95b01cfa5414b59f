"""Hunyuan3D-Paint 2.0 as painters: whole runs of a tiny random model, its plan of memory, and its refusals."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh
from safetensors.torch import save_file

from varco3d.errors import ModelMissingError, OutOfMemoryError, UsageError
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.render_maps import render_maps
from varco3d.weights.painters import PainterOptions, PaintTask, Room, load_painter, missing_weights
from varco3d.weights.painters.base import Known
from varco3d.weights.painters.hunyuan import painter as product
from varco3d.weights.painters.hunyuan.network20 import Network20
from varco3d.weights.painters.sdxl import plain_network

RECORDED = Path(__file__).parents[2] / "parity" / "fixtures"
UNET = json.loads((RECORDED / "hypaint21_unet" / "config.json").read_text())["params"]
BLOCKS = 4
VAE = {
    "block_out_channels": [8] * BLOCKS,
    "down_block_types": ["DownEncoderBlock2D"] * BLOCKS,
    "up_block_types": ["UpDecoderBlock2D"] * BLOCKS,
    "layers_per_block": 1,
    "norm_num_groups": 4,
}
SCHEDULER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "steps_offset": 1,
}
GIB = float(1 << 30)
NAMES = ("hunyuan3d-paint-2.0", "hunyuan3d-paint-2.0-turbo")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other cost more than these tiny networks."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def random_tensors(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Weights under which every layer passes on as much as it gets."""
    random, out = torch.Generator().manual_seed(5), {}
    for name, each in network.named_parameters():
        drawn = torch.randn(each.shape, generator=random)
        if each.ndim == 1:
            out[name] = 0.1 * drawn + float(name.endswith("weight"))
        else:
            out[name] = drawn if "learned" in name else drawn * 1.5 / each[0].numel() ** 0.5
    return out


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that holds tiny random models of both kinds under the names of the zoo."""
    words = {f"unet.learned_text_clip_{name}": (1, 5, 24) for name in ("gen", "ref")}
    networks = {
        "unet": (Network20(UNET, words), UNET),
        "vae": (plain_network("AutoencoderKL", VAE), VAE),
    }
    root = tmp_path / "models"
    for folder in ("hunyuan3d-paint-v2-0", "hunyuan3d-paint-v2-0-turbo"):
        base = root / "tencent" / "Hunyuan3D-2" / folder
        for name, (network, config) in networks.items():
            (base / name).mkdir(parents=True)
            save_file(random_tensors(network), base / name / "diffusion_pytorch_model.safetensors")
            (base / name / "config.json").write_text(json.dumps(config))
        (base / "scheduler").mkdir()
        (base / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER))
    monkeypatch.setenv("VARCO3D_MODELS", str(root))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)
    return root


def egg() -> PaintTask:
    made = trimesh.creation.icosphere(subdivisions=2, radius=0.5)
    vertices, faces = (
        (made.vertices * [1, 1.5, 0.8] + [0.1, 0.05, -0.1]).astype(np.float32),
        made.faces.astype(np.int32),
    )
    picture = np.ones((40, 30, 4), np.float32)
    picture[..., 1] = 0.2
    return PaintTask(vertices, faces, smooth_normals(vertices, faces), picture, size=64, seed=3)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_from_the_store_is_repeatable_and_follows_seed_and_picture(store: Path, name: str) -> None:
    told: list[tuple] = []
    turbo = name.endswith("turbo")
    task = replace(egg(), steps=None if turbo else 3, progress=lambda *facts: told.append(facts))
    painter = load_painter(name, Room())
    first, again = painter.paint(task), painter.paint(task)
    assert list(first.views) == ["front", "right", "back", "left", "top", "bottom"]
    for view, same in zip(first.views.values(), again.views.values(), strict=True):
        assert view.picture.shape == (64, 64, 3) and np.isfinite(view.picture).all()
        assert np.array_equal(view.picture, same.picture)
    assert first.facts["steps"] == len(told) / 2 == (10 if turbo else 3)
    assert first.facts["guidance"] == (None if turbo else 2.0)
    assert [view.priority for view in first.views.values()] == [1.0, 0.1, 0.5, 0.1, 0.05, 0.05]
    assert task.picture is not None
    for other in (replace(task, seed=4), replace(task, picture=task.picture * [0.2, 1, 1, 1])):
        changed = painter.paint(other).views["front"].picture
        assert np.abs(changed - first.views["front"].picture).max() > 1e-3


def test_views_show_the_mesh_where_the_maps_do(store: Path) -> None:
    task = egg()
    answer = load_painter(NAMES[1], Room()).paint(task)
    for k, view in enumerate(answer.views.values()):
        mask = render_maps(task.vertices, task.faces, view.camera, 64, maps=()).mask
        shown = answer.maps["position"][k].min(-1) < 0.98
        assert 0.05 < mask.mean() < 0.9 and (mask != shown).mean() < 0.04


@pytest.mark.parametrize("name", NAMES)
def test_what_is_known_stays(store: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[torch.Tensor] = []
    decode = product.decode_latents
    monkeypatch.setattr(product, "decode_latents", lambda vae, x: decoded.append(x) or decode(vae, x))
    task, painter = egg(), load_painter(name, Room())
    task = task if name.endswith("turbo") else replace(task, steps=3)
    share = np.zeros((6, 64, 64), np.float32)
    share[:, :, :30] = 1.0  # the fourth column of latents is known in part only
    pictures = np.full((6, 64, 64, 3), 0.3, np.float32)
    for known in (Known(pictures, share), Known(pictures, np.ones_like(share))):
        painter.paint(replace(task, known=known))
    half, whole = decoded
    assert torch.allclose(half[..., :3], whole[..., :3], atol=1e-5)
    assert (half[..., 3:] - whole[..., 3:]).abs().mean() > 0.05


def test_the_network_leaves_before_pictures_are_decoded(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painter = load_painter(NAMES[1], Room())
    held: list[tuple[str, ...]] = []
    monkeypatch.setattr(product, "plan_room", lambda *_: product.Plan(False, 1.0))
    decode = product.decode_latents
    monkeypatch.setattr(product, "decode_latents", lambda *all: held.append(painter.turns.held()) or decode(*all))
    painter.paint(egg())
    assert held == [("vae",)] and painter.turns.held() == ()


def test_the_plan_keeps_the_budget_or_refuses() -> None:
    memory = 1000.0
    for keep in (True, False):
        plan = product.plan_room(Room("cpu", "float16", memory), "p", 512, 3.4 * GIB, 0.16 * GIB)
        assert plan.keep == keep and 3.4 < plan.need <= memory
        memory = plan.need - 0.01
    with pytest.raises(OutOfMemoryError, match="p needs about"):
        product.plan_room(Room("cpu", "float16", memory), "p", 512, 3.4 * GIB, 0.16 * GIB)


def test_what_it_cannot_read_is_refused(store: Path) -> None:
    painter, task = load_painter(NAMES[0], Room()), egg()
    for wrong, cause in (
        ({"picture": None}, "needs a picture"),
        ({"prompt": "bronze"}, "takes no words"),
        ({"options": PainterOptions(base="x")}, "another base"),
        ({"size": 100}, "100 px"),
    ):
        with pytest.raises(UsageError, match=cause):
            painter.paint(replace(task, **wrong))


@pytest.mark.parametrize("name", NAMES)
def test_without_weights_the_pull_line_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert missing_weights(name, picture=True) == name
    with pytest.raises(ModelMissingError) as caught:
        load_painter(name, Room()).paint(egg())
    assert f"varco3d models pull {name}" in caught.value.hint
