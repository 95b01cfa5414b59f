"""What the scripts that measure `tiny` work out themselves: scores at the input view."""

import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.meshes.preview import render_view


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    yield
    for name in ("contact_sheet", "evaluate", "measure_presets", "reliability", "throughput"):
        sys.modules.pop(name, None)


def painted_box() -> Mesh:
    box = trimesh.creation.box((1.6, 0.8, 0.5))
    colours = np.tile(np.array([200, 60, 40], np.uint8), (len(box.vertices), 1))
    colours[box.vertices[:, 0] > 0] = [30, 80, 220]
    return Mesh(np.asarray(box.vertices, np.float32), np.asarray(box.faces, np.int32), colors=colours)


def test_scores_at_the_input_view(scripts):
    from evaluate import input_view_scores

    mesh, camera = painted_box(), Camera(15, 10, 1.1, shift=(0.05, 0.0))
    picture = render_view(mesh, camera, 128, background=None, light=0.0).astype(np.float32) / 255
    subject = Subject(picture, np.eye(3), (128, 128))
    asset = Asset(mesh=mesh, subject=subject, report={"texture": {"camera": asdict(camera)}})
    scores = input_view_scores(asset)
    assert scores["registered"] > 0.98 and scores["psnr"] > 40
    assert mesh.colors is not None
    wrong = Mesh(mesh.vertices, mesh.faces, colors=255 - mesh.colors)
    assert input_view_scores(replace(asset, mesh=wrong))["psnr"] < 8
    elsewhere = replace(asset, report={"texture": {"camera": asdict(Camera(-30, 10, 1.1))}})
    assert input_view_scores(elsewhere)["registered"] < 0.9


def test_sheet_names_the_columns_it_has(scripts):
    from contact_sheet import TILE, sheet, strip

    mesh = painted_box()
    row = strip(np.ones((40, 40, 4), np.float32), mesh, mesh, None)
    assert row.size == (7 * TILE, TILE)
    page = np.asarray(sheet([row, row]))
    assert page.shape == (20 + 2 * TILE, 7 * TILE, 3)
    assert all((page[:20, k * TILE : (k + 1) * TILE] < 128).any() for k in range(7))


def test_a_preset_is_summed_up_from_the_times_of_its_events(scripts):
    from measure_presets import summary

    def item(at, size):
        return at, {"type": "item_finished", "outputs": [{"bytes": size}, {"bytes": 10}]}

    stage = {"type": "stage_finished", "peak_mb": 700.0}
    events = [(3.0, stage), item(6.0, 90), (7.0, {**stage, "peak_mb": None}), item(8.0, 110), item(10.0, 130)]
    row = summary([*events, (10.5, {"type": "run_finished"})])
    assert row == {"seconds_per_item": 2.0, "start_seconds": 4.5, "peak_mb": 700.0, "bytes": 120}
