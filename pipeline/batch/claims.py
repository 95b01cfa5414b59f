"""Every path that a run will write, known before any work.

None may be an input, another result, or a file that this program did not write: what lies beside a result is somebody's
work until the record of the folder, or the mark inside the file, says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ..meshes.levels import level_names
from ..meshes.outputs import mesh_names
from ..meshes.signature import is_own
from ..stage import stage_names
from ..stages.settings import SETTINGS
from .naming import Item, name_key
from .records import STAGES_FORMAT, latest_records
from .worker import RunConfig, stages_folder

_ANOTHER = "Give the output another name with `output` or `name`."


@dataclass(frozen=True)
class Claim:
    """A path to be written.

    owner: the result it belongs to; folder: a folder of kept stages; named: the user named this file as the output,
    so it may be replaced.
    """

    path: Path
    owner: str
    folder: bool = False
    named: bool = False


class _Keys:
    """Keys of paths: two ways to write one path have the same key.

    Case counts only where the file system tells it apart. A link at the path's end stands for itself. Folders are
    looked up once.
    """

    def __init__(self) -> None:
        self._real: dict[Path, str] = {}

    def __call__(self, path: Path) -> str:
        folder = path.parent
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return name_key(os.path.join(self._real[folder], path.name))


def item_claims(item: Item, config: RunConfig, stages: Collection[str], named: Path | None = None) -> list[Claim]:
    """Return the paths of one item: meshes with textures and MTL for every level, previews, kept stages.

    stages: those that run.
    """
    target, names = item.target, []
    if "export" in stages:
        export = config.recipe.stage("export").settings
        for level in level_names(target.name, export.lod):
            names += mesh_names(level, export.formats, export.texture_format)
    names += [f"{target.name}.preview.{kind}" for kind in config.previews]
    claims = [Claim(target.with_name(name), item.id, named=target.with_name(name) == named) for name in names]
    return claims + ([Claim(stages_folder(target), item.id, folder=True)] if config.keeps_stages else [])


def check_claims(
    claims: Iterable[Claim], inputs: Iterable[Path], folder: Path | None = None, another: str = _ANOTHER
) -> None:
    """Raise UsageError for the first path that is taken.

    inputs: everything that is read; folder: of the record; another: the way to give another name, for the message.
    """
    key_of = _Keys()
    read = {key_of(path): path for path in inputs}
    files = {_identity(path): path for path in read.values()}
    files.pop(None, None)
    owners: dict[str, Claim] = {}
    claims = list(claims)
    for claim in claims:
        key = key_of(claim.path)
        source = read.get(key) or files.get(_identity(claim.path))
        if source is not None:
            raise UsageError(f"{claim.path} would replace {source}, which is read", another)
        other = owners.setdefault(key, claim)
        if other is not claim:
            raise UsageError(f"{other.owner} and {claim.owner} would both write {claim.path}", another)
    for claim in claims:
        inside = next((owners[key] for key in _parents(key_of(claim.path)) if key in owners), None)
        if inside is not None:
            raise UsageError(f"{claim.path} of {claim.owner} would lie in {inside.path} of {inside.owner}", another)
    foreign = _foreign(claims, folder, key_of)
    if foreign:
        more = f" (and {len(foreign) - 1} more)" if len(foreign) > 1 else ""
        raise UsageError(f"{foreign[0]} is there already and was not made by varco3d{more}", f"Move it. {another}")


def _foreign(claims: Iterable[Claim], folder: Path | None, key_of: _Keys) -> list[Path]:
    """Claimed paths that hold a file of other origin."""
    found: list[Path] = []
    known: Mapping[str, int | None] | None = None
    for claim in claims:
        if claim.named or not os.path.lexists(claim.path) or (not claim.folder and is_own(claim.path)):
            continue
        if claim.folder and _holds_stages(claim.path):
            continue
        if not claim.folder and claim.path.is_dir():
            continue  # in the way of this one item, which will say so
        if known is None:
            known = {} if folder is None else _recorded(folder, key_of)
        if claim.folder or known.get(key_of(claim.path), -1) != _size(claim.path):
            found.append(claim.path)
    return found


def _recorded(folder: Path, key_of: _Keys) -> dict[str, int | None]:
    """Key of a path -> size, for every output that the records of a folder name."""
    outputs = [output for record in latest_records(folder).values() for output in record["outputs"]]
    return {key_of(folder / o["path"]): o.get("bytes") for o in outputs if o.get("format") != STAGES_FORMAT}


def _holds_stages(folder: Path) -> bool:
    """Tell whether a folder is what a run keeps its stages in, or empty."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return False
    known = {*stage_names(), *SETTINGS}
    return not entries or any(
        entry.name in known or os.path.isfile(os.path.join(entry.path, "stage.json")) for entry in entries
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _parents(key: str) -> Iterator[str]:
    key = os.path.dirname(key)
    while key != os.path.dirname(key):
        yield key
        key = os.path.dirname(key)


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of what is there, through links, or None."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino
