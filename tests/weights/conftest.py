"""Fixtures of the weights tests: a hub on loopback, a store in a temporary folder."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub, HubServer
from varco3d.weights.store import Store


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
