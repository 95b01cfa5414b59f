"""Latents aligned with a vision model: features at surface points, the loss, and a run that the flow can read."""

import numpy as np
import pytest
import torch
from toy_archive import run

from varco3d.weights.networks.anchored_vae import AnchoredVAE, AnchoredVAEConfig
from varco3d.weights.training import train_aligned, train_flow, train_vae, vision_points
from varco3d.weights.training.posed_views import PosedViews


def test_points_read_the_picture_where_they_are_seen(archive_folder, shard_folder):
    """A map that says how far right and up a place is comes back as the points' own places."""
    views = PosedViews(archive_folder, shard_folder)
    row = views.shards.index["training_rows"][0]
    y, x = torch.meshgrid(torch.linspace(1, -1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    features = vision_points.point_features(views, torch.stack([x, y])[None], row)
    azimuth, elevation, _ = views.pose(row, 0)
    posed = views.shards.pose(row, train_vae.yaw_matrix(azimuth), views.stretch(row, 0)).surface
    towards = np.deg2rad(elevation)
    facing = posed[:, 3:] @ np.array([0, np.sin(towards), np.cos(towards)]) > 0.05
    camera = views.camera_map(row, 0, posed[:, :3], False)
    places = posed[:, :3] @ camera[:, :3].T + camera[:, 3]
    inside = facing & (np.abs(places).max(1) < 0.95)
    assert np.abs(features.numpy()[inside] - places[inside]).max() < 0.05
    assert not features[posed[:, 3:] @ np.array([0, np.sin(towards), np.cos(towards)]) < 0].any()


def test_aligned_latents_cost_nothing_and_others_do():
    model = train_aligned.AlignedVAE(AnchoredVAE(AnchoredVAEConfig()), 16)
    latents = torch.randn(2, 64, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        model.projection.weight.copy_(torch.eye(16))
    assert model.misalignment(latents, 3 * latents) == 0
    apart = model.misalignment(latents, -latents).item()
    assert apart == pytest.approx(1.5, abs=0.01)  # cosine -1 against a margin of 0.5; token pairs still agree
    vision = latents.clone()
    vision[:, ::2] = 0  # unseen tokens
    assert model.misalignment(latents, vision) == 0


def test_an_aligned_run_is_what_the_flow_reads(archive_folder, shard_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda function: function)
    monkeypatch.setattr(train_vae.VAEBatches.__init__, "__defaults__", (2, 2, 64, None))
    monkeypatch.setattr(vision_points, "FITTED", 2)
    out = ["--out", tmp_path / "vision", "--views", 1]
    run(vision_points.main, "--data", archive_folder, "--shards", shard_folder, *out)
    words = ["--vision", tmp_path / "vision", "--out", tmp_path / "vae", "--steps", 2]
    run(train_aligned.main, "--shards", shard_folder, *words)
    state = torch.load(tmp_path / "vae" / "checkpoint.pt", weights_only=True)
    assert state["steps"] == 2
    vae = train_flow.load_vae(tmp_path / "vae")
    assert torch.equal(vae.moments.weight, state["ema"]["vae.moments.weight"])
