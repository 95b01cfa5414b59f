"""Weights are found where they lie, recognised by what they hold, verified, taken in and removed."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from toy_checkpoints import SHAPES, make_spec, safetensors_bytes, tensors

from varco3d import _files as files
from varco3d.errors import CheckpointError, ModelMissingError, OutputError
from varco3d.weights.checkpoints.identify import candidates, fingerprint, structure_of
from varco3d.weights.checkpoints.importing import plan
from varco3d.weights.checkpoints.locations import HUB, HY3D, OURS, TORCH_HUB, Located
from varco3d.weights.checkpoints.store import Store
from varco3d.weights.checkpoints.zoo import MODELS, ModelFile, ModelSpec


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_found_in_the_hugging_face_cache_through_its_links(store: Store, tmp_path: Path) -> None:
    spec = make_spec()
    repo = tmp_path / "home/.cache/huggingface/hub/models--owner--toys"
    data = safetensors_bytes()
    blob = put(repo / "blobs" / ("0" * 64), data)
    for number, commit in enumerate(("old", "main", "newest")):
        folder = repo / "snapshots" / commit / "toy"
        folder.mkdir(parents=True)
        (folder / "model.fp16.safetensors").symlink_to(blob)
        os.utime(folder.parent, (number, number))
    put(repo / "snapshots/main/toy/config.yaml", b"model: {}")
    put(repo / "refs/main", b"main")
    located = store.find(spec)
    assert located is not None and located.origin == HUB
    assert located.path.parts[-3] == "main"  # what `main` points to, not the newest
    assert located.sides["config.yaml"].read_bytes() == b"model: {}"
    assert store.verify(located)[0].problem.startswith("sha256 is")  # the cache's file name is its hash
    blob.unlink()
    assert store.find(spec) is None  # a dangling link is no copy


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"])
def test_hub_cache_variables(variable: str, tmp_path: Path) -> None:
    inner = {"HF_HOME": "x/hub", "XDG_CACHE_HOME": "x/huggingface/hub"}.get(variable, "x")
    put(tmp_path / inner / "models--owner--toys/snapshots/c/toy/model.fp16.safetensors", safetensors_bytes())
    located = Store(tmp_path / "m", {"HOME": str(tmp_path), variable: str(tmp_path / "x")}).find(make_spec())
    assert located is not None and located.origin == HUB


def test_found_in_hy3dgen_but_not_when_cut_off(store: Store, tmp_path: Path) -> None:
    spec, data = make_spec(), safetensors_bytes()
    path = put(tmp_path / "home/.cache/hy3dgen/owner/toys/toy/model.fp16.safetensors", data)
    located = store.find(spec)
    assert located is not None and (located.origin, located.path) == (HY3D, path)
    assert located.bytes == len(data)
    path.write_bytes(data[:-1])  # an unfinished download of another program
    assert store.find(spec) is None
    ckpt = put(path.with_name("model.fp16.ckpt"), b"anything")
    located = store.find(spec)
    assert located is not None and located.path == ckpt  # the other container counts too
    other = Store(store.root, {"HOME": str(tmp_path), "HY3DGEN_MODELS": str(tmp_path / "home/.cache/hy3dgen")})
    assert other.find(spec) is not None


def test_found_in_the_folder_of_torch_hub_by_a_name_of_its_own(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "home/.cache/torch/hub/checkpoints"
    put(folder / "model.safetensors", safetensors_bytes())  # of whatever model
    named = folder / "toy_encoder.pth"
    torch.save({name: torch.from_numpy(value) for name, value in tensors().items()}, named)
    own = ModelFile("toy_encoder.pth", size=named.stat().st_size, exact=True)
    located = store.find(make_spec(weights=(ModelFile("model.safetensors"), own), sides=()))
    assert located is not None and (located.origin, located.path) == (TORCH_HUB, named)
    assert store.find(make_spec(weights=(ModelFile("model.safetensors"),), sides=())) is None
    other = Store(store.root, {"HOME": str(tmp_path), "TORCH_HOME": str(tmp_path / "home/.cache/torch")})
    assert other.find(make_spec(weights=(own,), sides=())) is not None


def test_unfinished_pickles_of_others_do_not_count(store: Store, tmp_path: Path) -> None:
    torch.save({"model": {"w": torch.zeros(1000)}}, tmp_path / "whole.ckpt")
    data = (tmp_path / "whole.ckpt").read_bytes()
    path = put(tmp_path / "home/.cache/hy3dgen/owner/toys/toy/model.fp16.ckpt", data[:-30])
    assert store.find(make_spec()) is None
    path.write_bytes(data)
    assert store.find(make_spec()) is not None
    path.write_bytes(b"an old pickle, which cannot tell its own length")
    sized = make_spec(weights=(ModelFile("toy/model.fp16.ckpt", 1000, None, True),))
    assert store.find(sized) is None and store.find(make_spec()) is not None


def test_weights_saved_again_in_another_type_are_welcome(store: Store, tmp_path: Path) -> None:
    """Neither size nor hash of the published file: taken in, found, and checked against its own recorded hash."""
    spec = make_spec(weights=(ModelFile("toy/model.fp16.safetensors", 5, "0" * 64, True),))
    save_file({key: torch.from_numpy(value).float() for key, value in tensors().items()}, tmp_path / "f32.safetensors")
    located = store.add(spec, tmp_path / "f32.safetensors")
    assert [(check.how, check.problem) for check in store.verify(located)] == [("the recorded sha256", "")]


def test_sharded_weights_need_every_shard(store: Store) -> None:
    folder = store.root / "owner/toys/toy"
    index = {"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}
    path = put(folder / "model.fp16.safetensors.index.json", json.dumps(index).encode())
    put(folder / "one.safetensors", b"")
    assert store.find(make_spec()) is None
    put(folder / "two.safetensors", b"")
    located = store.find(make_spec())
    assert located is not None and located.path == path


def test_missing_models_say_what_to_do(store: Store) -> None:
    with pytest.raises(ModelMissingError) as caught:
        store.locate("ultrashape")
    assert "hunyuan3d-dit-v2-1" in caught.value.message and "models pull ultrashape" in caught.value.hint


def test_structure_does_not_depend_on_the_container(tmp_path: Path) -> None:
    flat = {key: torch.from_numpy(value) for key, value in tensors().items()}
    save_file(flat, tmp_path / "a.safetensors")
    nested = {"model": {"a.weight": flat["model.a.weight"], "a.bias": flat["model.a.bias"].float()}}
    torch.save({**nested, "vae": {"b.weight": flat["vae.b.weight"]}, "step": 3}, tmp_path / "a.ckpt")
    structures = [structure_of(tmp_path / name) for name in ("a.safetensors", "a.ckpt")]
    assert {s.fingerprint for s in structures} == {fingerprint(SHAPES)}
    assert {s.tensors for s in structures} == {3}


class Trap:
    def __reduce__(self):
        return (os.system, ("touch trapped",))


def test_damaged_and_hostile_files_are_errors_not_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model": Trap()}, "trap.ckpt")
    with pytest.raises(CheckpointError, match="safely"):
        structure_of(Path("trap.ckpt"))
    assert not Path("trapped").exists()
    data = safetensors_bytes()
    for name, content in {
        "cut.safetensors": data[:-10],
        "long.safetensors": data + b"x",
        "empty.safetensors": b"",
        "huge.safetensors": b"\xff" * 64,
        "text.safetensors": b"<html>not found</html>" * 9,
        "list.safetensors": (2).to_bytes(8, "little") + b"[]",
        "text.ckpt": b"<html>not found</html>",
        "empty.pt": b"",
    }.items():
        with pytest.raises(CheckpointError):
            structure_of(put(tmp_path / name, content))
    torch.save(torch.zeros(3).tolist(), "none.pt")
    with pytest.raises(CheckpointError, match="no tensors"):
        structure_of(Path("none.pt"))


def test_twins_are_told_apart_by_folder_size_and_hash(tmp_path: Path) -> None:
    data = safetensors_bytes()
    digest = files.sha256_of(put(tmp_path / "x", data))
    plain, turbo = make_spec("toy"), make_spec("toy-turbo")
    pool = [plain, turbo]
    assert candidates(put(tmp_path / "toy-turbo/model.fp16.safetensors", data), pool) == [turbo]
    assert candidates(put(tmp_path / "toy/model.fp16.safetensors", data), pool) == [plain]
    assert candidates(put(tmp_path / "k/toy-turbo-fp16.safetensors", data), pool) == [turbo]
    unclear = put(tmp_path / "k/model.safetensors", data)
    assert candidates(unclear, pool) == pool
    sized = make_spec("toy", weights=(ModelFile("toy/model.safetensors", len(data), None, True),))
    assert candidates(unclear, [sized, turbo]) == [sized]
    hashed = [
        make_spec(
            name, weights=(ModelFile(f"{name}/m.safetensors", len(data), digest if name == "b" else "0" * 64, True),)
        )
        for name in ("a", "b")
    ]
    assert candidates(unclear, hashed) == [hashed[1]]
    assert candidates(unclear, [make_spec("toy", structure="0" * 16)]) == []


def test_names_of_public_twins_in_paths() -> None:
    """Paths as the public tools lay them out lead to the right one of several checkpoints with equal keys."""
    from varco3d.weights.checkpoints.identify import _by_name

    def best(path: str) -> list[str]:
        structure = MODELS["hunyuan3d-dit-v2-0-turbo"].structure
        return [s.name for s in _by_name(Path(path), [m for m in MODELS.values() if m.structure == structure])]

    assert best("/w/tencent/Hunyuan3D-2/hunyuan3d-dit-v2-0-turbo/model.fp16.safetensors") == [
        "hunyuan3d-dit-v2-0-turbo"
    ]
    assert best("/w/hunyuan3d-dit-v2-mv-fast-fp16.safetensors") == ["hunyuan3d-dit-v2-mv-fast"]
    assert best("/w/models--tencent--Hunyuan3D-2mv/snapshots/c/hunyuan3d-dit-v2-mv-turbo/model.ckpt") == [
        "hunyuan3d-dit-v2-mv-turbo"
    ]
    assert len(best("/w/something/model.safetensors")) == 4


def test_import_copies_links_and_remembers_hashes(store: Store, tmp_path: Path) -> None:
    spec = make_spec()
    usb = put(tmp_path / "usb/toy/model.fp16.safetensors", safetensors_bytes())
    put(tmp_path / "usb/toy/config.yaml", b"a: 1")
    located = store.add(spec, usb)
    assert located.origin == OURS and not located.path.is_symlink()
    assert located.path.read_bytes() == usb.read_bytes() and located.sides["config.yaml"].read_bytes() == b"a: 1"
    shutil.rmtree(tmp_path / "usb")
    assert [check.problem for check in store.verify(located)] == [""]
    assert "recorded" in store.verify(located)[0].how
    data = bytearray(located.path.read_bytes())
    data[-1] ^= 1
    located.path.write_bytes(bytes(data))
    assert "sha256" in store.verify(located)[0].problem
    deleted, left = store.remove(spec)
    assert located.path in deleted and not left
    assert list(store.root.rglob("*.safetensors")) == [] and store.find(spec) is None


def test_import_by_link_leaves_the_original(store: Store, tmp_path: Path) -> None:
    original = put(tmp_path / "nas/whatever.safetensors", safetensors_bytes())
    located = store.add(make_spec(), original, link=True)
    assert located.path.is_symlink() and located.path.resolve() == original.resolve()
    store.remove(make_spec())
    assert original.exists() and not located.path.is_symlink()


def test_import_takes_other_containers(store: Store, tmp_path: Path) -> None:
    torch.save({"model": {"w": torch.zeros(2)}}, tmp_path / "x.pt")
    located = store.add(make_spec(), tmp_path / "x.pt")
    assert located.path.name == "model.fp16.pt"


def test_a_changed_file_is_taken_and_told_from_the_published_one(store: Store, tmp_path: Path) -> None:
    """Weights that somebody trained further have the size of the published ones and another hash."""
    data = safetensors_bytes()
    file = ModelFile("toy/model.fp16.safetensors", len(data), "0" * 64, True)
    spec = make_spec(weights=(file, ModelFile("toy/model.fp16.ckpt")))
    located = store.add(spec, put(tmp_path / "x.safetensors", data))
    (noted,) = store.published(located)
    (check,) = store.verify(located)
    assert noted == check.published and noted.same is False and not check.problem
    assert "not the published file" in noted.text and "0" * 16 in noted.text
    true = make_spec(weights=(replace(file, sha256=files.sha256_of(located.path)),))
    assert [beside.same for beside in store.published(located_as(true, located))] == [True]
    unknown = make_spec(weights=(ModelFile("toy/model.fp16.safetensors", len(data)),))
    assert [beside.same for beside in store.published(located_as(unknown, located))] == [None]


def located_as(spec: ModelSpec, located: Located) -> Located:
    """The same files as weights of another entry of the zoo."""
    return replace(located, spec=spec)


def test_of_a_cache_without_notes_the_size_tells_until_it_is_read(store: Store, tmp_path: Path) -> None:
    data = safetensors_bytes()
    path = put(tmp_path / "home/.cache/hy3dgen/owner/toys/toy/model.fp16.safetensors", data)
    same_size = make_spec(weights=(ModelFile("toy/model.fp16.safetensors", len(data), "0" * 64, True),))
    located = store.find(same_size)
    assert located is not None and located.path == path
    assert store.published(located)[0].same is None and "verify" in store.published(located)[0].text
    assert store.verify(located)[0].problem.startswith("sha256 is")  # nothing else vouches for it
    other = replace(located, spec=make_spec(weights=(replace(same_size.weights[0], size=7),)))
    assert store.published(other)[0].same is False
    assert not store.verify(other)[0].problem  # saved again in another number type, by somebody else


def test_import_on_a_full_disk_leaves_nothing(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(tmp_path / "x.safetensors", safetensors_bytes())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        store.add(make_spec(), source)
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_plan_names_what_it_finds_and_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "varco3d.weights.checkpoints.importing.candidates", lambda path: candidates(path, [make_spec()])
    )
    good = put(tmp_path / "b/toy/model.fp16.safetensors", safetensors_bytes())
    put(tmp_path / "a/copy.safetensors", safetensors_bytes())
    bad = put(tmp_path / "c/broken.safetensors", b"123")
    put(tmp_path / ".hidden/model.safetensors", safetensors_bytes())
    put(tmp_path / "readme.txt", b"hello")
    choices = {choice.path: choice for choice in plan(tmp_path)}
    assert len(choices) == 3
    assert sum(choice.spec is not None for choice in choices.values()) == 1
    assert "second copy" in choices[good].reason  # sorted: a/ comes first, both are the preferred container
    assert choices[bad].spec is None and "safetensors" in choices[bad].reason


def test_shipped_weights_are_checked_against_their_sums(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    import varco3d.weights.checkpoints.store as module

    monkeypatch.setattr(module, "__file__", str(tmp_path / "weights" / "checkpoints" / "store.py"))
    spec = make_spec(shipped="tiny/*.safetensors", weights=(), sides=())
    assert store.find(spec) is None
    path = put(tmp_path / "weights/tiny/vae.safetensors", safetensors_bytes())
    put(tmp_path / "weights/tiny/SHA256SUMS", f"{files.sha256_of(path)}  vae.safetensors\n".encode())
    located = store.find(spec)
    assert located is not None and store.verify(located)[0].problem == ""
    path.write_bytes(safetensors_bytes(1))
    assert "sha256" in store.verify(located)[0].problem
    assert store.remove(spec) == ([], [path.parent]) and path.exists()


def test_sides_in_other_folders_of_a_repository_come_along(store: Store, tmp_path: Path) -> None:
    """SDXL's text encoder brings its tokenizer, which lies beside its folder."""
    spec = MODELS["sdxl-text-encoder"]
    source = tmp_path / "model"
    for name in ("text_encoder/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("{}")
    save_file({"text_model.a": torch.zeros(2)}, source / "text_encoder" / "model.fp16.safetensors")
    located = store.add(spec, source / "text_encoder" / "model.fp16.safetensors")
    assert located.folder.name == "text_encoder"
    assert (located.folder.parent / "tokenizer" / "vocab.json").is_file()
    assert set(located.sides) == {"config.json", "vocab.json", "merges.txt"}
