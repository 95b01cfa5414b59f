"""Bundle for a bare machine with a GPU and no network, in parts of 60 MiB.

The folder gets part-1, part-2 ...: the source tree without weights, the kernels compiled for sm_90, the wheels of
Python 3.12 that such a machine lacks, and in parts of their own the shipped weights, which only the chain needs. There,
for every part that has arrived, in any order:

    python3 part-1/unpack.py TARGET

The last one joins what was cut, checks it, and prints how to call scripts/gpu_report. Configurations for networks of
random weights are part of the tree (weights/checkpoints/published_settings/).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PART_BYTES = (60 << 20) - (1 << 16)  # the rest is for the manifest and unpack.py
ARCHITECTURE = 90
WHEELS = (
    "warp-lang==1.19.0", "trimesh>=4.5", "fast-simplification>=0.2", "platformdirs>=4.2", "xatlas==0.0.11",
    "typer>=0.27.2,<0.29", "DracoPy>=2", "mapbox_earcut>=1.0.1",
)  # fmt: skip
PLATFORMS = [f"manylinux_2_{glibc}_x86_64" for glibc in (17, 24, 27, 28, 31, 34)] + ["manylinux2014_x86_64"]
WEIGHTS = (".safetensors", ".onnx")
HELD_APART = ("weights/tiny/", "weights/cutout/")
TRAINED_WITH = "weights/tiny/backbone.safetensors"  # the frozen picture features that training needs


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]


def is_weights(name: str) -> bool:
    return name.startswith(HELD_APART) and name.endswith(WEIGHTS) and name != TRAINED_WITH


def make_tar(path: Path, names: Sequence[str], root: Path) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=6) as tar:
        for name in names:
            tar.add(root / name, name, recursive=False)
    return path


def download_wheels(folder: Path) -> list[Path]:
    call = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--only-binary=:all:",
        "--python-version",
        "3.12",
    ]
    call += ["--implementation", "cp", "-d", str(folder)]
    call += [part for platform in PLATFORMS for part in ("--platform", platform)]
    subprocess.run([*call, *WHEELS], check=True)
    return sorted(folder.glob("*.whl"))


def pack(files: Sequence[Path], group: str, folder: Path, first: int = 1, limit: int = PART_BYTES) -> int:
    """Fill folders part-N with the files, the large ones cut; returns the number after the last part."""
    pieces: list[tuple[str, bytes]] = []
    known: dict[str, dict[str, object]] = {}
    for path in files:
        data = path.read_bytes()
        names = [f"{path.name}.{index:02d}" for index in range(max(1, -(-len(data) // limit)))]
        pieces += [(name, data[index * limit : (index + 1) * limit]) for index, name in enumerate(names)]
        known[path.name] = {"pieces": names, "sha256": hashlib.sha256(data).hexdigest()}
    parts: list[list[tuple[str, bytes]]] = []
    for piece in sorted(pieces, key=lambda piece: -len(piece[1])):
        room = next((part for part in parts if sum(len(d) for _, d in part) + len(piece[1]) <= limit), None)
        if room is None:
            parts.append(room := [])
        room.append(piece)
    for number, part in enumerate(parts, start=first):
        own = folder / f"part-{number}"
        own.mkdir(parents=True)
        for name, data in part:
            (own / name).write_bytes(data)
        (own / "manifest.json").write_text(json.dumps({"group": group, "files": known}, indent=1) + "\n")
        shutil.copy(HERE / "unpack.py", own)
    return first + len(parts)


def prepare(folder: Path) -> int:
    """Fill `folder`, which must be new or empty; 0 when all is there."""
    from varco3d.kernels.ahead import compile_cache

    if folder.exists() and any(folder.iterdir()):
        print(f"gpu_report: {folder} is not empty; name a new folder", file=sys.stderr)
        return 2
    names = tracked_files()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        cache = work / "cache"
        compiled = compile_cache(ARCHITECTURE, cache)
        held = [
            path.relative_to(cache).as_posix()
            for path in sorted(cache.rglob("*"))
            if path.suffix in (".cubin", ".meta")
        ]
        base = [
            make_tar(work / "tree.tar.gz", [name for name in names if not is_weights(name)], ROOT),
            make_tar(work / "cache.tar.gz", held, cache),
            *download_wheels(work / "wheels"),
        ]
        first = pack(base, "base", folder)
        last = pack(
            [make_tar(work / "weights.tar.gz", list(filter(is_weights, names)), ROOT)], "weights", folder, first
        )
    print(
        f"{len(compiled)} kernel modules for sm_{ARCHITECTURE}; parts 1 to {first - 1} for the tests, the kernels and"
    )
    print(
        f"the networks, {first} to {last - 1} with the weights of tiny; read scripts/gpu/prepare.py for what comes next"
    )
    return 0
