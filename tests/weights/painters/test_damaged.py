"""Damaged, mixed and missing files of painters: one error each, which names the file, and nothing printed."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_hunyuan import egg, fill_store20, fill_store21
from tiny_painter import fill_store

from varco3d.errors import CheckpointError
from varco3d.weights.painters import Room, load_painter

P20, P21, MV = "hunyuan3d-paint-2.0", "hunyuan3d-paint-2.1", "mvadapter"
HUNYUAN = Path("tencent/Hunyuan3D-2/hunyuan3d-paint-v2-0")
SDXL = Path("stabilityai/stable-diffusion-xl-base-1.0")
ADAPTERS = Path("huanngzh/mv-adapter")
WEIGHTS = "diffusion_pytorch_model.safetensors"


def written(path: Path, text: str) -> Callable[[Path], object]:
    return lambda root: (root / path).write_text(text)


def copied(source: Path, target: Path) -> Callable[[Path], object]:
    return lambda root: shutil.copy(root / source, root / target)


@pytest.mark.parametrize(
    ("painter", "damage", "named"),
    [
        (P20, written(HUNYUAN / "unet/config.json", '{"block_out_channels": "x"}'), "unet/config.json"),
        (P20, written(HUNYUAN / "scheduler/scheduler_config.json", '{"beta_start": "no"}'), "v2-0/scheduler"),
        (P20, copied(HUNYUAN / "vae" / WEIGHTS, HUNYUAN / "unet"), f"unet/{WEIGHTS} does not fit"),
        (P20, copied(HUNYUAN / "unet/config.json", HUNYUAN / "vae"), "vae/config.json cannot be used"),
        (MV, written(SDXL / "scheduler/scheduler_config.json", '{"beta_schedule": "sideways"}'), "1.0/scheduler"),
        (MV, lambda root: (root / SDXL / "tokenizer/vocab.json").unlink(), "tokenizer is no tokenizer of CLIP"),
        (MV, written(SDXL / "tokenizer/vocab.json", "{}"), "tokenizer is no tokenizer of CLIP"),
        (MV, written(SDXL / "text_encoder/config.json", "[1]"), "text_encoder cannot be read"),
        (MV, written(SDXL / "text_encoder/config.json", "{}"), "text_encoder does not fit CLIPTextModel"),
        (MV, copied(ADAPTERS / "mvadapter_tg2mv_sdxl.safetensors", ADAPTERS / "mvadapter_ig2mv_sdxl.safetensors"),
         "is the adapter for words alone"),
        (MV, copied(SDXL / "unet" / WEIGHTS, ADAPTERS / "mvadapter_ig2mv_sdxl.safetensors"), "does not fit this base"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_named(
    painter: str,
    damage: Callable[[Path], object],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    {MV: lambda root: fill_store(root, words=True), P20: fill_store20, P21: fill_store21}[painter](tmp_path)
    damage(tmp_path)
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("varco3d.weights.painters.hunyuan.maps.RENDERED", 128)
    with pytest.raises(CheckpointError) as caught:
        load_painter(painter, Room()).paint(replace(egg(), steps=1, delight=False))
    assert named in caught.value.message and str(tmp_path) in caught.value.message and caught.value.hint
    assert capfd.readouterr() == ("", "")
