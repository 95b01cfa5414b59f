"""Names of results: the template, one item per picture and seed, collisions found before work."""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..._text import suggestion
from ...errors import UsageError
from ..artifacts import Asset
from ..meshes.formats import MESH_SUFFIXES
from .inputs import InputFile

DEFAULT_NAME = "{relpath}/{stem}.{ext}"
FIELDS = ("stem", "suffix", "relpath", "seed", "model", "ext")
_LONGEST = 200  # bytes of a path part; file systems take 255, of which .preview.webp and the like need some
_SPEC = re.compile(r"(.?[<>^=])?0?\d{0,2}(\.\d{1,3})?[sd]?")  # width and precision; a wide one would fill the memory
STATE = ".varco3d"  # folder below the output folder for what a run keeps while it lasts


@dataclass(frozen=True)
class Item:
    """Item of a run: one result to make.

    id: its name below the output folder, without suffix; target: the path without suffix; asset: slots that are filled
    from elsewhere (a mesh to texture), else None; warnings: what that lost before.
    """

    id: str
    source: Path
    relpath: str
    run_seed: int
    target: Path
    mask: Path | None = None
    asset: Asset | None = None
    warnings: tuple[str, ...] = ()


def plan_items(
    files: Iterable[InputFile],
    folder: Path,
    template: str = DEFAULT_NAME,
    seed: int = 0,
    num_seeds: int = 1,
    model: str = "tiny",
    mask: Path | None = None,
) -> tuple[Item, ...]:
    """Return an item for every picture and every seed from `seed` to `seed + num_seeds - 1`.

    Pictures that would get one name but for their suffix (IMG_1.jpg beside IMG_1.png) get it into their name. Raises
    UsageError for a bad template and for two items with one name; names that differ only in case or in Unicode form
    count as one, since some file systems hold them so.
    """
    if "seed" not in _check_template(template) and num_seeds > 1:
        template = template.removesuffix(".{ext}") + "_s{seed}.{ext}"
    pairs = [(file, run_seed) for file in files for run_seed in range(seed, seed + num_seeds)]
    names = [_expand(template, file.relpath, run_seed, model) for file, run_seed in pairs]
    shared = Counter(name_key(name) for name in names)
    items: list[Item] = []
    taken: dict[str, Item] = {}
    for (file, run_seed), plain in zip(pairs, names, strict=True):
        name = f"{plain}_{_suffix(file.relpath)}" if shared[name_key(plain)] > 1 else plain
        item = Item(name, file.path, file.relpath, run_seed, folder / name, mask)
        other = taken.setdefault(name_key(name), item)
        if other is not item:
            raise UsageError(
                f"{file.path} and {other.source} would both become {name}",
                "Rename one, or use `name` with {relpath}, {stem} and {suffix}.",
            )
        items.append(item)
    return tuple(items)


def name_key(name: str) -> str:
    """Return a key that is equal for two names which some file system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()


def single_item(file: InputFile, output: Path, seed: int = 0, mask: Path | None = None) -> Item:
    """Return the item for `-o name.glb` with one picture."""
    target = output.with_suffix("") if output.suffix.lower() in MESH_SUFFIXES else output
    return Item(target.name, file.path, file.relpath, seed, target, mask)


def clean_name(name: str) -> str:
    """Return a path part that every shell, record and file system can hold.

    Control characters and their like become `_`, and the end of a very long name becomes a hash of it, so that there is
    room for suffixes.
    """
    cleaned = "".join(c if c.isprintable() and c not in '\\:*?"<>|' else "_" for c in name) or "_"
    data = cleaned.encode()
    if len(data) <= _LONGEST:
        return cleaned
    digest = hashlib.blake2b(data, digest_size=4).hexdigest()
    return f"{data[: _LONGEST - 9].decode(errors='ignore')}-{digest}"


def _check_template(template: str) -> list[str]:
    """Return the fields that a template names. Raises UsageError."""
    try:
        fields = []
        for _, name, spec, conversion in string.Formatter().parse(template):
            if name is not None:
                fields.append(name)
                if not _SPEC.fullmatch(spec or ""):
                    raise ValueError(f"'{spec}' is no short width")
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
        raise UsageError(f"name template '{template}' leaves the output folder", "Put the folder into `output`.")
    return fields


def _expand(template: str, relpath: str, seed: int, model: str) -> str:
    place = PurePosixPath(relpath)
    folder = "/".join(clean_name(part) for part in place.parent.parts if part not in ("..", "."))
    stem = clean_name(place.stem if place.stem.strip(".") else "_")
    bare = template.removesuffix(".{ext}")
    suffix = _suffix(relpath)
    name = bare.format(stem=stem, suffix=suffix, relpath=folder, seed=seed, model=clean_name(Path(model).name))
    parts = [clean_name(part) for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UsageError(f"name template '{template}' leaves the output folder", "Put the folder into `output`.")
    if not parts or STATE in map(str.lower, parts):
        raise UsageError(f"name template '{template}' gives no name for {relpath}", f"The default is {DEFAULT_NAME}.")
    return "/".join(parts)


def _suffix(relpath: str) -> str:
    """Return the picture's own suffix without the dot, lower case; `file` when it has none."""
    return clean_name(PurePosixPath(relpath).suffix[1:].lower() or "file")
