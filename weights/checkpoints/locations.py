"""Folders of weights on this machine, and checks of a complete copy there. Only names and headers are read."""

import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..._files import read_bounded
from ..._places import data_folder, home, user_path
from ...errors import CheckpointError
from .identify import PICKLED, SAFE, safetensors_shapes
from .zoo import ModelFile, ModelSpec

SHIPPED, OURS, HUB, HY3D, TORCH_HUB = "shipped", "store", "huggingface", "hy3dgen", "torch-hub"


@dataclass(frozen=True)
class Located:
    """Weights that are here. `weights`: one file (a sharded set: its index; tiny: several), ready to be opened."""

    spec: ModelSpec
    origin: str  # one of SHIPPED, OURS, HUB, HY3D, TORCH_HUB
    folder: Path
    weights: tuple[Path, ...]
    sides: Mapping[str, Path] = field(default_factory=dict)  # file name -> path: config.yaml, config.json, ...

    @property
    def path(self) -> Path:
        """The file to load, or the folder when there are several."""
        return self.weights[0] if len(self.weights) == 1 else self.folder

    @property
    def bytes(self) -> int:
        """Size of the weights on disk."""
        return sum(path.stat().st_size for path in self.weights)


def default_root(environ: Mapping[str, str]) -> Path:
    """Our store: VARCO3D_MODELS, else `models` in the user's data folder."""
    if environ.get("VARCO3D_MODELS"):
        return user_path(environ["VARCO3D_MODELS"])
    return data_folder() / "models"


def hub_caches(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders huggingface_hub would use as its cache, by its own variables."""
    cache = Path(environ.get("XDG_CACHE_HOME") or home(environ) / ".cache")
    found = [environ.get("HF_HUB_CACHE"), environ.get("HUGGINGFACE_HUB_CACHE")]
    found += [f"{environ['HF_HOME']}/hub" if environ.get("HF_HOME") else None, str(cache / "huggingface" / "hub")]
    return list(dict.fromkeys(user_path(os.path.expandvars(path)) for path in found if path))


def hy3dgen_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder in which the public Hunyuan3D code keeps its downloads."""
    return user_path(environ.get("HY3DGEN_MODELS") or home(environ) / ".cache" / "hy3dgen")


def torch_hub_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder in which torch.hub keeps single files under their own names."""
    cache = Path(environ.get("XDG_CACHE_HOME") or home(environ) / ".cache")
    return user_path(environ.get("TORCH_HOME") or cache / "torch") / "hub" / "checkpoints"


def places(spec: ModelSpec, root: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """(origin, folder that stands for the repository's root), in the order they are searched; ours is `root`."""
    yield OURS, root / spec.repo
    snapshot = "models--" + spec.repo.replace("/", "--")
    for cache in hub_caches(environ):
        for folder in _snapshots(cache / snapshot):
            yield HUB, folder
    yield HY3D, hy3dgen_folder(environ) / spec.repo
    yield TORCH_HUB, torch_hub_folder(environ)


def find_in(spec: ModelSpec, origin: str, base: Path) -> Located | None:
    """Return a complete copy of `spec` below `base`, or None."""
    for file in spec.weights:
        path = base / file.path
        if origin == TORCH_HUB and (path.suffix not in PICKLED or not file.exact):
            continue  # all models share that folder, so a common name says nothing
        if _complete(path, file):
            return Located(spec, origin, path.parent, (path,), _sides(spec, base))
        index = path.with_name(path.name + ".index.json")
        if index.is_file() and _shards_complete(index):
            return Located(spec, origin, path.parent, (index,), _sides(spec, base))
    if origin == OURS:  # an imported file may have another ending than the hub's
        for ending in (*SAFE, *PICKLED):
            path = base / spec.folder / f"{stem(spec)}{ending}"
            if all(path != base / file.path for file in spec.weights) and _complete(path, ModelFile(path.name)):
                return Located(spec, origin, path.parent, (path,), _sides(spec, base))
    return None


def _complete(path: Path, file: ModelFile) -> bool:
    """Return True when the whole file is there, by its own account: safetensors and zip files tell their length.

    Another size than the published one is no fault in itself: people save weights again in other number types.
    """
    if not path.is_file():
        return False
    try:
        if path.suffix == ".safetensors":
            safetensors_shapes(path)
            return True
        with path.open("rb") as opened:
            zipped = opened.read(4) == b"PK\x03\x04"
        return zipfile.is_zipfile(path) if zipped else not file.exact or path.stat().st_size == file.size
    except (CheckpointError, OSError, ValueError):
        return False


def _sides(spec: ModelSpec, base: Path) -> dict[str, Path]:
    return {side.name: base / side.path for side in spec.sides if (base / side.path).is_file()}


def stem(spec: ModelSpec) -> str:
    """Return the name of the preferred weight file without its ending."""
    return spec.weights[0].name.rpartition(".")[0]


def _shards_complete(index: Path) -> bool:
    try:
        names = set(json.loads(read_bounded(index).decode())["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return False
    beside = all(isinstance(name, str) and Path(name).name == name for name in names)
    return bool(names) and beside and all((index.parent / name).is_file() for name in names)


def _snapshots(folder: Path) -> list[Path]:
    """Snapshots of a repository in the hub cache: the one `main` points to, then the newest first."""
    snapshots = folder / "snapshots"
    if not snapshots.is_dir():
        return []
    found = sorted((p for p in snapshots.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    try:
        main = read_bounded(folder / "refs" / "main").decode().strip()
    except (OSError, ValueError):
        main = ""
    return sorted(found, key=lambda path: path.name != main)
