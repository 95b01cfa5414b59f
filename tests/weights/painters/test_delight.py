"""The network that takes the light out of the picture that Hunyuan3D-Paint 2.0 reads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_hunyuan import egg, fill_delight, fill_store20

from varco3d.errors import ModelMissingError
from varco3d.weights.painters import Room, load_painter
from varco3d.weights.painters.hunyuan import painter20
from varco3d.weights.painters.hunyuan.reference import delight

NAME = "hunyuan3d-paint-2.0-turbo"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store, and pictures small enough for tiny networks."""
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(delight, "SIZE", 64)
    return tmp_path / "models"


def subject() -> np.ndarray:
    """A picture with soft colours on an oval, and others hidden behind alpha 0."""
    rgba = np.random.default_rng(0).integers(0, 256, (6, 6, 4)).astype(np.uint8)
    rgba = np.array(Image.fromarray(rgba).resize((80, 80), Image.Resampling.BICUBIC))
    y, x = np.mgrid[-1:1:80j, -1:1:80j]
    rgba[..., 3] = np.where(x**2 + 2 * y**2 < 0.8, 255, 0)
    return rgba


def test_a_run_equals_the_published_pipeline(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    diffusers, transformers = pytest.importorskip("diffusers"), pytest.importorskip("transformers")
    base = fill_delight(root)
    pipeline = diffusers.StableDiffusionInstructPix2PixPipeline(
        diffusers.AutoencoderKL.from_pretrained(base / "vae"),
        transformers.CLIPTextModel.from_pretrained(base / "text_encoder", dtype=torch.float32),
        transformers.CLIPTokenizer.from_pretrained(base / "tokenizer"),
        diffusers.UNet2DConditionModel.from_pretrained(base / "unet"),
        diffusers.EulerAncestralDiscreteScheduler.from_pretrained(base / "scheduler"),
        None,
        None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    colours, alpha = delight.framed(subject())
    wanted = pipeline(
        "", Image.fromarray(colours), 3, 1.0, 1.5, generator=torch.Generator().manual_seed(42), output_type="np"
    ).images[0]
    monkeypatch.setattr(delight, "colours_restored", lambda flat, colours, alpha: flat)
    folders = delight.locate_delight(NAME, True)
    assert folders is not None
    told: list[tuple] = []
    made = delight.without_light(subject(), folders, "cpu", torch.float32, lambda *facts: told.append(facts), 3)
    share = alpha[..., None] / 255
    assert np.abs(made - 255 * (wanted * share + 1 - share)).max() <= 1.5 and wanted.std() > 0.05
    assert [facts[:2] for facts in told] == [(1, 3), (2, 3), (3, 3)]


def test_a_rim_is_taken_off_and_what_alpha_hides_is_white(root: Path) -> None:
    rgba = np.full((64, 64, 4), 90, np.uint8)
    rgba[..., 3] = 0
    rgba[10:50, 10:50, 3] = 255
    colours, alpha = delight.framed(rgba)
    assert (alpha > 0).sum() == 38 * 38 and alpha[11, 11] == 255
    assert (colours[alpha == 0] == 255).all() and (colours[alpha > 0] == 90).all()


def test_the_painter_reads_the_picture_without_light_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_store20(root)
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)
    warnings: list[str] = []
    task = replace(egg(), warn=warnings.append)
    painter = load_painter(NAME, Room())
    plain = painter.paint(task)
    assert plain.facts["delight"] is False
    assert len(warnings) == 1 and f"varco3d models pull {NAME} --extras" in warnings[0]
    with pytest.raises(ModelMissingError) as caught:
        painter.paint(replace(task, delight=True))
    assert f"models pull {NAME} --extras" in caught.value.hint
    fill_delight(root)
    runs: list[np.ndarray] = []
    dark = np.full((64, 64, 3), 40, np.uint8)
    monkeypatch.setattr(painter20, "without_light", lambda rgba, *rest: runs.append(rgba) or dark)
    for _ in range(2):
        unlit = painter.paint(task)
        assert unlit.facts["delight"] is True
        assert np.abs(unlit.views["front"].picture - plain.views["front"].picture).max() > 1e-3
    assert len(runs) == 1 and runs[0].shape[0] == runs[0].shape[1], "centred before, kept for further passes"
    off = painter.paint(replace(task, delight=False))
    assert np.array_equal(off.views["front"].picture, plain.views["front"].picture)
    assert len(warnings) == 1
