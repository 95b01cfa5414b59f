"""Recognises checkpoints in a folder that somebody brought along (`models import`)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..._files import opened_regular
from ...errors import CheckpointError
from .identify import PICKLED, SAFE, candidates, structure_of
from .zoo import MODELS, ModelSpec, spec


@dataclass(frozen=True)
class Choice:
    """A file and what it is; `spec` None with the reason when it is not known, not readable or not clear."""

    path: Path
    spec: ModelSpec | None
    reason: str = ""


def checkpoint_files(source: Path) -> Iterator[Path]:
    """Files with a checkpoint's ending below `source` (or `source` itself), sorted; hidden ones are left out."""
    if source.is_file():
        yield source
        return
    for folder, names, files in os.walk(source):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in (*SAFE, *PICKLED):
                yield Path(folder) / name


def plan(source: Path, name: str | None = None) -> list[Choice]:
    """Identify each checkpoint file below `source`. `name` says it where keys and names leave a doubt.

    Of two files for one spec the one with the preferred ending counts. Raises UsageError for an unknown `name`.
    """
    forced = spec(name) if name else None
    choices = [_identify(path, forced) for path in checkpoint_files(source)]
    best: dict[str, Choice] = {}
    for choice in choices:
        if choice.spec is not None:
            rival = best.get(choice.spec.name)
            if rival is None or _rank(choice) < _rank(rival):
                best[choice.spec.name] = choice
    kept = []
    for choice in choices:
        if choice.spec is not None and best[choice.spec.name] is not choice:
            winner = best[choice.spec.name].path
            choice = Choice(choice.path, None, f"a second copy of {choice.spec.name}; {winner} is taken")
        kept.append(choice)
    return kept


def _rank(choice: Choice) -> tuple[int, str]:
    assert choice.spec is not None
    endings = [file.name.rpartition(".")[2] for file in choice.spec.weights]
    ending = choice.path.suffix.lower()[1:]
    return (endings.index(ending) if ending in endings else len(endings), str(choice.path))


def _identify(path: Path, forced: ModelSpec | None) -> Choice:
    try:
        with opened_regular(path):  # a pipe would never answer, a device never end
            pass
        if forced is not None:
            structure = structure_of(path)
            if structure.fingerprint not in forced.structures:
                reason = f"its {structure.tensors} tensors are not the {forced.tensors} of {forced.name}"
                return Choice(path, None, reason)
            return Choice(path, forced)
        found = candidates(path)
    except CheckpointError as error:
        return Choice(path, None, error.message.removeprefix(f"{path} "))
    except OSError as error:
        return Choice(path, None, error.strerror or str(error))
    if not found:
        return Choice(
            path, None, f"holds none of the {sum(bool(s.structure) for s in MODELS.values())} known checkpoints"
        )
    if len(found) > 1:
        names = ", ".join(s.name for s in found)
        return Choice(path, None, f"could be {names}: say which with `as`")
    return Choice(path, found[0])
