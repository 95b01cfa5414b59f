"""Weights on this machine: shipped ones, our store, the Hugging Face cache, ~/.cache/hy3dgen.

Files found elsewhere are used in place and never changed or deleted. Nothing here touches the network.
"""

import errno
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..._files import copy_hashed, read_bounded, sha256_of, write_json
from ...errors import CheckpointError, ModelMissingError, OutputError
from .identify import structure_of
from .licences import Acceptances
from .locations import HUB, OURS, SHIPPED, Located, default_root, find_in, places, stem
from .published import SHIPPED_FILE, UNCOMPARED, Comparison, compare
from .zoo import ModelFile, ModelSpec, specs_of

_NO_NAME = re.compile(r"[^0-9A-Za-z]")  # what a hub's tag may hold and the name of a file may not


@dataclass(frozen=True)
class Check:
    """One verified file. `how`: by which evidence; `problem` is empty when all is well.

    published: the file beside the one that its authors published.
    """

    path: Path
    how: str
    problem: str = ""
    published: Comparison = UNCOMPARED


class Store:
    """Finds, checks, adds and removes weights. Made per use; it reads the disk each time and keeps nothing."""

    def __init__(self, root: Path | None = None, environ: Mapping[str, str] | None = None):
        self.environ = dict(os.environ if environ is None else environ)
        self.root = root or default_root(self.environ)
        self.acceptances = Acceptances(self.root / "accepted.json")

    # finding ---------------------------------------------------------------------------------------------------------

    def find(self, spec: ModelSpec) -> Located | None:
        """Return the first complete copy: shipped, ours, hub cache, hy3dgen."""
        if spec.shipped:
            return self._find_shipped(spec)
        for origin, base in places(spec, self.root, self.environ):
            located = find_in(spec, origin, base)
            if located is not None:
                return located
        return None

    def locate(self, name: str) -> tuple[Located, ...]:
        """Every checkpoint that a model name needs. Raises UsageError (unknown), ModelMissingError (not all here)."""
        wanted = specs_of(name)
        found = {spec.name: self.find(spec) for spec in wanted}
        missing = [spec for spec in wanted if found[spec.name] is None]
        if missing:
            raise self.missing(name, missing)
        return tuple(located for located in found.values() if located is not None)

    def missing(self, name: str, missing: list[ModelSpec]) -> ModelMissingError:
        """Return the error for weights that are not here, with what to do about it."""
        names = ", ".join(spec.name for spec in missing)
        if any(spec.shipped for spec in missing):
            return ModelMissingError(
                f"the shipped weights of {names} are not in this installation", "Reinstall varco3d."
            )
        partial = any(self.partial_bytes(spec) for spec in missing)
        found = f"{names} was not finished" if partial else f"{names} is not on this machine"
        return ModelMissingError(
            found, f"Run `varco3d models pull {name}`, or `varco3d models import DIR` with a copy."
        )

    def _find_shipped(self, spec: ModelSpec) -> Located | None:
        files = tuple(sorted(path for path in Path(__file__).parents[1].glob(spec.shipped) if path.is_file()))
        return Located(spec, SHIPPED, files[0].parent, files) if files else None

    # verifying -------------------------------------------------------------------------------------------------------

    def verify(self, located: Located, progress: Callable[[Path, int], None] | None = None) -> list[Check]:
        """Check every weight file by the best evidence: published or recorded hash, else size and structure."""
        known = self._known_hashes(located)
        checks = []
        for path in located.weights:
            expected = known.get(str(path)) or known.get(path.name)
            report = (lambda done, path=path: progress(path, done)) if progress else None
            try:
                checks.append(_check(path, located.spec, expected, report))
            except (CheckpointError, OSError) as error:
                text = error.message if isinstance(error, CheckpointError) else str(error)
                checks.append(Check(path, "structure", text))
        return checks

    def _known_hashes(self, located: Located) -> dict[str, tuple[str, str]]:
        """File name or full path -> (sha256, where it comes from)."""
        if located.origin == SHIPPED:
            return _sums(located.folder / "SHA256SUMS")
        noted = self._noted_hashes(located)
        how = "the recorded sha256" if located.origin == OURS else "the hub's sha256"
        known = {path: (digest, how) for path, digest in noted.items()}
        sizes = {path.name: path.stat().st_size for path in located.weights}
        for file in located.spec.weights:
            if file.sha256 and sizes.get(file.name, file.size) == file.size:  # another size: saved again, no fault
                known[file.name] = (file.sha256, "the published sha256")
        return known

    def _noted_hashes(self, located: Located) -> dict[str, str]:
        """Full path -> sha256 by the record of the import, or by the name that the hub cache gave the file."""
        if located.origin == OURS:
            entries = self.record(located.spec).get("files", ())
            return {str(self.root / located.spec.repo / entry["path"]): entry["sha256"] for entry in entries}
        if located.origin == HUB:
            blobs = {str(path): os.path.basename(os.path.realpath(path)) for path in located.weights}
            return {path: blob for path, blob in blobs.items() if len(blob) == 64}
        return {}

    def published(self, located: Located) -> list[Comparison]:
        """Compare each weight file with the published one by what is noted about it; reads no weights."""
        if located.origin == SHIPPED:
            return [UNCOMPARED for _ in located.weights]
        noted = self._noted_hashes(located)
        return [compare(located.spec, path, noted.get(str(path), "")) for path in located.weights]

    # records of what was added ---------------------------------------------------------------------------------------

    def record_path(self, spec: ModelSpec) -> Path:
        return self.root / ".records" / f"{spec.name}.json"

    def record(self, spec: ModelSpec) -> dict:
        """Return the note made when `spec` was added; {} without one or when it cannot be read."""
        try:
            read = json.loads(read_bounded(self.record_path(spec)).decode())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(read, dict):
            return {}
        files = read.get("files")
        return {**read, "files": [entry for entry in files if _is_entry(entry)] if isinstance(files, list) else []}

    def write_record(self, spec: ModelSpec, source: str, files: list[dict], **more: object) -> None:
        """Record the source of the files and their hashes, for `verify`. Raises OutputError."""
        note = {"schema": "varco3d.weights/1", "name": spec.name, "source": source, "files": files, **more}
        path = self.record_path(spec)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, note, durable=True)
        except OSError as error:
            raise unwritable(error, "a note about the download", self.root) from error

    # adding and removing ---------------------------------------------------------------------------------------------

    def add(
        self, spec: ModelSpec, source: Path, link: bool = False, progress: Callable[[int], None] | None = None
    ) -> Located:
        """Take a checkpoint file into the store, by copy or by symbolic link; its small neighbours come along.

        The record keeps its sha256; `published` tells whether it is the published one. Raises OutputError.
        """
        source = source.resolve()
        target = self.root / spec.repo / _target_name(spec, source)
        digest = sha256_of(source, progress) if link else ""
        try:
            if source != target.resolve():
                if link:
                    _link(source, target)
                else:
                    digest = copy_hashed(source, target, progress)
            sides = [self._add_side(spec, side, source, link) for side in spec.sides]
        except OSError as error:
            raise unwritable(error, spec.name, self.root) from error
        entry = {
            "path": _target_name(spec, source),
            "size": source.stat().st_size,
            "sha256": digest or sha256_of(source),
        }
        self.write_record(spec, "link" if link else "import", [entry], sides=[side for side in sides if side])
        located = self.find(spec)
        if located is None:
            raise CheckpointError(f"{source} was imported as {target}, but does not fit {spec.name}", "")
        return located

    def _add_side(self, spec: ModelSpec, side: ModelFile, source: Path, link: bool) -> str:
        """Copy a small neighbour (config.yaml) if the source folder has it; returns its path in the repository.

        Sides in another folder of the repository (tokenizer/vocab.json) are looked for there first.
        """
        neighbour = Path(os.path.normpath(source.parent / os.path.relpath(side.path, spec.folder or ".")))
        if not neighbour.is_file():
            neighbour = source.parent / side.name
        if not neighbour.is_file():
            return ""
        target = self.root / spec.repo / side.path
        if neighbour.resolve() != target.resolve():
            copy_hashed(neighbour, target)
        return side.path

    def remove(self, spec: ModelSpec) -> tuple[list[Path], list[Path]]:
        """Delete our copy and unfinished parts. Returns (deleted, copies elsewhere that were left alone).

        Raises OutputError when a file cannot be deleted.
        """
        if spec.shipped:
            located = self.find(spec)
            return [], [located.folder] if located else []
        record = self.record(spec)
        names = {file.path for file in spec.weights} | {entry["path"] for entry in record.get("files", ())}
        shared = self._sides_of_others(spec)
        names |= {side.path for side in spec.sides} - shared
        deleted = [self.root / spec.repo / name for name in sorted(names)]
        deleted = [path for path in deleted if self._is_ours(path)]
        deleted += [*self.parts(spec), self.record_path(spec)]
        gone = []
        try:
            for path in deleted:
                if path.is_symlink() or path.exists():
                    path.unlink()
                    gone.append(path)
            for path in gone:
                _prune(path.parent, self.root)
        except OSError as error:
            raise OutputError(f"cannot delete {error.filename}: {error.strerror}", "Check its permissions.") from error
        left = self.find(spec)
        return [path for path in gone if path.parent.name != ".records"], [left.path] if left else []

    def _is_ours(self, path: Path) -> bool:
        """Tell whether the file lies in the store; a link at its end is not followed.

        Links above it are.
        """
        return path.parent.resolve().is_relative_to(self.root.resolve())

    def _sides_of_others(self, spec: ModelSpec) -> set[str]:
        """Small files that another checkpoint of the same repository, present here, needs too."""
        from .zoo import MODELS

        others = [o for o in MODELS.values() if o.repo == spec.repo and o.name != spec.name and self.record(o)]
        return {side.path for other in others for side in other.sides}

    # unfinished downloads --------------------------------------------------------------------------------------------

    def part_path(self, spec: ModelSpec, file: ModelFile, tag: str) -> Path:
        """Return the path of an unfinished download of `file`; `tag` names the version on the hub."""
        flat = f"{spec.repo}/{file.path}".replace("/", "--")
        return self.root / ".parts" / f"{flat}.{_NO_NAME.sub('_', tag)[:12]}.part"

    def parts(self, spec: ModelSpec, file: ModelFile | None = None) -> list[Path]:
        """Unfinished downloads of a checkpoint (or of one of its files), any version."""
        folder = self.root / ".parts"
        files = [file] if file else [*spec.weights, *spec.sides]
        flat = {f"{spec.repo}/{f.path}".replace("/", "--") for f in files}
        if not folder.is_dir():
            return []
        return sorted(
            path for path in folder.iterdir() if path.name.endswith(".part") and path.name.rsplit(".", 2)[0] in flat
        )

    def partial_bytes(self, spec: ModelSpec) -> int:
        """Bytes of unfinished downloads that a pull would continue."""
        return sum(path.stat().st_size for path in self.parts(spec))


def _is_entry(entry: object) -> bool:
    """Tell whether a file of a record has a hash and a path that stays below its repository."""
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("path", "sha256")):
        return False
    path = Path(entry["path"])
    return not path.is_absolute() and ".." not in path.parts and "\0" not in entry["path"] and bool(path.name)


def _target_name(spec: ModelSpec, source: Path) -> str:
    """Return an imported file's path in the repository's folder: the hub's name with its own ending."""
    name = stem(spec) + source.suffix.lower()
    return f"{spec.folder}/{name}" if spec.folder else name


def _sums(path: Path) -> dict[str, tuple[str, str]]:
    """Return a SHA256SUMS file as name -> (hash, origin); {} when there is none."""
    try:
        lines = read_bounded(path).decode().splitlines()
    except (OSError, ValueError):
        return {}
    pairs = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    return {
        Path(name.strip().lstrip("*")).name: (digest.lower(), "the shipped SHA256SUMS")
        for digest, name in (pair for pair in pairs if len(pair) == 2)
    }


def _check(
    path: Path, spec: ModelSpec, expected: tuple[str, str] | None, progress: Callable[[int], None] | None
) -> Check:
    """One file against a hash, else against published size and known structure. Raises CheckpointError, OSError."""
    if expected is not None:
        digest, origin = expected
        found = sha256_of(path, progress)
        beside = SHIPPED_FILE if spec.shipped else compare(spec, path, found)
        return Check(path, origin, "" if found == digest else f"sha256 is {found}, expected {digest}", beside)
    beside = compare(spec, path)
    if path.name.endswith(".index.json") or not spec.structure:
        return Check(path, "its presence", "", beside)
    structure = structure_of(path)
    if structure.fingerprint not in spec.structures:
        problem = f"its {structure.tensors} tensors are not the {spec.tensors} of {spec.name}"
        return Check(path, "structure", problem, beside)
    return Check(path, "keys, shapes and length", "", beside)


def _link(source: Path, target: Path) -> None:
    """Make `target` a symbolic link to `source`, replacing what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.link")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(source)
    os.replace(temporary, target)


def _prune(folder: Path, root: Path) -> None:
    """Remove empty folders upwards, up to but not including `root`."""
    while folder != root and root in folder.parents and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def unwritable(error: OSError, what: str, folder: Path, kept: str = "") -> OutputError:
    """Return an OSError of writing as the error a user can act on; `kept` says what is not lost."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = f"the disk is full: {what} could not be written to {folder}"
        return OutputError(text, f"Free some space, or set VARCO3D_MODELS to a folder on a larger disk. {kept}".strip())
    reason = error.strerror or str(error)
    return OutputError(f"{what} could not be written to {folder}: {reason}", "Set VARCO3D_MODELS to another folder.")
