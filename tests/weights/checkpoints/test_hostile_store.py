"""Stores, hubs and checkpoints that are damaged or hostile: nothing outside of the store, no other exception."""

import json
import os
import struct
from pathlib import Path

import pytest
from hub_server import Hub
from toy_checkpoints import make_spec, safetensors_bytes

from varco3d.errors import CheckpointError
from varco3d.weights.checkpoints import pull as module
from varco3d.weights.checkpoints.identify import structure_of
from varco3d.weights.checkpoints.importing import plan
from varco3d.weights.checkpoints.locations import find_in
from varco3d.weights.checkpoints.pull import pull
from varco3d.weights.checkpoints.store import Store
from varco3d.weights.checkpoints.zoo import ModelFile

REPO, PATH = "owner/toys", "toy/model.fp16.safetensors"


def header(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


HOSTILE = {
    "deep.safetensors": header('{"a":' + "[" * 50_000),
    "infinite.safetensors": header('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,1e999]}}'),
    "list.safetensors": header("[1, 2]"),
    "text.safetensors": header('{"a":{"shape":"x","data_offsets":"y"}}'),
    "negative.safetensors": header('{"a":{"shape":[-1],"data_offsets":[0,-4]}}'),
    "short.safetensors": b"\xff",
    "cut.pt": b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01",
    "code.pt": b"cos\nsystem\n(S'touch HARMED'\ntR.",
    "noise.ckpt": bytes(range(256)) * 4,
    "zip.bin": b"PK\x03\x04" + bytes(200),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_checkpoint_is_named_and_the_others_go_on(tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(HOSTILE[name])
    with pytest.raises(CheckpointError, match=name.replace(".", r"\.")) as caught:
        structure_of(tmp_path / name)
    assert ("names os.system" in caught.value.message) == (name == "code.pt")
    assert "PyTorch" not in caught.value.message and "load failed" not in caught.value.message
    (tmp_path / "ok.safetensors").write_bytes(safetensors_bytes())
    reasons = {choice.path.name: choice.reason for choice in plan(tmp_path)}
    assert reasons[name] and name not in reasons[name] and "known checkpoints" in reasons["ok.safetensors"]
    assert not Path("HARMED").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_devices_are_no_checkpoints(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ckpt")
    (tmp_path / "b.safetensors").symlink_to("/dev/zero")
    (tmp_path / "ok.safetensors").write_bytes(safetensors_bytes())
    reasons = {choice.path.name: choice.reason for choice in plan(tmp_path)}
    assert "named pipe" in reasons["a.ckpt"] and "device" in reasons["b.safetensors"]
    assert "known checkpoints" in reasons["ok.safetensors"]


@pytest.mark.parametrize(
    "entry", [{"path": "../../../thesis"}, {"path": "/ABS/thesis"}, {"path": 5}, "x", {}, {"path": ""}]
)
def test_removing_touches_only_the_store(tmp_path: Path, entry) -> None:
    thesis = tmp_path / "thesis"
    thesis.write_text("years")
    store = Store(tmp_path / "a" / "store", {"HOME": str(tmp_path)})
    spec = make_spec()
    if isinstance(entry, dict) and isinstance(entry.get("path"), str):
        entry = {"path": entry["path"].replace("/ABS", str(tmp_path)), "sha256": "0"}
    path = store.record_path(spec)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"files": [entry]}))
    store.remove(spec)
    assert thesis.read_text() == "years"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "toy").mkdir()
    (elsewhere / PATH).write_bytes(b"kept")
    (store.root / "owner").mkdir(parents=True)
    (store.root / REPO).symlink_to(elsewhere)
    store.remove(spec)
    assert (elsewhere / PATH).read_bytes() == b"kept"


def test_a_shard_lies_beside_its_index(tmp_path: Path) -> None:
    base = tmp_path / "base"
    index = base / f"{PATH}.index.json"
    index.parent.mkdir(parents=True)
    (base / "outside.safetensors").touch()
    (base / "toy" / "inside.safetensors").touch()
    for names, found in (
        ({"a": "../outside.safetensors"}, False),
        ({"a": 5}, False),
        ({"a": "inside.safetensors"}, True),
    ):
        index.write_text(json.dumps({"weight_map": names}))
        assert (find_in(make_spec(), "store", base) is not None) is found


def test_a_tag_of_the_hub_is_no_path(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", {})
    part = store.part_path(make_spec(), make_spec().weights[0], "../../../EVIL")
    assert part.parent == tmp_path / "store" / ".parts"


def test_a_body_ends_where_it_was_announced(hub: Hub, hub_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add(REPO, PATH, safetensors_bytes())
    real = module._look_up

    def short(*arguments):
        import dataclasses

        return [dataclasses.replace(remote, size=200_000) for remote in real(*arguments)]

    monkeypatch.setattr(module, "_look_up", short)
    with pytest.raises(CheckpointError, match="does not end at the 200000 bytes"):
        pull(make_spec(), hub_store)
    assert hub_store.partial_bytes(make_spec()) == 0


def test_small_cuts_lose_little(hub: Hub, hub_store: Store) -> None:
    """The chunk of the product itself: what arrived before the line broke is kept."""
    data = safetensors_bytes()
    hub.add(REPO, PATH, data)
    hub.cut_after = len(data) // 3 + 40_000
    assert pull(make_spec(), hub_store).path.read_bytes() == data
    assert len([request for request in hub.bodies() if request.startswith("/cdn")]) == 3


def test_removing_leaves_what_another_checkpoint_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "store", {})
    shared, own = ModelFile("toy/config.yaml"), ModelFile("toy/own.yaml")
    one, two = make_spec(sides=(shared, own)), make_spec("other", sides=(shared,))
    monkeypatch.setattr("varco3d.weights.checkpoints.zoo.MODELS", {spec.name: spec for spec in (one, two)})
    for spec in (one, two):
        for file in (spec.weights[0], *spec.sides):
            path = store.root / REPO / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        entry = {"path": spec.weights[0].path, "size": 1, "sha256": "0" * 64}
        store.write_record(spec, "pull", [entry], repo=REPO, revision="main")
    there = lambda name: (store.root / REPO / name).exists()  # noqa: E731
    store.remove(one)
    assert there("toy/config.yaml") and there("other/model.fp16.safetensors")
    assert not there("toy/own.yaml") and not there("toy/model.fp16.safetensors")
    store.remove(two)
    assert not there("toy/config.yaml"), "nobody needs it any more"
