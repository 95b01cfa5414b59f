"""Reading weights: every container, lazily, and nothing but tensors."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from varco3d.errors import CheckpointError, ModelMissingError
from varco3d.weights.checkpoints.conversion.containers import find_weights, give_back, open_tensors

PARTS = {"model": {"a.weight": torch.arange(12.0).reshape(3, 4)}, "vae": {"b.bias": torch.ones(5)}}
FLAT = {f"{part}.{name}": tensor for part, tensors in PARTS.items() for name, tensor in tensors.items()}


def written(folder: Path, kind: str) -> Path:
    """The same two parts in one of the containers."""
    if kind == "safetensors":
        save_file(FLAT, folder / "model.fp16.safetensors")
    elif kind == "shards":
        where = {}
        for number, (name, tensor) in enumerate(FLAT.items()):
            save_file({name: tensor}, folder / f"model-{number}.safetensors")
            where[name] = f"model-{number}.safetensors"
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    elif kind == "old torch":
        torch.save(PARTS, folder / "model.ckpt", _use_new_zipfile_serialization=False)
    elif kind == "wrapped":
        torch.save({"state_dict": FLAT, "epoch": 3}, folder / "model.pt")
    else:
        torch.save({**PARTS, "step": 7}, folder / "model.fp16.ckpt")
    return folder


@pytest.mark.parametrize("kind", ["safetensors", "shards", "torch", "old torch", "wrapped"])
def test_parts_of_every_container(tmp_path: Path, kind: str) -> None:
    stored = open_tensors(written(tmp_path, kind))
    part = stored.part("model")
    assert list(part) == ["a.weight"] and part["a.weight"].shape == (3, 4)
    assert torch.equal(part["a.weight"].read(), PARTS["model"]["a.weight"])
    assert stored.part("nothing", "vae")["b.bias"].shape == (5,)
    with pytest.raises(CheckpointError, match="holds no conditioner; its parts are model, vae"):
        stored.part("conditioner")


def test_pages_given_back_are_read_again(tmp_path: Path) -> None:
    big = torch.arange(300_000, dtype=torch.float32)
    torch.save({"a": big}, tmp_path / "model.ckpt")
    tensor = open_tensors(tmp_path)["a"].read()
    for _ in range(2):
        assert torch.equal(tensor, big)
        give_back(tensor)


def test_a_file_read_whole_is_not_given_back(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(9)}, tmp_path / "a.pt", _use_new_zipfile_serialization=False)
    assert not open_tensors(tmp_path)["a"].mapped


class Harm:
    def __reduce__(self):
        return print, ("code ran",)


def test_code_in_a_pickle_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"a": torch.ones(2), "b": Harm()}, tmp_path / "model.ckpt")
    with pytest.raises(CheckpointError, match="cannot be read safely"):
        open_tensors(tmp_path)
    (tmp_path / "model.ckpt").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(CheckpointError):
        open_tensors(tmp_path)
    assert "code ran" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["safetensors", "torch"])
def test_a_file_cut_short_is_told(tmp_path: Path, kind: str) -> None:
    path = find_weights(written(tmp_path, kind))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CheckpointError, match="cannot be read"):
        open_tensors(path)


def test_a_shard_elsewhere_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "secret.safetensors")
    (tmp_path / "here").mkdir()
    index = tmp_path / "here" / "model.safetensors.index.json"
    for shard in ("../secret.safetensors", str(tmp_path / "secret.safetensors")):
        index.write_text(json.dumps({"weight_map": {"a": shard}}))
        with pytest.raises(CheckpointError, match="not beside it"):
            open_tensors(index)


def test_a_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no weights in"):
        open_tensors(tmp_path)
