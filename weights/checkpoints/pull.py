"""Downloads checkpoints from a hub, on request only: resumable, verified, complete or not there at all.

Transport is huggingface_hub (the extra `hub`), with its HF_ENDPOINT mirrors and HF_TOKEN. Its own download functions
throw away what an interrupted run had (seen in 2.4), so part files are kept here and only its HTTP layer is used.
"""

import contextlib
import importlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..._files import SMALL, free_bytes, git_blob_of, sha256_of
from ..._text import byte_count
from ...errors import CheckpointError, LicenceNotAcceptedError, ModelMissingError, OutputError
from .hub import load_hub, network_errors, our_way, quiet
from .licences import require
from .locations import Located
from .part_writer import Writer
from .store import Store, unwritable
from .zoo import ModelFile, ModelSpec


@dataclass(frozen=True)
class Progress:
    """Progress of a download. `phase`: resume (once, when a part was found), download, verify."""

    file: str
    phase: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Remote:
    """A file as the hub offers it now. `etag`: sha256 of large files, git blob hash of small ones."""

    file: ModelFile
    url: str
    etag: str
    commit: str
    size: int | None
    headers: Mapping[str, str]


def offline(environ: Mapping[str, str]) -> bool:
    """Return True when the environment forbids the network, by our variable or the hub's."""
    names = ("VARCO3D_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    return any(environ.get(name, "").strip().lower() in ("1", "true", "yes", "on") for name in names)


def pull(
    spec: ModelSpec,
    store: Store,
    *,
    accepted: Collection[str] = (),
    revision: str = "main",
    accept_changed: bool = False,
    no_network: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Located:
    """Download `spec` into the store unless it is on this machine; returns where it is.

    accepted: licence names the user said yes to, beside those on record. accept_changed: take the hub's file although
    it is not the published one (it is still checked against the hub's own hash). Raises LicenceNotAcceptedError,
    ModelMissingError (offline, unreachable), CheckpointError (hash), OutputError (disk), MissingDependencyError.
    """
    here = store.find(spec)
    if here is not None:
        return here
    if spec.shipped:
        raise store.missing(spec.name, [spec])
    require(spec.terms, {*accepted, *store.acceptances.names()})
    if no_network or offline(store.environ):
        raise ModelMissingError(
            f"{spec.name} is not on this machine, and the network is switched off",
            "Leave out `offline` (or unset VARCO3D_OFFLINE, HF_HUB_OFFLINE), or use `varco3d models import DIR`.",
        )
    hub = load_hub()
    report = progress or (lambda _: None)
    with our_way(hub):
        remotes = _look_up(hub, spec, store, revision, accept_changed)
        _check_space(spec, store, remotes)
        entries = [_fetch(hub, spec, store, remote, accept_changed, report) for remote in remotes]
    store.write_record(spec, "pull", [e for e in entries if e["weights"]], repo=spec.repo, revision=remotes[0].commit)
    located = store.find(spec)
    if located is None:
        raise CheckpointError(f"{spec.name} was downloaded but is not complete", "Run the pull again.")
    return located


def _look_up(hub: Any, spec: ModelSpec, store: Store, revision: str, accept_changed: bool) -> list[Remote]:
    """Return the weight file to fetch (the first alternative the hub has) and the small files beside it.

    Raises ModelMissingError, LicenceNotAcceptedError (gated), CheckpointError (not the published file).
    """
    weights = next((r for f in spec.weights if (r := _head(hub, spec, f, store, revision)) is not None), None)
    if weights is None:
        names = " or ".join(file.path for file in spec.weights)
        raise ModelMissingError(f"{spec.repo} has no {names} at {revision}", "Name another `revision`.")
    published = weights.file.sha256
    is_sha = re.fullmatch(r"[0-9a-f]{64}", weights.etag) is not None
    changed = published and is_sha and weights.etag != published
    if changed or (weights.file.exact and weights.size is not None and weights.size != weights.file.size):
        what = f"sha256 {weights.etag[:16]}..., {weights.size} bytes"
        if not accept_changed:
            raise CheckpointError(
                f"{spec.repo}/{weights.file.path} is not the file that was published ({what})",
                "Name the `revision` you want, or pass `accept_changed` to take what the hub has now.",
            )
    # Pinned to the commit of the weights, so that both come from one version.
    pinned = weights.commit or revision
    sides = [_head(hub, spec, file, store, pinned) for file in spec.sides]
    return [weights, *(side for side in sides if side is not None)]


def _head(hub: Any, spec: ModelSpec, file: ModelFile, store: Store, revision: str) -> Remote | None:
    """Asks the hub about one file; None when the repository does not have it."""
    errors = importlib.import_module("huggingface_hub.errors")
    endpoint = store.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"
    build = importlib.import_module("huggingface_hub.utils").build_hf_headers
    headers = build(token=store.environ.get("HF_TOKEN") or None, library_name="varco3d")
    url = hub.hf_hub_url(spec.repo, file.path, revision=revision, endpoint=endpoint)
    try:
        meta = hub.get_hf_file_metadata(url, token=store.environ.get("HF_TOKEN") or None, headers=headers)
    except errors.GatedRepoError as error:
        raise LicenceNotAcceptedError(
            f"{spec.repo} asks every user to accept its terms first",
            f"Accept them at {endpoint}/{spec.repo}, then set HF_TOKEN.",
        ) from error
    except errors.EntryNotFoundError:
        return None
    except errors.RepositoryNotFoundError as error:
        raise ModelMissingError(
            f"{endpoint} has no repository {spec.repo} (or keeps it private)", "Check HF_ENDPOINT and HF_TOKEN."
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ModelMissingError(f"{spec.repo} has no revision {revision}", "Check `revision`.") from error
    except network_errors(hub) as error:
        raise _unreachable(spec, endpoint, error) from error
    if not meta.etag:
        raise ModelMissingError(
            f"{endpoint} does not answer like a hub (no ETag for {file.path})", "Check HF_ENDPOINT."
        )
    pinned = hub.hf_hub_url(spec.repo, file.path, revision=meta.commit_hash or revision, endpoint=endpoint)
    return Remote(file, pinned, meta.etag, meta.commit_hash or "", meta.size, headers)


def _unreachable(spec: ModelSpec, endpoint: str, error: Exception, kept: int = 0) -> ModelMissingError:
    first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    resume = f"{byte_count(kept)} are kept and the same command goes on from there." if kept else ""
    return ModelMissingError(
        f"{spec.name} could not be downloaded from {endpoint}: {first}",
        f"{resume} Check the connection, or set HF_ENDPOINT to a mirror.".strip(),
    )


def _check_space(spec: ModelSpec, store: Store, remotes: list[Remote]) -> None:
    """Raise OutputError before the first byte when the disk cannot hold what is left to fetch."""
    need = 0
    for remote in remotes:
        part = store.part_path(spec, remote.file, remote.etag)
        size = remote.size if remote.size is not None else remote.file.size
        need += max(0, (size or 0) - (part.stat().st_size if part.is_file() else 0))
    free = free_bytes(store.root)
    if need > free:
        raise OutputError(
            f"{spec.name} needs {byte_count(need)} more, {store.root} has {byte_count(free)} free",
            "Free some space, or set VARCO3D_MODELS to a folder on a larger disk.",
        )


def _fetch(
    hub: Any, spec: ModelSpec, store: Store, remote: Remote, accept_changed: bool, report: Callable[[Progress], None]
) -> dict[str, Any]:
    """Download one file into its part file, check it and move it into place; return its record entry."""
    target = store.root / spec.repo / remote.file.path
    part = store.part_path(spec, remote.file, remote.etag)
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(part, spec):
            _drop_other_parts(spec, store, remote.file, part)
            _download(hub, spec, remote, part, report)
            digest = _verify(spec, remote, part, accept_changed, report)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, target)
    except OSError as error:
        kept = f"{byte_count(part.stat().st_size)} are kept; the same command goes on." if part.is_file() else ""
        raise unwritable(error, spec.name, store.root, kept) from error
    with contextlib.suppress(OSError):
        part.with_suffix(".lock").unlink()
        part.parent.rmdir()
    is_weights = remote.file in spec.weights
    return {"path": remote.file.path, "size": target.stat().st_size, "sha256": digest, "weights": is_weights}


def _drop_other_parts(spec: ModelSpec, store: Store, file: ModelFile, part: Path) -> None:
    """Parts of versions the hub no longer offers can never be finished."""
    for old in store.parts(spec, file):
        if old != part:
            old.unlink(missing_ok=True)


@contextlib.contextmanager
def _only_one(part: Path, spec: ModelSpec) -> Iterator[None]:
    """Two pulls must not write to one part file. Raises ModelMissingError when another one is at it."""
    filelock = importlib.import_module("filelock")  # a dependency of huggingface_hub
    lock = filelock.FileLock(str(part.with_suffix(".lock")), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise ModelMissingError(f"another process is downloading {spec.name}", "Wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()


def _download(hub: Any, spec: ModelSpec, remote: Remote, part: Path, report: Callable[[Progress], None]) -> None:
    """Append the missing bytes to the part file, and reconnect as long as bytes arrive.

    On any failure the part stays for the next run. Raises ModelMissingError (network) and OSError (disk).
    """
    start = part.stat().st_size if part.is_file() else 0
    if remote.size is not None and start > remote.size:
        part.unlink()
        start = 0
    if start:
        report(Progress(remote.file.path, "resume", start, remote.size))
    while remote.size is None or start < remote.size or start == 0:
        error = _append(hub, remote, part, start, _most_bytes(spec, remote), report)
        if error is None:
            return
        size = part.stat().st_size
        if size <= start:
            raise _unreachable(spec, remote.url.split("/" + spec.repo)[0], error, size) from error
        start = size


def _most_bytes(spec: ModelSpec, remote: Remote) -> int | None:
    """Return the bytes that a file may have: as announced, else as known; None when nobody knows.

    Nobody knows the sizes of the small files beside the weights; they stay small whatever a hub announces.
    """
    size = remote.size if remote.size is not None else remote.file.size
    return min(size or SMALL, SMALL) if remote.file in spec.sides else size or None


def _append(
    hub: Any, remote: Remote, part: Path, start: int, limit: int | None, report: Callable[[Progress], None]
) -> Exception | None:
    """One request for the bytes from `start`; returns the network's error, if any. Raises OSError (disk)."""
    name = remote.file.path
    with part.open("ab") as file:
        writer = Writer(file, lambda done: report(Progress(name, "download", done, remote.size)), limit)
        try:
            with quiet(hub):
                hub.http_get(
                    remote.url, writer, resume_size=start, headers=dict(remote.headers), expected_size=remote.size
                )
        except CheckpointError:
            part.unlink(missing_ok=True)
            raise
        except network_errors(hub) as error:
            if writer.failed is not None:
                raise writer.failed from error
            return error
        os.fsync(file.fileno())
    return None


def _verify(
    spec: ModelSpec, remote: Remote, part: Path, accept_changed: bool, report: Callable[[Progress], None]
) -> str:
    """Return the part's sha256 after comparing it with the published hash and the hub's. A wrong one is deleted.

    Raises CheckpointError.
    """
    size, name = part.stat().st_size, remote.file.path
    digest = sha256_of(part, lambda done: report(Progress(name, "verify", done, size)))
    expected = remote.file.sha256 if remote.file.sha256 and not accept_changed else None
    found = digest
    if expected is None:
        expected = remote.etag
        found = git_blob_of(part) if len(remote.etag) == 40 else digest
        if len(remote.etag) not in (40, 64):
            return digest  # a mirror with tags of its own: the length is all there is, and it was compared
    if found != expected:
        part.unlink()
        raise CheckpointError(
            f"{spec.repo}/{name} arrived with the hash {found[:16]}... instead of {expected[:16]}...; it was deleted",
            "Run the pull again; if it stays, the server or a proxy changes the file: set HF_ENDPOINT to another one.",
        )
    return digest
