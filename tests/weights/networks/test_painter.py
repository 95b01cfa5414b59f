"""The painter: what it is told, that it corrects a guess, and that training it works."""

import itertools
import json
import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import trimesh

from varco3d.kernels.atlas.bake import View
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import Camera
from varco3d.weights.networks.painter import CHOICES, Painter, PainterConfig, choices
from varco3d.weights.painting import filled, paint_views, view_facts
from varco3d.weights.training import loop, train_painter

SIDE = 32
CAMERAS = [Camera(azimuth, 0.0, 1.1) for azimuth in (0.0, 180.0)]


def halves(picture: np.ndarray) -> np.ndarray:
    """Red to the left, green to the right."""
    picture[:, : picture.shape[1] // 2, 0] = 1
    picture[:, picture.shape[1] // 2 :, 1] = 1
    return picture


@pytest.fixture(scope="module")
def facts():
    """A ball, seen from the front by a picture of two halves, and from behind by a weak blue one."""
    ball = trimesh.creation.icosphere(3, 0.9)
    vertices, faces = np.asarray(ball.vertices, np.float32), np.asarray(ball.faces, np.int32)
    front = View(CAMERAS[0], halves(np.zeros((64, 64, 3), np.float32)))
    blue = np.tile(np.array([0, 0, 1], np.float32), (64, 64, 1))
    behind = View(CAMERAS[1], blue, priority=0.01)
    return view_facts(vertices, faces, smooth_normals(vertices, faces), CAMERAS, [front, behind], SIDE)


def test_facts_know_what_each_picture_shows(facts):
    middle = SIDE // 2
    assert facts.seen[0, middle, middle] > 0.9 and facts.seen[1, middle, middle] == 0
    assert facts.mirrored[1, middle, middle] > 0.9 and facts.mirrored[0, middle, middle] == 0
    assert np.allclose(facts.guess[0, middle, 8], [1, 0, 0]) and np.allclose(facts.guess[0, middle, -8], [0, 1, 0])
    assert np.allclose(facts.guess[1, middle, middle], [0, 0, 1])
    # Without the mirror images the back continues the rim: its left is the front's right.
    assert facts.nearest[1, middle, 4, 1] > 0.9 and facts.nearest[1, middle, -5, 0] > 0.9
    assert np.abs(facts.normal[0, middle, middle] - [0, 0, 1]).max() < 0.1
    assert np.abs(facts.position[1, middle, middle] - [0, 0, -0.9]).max() < 0.06
    assert facts.mask.mean() == pytest.approx(math.pi * 0.9**2 / 2.2**2, rel=0.05)


def test_unknown_places_take_the_nearest_known_colour():
    features = np.array([[0, 0], [1, 0], [0.1, 0], [0.95, 0]], np.float32)
    colours = np.array([[1, 0, 0], [0, 0, 1], [9, 9, 9], [9, 9, 9]], np.float32)
    out = filled(features, colours, np.array([True, True, False, False]))
    assert np.allclose(out[:2], colours[:2])
    assert out[2, 0] > 0.98 and out[3, 2] > 0.98
    assert np.allclose(filled(features, colours, np.zeros(4, bool)), 0.5)


@pytest.mark.parametrize("size", [SIDE, 100])
def test_an_untrained_painter_leaves_the_guess(facts, size):
    torch.manual_seed(0)
    painter = Painter(PainterConfig()).eval()
    assert sum(p.numel() for p in painter.parameters()) < 6e6
    rgba = np.concatenate([halves(np.zeros((size, size, 3), np.float32)), np.ones((size, size, 1), np.float32)], -1)
    assert np.allclose(paint_views(painter, facts, rgba), facts.guess, atol=1e-6)


def test_a_correction_reaches_the_rim_of_the_mesh_and_ends_there(facts):
    painter = Painter(PainterConfig(view=16)).eval()
    with torch.no_grad():
        painter.leave.bias[CHOICES:] = -0.25  # type: ignore[index]
    painted = paint_views(painter, facts, np.ones((SIDE, SIDE, 4), np.float32))
    inside = facts.mask[..., None] > 0
    expected = np.clip(facts.guess - 0.25, 0, 1)
    assert np.abs(np.where(inside, painted - expected, 0)).mean() < 0.01


def test_choices_are_the_colours_they_are_called(facts):
    view = torch.from_numpy(facts.channels())
    picture = torch.zeros(2, 4, 8, 8)
    picture[:, 0, :4], picture[:, 3, :4] = 0.5, 1.0
    nearest, calm, calmer, mean, black = choices(view, picture).unbind(1)
    assert torch.equal(nearest, view[:, 3:6]) and (black == 0).all()
    assert torch.allclose(mean[0, :, 3, 3], torch.tensor([0.5, 0, 0]))
    middle = SIDE // 2  # half of the surroundings are red, half green
    assert torch.allclose(calmer[0, :, middle, middle], torch.tensor([0.5, 0.5, 0]), atol=0.06)
    assert calm[0, 0, middle, 8] > 0.99  # far inside the red half


def test_mirroring_and_permuting_keep_channels_together(facts):
    view = torch.from_numpy(facts.channels())
    batch = {"view": view, "wanted": view[:, :3].clone(), "picture": torch.rand(2, 4, 64, 64)}
    generator = torch.Generator().manual_seed(0)
    seen = set()
    for _ in range(12):
        out = train_painter.augmented({k: v.clone() for k, v in batch.items()}, generator)
        assert torch.equal(out["view"][:, :3], out["wanted"])
        assert torch.equal(out["view"][:, -1], view[:, -1].flip(-1)) or torch.equal(out["view"][:, -1], view[:, -1])
        # The picture's right side is where x grows, in the front view, whether mirrored or not.
        assert out["view"][0, 11, SIDE // 2, -8] > 0.3
        seen.add(tuple(out["view"][0, :3, SIDE // 2, 8].round().int().tolist()))
    assert len(seen) > 2


def test_training_beats_the_guess_and_resumes(tmp_path, monkeypatch, capsys, facts):
    """Every guess is too bright by the same amount; a few steps must find out."""
    monkeypatch.setattr(torch, "compile", lambda function: function)
    config = PainterConfig(view=SIDE // 2, widths=(8, 16, 24, 32), heads=4)
    monkeypatch.setattr(train_painter, "PainterConfig", lambda: config)
    monkeypatch.setattr(train_painter, "VIEWS", 2)
    monkeypatch.setattr(train_painter, "VIEW_SIDE", SIDE)
    arrays = train_painter.open_painter_arrays(tmp_path, 3, "w+")
    rgba = np.ones((SIDE, SIDE, 4), np.float32)
    for row in range(3):
        packed = train_painter.pack_facts(rgba, facts, np.clip(facts.guess - 0.3, 0, 1))
        for name, values in packed.items():
            arrays[name][row] = values
            arrays[name].flush()
    again = train_painter.unpack(arrays, np.array([0]), np.array([1]))["view"][0]
    assert (again - torch.from_numpy(facts.channels()[1])).abs().max() < 1 / 120
    (tmp_path / "index.json").write_text(json.dumps({"training": 2, "count": 3}))
    clock = itertools.count(step=0.02)  # the budget is wall time; a clock of our own makes it 60 steps
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    words = ["command", "--shards", tmp_path, "--out", tmp_path / "run", "--minutes", 0.02, "--batch", 2]
    words += ["--learning-rate", 0.01]
    monkeypatch.setattr(sys, "argv", [str(word) for word in words])
    train_painter.main()
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert log[-1]["psnr_painter"] > log[-1]["psnr_mirrored"] + 1
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--judge"])
    capsys.readouterr()
    train_painter.main()
    judged = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert judged["psnr_painter"] == log[-1]["psnr_painter"]
    assert 0 < judged["unlike_painter"] < judged["unlike_mirrored"] < 2
    monkeypatch.setattr(sys, "argv", sys.argv[:-1])
    train_painter.main()
    assert json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])["step"] == log[-1]["step"]
