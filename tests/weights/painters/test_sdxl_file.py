"""SDXL models in one file: every tensor of the recorded tiny base comes back from the original code's names."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from one_file import BASE, one_file, tiny_settings
from safetensors.torch import load_file, save_file
from tiny_painter import fill_store

from varco3d.errors import CheckpointError, ModelMissingError
from varco3d.pipeline.texturing.painters.choice import Asked, choose_painter
from varco3d.weights.checkpoints.store import Store
from varco3d.weights.painters import PainterOptions, Room, missing_weights, needed_models, sdxl_file
from varco3d.weights.painters.mvadapter.files import locate, other_base
from varco3d.weights.painters.sdxl import NAMES, SdxlFolders
from varco3d.weights.painters.sdxl_file import SdxlFile


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SdxlFile:
    """The tiny base as one file, and its settings in place of SDXL's."""
    monkeypatch.setattr(sdxl_file, "base_settings", tiny_settings)
    return SdxlFile(one_file(tmp_path / "model.safetensors"), {"tokenizer": BASE / "tokenizer"})


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
    stored, other = load_file(model.path), tmp_path / "other.safetensors"
    for changed, cause in (
        ({k: v for k, v in stored.items() if not k.startswith(sdxl_file.UNET)}, "is no SDXL model"),
        ({**stored, "v_pred": torch.zeros(1)}, "velocities"),
    ):
        save_file(changed, other)
        with pytest.raises(CheckpointError, match=cause):
            needed_models("mvadapter", True, False, str(other))
    save_file({k: v for k, v in stored.items() if "input_blocks.1.0.in_layers.2.weight" not in k}, other)
    with pytest.raises(CheckpointError, match=r"other\.safetensors"):
        SdxlFile(other, model.instead).load_unet("cpu", torch.float32)


WHOLE = ("mvadapter-ig2mv-sdxl", "sdxl-text-encoder")  # beside which the tokenizer lies


@pytest.mark.parametrize(
    ("gone", "wanted"),
    [
        ((), WHOLE),
        (("vae",), ("mvadapter-ig2mv-sdxl", "sdxl-vae-fp16-fix", "sdxl-text-encoder")),
        (("vae", "text_encoder", "text_encoder_2"),
         ("mvadapter-ig2mv-sdxl", "sdxl-vae-fp16-fix", "sdxl-text-encoder", "sdxl-text-encoder-2")),
    ],
)  # fmt: skip
def test_of_what_a_file_lacks_the_published_part_stands_in(
    model: SdxlFile, gone: tuple[str, ...], wanted: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, own = tmp_path / "models", tmp_path / "own.safetensors"
    prefixes = tuple(sdxl_file.PREFIXES[part] for part in gone)
    kept = {key: each for key, each in load_file(model.path).items() if not key.startswith(prefixes)} if gone else None
    save_file(kept or load_file(model.path), own)
    monkeypatch.setenv("VARCO3D_MODELS", str(root))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert needed_models("mvadapter", True, False, str(own)) == wanted == missing_weights("mvadapter", True, str(own))
    assert needed_models("auto", False, True, str(own))[0] == "mvadapter-tg2mv-sdxl"
    with pytest.raises(ModelMissingError) as caught:
        choose_painter(Asked("auto", None, None, True, True, str(own)), lambda text: None)
    assert caught.value.hint == f"Run: varco3d models pull {' '.join(wanted)}"
    with pytest.raises(ModelMissingError) as caught:
        locate(Room(), PainterOptions(str(own)), "ig2mv")
    assert f"models pull {' '.join(wanted)}" in caught.value.hint
    fill_store(root)
    assert missing_weights("mvadapter", True, str(own)) == ()
    found, like = locate(Room(), PainterOptions(str(own)), "ig2mv").base, ("cpu", torch.float32)
    assert choose_painter(Asked("auto", None, None, True, True, str(own)), lambda text: None) == "mvadapter"
    for part in NAMES[:4]:
        assert found.numbers(part) == model.numbers(part)
    for one, other in (
        (found.load_vae(*like), model.load_vae(*like)),
        (found.load_text_encoders(*like), model.load_text_encoders(*like)),
    ):
        assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_of_what_a_folder_lacks_the_published_part_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, root = tmp_path / "own", tmp_path / "models"
    for part in ("unet", "text_encoder", "tokenizer"):
        shutil.copytree(BASE / part, own / part)
    monkeypatch.setenv("VARCO3D_MODELS", str(root))
    monkeypatch.setenv("HOME", str(tmp_path))
    wanted = ("mvadapter-ig2mv-sdxl", "sdxl-vae-fp16-fix", "sdxl-text-encoder-2", "sdxl-unet")
    assert needed_models("mvadapter", True, False, str(own)) == wanted, "the scheduler lies beside sdxl-unet"
    fill_store(root)
    base = root / "stabilityai" / "stable-diffusion-xl-base-1.0"
    vae = root / "madebyollin" / "sdxl-vae-fp16-fix"
    rest = {"vae": vae, "text_encoder_2": base / "text_encoder_2", "tokenizer_2": base / "tokenizer_2"}
    rest["scheduler"] = base / "scheduler"
    assert other_base(str(own), Store()) == SdxlFolders.below(own, rest)
    shutil.rmtree(own / "unet")
    for name in (str(own), str(tmp_path / "nowhere"), "somebody/nothing"):
        with pytest.raises(ModelMissingError, match=name):
            missing_weights("mvadapter", True, name)


def test_the_settings_are_those_of_the_published_base() -> None:
    settings = sdxl_file.base_settings()
    manifest = Path(__file__).parents[2] / "parity" / "manifests" / "index.json"
    published = json.loads(manifest.read_text())["sdxl-base-unet"]["config"]
    differing = {name for name, value in settings["unet"].items() if published.get(name, value) != value}
    assert differing == set() and len(set(settings["unet"]) & set(published)) > 6
