"""Fixtures of the weights tests: a hub on loopback, a store in a temporary folder, training data of three objects."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub, HubServer
from toy_archive import run, write_archive

from varco3d.weights.checkpoints.store import Store


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()
    server = HubServer(state)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield state
    state.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that sees nothing of the machine's real caches."""
    return Store(tmp_path / "models", {"HOME": str(tmp_path / "home")})


@pytest.fixture
def hub_store(tmp_path: Path, hub: Hub) -> Store:
    """The same, with the loopback hub as its mirror."""
    return Store(tmp_path / "models", {"HOME": str(tmp_path / "home"), "HF_ENDPOINT": hub.url})


@pytest.fixture(scope="session")
def archive_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_archive(folder)
    return folder


@pytest.fixture(scope="session")
def shard_folder(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards and views of the archive, made by the commands themselves; every object is training and held out."""
    folder = tmp_path_factory.mktemp("shards")
    from varco3d.weights.training import renders, shards

    run(shards.main, "--data", archive_folder, "--out", folder, "--workers", "1")
    run(renders.main, "--data", archive_folder, "--out", folder, "--views", "2", "--stretched", "1", "--workers", "1")
    index = json.loads((folder / "index.json").read_text())
    index["training_rows"] = index["validation_rows"] = [0, 1, 2]
    (folder / "index.json").write_text(json.dumps(index))
    return folder
