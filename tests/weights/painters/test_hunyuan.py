"""Hunyuan3D-Paint as painters: whole runs of tiny random models, their plan of memory, and their refusals."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from tiny_hunyuan import egg, fill_store20, fill_store21
from tiny_painter import scores_of_calls

from varco3d.errors import CheckpointError, ModelMissingError, OutOfMemoryError, UsageError
from varco3d.kernels.views.render_maps import render_maps
from varco3d.weights.painters import PainterOptions, Room, load_painter, missing_weights
from varco3d.weights.painters.base import Known
from varco3d.weights.painters.hunyuan import painter as product
from varco3d.weights.painters.hunyuan import painter20, painter21
from varco3d.weights.painters.hunyuan.room import Plan, plan_room
from varco3d.weights.painters.memory import LEAST_LIMIT

GIB = float(1 << 30)
NAMES = ("hunyuan3d-paint-2.0", "hunyuan3d-paint-2.0-turbo", "hunyuan3d-paint-2.1")
SIX = ["front", "right", "back", "left", "top", "bottom"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds tiny random models of all kinds."""
    root = tmp_path_factory.mktemp("hunyuan") / "models"
    fill_store20(root)
    fill_store21(root)
    return root


@pytest.fixture
def store(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, in use."""
    monkeypatch.setenv("VARCO3D_MODELS", str(models))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)
    return models


@pytest.mark.parametrize("name", NAMES)
def test_a_run_from_the_store_is_repeatable_and_follows_seed_and_picture(store: Path, name: str) -> None:
    told: list[tuple] = []
    turbo = name.endswith("turbo")
    task = replace(egg(), steps=None if turbo else 3, progress=lambda *facts: told.append(facts))
    painter = load_painter(name, Room())
    first, again = painter.paint(task), painter.paint(task)
    assert list(first.views) == SIX
    for view, same in zip(first.views.values(), again.views.values(), strict=True):
        assert view.picture.shape == (64, 64, 3) and np.isfinite(view.picture).all()
        assert np.array_equal(view.picture, same.picture)
    assert first.facts["steps"] == len(told) / 2 == (10 if turbo else 3)
    assert first.facts["guidance"] == {NAMES[0]: 2.0, NAMES[1]: None, NAMES[2]: 3.0}[name]
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
    half, whole = (latents[:6] for latents in decoded)  # of 2.1 the albedo
    assert torch.allclose(half[..., :3], whole[..., :3], atol=1e-5)
    assert (half[..., 3:] - whole[..., 3:]).abs().mean() > 0.05


@pytest.mark.parametrize(("name", "room"), [(NAMES[1], painter20), (NAMES[2], painter21)])
def test_networks_take_turns_and_the_reader_leaves_before_the_first_step(
    store: Path, name: str, room: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = load_painter(name, Room())
    held: list[object] = []
    monkeypatch.setattr(room, "plan_room", lambda *_: Plan(False, 1.0))
    decode = product.decode_latents
    monkeypatch.setattr(product, "decode_latents", lambda *all: held.append(painter.turns.held()) or decode(*all))
    sampled = "sample20" if room is painter20 else "sample21"
    sample = getattr(room, sampled)

    def sampling(network, *rest):
        held.append(network.unet_dual)
        return sample(network, *rest)

    monkeypatch.setattr(room, sampled, sampling)
    task = replace(egg(), steps=None if room is painter20 else 1)
    alone = painter.paint(task).views["back"].picture
    assert held == [None, ("vae",)] and painter.turns.held() == ()
    monkeypatch.setattr(room, "plan_room", lambda *_: Plan(True, 1.0))
    for _ in range(2):  # the second time with what was kept
        assert np.array_equal(painter.paint(task).views["back"].picture, alone)
    assert {"vae", "network"} <= set(painter.turns.held())
    painter.release()
    assert painter.turns.held() == ()


PARTS = {"unet": 1.8 * GIB, "unet_dual": 1.6 * GIB, "vae": 0.16 * GIB, "dino": 2.1 * GIB, "delight": 1.6 * GIB}


@pytest.mark.parametrize(("name", "room"), [(NAMES[1], painter20), (NAMES[2], painter21)])
def test_attention_in_slices_paints_the_same(
    store: Path, name: str, room: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, most = [], []
    for limit in (None, 9000):
        monkeypatch.setattr(room, "plan_room", lambda *_, limit=limit: Plan(True, 1.0, limit))
        with monkeypatch.context() as only_here:
            scores = scores_of_calls(only_here)
            answer = load_painter(name, Room()).paint(replace(egg(), steps=None if room is painter20 else 2))
        pictures.append(np.stack([view.picture for view in answer.views.values()]))
        most.append(max(scores))
    assert np.abs(pictures[0] - pictures[1]).max() < 1e-3
    assert most[1] <= 9000 < most[0]


def test_slices_are_as_large_as_the_budget_allows() -> None:
    tight = plan_room(Room("cpu", "float16", 1000.0), "p", 512, 12, PARTS).need
    limits = [plan_room(Room("cpu", "float16", tight + more), "p", 512, 12, PARTS).limit for more in (0.01, 1.0, 4.0)]
    assert limits[0] is not None and LEAST_LIMIT <= limits[0] < LEAST_LIMIT + 0.01 * GIB
    assert np.diff(limits) == pytest.approx([0.495 * GIB, 1.5 * GIB])
    assert plan_room(Room("cpu", "float16"), "p", 512, 12, PARTS).limit is None


def test_the_plan_keeps_the_budget_or_refuses() -> None:
    memory = 1000.0
    for keep in (True, False):
        plan = plan_room(Room("cpu", "float16", memory), "p", 512, 12, PARTS)
        assert plan.keep == keep and 3.4 < plan.need <= memory
        memory = plan.need - 0.01
    with pytest.raises(OutOfMemoryError, match="p needs about"):
        plan_room(Room("cpu", "float16", memory), "p", 512, 12, PARTS)


def test_what_it_cannot_read_is_refused(store: Path) -> None:
    painter, task = load_painter(NAMES[0], Room()), egg()
    for wrong, cause in (
        ({"picture": None}, "needs a picture"),
        ({"prompt": "bronze"}, "takes no words"),
        ({"options": PainterOptions(base="x")}, "takes no other base"),
        ({"size": 100}, "100 px"),
    ):
        with pytest.raises(UsageError, match=cause):
            painter.paint(replace(task, **wrong))


@pytest.mark.parametrize("part", ["unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"])
def test_damaged_settings_are_told_before_any_network_runs(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_store20(tmp_path)
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path))
    monkeypatch.setattr(painter20, "locate_delight", lambda *_: pytest.fail("the light is taken out first"))
    damaged = tmp_path / "tencent" / "Hunyuan3D-2" / "hunyuan3d-paint-v2-0" / part
    damaged.write_text("{")
    with pytest.raises(CheckpointError, match=f"{damaged} cannot be read"):
        load_painter(NAMES[0], Room()).paint(egg())


@pytest.mark.parametrize("name", NAMES)
def test_without_weights_the_pull_line_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert missing_weights(name, picture=True) == (name,)
    with pytest.raises(ModelMissingError) as caught:
        load_painter(name, Room()).paint(egg())
    assert f"varco3d models pull {name}" in caught.value.hint
