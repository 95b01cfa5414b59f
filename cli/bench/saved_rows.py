"""Rows of finished cases in a file, from which a stopped bench resumes."""

import json
from dataclasses import asdict
from pathlib import Path

from ...errors import BadInputError, OutputError
from .cases import Case
from .measure import Row


class Kept:
    """The rows measured so far, by case, shape, size and setting of OMP_NUM_THREADS; without a path only in memory.

    Raises BadInputError when the file is not of this kind, OutputError when it cannot be written.
    """

    def __init__(self, path: Path | None):
        self.path = path
        self._rows: dict[str, list[Row]] = {}
        if path is None or not path.exists():
            return
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
            self._rows = {key: [Row(**row) for row in rows] for key, rows in read.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BadInputError(f"{path} holds no rows of a bench: {error}", "Give --keep another file.") from error

    def rows(self, case: Case, shape: str, size: int, threads: int | None) -> list[Row]:
        """Return the rows kept of a case; none when it was not run."""
        return self._rows.get(_key(case, shape, size, threads), [])

    def add(self, case: Case, shape: str, size: int, threads: int | None, rows: list[Row]) -> list[Row]:
        """Keep the rows of a case, at once also in the file; returns them."""
        self._rows[_key(case, shape, size, threads)] = rows
        if self.path is not None:
            text = json.dumps({key: [asdict(row) for row in kept] for key, kept in self._rows.items()}, indent=1)
            beside = self.path.with_name(self.path.name + ".part")  # a stop in the middle leaves the file before
            try:
                beside.write_text(text, encoding="utf-8")
                beside.replace(self.path)
            except OSError as error:
                raise OutputError(
                    f"cannot write {self.path}: {error.strerror}", "Give --keep another place."
                ) from error
        return rows


def _key(case: Case, shape: str, size: int, threads: int | None) -> str:
    return f"{case.kernel}: {case.title}, {shape}, {size}, {threads or 'all'}"
