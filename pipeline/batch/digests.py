"""Hashes of everything that decides the result of an item: pictures, settings, and files that settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..._files import sha256_of
from ..._places import user_path
from ..pictures.reading import picture_sha256
from ..recipe import Recipe, digest
from .naming import Item
from .worker import RunConfig


def input_hashes(item: Item, deadline: float | None = None) -> dict[str, str]:
    """Return the sha256 of the pictures of an item, by name: source, mask, sides.

    Raises BadInputError, ItemTimeoutError.
    """
    paths = {"source": item.source, "mask": item.mask, **(item.asset.sides if item.asset else {})}
    return {name: picture_sha256(path, deadline) for name, path in paths.items() if path is not None}


def settings_digest(config: RunConfig, item: Item, recipe_digest: str, hashes: Mapping[str, str]) -> str:
    """Return the hash of everything beside the picture and the weights that decides what comes out for an item."""
    run = {"start": config.start, "until": config.until, "skip": sorted(config.skip), "previews": config.previews}
    sides = {name: value for name, value in hashes.items() if name not in ("source", "mask")}
    return digest([recipe_digest, run, config.dtype, item.run_seed, hashes.get("mask"), *([sides] if sides else [])])


def recipe_digest(recipe: Recipe) -> str:
    """Return the hash of the settings and of the contents of files that they name. Raises OSError."""
    files = {str(path): sha256_of(path) for path in setting_files(recipe)}
    return digest([recipe.digest(), files]) if files else recipe.digest()


def setting_files(recipe: Recipe) -> list[Path]:
    """Return the files that settings name: pictures of `texture.views`, as a folder or a list, and LoRAs."""
    if "texture" not in recipe.names():
        return []
    texture = recipe.stage("texture").settings
    views = str(getattr(texture, "views", None) or "").split(",")
    named = [user_path(part.strip().rpartition("=")[2]) for part in views if part.strip()]
    found = [file for path in named for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    found += [path.parent / "cameras.json" for path in named[:1] if not path.is_dir()]
    found += [user_path(text.rpartition(":")[0] or text) for text in getattr(texture, "lora", ())]
    return [path for path in found if path.is_file()]
