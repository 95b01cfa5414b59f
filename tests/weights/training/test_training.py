"""The training code on an archive of three small objects: measures, baselines, and runs that resume."""

import itertools
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import trimesh
from toy_archive import as_triangles, run

from varco3d.errors import EmptyFieldError
from varco3d.kernels.views.cameras import Camera
from varco3d.weights.training import loop as loop_module
from varco3d.weights.training import train_flow, train_vae
from varco3d.weights.training.cameras import misplaced
from varco3d.weights.training.evaluation import evaluate
from varco3d.weights.training.evaluation.baselines import SilhouetteRetrieval, inflate_silhouette
from varco3d.weights.training.evaluation.cases import make_case
from varco3d.weights.training.evaluation.metrics import shape_scores, silhouette_iou
from varco3d.weights.training.evaluation.tables import change, half_interval, main_table, publisher_table
from varco3d.weights.training.loop import Loop, LoopConfig, averaged_weights
from varco3d.weights.training.posed_views import ROUGH_SHARE, PosedViews
from varco3d.weights.training.rays import ray_shards, train_rays
from varco3d.weights.training.rays.loading import load_rays


def ball(radius: float = 0.9, centre: tuple[float, float, float] = (0, 0, 0)) -> tuple[np.ndarray, np.ndarray]:
    vertices, faces = as_triangles(trimesh.creation.icosphere(4, radius))
    return vertices + np.float32(centre), faces


# ------------------------------------------------------------------------------------------------- measures, baselines


def test_scores_of_equal_and_shifted_shapes():
    same = shape_scores(ball(), ball())
    assert same.chamfer < 1e-5 and same.f_1 == pytest.approx(100) and same.iou == pytest.approx(1)
    shifted = shape_scores(ball(centre=(0.05, 0, 0)), ball())
    # The mean distance between unit spheres moved by d is d/2: |cos| averages 1/2 over a sphere.
    assert shifted.chamfer == pytest.approx(0.05 * 1.1 / 2, rel=0.05)
    assert shifted.f_1 < 30 and shifted.f_5 > 85 and 0.85 < shifted.iou < 0.95
    assert shifted.normal > 0.99


def test_silhouette_iou_of_a_ball():
    camera = Camera(half_height=1.0)
    y, x = np.mgrid[:128, :128] - 63.5
    disc = np.hypot(x, y) < 0.9 * 64
    assert silhouette_iou(ball(), camera, disc) > 0.98
    assert silhouette_iou(ball(0.45), camera, disc) == pytest.approx(0.25, abs=0.02)


def test_inflating_a_disc_gives_a_ball():
    y, x = np.mgrid[:128, :128] - 63.5
    shape = inflate_silhouette((np.hypot(x, y) < 0.4 * 128).astype(np.float32))
    assert shape_scores(shape, ball(0.95)).iou > 0.95


def test_retrieval_finds_a_training_picture_again(archive_folder, shard_folder):
    views = PosedViews(archive_folder, shard_folder)
    retrieval = SilhouetteRetrieval(views)
    for row, view in ((0, 1), (1, 0), (2, 1)):
        assert retrieval.nearest(np.array(views.views[row, view])) == (row, view)


# ---------------------------------------------------------------------------------------------------------------- runs


def test_loop_learns_saves_and_resumes(tmp_path, monkeypatch):
    clock = itertools.count(step=0.004)  # the budget is wall time; a clock of our own makes it 300 steps
    monkeypatch.setattr(loop_module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    config = LoopConfig(minutes=0.02, learning_rate=0.05, warmup_steps=2, log_every=10, save_minutes=0)
    model = torch.nn.Linear(3, 1)

    def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": (model(batch) - batch.sum(1, keepdim=True)).square().mean()}

    def batches():
        while True:
            yield torch.randn(16, 3)

    loop = Loop(model, config, tmp_path)
    loop.run(batches(), step, lambda m: {"held_out": float(m.weight.sum())}, validate_every=10**9)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines[-2]["loss"] < 0.1 * lines[0]["loss"] and abs(lines[-1]["held_out"] - 3) < 0.5
    resumed = Loop(torch.nn.Linear(3, 1), config, tmp_path)
    assert resumed.steps == loop.steps and resumed.progress >= 1
    assert torch.equal(resumed.ema.weight, loop.ema.weight)


def test_every_run_ends_in_a_loadable_checkpoint(archive_folder, shard_folder, tmp_path, monkeypatch):
    """A few steps of each command, without compilation: what they write is what the next one reads."""
    monkeypatch.setattr(torch, "compile", lambda function: function)
    monkeypatch.setattr(train_vae.VAEBatches.__init__, "__defaults__", (2, 2, 64, None))
    run(train_vae.main, "--shards", shard_folder, "--out", tmp_path / "vae", "--minutes", 0.001, "--workers", 0)
    vae = train_flow.load_vae(tmp_path / "vae")
    assert not any(p.requires_grad for p in vae.parameters())
    common = ["--data", archive_folder, "--shards", shard_folder, "--vae", tmp_path / "vae", "--minutes", 0.001]
    small = ["--batch", 2, "--draws", 2]
    run(train_flow.main, "coarse", *common, *small, "--out", tmp_path / "coarse")
    run(
        train_flow.main,
        "fine",
        *common,
        *small,
        "--tokens",
        32,
        "--out",
        tmp_path / "fine",
        "--start",
        tmp_path / "coarse",
    )
    for stage in ("coarse", "fine"):
        log = [json.loads(line) for line in (tmp_path / stage / "log.jsonl").read_text().splitlines()]
        assert math.isfinite(log[-1]["held_out_flow"])
        assert (tmp_path / stage / "checkpoint.pt").exists()
    parts = ["--vae", tmp_path / "vae", "--coarse", tmp_path / "coarse", "--out", tmp_path / "rays", "--count", 4]
    words = ["--data", archive_folder, "--shards", shard_folder, *parts, "--from-view", 1]
    run(ray_shards.main, *words)
    rows = ray_shards.open_ray_arrays(tmp_path / "rays", 0, "r+")
    assert rows["camera"].any((1, 2)).all() and len(rows["camera"]) == 4
    assert 0 < (rows["target"] > 0).mean() < 0.5 and rows["rgba"][..., 3].any((1, 2)).all()
    first = np.array(rows["points"])
    rows["camera"][2] = 0  # as if it had been stopped there
    run(ray_shards.main, *words)
    assert rows["camera"][2].any() and np.array_equal(rows["points"], first)
    run(ray_shards.main, *words, "--seed", 4, "--count", 16, "--out", tmp_path / "others")
    others = ray_shards.open_ray_arrays(tmp_path / "others", 0, "r")
    assert others["tokens"].any((1, 2, 3)).all() and not np.array_equal(others["camera"][:4], rows["camera"])
    both = [tmp_path / "rays", tmp_path / "others"]
    words = ["--held-out", tmp_path / "others", "--out", tmp_path / "look", "--steps", 2, "--batch", 2]
    run(train_rays.main, "--shards", *both, *words)
    assert torch.load(tmp_path / "look" / "checkpoint.pt", weights_only=True)["steps"] == 2
    kept = torch.load(tmp_path / "look" / "best.pt", weights_only=True)
    assert kept["second"] > 0 and load_rays(tmp_path / "look").out.weight.any()
    run(train_rays.main, "--shards", *both, *words[:2], "--out", tmp_path / "narrow", "--steps", 1, "--batch", 2,
        "--widths", 32, 32, 64, "--init", tmp_path / "look", "--only", "field")  # fmt: skip
    narrow = load_rays(tmp_path / "narrow")
    assert narrow.config.widths == (32, 32, 64)
    look = load_rays(tmp_path / "look").reader.state_dict()
    assert all(torch.equal(value, look[key]) for key, value in narrow.reader.state_dict().items())
    mixed = ["--shards", shard_folder, shard_folder, "--shares", 0.3, 0.7, "--frozen-encoder"]
    words = ["--rays", tmp_path / "look", "--init", tmp_path / "coarse", "--out", tmp_path / "again"]
    run(train_flow.main, "coarse", *common, *small, *mixed, *words)
    with pytest.raises(SystemExit):
        run(train_flow.main, "coarse", *common, *small, *words, "--shares", 0.5, 0.5)
    before, after = (averaged_weights(tmp_path / name) for name in ("coarse", "again"))
    kept_still = [key for key in before if key.startswith(("encoder.", "latent_"))]
    assert all(torch.equal(before[key], after[key]) for key in kept_still)
    assert not all(torch.equal(before[key], after[key]) for key in before)


def test_rows_of_some_objects_are_among_those_of_more():
    rows = list(range(100, 160))
    few, more = (ray_shards.some_objects(rows, count) for count in (10, 30))
    assert len(set(few)) == 10 and set(few) < set(more) < set(rows) and ray_shards.some_objects(rows, None) == rows


def test_a_run_keeps_its_best_weights(tmp_path, monkeypatch):
    clock = itertools.count(step=0.004)
    monkeypatch.setattr(loop_module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    errors = iter([3.0, 1.0, 2.0, 1.5])
    model = torch.nn.Linear(1, 1)
    seen = []

    def validate(averaged):
        seen.append(averaged.weight.clone())
        return {"held_out": next(errors)}

    config = LoopConfig(minutes=0.002, warmup_steps=1, save_minutes=0, keep_lowest="held_out")
    loop = Loop(model, config, tmp_path)
    loop.run(itertools.repeat(torch.ones(1, 1)), lambda b: {"loss": model(b).square().mean()}, validate, 8)
    assert len(seen) == 4 and torch.equal(averaged_weights(tmp_path)["weight"], seen[1])
    assert not torch.equal(seen[1], seen[3]) and Loop(model, config, tmp_path).lowest == 1.0


def test_weights_of_an_earlier_shape_keep_their_say():
    """A layer that reads more than before answers as before when the new inputs are all that changes."""
    old, new = torch.nn.Linear(3, 2), torch.nn.Linear(5, 2)
    train_flow.load_matching(new, old.state_dict())
    x = torch.randn(4, 5)
    assert torch.allclose(new(x), old(x[:, :3]), atol=1e-6)


def test_a_camera_is_judged_by_where_it_puts_the_object():
    truth = torch.tensor([[[0.8, 0, 0, 0], [0, 0.8, 0, 0.1]]])
    flat = torch.rand(1, 50, 3) * torch.tensor([1.0, 1.0, 0.0])  # nothing along z
    along_z, shifted = truth.clone(), truth.clone()
    along_z[:, :, 2] += 5
    shifted[:, 0, 3] += 0.1
    assert misplaced(along_z, truth, flat) == 0
    assert misplaced(shifted, truth, flat).item() == pytest.approx(0.01)


def test_the_refiner_sees_known_coarse_shapes_more_often(archive_folder, shard_folder):
    views = PosedViews(archive_folder, shard_folder)
    views.roughs = np.zeros((3, 1, 16, 6), np.int16)
    views.roughs[1, 0] = 1
    picks = list(itertools.islice(views.random_picks(np.array([0, 1, 2]), np.random.default_rng(0)), 400))
    known = sum(pick == (1, 0) for pick in picks) / len(picks)
    assert known == pytest.approx(ROUGH_SHARE + (1 - ROUGH_SHARE) / 9, abs=0.08)


# -------------------------------------------------------------------------------------------------------- evaluation


def known_methods(_views: PosedViews) -> evaluate.Methods:
    def nothing(_case):
        raise EmptyFieldError("no surface")

    return {"truth": lambda case: evaluate.Prediction(case.truth, {"tokens": 3}), "nothing": nothing}


def test_the_truth_scores_best_and_no_surface_scores_nothing(archive_folder, shard_folder):
    evaluation = evaluate.Evaluation(archive_folder, shard_folder, known_methods, "")
    truth, nothing = evaluation.score(1, 1)
    assert truth["chamfer"] < 1e-4 and truth["iou"] == pytest.approx(1) and truth["tokens"] == 3
    assert truth["silhouette"] > 0.95  # the hull is seen by the camera that took the picture
    assert nothing == {"method": "nothing", "object": "box2 #1", "publisher": "made", "view": 1}
    only = evaluate.Evaluation(archive_folder, shard_folder, known_methods, "tru")
    assert [record["method"] for record in only.score(0, 0)] == ["truth"]


def test_a_case_holds_the_object_where_its_hull_is(archive_folder, shard_folder):
    case = make_case(PosedViews(archive_folder, shard_folder), 1, 0)
    own, hull = case.framed_vertices(), case.truth[0]
    assert np.abs(own.min(0) - hull.min(0)).max() < 0.02 and np.abs(own.max(0) - hull.max(0)).max() < 0.02


def records_of(method: str, values: dict[str, list[float]]) -> list[dict]:
    return [
        {"method": method, "object": name, "publisher": name[0], "chamfer": value, "f_5": 50.0, "seconds": 1.0}
        for name, row in values.items()
        for value in row
    ]


def test_tables_average_views_then_objects():
    records = records_of("ours", {"a1": [0.1, 0.3], "b1": [0.4]})
    records += [{"method": "ours", "object": "c1", "publisher": "c"}]
    head, _, line = main_table(records).splitlines()
    assert head == "| | CD | F@0.05 | s | failed |"
    assert line.startswith("| ours | 0.3000 ± 0.1000 | 50.0 ± 0.0 | 1.0 | 1 |")
    lines = publisher_table(records, ["ours"]).splitlines()[2:]
    assert lines == ["| a | 1 | 0.2000 | 50.0 |", "| b | 1 | 0.4000 | 50.0 |", "| c | 1 | – | – |"]


def test_change_is_paired():
    before = {f"o{k}": [0.1 * (k + 1)] for k in range(8)}
    after = {name: [0.75 * row[0]] for name, row in before.items()}
    found = change([*records_of("old", before), *records_of("new", after)], "chamfer", "old", "new", relative=True)
    # A constant ratio has no spread, however different the objects are.
    assert found is not None and found.value == pytest.approx(-25)
    assert found.low == pytest.approx(-25) and found.high == pytest.approx(-25)
    assert change(records_of("old", before), "chamfer", "old", "new", relative=True) is None


def test_half_interval_shrinks_with_the_root_of_the_count():
    values = np.random.default_rng(0).normal(size=400)
    assert half_interval(values) == pytest.approx(1.96 / 20, rel=0.2)
    assert half_interval(values[:100]) == pytest.approx(1.96 / 10, rel=0.3)
