"""SDXL models in one file: every tensor of the recorded tiny base comes back from the original code's names."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from one_file import BASE, one_file, tiny_settings
from safetensors.torch import load_file, save_file

from varco3d.errors import CheckpointError, ModelMissingError
from varco3d.weights.checkpoints.store import Store
from varco3d.weights.painters import needed_models, sdxl_file
from varco3d.weights.painters.mvadapter.files import other_base
from varco3d.weights.painters.sdxl import NAMES, SdxlFolders
from varco3d.weights.painters.sdxl_file import SdxlFile


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SdxlFile:
    """The tiny base as one file, and its settings in place of SDXL's."""
    monkeypatch.setattr(sdxl_file, "base_settings", tiny_settings)
    return SdxlFile(one_file(tmp_path / "model.safetensors"), BASE / "tokenizer")


def test_every_tensor_comes_back(model: SdxlFile) -> None:
    folders, like = SdxlFolders.below(BASE), ("cpu", torch.float32)
    for one, other in (
        (model.load_unet(*like), folders.load_unet(*like)),
        (model.load_vae(*like), folders.load_vae(*like)),
        (model.load_text_encoders(*like), folders.load_text_encoders(*like)),
    ):
        made, wanted = one.state_dict(), other.state_dict()
        assert set(made) == set(wanted)
        assert [name for name in wanted if not torch.equal(made[name], wanted[name])] == []
    for part in NAMES[:4]:
        assert model.numbers(part) == folders.numbers(part)
    for text in ("high quality", "a " * 90):
        (made, cut), (wanted, also) = model.token_ids(text), folders.token_ids(text)
        assert cut == also and all(torch.equal(a, b) for a, b in zip(made, wanted, strict=True))
    assert torch.equal(model.load_scheduler().sigmas, folders.load_scheduler().sigmas)


def test_another_model_in_one_file_is_refused(model: SdxlFile, tmp_path: Path) -> None:
    stored = load_file(model.path)
    for changed, cause in (
        ({k: v for k, v in stored.items() if not k.startswith(sdxl_file.TEXT_2)}, "holds no text_encoder_2"),
        ({**stored, "v_pred": torch.zeros(1)}, "velocities"),
    ):
        save_file(changed, tmp_path / "other.safetensors")
        with pytest.raises(CheckpointError, match=cause):
            SdxlFile(tmp_path / "other.safetensors", BASE / "tokenizer").numbers("unet")
    short = {k: v for k, v in stored.items() if "input_blocks.1.0.in_layers.2.weight" not in k}
    save_file(short, tmp_path / "short.safetensors")
    with pytest.raises(CheckpointError, match=r"short\.safetensors"):
        SdxlFile(tmp_path / "short.safetensors", BASE / "tokenizer").load_unet("cpu", torch.float32)


def test_a_file_needs_the_tokenizer_and_the_adapter_alone(model: SdxlFile, tmp_path: Path) -> None:
    assert needed_models("mvadapter", True, False, "model.safetensors") == ("mvadapter-ig2mv-sdxl",)
    assert needed_models("auto", False, True, "model.safetensors") == ("mvadapter-tg2mv-sdxl",)
    assert needed_models("mvadapter", True, False) == ("mvadapter",)
    store = Store(tmp_path / "models", {"HOME": str(tmp_path)})
    with pytest.raises(ModelMissingError) as caught:
        other_base(str(model.path), store)
    assert "models pull sdxl-text-encoder" in caught.value.hint
    place = store.root / "stabilityai" / "stable-diffusion-xl-base-1.0"
    for name in ("text_encoder", "tokenizer"):
        shutil.copytree(BASE / name, place / name)
    assert other_base(str(model.path), store) == SdxlFile(model.path, place / "tokenizer")


def test_the_settings_are_those_of_the_published_base() -> None:
    settings = sdxl_file.base_settings()
    manifest = Path(__file__).parents[2] / "parity" / "manifests" / "index.json"
    published = json.loads(manifest.read_text())["sdxl-base-unet"]["config"]
    differing = {name for name, value in settings["unet"].items() if published.get(name, value) != value}
    assert differing == set() and len(set(settings["unet"]) & set(published)) > 6
