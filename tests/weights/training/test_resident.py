"""Training with the data on one device: batches against the samples made one by one, and the whole command."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from shadow import ShadowDevice
from toy_archive import run

from varco3d.errors import CheckpointError, UsageError
from varco3d.kernels.voxels.farthest_points import farthest_points
from varco3d.weights.generators.tiny import area_resize
from varco3d.weights.networks.anchored_dit import COARSE_DIT
from varco3d.weights.networks.encoders.image_encoder import ImageEncoderConfig, outline_depth, picture_planes
from varco3d.weights.networks.picture_flow import PictureFlow
from varco3d.weights.training import export
from varco3d.weights.training import run as command
from varco3d.weights.training.loop import Loop, LoopConfig
from varco3d.weights.training.posed_views import PosedViews, affine_camera
from varco3d.weights.training.renders import Pose
from varco3d.weights.training.resident import pieces, rate, rows
from varco3d.weights.training.resident.batches import Batcher, outline_depths, small_planes, yaw
from varco3d.weights.training.resident.finished import built, halved_stages, networks_of
from varco3d.weights.training.resident.pieces import file_bytes, load_pieces, save_pieces
from varco3d.weights.training.resident.plan import Plan, StagePlan, read_plan
from varco3d.weights.training.resident.rate import StepMeter, quicker
from varco3d.weights.training.resident.rows import Job, Rows, prepare
from varco3d.weights.training.shards import DISTANCE_UNIT, POSITION_UNIT
from varco3d.weights.training.train_vae import FRAME, VAE_CONFIG, VOXELS, FieldShards, yaw_matrix

PLAN = """
compile = "off"
evaluate_minutes = 0.02
[data]
procedural = 1
views = 2
held_out = 1
ready = 1
[vae]
share = 1
batch = 1
tokens = 32
surface_points = 256
near = 64
far = 32
[coarse]
share = 1
batch = 1
surface_points = 256
near = 32
far = 32
network = {width = 64, heads = 2, depth = 1}
[rays]
share = 1
batch = 1
near = 64
network = {widths = [32, 32, 32], blocks = 1, layers = 1}
[refine]
share = 1
batch = 1
tokens = 32
surface_points = 256
near = 32
far = 32
network = {width = 64, heads = 2, depth = 1}
"""


@pytest.fixture(scope="module")
def held(archive_folder) -> Rows:
    """Two boxes and a can, with two pictures each."""
    made = Rows(3, 2, "cpu")
    for number in range(3):
        _, row = prepare(archive_folder, 2, Job(number, 0, True))
        made.add(row)
    return made


# ---------------------------------------------------------------------------------------------------- rows and batches


def test_a_prepared_object_is_that_of_the_shards(held, shard_folder, archive_folder):
    arrays = FieldShards(shard_folder).arrays
    assert all(np.array_equal(getattr(held, name), arrays[name]) for name in ("surface", "near", "far"))
    views = PosedViews(archive_folder, shard_folder)
    posed = views.shards.pose(1, yaw_matrix(views.pose(1, 0)[0]))
    azimuth, elevation, fov = views.pose(1, 0)
    turned = views.vertices(1) @ yaw_matrix(azimuth).T
    camera = affine_camera(turned, Pose(azimuth, elevation, fov or None), 2 * FRAME)
    assert np.allclose(camera, views.camera_map(1, 0, posed.surface[:, :3], False), atol=2e-3)


def test_surfaces_are_posed_as_one_by_one(held, shard_folder):
    shards, degrees = FieldShards(shard_folder), torch.tensor([0.0, 40.0, 290.0])
    flip = torch.tensor([[1.0, 1, 1], [-1.0, 1, 1], [1.0, 1, 1]])
    surface, scale, offset = Batcher(held, VAE_CONFIG, 0).posed(torch.arange(3), yaw(degrees) * flip[:, :, None])
    for row in range(3):
        rotation = yaw_matrix(float(degrees[row])) * flip[row].numpy()[:, None]
        expected = shards.pose(row, rotation)
        assert np.allclose(surface[row], expected.surface, atol=1e-5)
    assert scale.shape == (3, 1) and offset.shape == (3, 1, 3)


def test_queries_lie_in_the_box_and_keep_their_distance(held):
    batcher, picks = Batcher(held, VAE_CONFIG, 0), torch.tensor([0, 2])
    rotation = yaw(torch.tensor([30.0, 200.0]))
    _, scale, offset = batcher.posed(picks, rotation)
    found = batcher.queries("far", picks, rotation, (scale, offset), 200)
    assert found.shape == (2, 200, 4) and float(found[..., :3].abs().max()) < 1
    back = (found[..., :3] - offset) / scale[:, None] @ rotation
    for k, row in enumerate(picks.tolist()):
        stored = held.far[row].float()
        gap = (back[k][:, None] - stored[None, :, :3] / POSITION_UNIT).norm(dim=-1)
        assert float(gap.min(1).values.max()) < 1e-4
        distance = stored[gap.argmin(1), 3] / DISTANCE_UNIT * scale[k]
        assert torch.allclose(found[k, :, 3], distance, atol=1e-5)


def test_voxels_are_active_and_far_from_each_other(held):
    batcher = Batcher(held, VAE_CONFIG, 3)
    surface, _, _ = batcher.posed(torch.tensor([0, 1]), yaw(torch.tensor([0.0, 10.0])))
    places = batcher.voxels(surface[..., :3], 40, jitter=False)
    for points, chosen in zip(surface[..., :3], places, strict=True):
        active = np.unique(np.floor((points.numpy() + 1) * VOXELS / 2).clip(0, VOXELS - 1), axis=0)
        cells = np.round((chosen.numpy() + 1) * VOXELS / 2 - 0.5)
        where = {tuple(cell): k for k, cell in enumerate(active.tolist())}
        index = [where[tuple(cell)] for cell in cells.tolist()]
        assert index == farthest_points(active.astype(np.float32), 40, start=index[0]).tolist()
    few = batcher.voxels(surface[:1, :3, :3], 8, jitter=False)
    assert few.shape == (1, 8, 3) and len(torch.unique(few[0], dim=0)) == 8  # moved apart within their voxels


def test_depths_inside_of_outlines_are_those_of_single_masks():
    rng = np.random.default_rng(0)
    masks = (rng.random((3, 32, 32)) < [[[0.5]], [[0.02]], [[0.97]]]).astype(np.float32)
    masks = np.concatenate([masks, np.ones((1, 32, 32), np.float32)])
    found = outline_depths(torch.from_numpy(masks)).numpy()
    for mask, depth in zip(masks, found, strict=True):
        assert np.allclose(depth, outline_depth(mask), atol=1e-5)


def test_pictures_and_cameras_are_mirrored_together(held):
    batcher = Batcher(held, VAE_CONFIG, 0)
    straight, turned = (
        batcher.pictures(torch.tensor([1]), torch.tensor([0]), torch.tensor([mirror]), False)
        for mirror in (False, True)
    )
    assert torch.equal(straight.flip(-1), turned)
    batch = batcher.seen(12, torch.rand(8, 3) * 2 - 1, 0, (64, 16, 16), True)
    # Wherever the camera sees the surface, the picture shows the object.
    places = torch.einsum("bij,bpj->bpi", batch["camera"][:, :, :3], batch["surface"][..., :3])
    places = places + batch["camera"][:, None, :, 3]
    grid = torch.stack([places[..., 0], -places[..., 1]], -1)[:, :, None]
    alpha = torch.nn.functional.grid_sample(batch["picture"][:, 3:4], grid, align_corners=False)
    assert float(alpha.mean()) > 0.9
    assert batch["point_neighbours"].shape == (12, 32, VAE_CONFIG.anchors_per_query)


def test_small_pictures_are_those_of_the_second_look(held):
    rgba = held.views[1, 0].numpy().astype(np.float32) / 255
    planes = torch.from_numpy(picture_planes(rgba))[None]
    assert np.allclose(small_planes(planes, 64)[0], picture_planes(area_resize(rgba, 64)), atol=1e-5)


def test_a_rough_surface_stays_near_the_true_one(held):
    batcher = Batcher(held, VAE_CONFIG, 1)
    surface, _, _ = batcher.posed(torch.arange(3), yaw(torch.zeros(3)))
    rough = batcher.rough(surface)
    assert rough.shape == (3, 4096, 6)
    gap = torch.cdist(rough[..., :3], surface[..., :3]).amin(2)
    assert 1e-4 < float(gap.mean()) < 0.1


# --------------------------------------------------------------------------------------------------- files and figures


def test_weights_lie_in_small_files_and_come_back(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_BYTES", 5000)
    monkeypatch.setattr(pieces, "HEADER_BYTES", 1000)
    weights = {f"w{k}": torch.randn(30, 40) for k in range(4)} | {"b": torch.randn(3)}
    paths = save_pieces(weights, tmp_path, "vae")
    assert len(paths) == 4 and all(path.stat().st_size <= 5000 for path in paths)
    loaded = load_pieces(tmp_path, "vae")
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[key], value.half().float()) for key, value in weights.items())
    assert len(save_pieces({"b": weights["b"]}, tmp_path, "vae")) == 1 and len(list(tmp_path.iterdir())) == 1
    assert load_pieces(tmp_path, "coarse") is None
    with pytest.raises(CheckpointError, match="wide"):
        save_pieces({"wide": torch.zeros(3000)}, tmp_path, "vae")


def test_weights_in_8_bits_take_half_and_come_back_nearly(tmp_path):
    torch.manual_seed(0)
    weights = {"w": torch.randn(64, 300) * torch.logspace(-3, 1, 64)[:, None], "c": torch.randn(8, 4, 3, 3)}
    weights |= {"b": torch.randn(64), "narrow": torch.randn(64, 3), "nothing": torch.zeros(4, 32)}
    (path,) = save_pieces(weights, tmp_path, "refine", eight_bit=True)
    held = load_file(path)
    assert held["w"].dtype == held["c"].dtype == torch.int8 and held["b"].dtype == held["narrow"].dtype == torch.float16
    loaded = load_pieces(tmp_path, "refine")
    assert loaded.keys() == weights.keys()
    for key, value in weights.items():
        assert loaded[key].shape == value.shape
        rows = value.flatten(1) if value.ndim > 1 else value[:, None]
        step = rows.abs().amax(1, keepdim=True) / 127
        gap = (loaded[key].view(rows.shape) - rows).abs()
        assert bool((gap <= 0.5 * step + 1e-3 * rows.abs() + 1e-7).all()), key
    assert path.stat().st_size <= file_bytes(weights, True) < file_bytes(weights)


def test_all_weights_of_a_run_fit_or_the_plan_is_refused():
    default = Plan()
    with torch.device("meta"):
        sizes = {
            name: (file_bytes(built(name, default).state_dict()), file_bytes(built(name, default).state_dict(), True))
            for name in default.stages()
        }
    halved = halved_stages(default)
    assert halved == ["refine", "rays"] and sum(sizes[name][name in halved] for name in sizes) <= pieces.TOTAL_BYTES
    assert halved_stages(dataclasses.replace(default, refine=StagePlan(0.0, 1, 1e-3))) == []
    wide = dataclasses.replace(default, coarse=StagePlan(1.0, 1, 1e-3, network={"width": 512}))
    assert halved_stages(wide)[:2] == ["refine", "rays"]
    with pytest.raises(UsageError, match=r"coarse .* MB"):
        halved_stages(dataclasses.replace(default, coarse=StagePlan(1.0, 1, 1e-3, network={"width": 1024})))


def test_plans_say_what_they_do_not_know(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text("[vae]\nshare = 1\n[coarse]\nbatch = 7\n[coarse.network]\nwidth = 512\n")
    plan = read_plan(path)
    assert plan.vae.share == 1.0 and plan.coarse.batch == 7 and plan.coarse.network == {"width": 512}
    assert read_plan(None) == Plan() and plan.stages() == ["vae", "coarse", "rays", "refine"]
    for text in (
        "[vae]\nbach = 1",
        "vae = 3",
        "[vae]\nbatch = 1.5",
        'compile = "perhaps"',
        "[",
        "[data]\nviews = true",
    ):
        path.write_text(text)
        with pytest.raises(UsageError, match=str(path)):
            read_plan(path)


def test_the_quicker_of_two_steps_is_taken(monkeypatch):
    took = {"plain": 0.02, "compiled": 0.01}
    monkeypatch.setattr(rate, "seconds_of", lambda work, device, runs: took[work()])
    monkeypatch.setattr(torch, "compile", lambda function: lambda: "compiled")
    for wanted, seconds, compiled in (("auto", 300, True), ("auto", 10, False), ("off", 300, False), ("on", 1, True)):
        chosen, found = quicker(lambda: "plain", lambda function: function(), "cpu", wanted, seconds)
        assert found["compiled"] is compiled and chosen() == ("compiled" if compiled else "plain")
    took["compiled"] = 0.05
    assert quicker(lambda: "plain", lambda function: function(), "cpu", "auto", 300)[0]() == "plain"

    def broken():
        raise RuntimeError("no compiler")

    monkeypatch.setattr(torch, "compile", lambda function: broken)
    chosen, found = quicker(lambda: "plain", lambda function: function(), "cpu", "auto", 300)
    assert chosen() == "plain" and "no compiler" in found["compile_error"]


def test_rates_count_the_steps_since_the_last_look():
    meter = StepMeter(flop=2e9, peak=1e12, steps=10)
    meter.began -= 0.4
    told = meter.read(14)
    assert told["step_ms"] == pytest.approx(100, rel=0.05)
    assert told["achieved/possible"] == pytest.approx(0.02, rel=0.05)


def test_minutes_of_the_clock_count_evaluations_and_go_on(tmp_path):
    model = torch.nn.Linear(2, 1)
    config = LoopConfig(minutes=0.01, by_clock=True, validate_minutes=0.004, save_minutes=1)
    validated = []

    def batches():
        while True:
            yield torch.ones(1, 2)

    def step(batch):
        return {"loss": model(batch).square().mean()}

    loop = Loop(model, config, tmp_path)
    loop.run(batches(), step, lambda m: validated.append(loop.steps) or {}, validate_every=0)
    assert len(validated) == len(set(validated)) >= 1 and validated[-1] == loop.steps and loop.seconds >= 0.6
    again = Loop(model, config, tmp_path)
    assert again.steps == loop.steps and again.progress == 0


# --------------------------------------------------------------------------------------------------- the whole command


class Ready:
    """Objects that were prepared before."""

    def __init__(self, held: Rows):
        self.training = self.held_out = held
        self.jobs, self.hollow = range(held.count), 0

    def wait_for(self, objects: int, until: float) -> None:
        pass

    take = close = lambda *_: None


def test_the_command_trains_every_stage_and_a_later_one_goes_on(held, archive_folder, tmp_path, monkeypatch):
    real = rows.chosen_objects

    def chosen(archive, variants, procedural):
        return real(archive, variants, procedural) if procedural else ([(0, 0), (1, 0)], [(2, 0)])

    monkeypatch.setattr(rows, "chosen_objects", chosen)
    plan, out = tmp_path / "plan.toml", tmp_path / "out"
    plan.write_text(PLAN)
    call = ["--data", archive_folder, "--plan", plan, "--device", "cpu", "--workers", 1]
    with ShadowDevice() as shadow:
        run(command.main, *call, "--out", out, "--minutes", 0.2, "--scratch", tmp_path / "scratch")
    assert not shadow.found and shadow.marked > 1000  # nothing of the device meets the host
    assert all(path.is_file() for path in out.iterdir())  # checkpoints lie elsewhere
    lines = [json.loads(line) for line in (out / "run.jsonl").read_text().splitlines()]
    assert lines[0]["held_out"] == 1 and 1 <= lines[0]["ready"] <= 3
    trained = [line["stage"] for line in lines if "steps" in line]
    assert trained == ["vae", "coarse", "rays", "refine"]
    for name in trained:
        log = [json.loads(line) for line in (tmp_path / "scratch" / name / "log.jsonl").read_text().splitlines()]
        assert log[-1]["achieved/possible"] > 0 and log[-1]["step_ms"] > 0
        assert all(path.stat().st_size <= pieces.PIECE_BYTES for path in out.glob(f"{name}-*.safetensors"))
        told = [line for line in lines if line.get("stage") == name and "step" in line]
        assert told and told[-1]["step"] == log[-1]["step"] and told[-1]["step_ms"] == log[-1]["step_ms"]
    vae = load_pieces(out, "vae")
    assert vae is not None and any(float(value.abs().sum()) for key, value in vae.items() if "moments" in key)
    run(export.main, "--run", out, "--out", tmp_path / "made")
    config = json.loads((tmp_path / "made" / "config.json").read_text())
    assert config["coarse"]["width"] == 64 and config["rays"]["widths"] == [32, 32, 32]
    assert torch.equal(load_file(tmp_path / "made" / "vae.safetensors")["moments.bias"].float(), vae["moments.bias"])
    with pytest.raises(CheckpointError, match="holds no run"):
        networks_of(archive_folder)
    # A further run of the coarse stage alone begins with the weights of the first one.
    only = plan.read_text().replace("share = 1", "share = 0").replace("[coarse]\nshare = 0", "[coarse]\nshare = 1")
    plan.write_text(only)
    monkeypatch.setattr(command, "Stream", lambda *arguments: Ready(held))
    run(command.main, *call, "--out", tmp_path / "later", "--minutes", 0.01, "--init", out)
    before, after = (load_file(folder / "coarse-00.safetensors") for folder in (out, tmp_path / "later"))
    assert before.keys() == after.keys() and not (tmp_path / "later" / "vae-00.safetensors").exists()
    key = "encoder.stem_half.weight"
    fresh = PictureFlow(ImageEncoderConfig(), COARSE_DIT).state_dict()[key]
    moved = float((after[key].float() - before[key].float()).abs().mean())
    assert moved < 0.2 * float((fresh - before[key].float()).abs().mean())
