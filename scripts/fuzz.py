"""Damaged and hostile inputs by the seed: no error without a class, no hang, no memory without bounds.

python scripts/fuzz.py --seeds 0:200                 # every kind, 200 seeds each
python scripts/fuzz.py --seeds 17 --kinds pictures   # one input again; -k keeps its file
python scripts/fuzz.py --seeds 0:200 --docs          # writes the table of docs/reliability.md

Each seed takes a sound file, damages it, and hands it to the product. It holds when the answer is a result or one of
the product's own errors within 10 seconds and 1 GB. What does not hold is printed with its seed; the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from varco3d.errors import Varco3DError
from varco3d.pipeline.machine import PeakMeter, used_memory

SECONDS, MEGABYTES = 10.0, 1000.0
PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
ODD = (
    "null", "true", "[]", "{}", '""', "-1", "0", "1e999", "NaN", "9" * 400, '"\\u0000"', '"../../x"', "[[[[[1]]]]]",
    "1.5", '"\\u001b[31m"', "[1, [2]]", '{"a": {"b": []}}', "-9223372036854775809", '"' + "x" * 5000 + '"',
)  # fmt: skip


@dataclass
class Tally:
    """Outcomes of one kind's inputs. broken: (seed, words) of each that did not hold."""

    tried: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0
    megabytes: float = 0.0


# ---------------------------------------------------------------------------------------------------------- damaging


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with one to eight faults: bits, ends, repeats, zeros, extreme numbers."""
    made = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        if not made:
            return bytes(made)
        at = int(rng.integers(0, len(made) if rng.random() < 0.5 else min(len(made), 256)))
        span = int(rng.integers(1, 65))
        fault = int(rng.integers(0, 7))
        if fault == 0:
            made[at] ^= 1 << int(rng.integers(0, 8))
        elif fault == 1 and rng.random() < 0.5:
            del made[at:]
        elif fault == 2:
            made[at : at + span] = bytes(len(made[at : at + span]))
        elif fault == 3:
            made[at:at] = rng.integers(0, 256, span, np.uint8).tobytes()
        elif fault == 4:
            made[at:at] = made[at : at + span]
        elif fault == 5:
            extreme = (0, 1, 0x7F, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40)[int(rng.integers(0, 7))]
            made[at : at + 4] = struct.pack("<Q" if rng.random() < 0.5 else ">Q", extreme)[: int(rng.integers(1, 9))]
        else:
            del made[at : at + span]
    return bytes(made)


def odd_text(text: str, rng: np.random.Generator) -> str:
    """JSON or TOML with values of other types, or with damaged characters."""
    values = list(re.finditer(r'(?<=[:=] )(?:"[^"\n]*"|[-\w.]+|\[[^\[\]\n]*\])', text))
    for _ in range(int(rng.integers(1, 3))):
        if values and rng.random() < 0.8:
            match = values[int(rng.integers(0, len(values)))]
            odd = ODD[int(rng.integers(0, len(ODD)))]
            text = text.replace(match[0], odd, 1)
        else:
            text = damaged(text.encode(), rng).decode("latin-1" if rng.random() < 0.2 else "utf-8", "replace")
    return text


# ------------------------------------------------------------------------------------------------------------- kinds


def _program(*arguments: object) -> None:
    """Run the program; an error of its own class is fine, error[internal] and tracebacks are not."""
    from varco3d.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main([str(argument) for argument in arguments])
    said = err.getvalue() + out.getvalue()
    if "error[internal]" in said or "Traceback" in said:
        raise AssertionError(said[-300:])
    code = re.search(r"error\[(\w+)\]", said)
    if code is not None:
        raise Varco3DError(code[1])


def config(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return a config file with every sort of key."""
    text = 'model = "tiny"\nseed = 3\nformat = ["glb", "obj"]\nlod = [1.0, 0.5]\nmemory = 4\ntexture-size = 512\n' \
           'require = "watertight"\n[clean]\nfaces = 2000\n[coarse]\nsteps = 4\n[texture]\nsize = 512\n'  # fmt: skip
    path = place / "varco3d.toml"
    path.write_text(odd_text(text, rng), errors="surrogateescape")
    return lambda: _program("config", "show", "--config", path)


def recipes(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return a recipe of one's own."""
    from varco3d.pipeline.recipe import load_recipe

    text = 'name = "own"\ndescription = "x"\nlicence = "x"\norder = ["prepare", "coarse", "export"]\n[models]\n' \
           'coarse = "tiny"\n[stages.coarse]\nuse = "coarse"\nsettings = { steps = 2 }\n[presets.draft]\n' \
           'coarse = { steps = 1 }\n'  # fmt: skip
    path = place / "own.toml"
    path.write_text(odd_text(text, rng), errors="surrogateescape")
    return lambda: load_recipe(str(path), "draft")


def records(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return the record of an output folder, read by a report."""
    record = {"schema": "varco3d.record/1", "id": "a", "status": "ok", "input": "a.png", "sha256": "0" * 64, "seed": 0,
              "outputs": [{"path": "a.glb", "format": "glb", "bytes": 9, "sha256": "0" * 64}], "seconds": 1.5,
              "mesh": {"faces": 12, "watertight": True}, "timings": {"coarse": {"seconds": 1.0}}, "warnings": ["x"],
              "error": {"code": "bad_input", "message": "x", "hint": ""}, "finished": 5.0}  # fmt: skip
    lines = [odd_text(json.dumps({**record, "id": name}), rng) for name in ("a", "b")]
    (place / "varco3d.jsonl").write_text("\n".join(lines), errors="surrogateescape")
    (place / "a.glb").write_bytes(b"glTF nope")

    def read() -> None:
        from varco3d.pipeline.batch.records import RecordBook

        RecordBook(place).done("a", "0", "x", "x")
        page = ("--no-thumbnails",) if rng.random() < 0.2 else ("--no-page",)
        _program("report", place, "--json", *page)

    return read


def stages(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return a kept artifact of any class."""
    from varco3d.kernels.fields.field import Field as Samples
    from varco3d.pipeline import artifacts as kinds

    points = rng.random((5, 3), np.float32)
    faces = np.array([[0, 1, 2], [2, 3, 4]], np.int32)
    picture = rng.integers(0, 256, (16, 16, 3), np.uint8)
    cells = np.zeros((1, 3), np.int32)
    corners, lattice = np.arange(8, dtype=np.int32)[None], np.zeros((8, 3), np.int32)
    samples = Samples(2, ((-1.0,) * 3, (1.0,) * 3), cells, corners, lattice, np.zeros(8, np.float32))
    sound: list[Any] = [
        kinds.Mesh(points, faces, uv=points[:, :2].copy(), texture=picture),
        kinds.VoxelGrid(cells, 4), kinds.Queries(cells, 4), kinds.Latents(points, points), kinds.Field(samples),
        kinds.PictureCamera(np.zeros((2, 4), np.float32)),
        kinds.Subject(np.ones((16, 16, 4), np.float32), np.eye(3), (16, 16)),
    ]  # fmt: skip
    chosen = sound[int(rng.integers(0, len(sound)))]
    chosen.save(place)
    files = sorted(place.iterdir())
    path = files[int(rng.integers(0, len(files)))]
    if path.suffix == ".json":
        path.write_text(odd_text(path.read_text(), rng), errors="surrogateescape")
    else:
        path.write_bytes(damaged(path.read_bytes(), rng))
    return lambda: type(chosen).load(place)


def pictures(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return a picture of any format, sometimes under another name."""
    from PIL import Image

    from varco3d.pipeline.pictures.reading import open_rgba

    image = Image.fromarray(rng.integers(0, 256, (40, 48, 4), np.uint8))
    kinds = (
        "png",
        "jpeg",
        "webp",
        "gif",
        "tiff",
        "bmp",
        "jpeg2000",
        "avif",
        "tga",
        "ico",
        "pcx",
        "dds",
        "sgi",
        "ppm",
        "qoi",
    )
    kind = kinds[int(rng.integers(0, len(kinds)))]
    buffer = io.BytesIO()
    flat = kind in ("jpeg", "bmp", "pcx", "ppm", "gif")
    options = {"compression": "tiff_lzw"} if kind == "tiff" and rng.random() < 0.5 else {}
    (image.convert("RGB") if flat else image).save(buffer, format=kind, **options)
    path = place / ("x.png" if rng.random() < 0.5 else f"x.{kind}")
    path.write_bytes(damaged(buffer.getvalue(), rng))
    return lambda: open_rgba(path)


def checkpoints(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return a checkpoint in either container, as `models import` meets it."""
    import torch
    from safetensors.torch import save_file

    from varco3d.weights.checkpoints.identify import structure_of
    from varco3d.weights.checkpoints.importing import plan

    tensors = {"a.weight": torch.zeros(3, 4), "b": torch.ones(2)}
    if rng.random() < 0.5:
        path = place / "x.safetensors"
        save_file(tensors, path)
    else:
        path = place / "x.pt"
        torch.save({"state": tensors}, path, _use_new_zipfile_serialization=bool(rng.random() < 0.7))
    path.write_bytes(damaged(path.read_bytes(), rng))

    def read() -> None:
        plan(place)
        structure_of(path)

    return read


def meshes(place: Path, rng: np.random.Generator) -> Callable[[], object]:
    """Return a mesh file of any format that we write."""
    from varco3d.pipeline.artifacts import Mesh
    from varco3d.pipeline.meshes.formats import MESH_FORMATS
    from varco3d.pipeline.meshes.outputs import write_mesh
    from varco3d.pipeline.meshes.reading import load_mesh

    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)
    mesh = Mesh(points, faces, uv=points[:, :2].copy(), texture=np.zeros((8, 8, 3), np.uint8))
    kind = MESH_FORMATS[int(rng.integers(0, len(MESH_FORMATS)))]
    written = [Path(output.path) for output in write_mesh(mesh, place / "x", (kind,))]
    hurt = written[int(rng.integers(0, len(written)))]
    hurt.write_bytes(damaged(hurt.read_bytes(), rng))
    return lambda: load_mesh(place / f"x.{kind}")


KINDS = {kind.__name__: kind for kind in (config, recipes, records, stages, pictures, checkpoints, meshes)}


# --------------------------------------------------------------------------------------------------------------- run


def attempt(kind: str, seed: int, tally: Tally, keep: Path | None = None) -> None:
    """One input of a kind; the tally is updated."""
    rng = np.random.default_rng([seed, *kind.encode()])
    with tempfile.TemporaryDirectory(prefix="varco3d-fuzz-") as made:
        place = keep or Path(made)
        place.mkdir(parents=True, exist_ok=True)
        run = KINDS[kind](place, rng)
        meter, before = PeakMeter(), used_memory() * 1073.741824
        meter.reset()
        started = time.perf_counter()
        tally.tried += 1
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                run()
            tally.taken += 1
        except Varco3DError as error:
            tally.refused[error.code if error.code != "internal" else error.message] += 1
        except (Exception, RecursionError) as error:
            tally.broken.append((seed, f"{type(error).__name__}: {error}"[:300]))
        seconds, peak = time.perf_counter() - started, max(0.0, (meter.read() or 0.0) - before)
        tally.seconds, tally.megabytes = max(tally.seconds, seconds), max(tally.megabytes, peak)
        if seconds > SECONDS:
            tally.broken.append((seed, f"took {seconds:.0f} s"))
        if peak > MEGABYTES:
            tally.broken.append((seed, f"took {peak:.0f} MB"))


def sweep(kinds: Iterable[str], seeds: Iterable[int], budget: float = float("inf")) -> dict[str, Tally]:
    """Every seed of every kind in turn, until `budget` seconds are spent."""
    tallies = {kind: Tally() for kind in kinds}
    started = time.monotonic()
    for seed in seeds:
        for kind, tally in tallies.items():
            attempt(kind, seed, tally)
        if time.monotonic() - started > budget:
            break
    return tallies


def table(tallies: dict[str, Tally]) -> str:
    """Return the tallies in Markdown."""
    rows = ["| inputs | tried | read | refused with a class | not held | longest | most memory |", "|" + " --- |" * 7]
    for kind, tally in tallies.items():
        refused = ", ".join(f"{code} {count}" for code, count in sorted(tally.refused.items())) or "-"
        rows.append(f"| {kind} | {tally.tried} | {tally.taken} | {refused} | {len(tally.broken)} | "
                    f"{tally.seconds:.1f} s | {tally.megabytes:.0f} MB |")  # fmt: skip
    return "\n".join(rows)


def main() -> int:
    """Read the command line; print the table and what did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:100", help="one seed, or FIRST:LAST (LAST is left out)")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds")
    parser.add_argument("-k", "--keep", type=Path, help="leave the files of the last input here")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/reliability.md")
    options = parser.parse_args()
    first, colon, last = options.seeds.partition(":")
    seeds = range(int(first), int(last)) if colon else [int(first)]
    if options.keep is not None:
        for kind in options.kinds.split(","):
            attempt(kind, seeds[-1], Tally(), options.keep)
    tallies = sweep(options.kinds.split(","), seeds, options.budget)
    print(table(tallies))
    for kind, tally in tallies.items():
        for seed, words in tally.broken:
            print(f"{kind} seed {seed}: {words}")
    if options.docs:
        text = PAGE.read_text(encoding="utf-8")
        head, tail = text.split("<!-- fuzz -->")[0], text.split("<!-- fuzz end -->")[1]
        PAGE.write_text(f"{head}<!-- fuzz -->\n\n{table(tallies)}\n\n<!-- fuzz end -->{tail}", encoding="utf-8")
    return 1 if any(tally.broken for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
