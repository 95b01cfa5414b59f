"""The shipped weights: what is on disk, and that they do their work on shapes whose answer is known."""

import hashlib
import json

import numpy as np
import pytest
import torch
from safetensors import safe_open

from varco3d.errors import CheckpointError, ModelMissingError
from varco3d.kernels.meshes.sample_surface import sample_surface
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.weights.generators import tiny
from varco3d.weights.generators.loading import load_generator
from varco3d.weights.generators.sampling import latents_surface, mean_latents, sample_latents
from varco3d.weights.networks.anchored_vae import lattice_anchors
from varco3d.weights.training.evaluation.metrics import shape_scores

pytestmark = pytest.mark.skipif(not (tiny.FOLDER / "config.json").exists(), reason="the shipped weights are absent")


@pytest.fixture(scope="module")
def parts():
    return {part: load_generator("tiny", part) for part in ("coarse", "refine")}


def ellipsoid(count: int, axes=(0.9, 0.5, 0.6)) -> np.ndarray:
    """[count,6] points and normals, spread over the surface."""
    unit = np.random.default_rng(0).normal(size=(count, 3))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    normals = unit / axes
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.concatenate([unit * axes, normals], 1).astype(np.float32)


def test_files_are_half_precision_whole_and_small():
    sums = dict(line.split()[::-1] for line in (tiny.FOLDER / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == set(tiny.FILES.values())
    total = 0
    for name, expected in sums.items():
        data = (tiny.FOLDER / name).read_bytes()
        total += len(data)
        assert hashlib.sha256(data).hexdigest() == expected
        with safe_open(tiny.FOLDER / name, "pt") as tensors:
            assert all(tensors.get_slice(key).get_dtype() == "F16" for key in tensors.keys())  # noqa: SIM118
    assert total <= 80e6


@pytest.mark.parametrize("anchors", ["lattice", "voxels"])
def test_autoencoder_keeps_an_ellipsoid(parts, anchors):
    refine = parts["refine"]
    surface = ellipsoid(4096)
    if anchors == "lattice":
        places = lattice_anchors(6)
    else:
        cells = np.unique(np.floor((surface[:, :3] + 1) * 16).astype(int), axis=0)[::2]
        places = torch.from_numpy(((cells + 0.5) / 16 - 1).astype(np.float32))
    with torch.inference_mode():
        latents = refine.vae.encode(torch.from_numpy(surface)[None], places[None])[0]
        query = refine.field(refine.flow.normalise(latents), places)
    points = np.random.default_rng(1).uniform(-1, 1, (4000, 3)).astype(np.float32)
    inside = query(torch.from_numpy(points)).numpy() > 0
    truth = ((points / (0.9, 0.5, 0.6)) ** 2).sum(1) < 1
    assert (inside & truth).sum() / (inside | truth).sum() > 0.9


def shaded_ball(side: int = 256) -> np.ndarray:
    """A lit ball that fills 0.8 of its frame, RGBA float32."""
    import trimesh

    ball = trimesh.creation.icosphere(4, 0.8)
    maps = render_maps(np.asarray(ball.vertices, np.float32), np.asarray(ball.faces, np.int32), Camera(), side)
    light = np.clip(maps.normal @ np.array([0.3, 0.7, 0.65], np.float32), 0.15, 1)
    mask = np.asarray(maps.mask)
    return np.dstack([light * 0.9, light * 0.4, light * 0.3, mask]).astype(np.float32)


def test_a_ball_comes_out_round(parts):
    """The loose bounds are what another shape would miss by far."""
    import trimesh

    from varco3d.kernels.voxels.voxelize import voxelize

    rgba = shaded_ball()
    ball = trimesh.creation.icosphere(4, 0.95)
    truth = np.asarray(ball.vertices, np.float32), np.asarray(ball.faces, np.int32)
    coarse, refine = parts["coarse"], parts["refine"]
    anchors = coarse.anchors(None, 0)
    condition = coarse.condition(rgba)
    mean = mean_latents(lambda seed: sample_latents(coarse, condition, anchors, len(anchors), 1, 1.5, seed), 4)
    rough = latents_surface(coarse, mean, anchors, 48)
    guessed = shape_scores(rough, truth)
    assert guessed.iou > 0.85  # a cube has 0.67
    looked = latents_surface(coarse, mean, anchors, 48, change=lambda field: coarse.second_look(field, condition))
    again = shape_scores(looked, truth)
    assert again.iou > 0.85 and again.normal > guessed.normal
    voxels, _ = voxelize(rough[0], rough[1], 32)
    places = refine.anchors(np.asarray(voxels), 32)
    points, normals, _ = sample_surface(*rough, 4096)
    seen = refine.with_surface(refine.condition(rgba), points, normals, places)
    fine = latents_surface(refine, sample_latents(refine, seen, places, len(places), 1, 1.0, 0), places, 48)
    assert shape_scores(fine, truth).iou > 0.85


def test_missing_and_foreign_files_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(tiny, "FOLDER", tmp_path)
    with pytest.raises(ModelMissingError):
        load_generator("tiny", "coarse")
    shipped = json.loads((tiny.Path(tiny.__file__).parent.parent / "tiny" / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(shipped))
    with pytest.raises(ModelMissingError, match=r"vae\.safetensors"):
        load_generator("tiny", "coarse")
    (tmp_path / "vae.safetensors").write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=r"vae\.safetensors"):
        load_generator("tiny", "coarse")
