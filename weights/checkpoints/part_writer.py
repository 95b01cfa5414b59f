"""The part file of a download as the hub's library writes it: counted and bounded.

Errors of the disk are told apart from those of the network.
"""

from collections.abc import Callable
from typing import Any, BinaryIO

from ...errors import CheckpointError


class Writer:
    """The part file as huggingface_hub writes to it: counts, and remembers an OSError of writing.

    The network's errors are OSErrors too, and a full disk needs other advice than a lost connection.
    """

    def __init__(self, file: BinaryIO, told: Callable[[int], None], limit: int | None = None):
        """limit: bytes that the file may have; None when nobody knows."""
        self.file = file
        self.told = told
        self.limit = limit
        self.failed: OSError | None = None

    def write(self, data: bytes) -> int:
        if self.limit is not None and self.file.tell() + len(data) > self.limit:
            raise CheckpointError(
                f"{self.file.name} does not end at the {self.limit} bytes that it should have",
                "Set HF_ENDPOINT to another mirror.",
            )
        try:
            count = self.file.write(data)
            self.file.flush()  # a full disk must show here, not when the file is closed
        except OSError as error:
            self.failed = error
            raise
        self.told(self.file.tell())
        return count

    def __getattr__(self, name: str) -> Any:  # tell, seek, truncate, name
        return getattr(self.file, name)
