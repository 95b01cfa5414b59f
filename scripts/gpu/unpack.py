"""Unpacks one part that scripts/gpu_report --prepare made: python3 part-N/unpack.py TARGET. Needs nothing but Python.

With the last part of a group the files are joined and checked; the base group also installs its wheels below TARGET.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

FOLDERS = {"tree.tar.gz": "tree", "cache.tar.gz": "cache", "weights.tar.gz": "tree"}


def join(pieces: Path, files: dict) -> list[Path]:
    """Return the whole files; ends the program when one is damaged."""
    joined = []
    for name, about in files.items():
        path = pieces / name
        with path.open("wb") as out:
            for piece in about["pieces"]:
                out.write((pieces / piece).read_bytes())
                (pieces / piece).unlink()
        if hashlib.sha256(path.read_bytes()).hexdigest() != about["sha256"]:
            sys.exit(f"{name} is damaged; give its parts again")
        joined.append(path)
    return joined


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    part, target = Path(__file__).resolve().parent, Path(sys.argv[1]).resolve()
    about = json.loads((part / "manifest.json").read_text())
    pieces = target / "pieces" / about["group"]
    pieces.mkdir(parents=True, exist_ok=True)
    wanted = {piece for file in about["files"].values() for piece in file["pieces"]}
    for name in wanted:
        if (part / name).is_file():
            shutil.copy(part / name, pieces / name)
    missing = sorted(name for name in wanted if not (pieces / name).is_file())
    if missing:
        print(f"{about['group']}: still missing {', '.join(missing)}")
        return
    wheels = []
    for path in join(pieces, about["files"]):
        if path.name in FOLDERS:
            with tarfile.open(path) as tar:
                tar.extractall(target / FOLDERS[path.name], filter="data")
        elif path.suffix == ".whl":
            wheels.append(str(path))
    if wheels:
        call = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-compile", "--upgrade"]
        subprocess.run([*call, "--target", str(target / "site"), *wheels], check=True)
    print(f"{about['group']}: done. To measure:")
    print(f"PYTHONPATH={target}/site WARP_CACHE_PATH={target}/cache sh {target}/tree/scripts/gpu_report --minutes 5")


if __name__ == "__main__":
    main()
