"""The second look: its network, what it learns from, and that training it works."""

import itertools
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from varco3d.errors import UsageError
from varco3d.kernels.fields.ray_grid import ray_places
from varco3d.weights.generators.tiny import TinyGenerator, load_backbone
from varco3d.weights.networks.anchored_dit import COARSE_DIT
from varco3d.weights.networks.anchored_vae import AnchoredVAE
from varco3d.weights.networks.encoders.image_encoder import ImageEncoderConfig, upsample
from varco3d.weights.networks.picture_flow import PictureFlow
from varco3d.weights.networks.ray_unet import RayUNet, RayUNetConfig
from varco3d.weights.training import loop
from varco3d.weights.training.rays import ray_shards, train_rays
from varco3d.weights.training.rays.loading import load_rays
from varco3d.weights.training.train_vae import LATTICE, VAE_CONFIG

SMALL = RayUNetConfig(widths=(16, 16, 16), blocks=1, camera_width=32, camera_layers=1)
CAMERA = torch.tensor([[0.8, 0.0, 0.1, 0.0], [0.05, 0.7, -0.3, 0.1]])
RADIUS = 0.5


def ball(points: torch.Tensor, radius: float = RADIUS) -> torch.Tensor:
    return ((radius - points.norm(dim=-1)) / VAE_CONFIG.truncation).clamp(-1, 1)


def disc(side: int) -> np.ndarray:
    """How the ball looks to the camera, about: RGBA [side,side,4]."""
    axis = (np.arange(side) + 0.5) * (2 / side) - 1
    x, y = np.meshgrid(axis, -axis)
    alpha = np.hypot(x / 0.8, (y - 0.1) / 0.75) < RADIUS
    return np.dstack([np.full((side, side, 3), 0.6), alpha]).astype(np.float32)


@pytest.fixture
def rows(tmp_path) -> dict[str, np.ndarray]:
    """Shards of sixteen pictures of one ball."""
    arrays = ray_shards.open_ray_arrays(tmp_path, 16, "w+")
    rng = np.random.default_rng(0)
    for k in range(16):
        direction = rng.normal(size=(ray_shards.NEAR_POINTS, 3))
        offset = rng.choice([0.01, 0.03, 0.1], (ray_shards.NEAR_POINTS, 1), p=[0.4, 0.35, 0.25])
        near = (
            direction / np.linalg.norm(direction, axis=1, keepdims=True) * RADIUS
            + rng.normal(size=direction.shape) * offset
        )
        points = np.concatenate([near, rng.uniform(-1, 1, (ray_shards.FAR_POINTS, 3))])
        target = ball(torch.from_numpy(points)).numpy()
        values = {
            "rgba": disc(64) * 255,
            "points": np.clip(points, -1, 1) * ray_shards.PLACE_UNIT,
            "target": ray_shards.codes(target),
            "camera": CAMERA.numpy(),
        }
        for name, value in values.items():
            arrays[name][k] = value
            arrays[name].flush()
    return arrays


def batch_of(rows: dict[str, np.ndarray], count: int = 4) -> dict[str, torch.Tensor]:
    return train_rays.unpack(rows, np.arange(count), np.arange(ray_shards.NEAR_POINTS))


def test_an_untrained_network_answers_with_a_body_as_deep_as_the_outline(rows):
    batch, network = batch_of(rows), RayUNet(SMALL)
    with torch.no_grad():
        answer = network(*(batch[name] for name in train_rays.INPUTS), batch["camera"])
    body = network.outline_body(batch["planes"], batch["camera"])
    assert torch.equal(answer, upsample(body))
    deep = (body[1, :, 14, 17] > 0).sum() * 2 * 1.2 / 48  # near the ball's middle
    assert deep.item() == pytest.approx(2 * RADIUS, abs=0.25) and (body[1, :, 0, 0] == -1).all()


def test_attention_starts_as_nothing_and_lets_far_patches_speak(rows):
    batch = batch_of(rows, 1)
    inputs = [batch[name] for name in (*train_rays.INPUTS, "camera")]
    torch.manual_seed(0)
    network = RayUNet(RayUNetConfig(widths=(16, 16, 32), blocks=1, layers=1)).requires_grad_(False)
    torch.nn.init.normal_(network.out.weight)
    patches = torch.randn(1, 32, 8, 8)
    assert torch.equal(network.attended(patches), patches)
    torch.nn.init.normal_(network.attention[0].out.weight)  # type: ignore[arg-type]
    other = patches.clone()
    other[..., 0, 0] = torch.randn(1, 32)
    moved = (network.attended(other) - network.attended(patches)).abs()[0, :, 7, 7]
    assert moved.max() > 0.01 and network(*inputs).shape == (1, 48, 64, 64)


def test_shards_give_their_shares_and_only_whole_rows(rows):
    half = {name: array.copy() for name, array in rows.items()}
    half["camera"][4:] = 0  # still to be written
    half["rgba"][:4, ..., 0] = 7
    found = [next(train_rays.batches([rows, half], 16, seed, [0.25, 0.75]))["planes"] for seed in range(12)]
    marked = torch.cat(found)[:, :3].amax((2, 3)).min(1).values < 0.1
    assert 0.6 < marked.float().mean() < 0.9
    whole = torch.cat([next(train_rays.batches([half], 16, seed))["camera"] for seed in range(4)])
    assert whole.abs().sum((1, 2)).min() > 0


def body(batch: dict[str, torch.Tensor]) -> torch.Tensor:
    return upsample(RayUNet(SMALL).outline_body(batch["planes"], batch["camera"]))


def test_a_mirrored_batch_is_the_same_problem(rows):
    batch = batch_of(rows)
    other = train_rays.mirrored(batch)
    assert torch.equal(other["camera"][:, 0, 0], batch["camera"][:, 0, 0])
    errors = [train_rays.ray_error(body(b), b["camera"], b) for b in (batch, other)]
    assert torch.allclose(*errors, rtol=1e-3) and 0.1 < errors[0] < 3


def test_points_stand_for_the_whole_columns_of_the_mask(rows):
    """The weighted shares of points inside the ball, and of those at its surface, are those of the mask's columns."""
    batch = batch_of(rows, 16)
    places = ray_places(batch["camera"], batch["points"], 1.0)
    weights = train_rays.uniform_weights(batch, places)
    assert weights.sum().item() == pytest.approx(1, abs=1e-4)
    points = torch.rand(200_000, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    seen = points @ CAMERA[:, :3].T + CAMERA[:, 3]
    column, row = ((seen * torch.tensor([1, -1]) + 1) * 32).long().clamp(0, 63).unbind(1)
    inside = torch.from_numpy(disc(64)[..., 3])[row, column] > 0.5
    truth, target = ball(points[inside]), batch["target"]
    for kind in (lambda t: t > 0, lambda t: t.abs() < 0.5):
        share = kind(truth).float().mean().item()
        assert (weights * kind(target)).sum().item() == pytest.approx(share, rel=0.12)
    assert (target.abs() < 0.5).float().mean() > 2 * share  # as the samples come, the surface is everywhere


def test_holding_raises_only_empty_rays_of_the_mask():
    columns = torch.full((1, 3, 1, 3), -0.5)
    columns[0, 1, 0, 0] = 0.9  # this ray meets something, the second should, the third need not
    planes = torch.tensor([1.0, 1.0, 0.0]).view(1, 1, 1, 3).expand(1, 5, 1, 3)
    held = train_rays.held(columns, planes)
    assert torch.equal(held[..., 0], columns[..., 0]) and torch.equal(held[..., 2], columns[..., 2])
    assert held[..., 1].max().item() == pytest.approx(train_rays.PRESENCE)


def trained(tmp_path, monkeypatch, out: str, steps: int, *words: str) -> list[dict[str, float]]:
    """Run train_rays on the rows of tmp_path; returns the log."""
    monkeypatch.setattr(train_rays, "RayUNetConfig", lambda **_: SMALL)
    clock = itertools.count(step=0.02)  # the budget is wall time; a clock of our own makes it so many steps
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    command = ["command", "--shards", tmp_path, "--held-out", tmp_path, "--out", tmp_path / out, "--batch", 2]
    command += ["--minutes", steps * 0.02 / 60, "--learning-rate", 0.01, *words]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    train_rays.main()
    return [json.loads(line) for line in (tmp_path / out / "log.jsonl").read_text().splitlines()]


def test_training_finds_camera_and_field(rows, tmp_path, monkeypatch):
    first = trained(tmp_path, monkeypatch, "cameras", 60, "--only", "camera")[-1]
    log = trained(tmp_path, monkeypatch, "run", 60, "--init", tmp_path / "cameras")[-1]
    assert first["camera"] < 0.005 and log["second"] < 0.7 * log["outline"]
    network, batch = load_rays(tmp_path / "run"), batch_of(rows, 16)
    with torch.no_grad():
        camera, off = train_rays.read_camera(network, batch)
        answer = train_rays.answered(network, batch, camera)
        assert off.item() == pytest.approx(log["camera"], rel=0.2)
        assert train_rays.ray_error(answer, camera, batch) < 0.8 * train_rays.ray_error(body(batch), camera, batch)


def test_the_camera_alone_leaves_the_field_as_it_is(rows, tmp_path, monkeypatch):
    trained(tmp_path, monkeypatch, "cameras", 4, "--only", "camera")
    network = load_rays(tmp_path / "cameras")
    assert not network.out.weight.any() and network.reader.out.weight.any()


def untrained(rays: RayUNet | None) -> TinyGenerator:
    torch.manual_seed(0)
    flow = PictureFlow(ImageEncoderConfig(), COARSE_DIT)
    return TinyGenerator(load_backbone(), AnchoredVAE(VAE_CONFIG), flow, LATTICE, "cpu", torch.float32, rays)


def test_a_generators_second_look_is_the_mean_of_guess_and_answer():
    """The answer is that of the outline alone, deep inside 1; with a guess of -0.2 everywhere the mean is 0.4."""
    generator = untrained(RayUNet(RayUNetConfig()))
    condition = generator.with_camera(generator.condition(disc(128)), CAMERA.numpy())
    looked = generator.second_look(lambda points: torch.full(points.shape[:1], -0.2), condition)
    points = (torch.rand(500, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1) * 0.2
    assert (looked(points) - 0.4).abs().median() < 0.03


def test_a_second_look_leaves_no_ripples():
    """A guess that is unsure is rough; what varies on a small scale is evened out."""
    generator = untrained(RayUNet(RayUNetConfig()))
    condition = generator.with_camera(generator.condition(disc(128)), CAMERA.numpy())

    def rough(points: torch.Tensor) -> torch.Tensor:
        return (ball(points, 0.4) + 0.4 * (points * 20).sin().prod(-1)).clamp(-1, 1)

    def even(points: torch.Tensor) -> torch.Tensor:
        return ball(points, 0.4)

    towards = torch.nn.functional.normalize(torch.randn(2000, 3, generator=torch.Generator().manual_seed(0)), dim=-1)
    places = towards * 0.4
    left = generator.second_look(rough, condition)(places) - generator.second_look(even, condition)(places)
    assert left.std() < 0.4 * (rough(places) - even(places)).std() / 2  # the guess is half of the mean


def test_a_generator_takes_the_camera_of_its_second_look():
    generator = untrained(RayUNet(RayUNetConfig()))
    condition = generator.condition(disc(128))
    with torch.no_grad():
        generator.rays.reader.out.bias.copy_(CAMERA.flatten())  # type: ignore[union-attr]
    assert torch.allclose(generator.camera(generator.condition(disc(128))), CAMERA)
    assert not torch.allclose(generator.camera(condition), CAMERA, atol=0.05)
    assert torch.equal(generator.ray_inputs(condition)["camera"][0], generator.camera(condition))


def test_a_generator_without_the_network_says_so():
    generator = untrained(None)
    with pytest.raises(UsageError, match="no second look"):
        generator.second_look(ball, generator.condition(disc(128)))


def test_pictures_read_together_say_what_they_say_alone():
    generator = untrained(None)
    pictures = [disc(128), disc(128)[::-1].copy()]
    for found, rgba in zip(generator.conditions(pictures), pictures, strict=True):
        alone = generator.condition(rgba)
        assert torch.allclose(found.tokens, alone.tokens, atol=1e-4) and found.extra.rgba is rgba
        assert torch.allclose(found.extra.semantic, alone.extra.semantic, atol=1e-3)
        assert torch.allclose(generator.camera(found), generator.camera(alone), atol=1e-5)
