"""MV-Adapter: its attention against a slow twin, its memory plan, and whole runs of a tiny base model."""

import ctypes
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh
from one_file import one_file, tiny_settings
from safetensors.torch import load_file, save_file
from tiny_painter import RECORDED, fill_store, scores_of_calls
from torch.nn import functional as F

from varco3d.errors import CheckpointError, ModelMissingError, OutOfMemoryError, UsageError
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.machine import used_memory
from varco3d.weights.checkpoints.conversion.containers import open_tensors
from varco3d.weights.painters import PainterOptions, PaintTask, Room, load_painter, missing_weights, painter_names
from varco3d.weights.painters.attention import attend
from varco3d.weights.painters.base import Known
from varco3d.weights.painters.mvadapter import painter as product
from varco3d.weights.painters.mvadapter.attention import across_views
from varco3d.weights.painters.mvadapter.files import PartBytes
from varco3d.weights.painters.mvadapter.network import install_adapter
from varco3d.weights.painters.mvadapter.picture import centred_on_grey
from varco3d.weights.painters.mvadapter.room import plan_room
from varco3d.weights.painters.sdxl import load_network, load_vae
from varco3d.weights.painters.turns import Turns

GIB = float(1 << 30)


def plain(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int) -> torch.Tensor:
    """Attention of tokens [T, C] by its definition."""
    parts = zip(*(x.chunk(heads, -1) for x in (q, k, v)), strict=True)
    return torch.cat([F.softmax(a @ b.T / a.shape[1] ** 0.5, -1) @ c for a, b, c in parts], -1)


def slow_row_column(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int, side: int) -> torch.Tensor:
    """Row-column attention of six views [6, L, C], one row and one column at a time."""
    pictures = [x.view(6, side, side, -1) for x in (q, k, v)]
    rows, columns = torch.zeros_like(pictures[0]), torch.zeros_like(pictures[0])
    for y in range(side):
        joined = plain(*(torch.cat([x[view, y] for view in (0, 1, 2, 3)]) for x in pictures), heads)
        for place, view in enumerate((0, 1, 2, 3)):
            rows[view, y] = joined[place * side : (place + 1) * side]
    for x in range(side):
        at = {0: side - 1 - x, 2: x, 4: x, 5: x}  # the front is looked up mirrored
        joined = plain(*(torch.cat([p[view, :, column] for view, column in at.items()]) for p in pictures), heads)
        for place, (view, column) in enumerate(at.items()):
            columns[view, :, column] = joined[place * side : (place + 1) * side]
    both = {0: (rows[0] + columns[0]) / 2, 1: rows[1], 2: (rows[2] + columns[2]) / 2, 3: rows[3]}
    return torch.stack([*both.values(), columns[4], columns[5]]).flatten(1, 2)


@pytest.mark.parametrize("alpha", [0, 1])
def test_a_trace_of_alpha_belongs_to_the_box(alpha: int) -> None:
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[10:20, 10:20] = (255, 0, 0, 255)
    rgba[10, 38, 3] = alpha
    red = centred_on_grey(rgba, 64)[..., 1] < 10
    assert red.any(0).sum() == pytest.approx(64 * 0.9 * (10 / 30 if alpha else 10 / 11), abs=3)


def test_a_body_at_the_edge_keeps_its_first_row_and_column() -> None:
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[:10, :10] = (255, 0, 0, 255)
    red = centred_on_grey(rgba, 64)[..., 1] < 10
    assert red.any(0).sum() == red.any(1).sum() == 57


def test_row_column_attention_equals_its_twin() -> None:
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 12, 25, 8)
    found = across_views(q, k, v, 2, 6, "row-column", limit=400)
    for sample in (slice(0, 6), slice(6, 12)):
        assert torch.allclose(found[sample], slow_row_column(q[sample], k[sample], v[sample], 2, 5), atol=1e-6)
    with pytest.raises(ValueError, match="whole sets"):
        across_views(q[:7], k[:7], v[:7], 2, 6, "row-column")


@pytest.mark.parametrize("rows", [3, 1, 0.5, 0.01], ids=["rows", "one row", "half of a row", "single queries"])
def test_slices_change_nothing_and_stay_below_the_limit(rows: float, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    q, k, v = torch.randn(3, 7, 6, 8)
    whole, limit = attend(q, k, v, 2), int(rows * 2 * 6 * 6 * 4)
    scores = scores_of_calls(monkeypatch)
    assert torch.allclose(whole, attend(q, k, v, 2, limit), atol=1e-6)
    assert max(scores) <= max(limit, 2 * 6 * 4) and sum(scores) == 7 * 2 * 6 * 6 * 4


def test_the_plan_keeps_the_budget_or_refuses() -> None:
    parts = PartBytes(1.6 * GIB, 6.9 * GIB, 0.17 * GIB)
    memory = 1000.0
    for keep, together in ((True, True), (False, True), (False, False)):
        plan = plan_room(Room("cpu", "float16", memory), 768, "ig2mv", parts)
        assert (plan.keep, plan.together) == (keep, together), memory
        assert parts.network < plan.need * GIB <= memory * GIB and plan.limit is not None
        memory = plan.need - 0.01
    assert plan_room(Room("cpu", "float16"), 768, "ig2mv", parts).limit is None
    with pytest.raises(OutOfMemoryError, match="mvadapter needs about"):
        plan_room(Room("cpu", "float16", memory), 768, "ig2mv", parts)


def test_networks_leave_when_their_turn_ends() -> None:
    turns, loaded = Turns(keep=False), []
    with turns.holding("a", lambda: loaded.append(1) or object()):
        assert turns.held() == ("a",)
    assert turns.held() == ()
    turns.keep = True
    for version in (1, 1, 2):
        with turns.holding("a", lambda: loaded.append(1) or object(), version):
            pass
    assert len(loaded) == 3 and turns.held() == ("a",)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another allocator")
def test_memory_of_a_network_that_left_is_the_systems_again() -> None:
    turns, sizes = Turns(keep=False), [1 << (18 + k % 5) for k in range(60)]

    def load() -> list[torch.Tensor]:
        return [torch.ones(size) for size in sizes]

    load()  # blocks of these sizes, once freed, stay with the allocator from now on
    with turns.holding("a", load):
        survivors = [torch.ones(100) for _ in range(1000)]
        held = used_memory()
    assert held - used_memory() > 0.8 * 4 * sum(sizes) / GIB and survivors


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that holds the recorded tiny base and adapter under the names of the zoo."""
    root = tmp_path / "models"
    fill_store(root)
    monkeypatch.setenv("VARCO3D_MODELS", str(root))
    monkeypatch.setenv("HOME", str(tmp_path))
    return root


def ball() -> PaintTask:
    made = trimesh.creation.icosphere(subdivisions=2, radius=0.8)
    vertices, faces = made.vertices.astype(np.float32), made.faces.astype(np.int32)
    picture = np.ones((40, 30, 4), np.float32)
    picture[..., 1] = 0.2
    return PaintTask(vertices, faces, smooth_normals(vertices, faces), picture, size=64, steps=2, seed=3)


def test_a_run_from_the_store_is_repeatable_and_tells_its_progress(store: Path) -> None:
    told: list[tuple] = []
    task = replace(ball(), progress=lambda *facts: told.append(facts))
    painter = load_painter("mvadapter", Room())
    first, again = painter.paint(task), painter.paint(task)
    assert list(first.views) == ["front", "right", "back", "left", "top", "bottom"]
    for name, view in first.views.items():
        assert view.picture.shape == (64, 64, 3) and 0 <= view.picture.min() <= view.picture.max() <= 1
        assert np.array_equal(view.picture, again.views[name].picture)
        assert view.camera == painter.cameras(task.vertices, 64)[name]
    assert [fact[:2] for fact in told] == [(1, 2), (2, 2)] * 2 and "left" in told[0][2]
    assert first.maps["normal"].shape == (6, 64, 64, 3)
    assert first.facts["kind"] == "ig2mv" and first.facts["guidance"] == 3.0
    other = painter.paint(replace(task, prompt="weathered bronze", seed=4))
    assert not np.allclose(other.views["front"].picture, first.views["front"].picture)


def test_text_encoders_leave_before_the_network_comes(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painter = load_painter("mvadapter", Room())
    monkeypatch.setattr(product, "plan_room", lambda *_: product.MvAdapterPlan(False, False, None, 1.0))
    held: list[tuple[str, ...]] = []
    load = product.install_adapter
    monkeypatch.setattr(product, "install_adapter", lambda *all: held.append(painter.turns.held()) or load(*all))
    painter.paint(ball())
    assert held == [()] and painter.turns.held() == ()


def test_halves_one_after_the_other_paint_the_same(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = []
    for together in (True, False):
        plan = product.MvAdapterPlan(True, together, None if together else 1, 1.0)
        monkeypatch.setattr(product, "plan_room", lambda *_, plan=plan: plan)
        views = load_painter("mvadapter", Room()).paint(ball()).views
        pictures.append(np.stack([view.picture for view in views.values()]))
    assert np.abs(pictures[0] - pictures[1]).max() < 1e-4


def test_what_is_known_stays(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Latents of known places end as what is known, those beside them as something that fits."""
    decoded: list[torch.Tensor] = []
    decode = product.decode_latents
    monkeypatch.setattr(product, "decode_latents", lambda vae, x: decoded.append(x) or decode(vae, x))
    task, painter = ball(), load_painter("mvadapter", Room())
    share = np.zeros((6, 64, 64), np.float32)
    share[:, :, :30] = 1.0  # the fourth column of latents is known in part only
    pictures = np.full((6, 64, 64, 3), 0.3, np.float32)
    for known in (Known(pictures, share), Known(pictures, np.ones_like(share)), None):
        painter.paint(replace(task, known=known))
    half, whole, free = decoded
    assert torch.allclose(half[..., :3], whole[..., :3], atol=1e-5)
    assert (half[..., 3:] - whole[..., 3:]).abs().mean() > 0.1 and (free - whole).abs().mean() > 0.1
    assert not torch.allclose(half[..., 3:], free[..., 3:], atol=1e-3), "the rest reads what is known"


@pytest.mark.parametrize(("tall", "wide", "box"), [(40, 80, (36, 18)), (80, 40, (72, 36)), (40, None, (36, 18))])
def test_a_reference_fills_nine_tenths_of_its_longer_side(tall: int, wide: int | None, box: tuple[int, int]) -> None:
    rgba = np.full((20, 10, 4), 255, np.uint8)
    made = centred_on_grey(rgba, tall, wide)
    rows, columns = np.nonzero((made != 127).any(-1))
    assert made.shape == (tall, wide or tall, 3)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == box
    assert abs(rows.min() + rows.max() + 1 - tall) <= 1 and abs(columns.min() + columns.max() + 1 - (wide or tall)) <= 1


def test_views_show_the_mesh_where_the_maps_do(store: Path) -> None:
    task, painter = ball(), load_painter("mvadapter", Room())
    answer = painter.paint(task)
    for k, view in enumerate(answer.views.values()):
        mask = render_maps(task.vertices, task.faces, view.camera, 64, maps=()).mask
        assert np.array_equal(mask, np.abs(answer.maps["normal"][k] - 0.5).max(-1) > 1e-3)


def test_words_alone_need_the_other_adapter(store: Path) -> None:
    with pytest.raises(ModelMissingError, match="tg2mv") as caught:
        load_painter("mvadapter", Room()).paint(replace(ball(), picture=None, prompt="bronze"))
    assert "varco3d models pull mvadapter-text" in caught.value.hint
    assert missing_weights("mvadapter", picture=False) == ("mvadapter-text",)
    assert missing_weights("mvadapter", picture=True) == ()


def test_words_alone_paint_with_their_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_store(tmp_path / "models", words=True)
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    task = replace(ball(), picture=None, prompt="weathered bronze")
    painter = load_painter("mvadapter", Room())
    answer = painter.paint(task)
    assert answer.facts["kind"] == "tg2mv" and answer.facts["guidance"] == 7.0
    other = painter.paint(replace(task, negative="rust"))
    assert not np.allclose(answer.views["back"].picture, other.views["back"].picture)


def test_vaes_in_old_names_and_float16_are_read(tmp_path: Path) -> None:
    """Names of attention before diffusers 0.17; float32 where the config says that float16 overflows."""
    stored = load_file(RECORDED / "base" / "vae" / "diffusion_pytorch_model.safetensors")
    for new, old in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
        stored = {name.replace(f".{new}.", f".{old}."): tensor for name, tensor in stored.items()}
    save_file(stored, tmp_path / "diffusion_pytorch_model.safetensors")
    config = json.loads((RECORDED / "base" / "vae" / "config.json").read_text())
    for upcast, wanted in ((False, torch.float16), (True, torch.float32)):
        (tmp_path / "config.json").write_text(json.dumps({**config, "force_upcast": upcast}))
        assert load_vae(tmp_path, "cpu", torch.float16).dtype == wanted
    old, new = (load_vae(folder, "cpu", torch.float32) for folder in (tmp_path, RECORDED / "base" / "vae"))
    assert all(torch.equal(a, b) for a, b in zip(old.parameters(), new.parameters(), strict=True))


def test_without_weights_the_pull_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert missing_weights("mvadapter", picture=True) == ("mvadapter",)
    with pytest.raises(ModelMissingError) as caught:
        load_painter("mvadapter", Room()).paint(ball())
    assert "varco3d models pull mvadapter" in caught.value.hint


def test_bases_of_the_user_are_found_or_told(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("varco3d.weights.painters.sdxl_file.base_settings", tiny_settings)
    single = str(one_file(tmp_path / "single.safetensors"))
    snapshot = tmp_path / ".cache" / "huggingface" / "hub" / "models--somebody--style" / "snapshots" / "abc"
    shutil.copytree(RECORDED / "base", snapshot)
    painter = load_painter("mvadapter", Room())
    plain = painter.paint(ball()).views["front"].picture
    for name in (str(RECORDED / "base"), "somebody/style", single):
        answer = painter.paint(replace(ball(), options=PainterOptions(base=name)))
        assert np.array_equal(answer.views["front"].picture, plain) and answer.facts["base"] == name
    for name, cause in (("models", "no folder unet"), ("nobody/nothing", "nobody")):
        place = name if "nobody" in name else str(tmp_path / name)
        with pytest.raises(ModelMissingError, match=cause):
            painter.paint(replace(ball(), options=PainterOptions(base=place)))


def test_wrong_sizes_names_and_adapters_are_told(store: Path, tmp_path: Path) -> None:
    painter = load_painter("mvadapter", Room())
    with pytest.raises(UsageError, match="100 px"):
        painter.paint(replace(ball(), size=100))
    with pytest.raises(UsageError, match="nonsense") as caught:
        load_painter("nonsense", Room())
    assert "mvadapter" in caught.value.hint
    assert "mvadapter" in painter_names()
    unet = load_network("UNet2DConditionModel", RECORDED / "base" / "unet", "cpu", torch.float32)
    stored = open_tensors(RECORDED / "mvadapter_ig2mv_sdxl.safetensors")
    gone = next(key for key in stored if key.endswith("attn1.processor.to_v_mv.weight"))
    del stored.entries[gone]
    with pytest.raises(CheckpointError, match=f"1 missing: {gone}"):
        install_adapter(unet, stored, "cpu", torch.float32)
