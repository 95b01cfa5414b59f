"""Where each result goes: the name template, one item per picture and seed, and collisions found before work."""

from __future__ import annotations

import hashlib
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..._text import suggestion
from ...errors import UsageError
from ..artifacts import Asset
from ..meshes.formats import MESH_SUFFIXES
from .inputs import InputFile

DEFAULT_NAME = "{relpath}/{stem}.{ext}"
FIELDS = ("stem", "relpath", "seed", "model", "ext")
_LONGEST = 200  # bytes of a path part; file systems take 255, of which .preview.webp and the like need some


@dataclass(frozen=True)
class Item:
    """One result to make. id: its name below the output folder, without suffix; target: the path without suffix;
    asset: slots that are filled from elsewhere (a mesh to texture), else None."""

    id: str
    source: Path
    relpath: str
    run_seed: int
    target: Path
    mask: Path | None = None
    asset: Asset | None = None


def plan_items(
    files: Iterable[InputFile],
    folder: Path,
    template: str = DEFAULT_NAME,
    seed: int = 0,
    num_seeds: int = 1,
    model: str = "tiny",
    mask: Path | None = None,
) -> tuple[Item, ...]:
    """An item for every picture and every seed from `seed` to `seed + num_seeds - 1`.

    Raises UsageError for a bad template and for two items with one name; names that differ only in case or in Unicode
    form count as one, since some file systems hold them so.
    """
    _check_template(template)
    if num_seeds > 1 and "{seed}" not in template:
        template = template.removesuffix(".{ext}") + "_s{seed}.{ext}"
    items: list[Item] = []
    taken: dict[str, Item] = {}
    for file in files:
        for run_seed in range(seed, seed + num_seeds):
            name = _expand(template, file.relpath, run_seed, model)
            item = Item(name, file.path, file.relpath, run_seed, folder / name, mask)
            key = unicodedata.normalize("NFC", name).casefold()
            if key in taken:
                raise UsageError(
                    f"{file.path} and {taken[key].source} would both become {name}",
                    "Rename one, or use --name with {relpath}.",
                )
            taken[key] = item
            items.append(item)
    return tuple(items)


def single_item(file: InputFile, output: Path, seed: int = 0, mask: Path | None = None) -> Item:
    """The item for `-o name.glb` with one picture."""
    target = output.with_suffix("") if output.suffix.lower() in MESH_SUFFIXES else output
    return Item(target.name, file.path, file.relpath, seed, target, mask)


def clean_name(name: str) -> str:
    """A path part that every shell, record and file system can hold: control characters and their like become `_`, and
    the end of a very long name becomes a hash of it, so that there is room for suffixes."""
    cleaned = "".join(c if c.isprintable() and c not in '\\:*?"<>|' else "_" for c in name) or "_"
    data = cleaned.encode()
    if len(data) <= _LONGEST:
        return cleaned
    digest = hashlib.blake2b(data, digest_size=4).hexdigest()
    return f"{data[: _LONGEST - 9].decode(errors='ignore')}-{digest}"


def _check_template(template: str) -> None:
    try:
        fields = []
        for _, name, spec, conversion in string.Formatter().parse(template):
            if name is not None:
                fields.append(name)
                format(0 if name == "seed" else "text", spec or "")
            if conversion:
                raise ValueError(f"!{conversion} is not for names")
    except ValueError as error:
        raise UsageError(
            f"name template '{template}' is not valid: {error}", f"The default is {DEFAULT_NAME}."
        ) from error
    for name in fields:
        if name not in FIELDS:
            raise UsageError(f"name template '{template}' has an unknown field '{{{name}}}'", suggestion(name, FIELDS))
    if not template.endswith(".{ext}") or fields.count("ext") != 1:
        raise UsageError(f"name template '{template}' does not end with .{{ext}}", f"The default is {DEFAULT_NAME}.")
    if template.startswith(("/", "\\")) or ".." in PurePosixPath(template).parts:
        raise UsageError(f"name template '{template}' leaves the output folder", "Put the folder into --output.")


def _expand(template: str, relpath: str, seed: int, model: str) -> str:
    place = PurePosixPath(relpath)
    folder = "/".join(clean_name(part) for part in place.parent.parts if part not in ("..", "."))
    stem = clean_name(place.stem if place.stem.strip(".") else "_")
    bare = template.removesuffix(".{ext}")
    name = bare.format(stem=stem, relpath=folder, seed=seed, model=clean_name(Path(model).name))
    return "/".join(clean_name(part) for part in name.split("/") if part not in ("", "."))
