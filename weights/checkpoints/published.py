"""Comparison of weights on this machine with the files that their authors published. Only names and sizes are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .zoo import MODELS, ModelFile, ModelSpec


@dataclass(frozen=True)
class Comparison:
    """A file beside the published one. same: None when nothing is known to compare; text: a sentence for people."""

    same: bool | None
    text: str


UNCOMPARED = Comparison(None, "")
SHIPPED_FILE = Comparison(True, "the shipped file, by its sha256")


def published_file(spec: ModelSpec, path: Path) -> ModelFile | None:
    """Return the hub's file that `path` is named after, or None."""
    return next((file for file in spec.weights if file.name == path.name), None)


def compare(spec: ModelSpec, path: Path, digest: str = "") -> Comparison:
    """Compare a file with the published one by its sha256, else by its size alone.

    digest: the file's sha256 in hexadecimal; empty when it is not known without reading the file.
    """
    file = published_file(spec, path)
    size = path.stat().st_size
    if file is None or not (file.sha256 or file.exact):
        return Comparison(None, "no hash of this file was published")
    if file.exact and size != file.size:
        text = f"not the published file: it has {size:,} bytes, the published one {file.size:,}"
        return Comparison(False, f"{text}; saved again, or another version")
    if not digest or not file.sha256:
        return Comparison(None, "not compared with the published file yet: `varco3d models verify` reads it")
    if digest == file.sha256:
        return Comparison(True, "the published file, by its sha256")
    text = f"not the published file: sha256 {digest[:16]}…, published {file.sha256[:16]}…"
    return Comparison(False, f"{text}; {_other_name(digest) or 'trained further, another version, or damaged'}")


def _other_name(digest: str) -> str:
    """Return a sentence when a hash is that of another checkpoint of the zoo."""
    names = [spec.name for spec in MODELS.values() for file in spec.weights if file.sha256 == digest]
    return f"it is {names[0]}" if names else ""
