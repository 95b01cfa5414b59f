"""One thread for all tests of painters."""

from collections.abc import Iterator

import pytest

from varco3d.weights.parity.run import one_thread


@pytest.fixture(autouse=True)
def on_one_thread() -> Iterator[None]:
    """Threads that wait for each other cost more than these tiny networks."""
    with one_thread():
        yield
