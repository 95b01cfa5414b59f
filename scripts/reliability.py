"""Reliability of a batch under bad pictures, kill -9 and a full disk. Fills docs/reliability.md.

    python scripts/reliability.py                          # 200 pictures, 5 kills: about 10 minutes on 2 idle cores
    python scripts/reliability.py --pictures 30 --dry      # a small one, printed only

Exit code 1 when anything was not as it should be. Linux; the full and the read-only disk need root (they are mounted).
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from varco3d.pipeline.meshes.glb_check import check_glb

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
# The whole chain of `tiny` without the texture, each stage as small as it goes: about a third of a second of one core.
QUICK = (
    "--preset draft --texture off --tokens 64 --octree-resolution 16 --faces 500 --set prepare.size=64 --set "
    "coarse.steps=1 --set coarse.candidates=1 --set coarse.resolution=16 --set refine.steps=1 --set decode.start=16"
)
ROOT = os.geteuid() == 0
# root may read everything; without these two rights it is refused what others are refused
DROP = "-dac_override,-dac_read_search"
PREFIX = ["setpriv", "--bounding-set", DROP, "--inh-caps", DROP] if ROOT and shutil.which("setpriv") else []


# ----------------------------------------------------------------------------------------------------------- pictures


def drawing(seed: int, size: int = 96) -> Image.Image:
    """Return a solid of two coloured parts on transparent ground, another one for every seed."""
    dice = random.Random(seed)
    image = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(image)
    for draw in (pen.ellipse, pen.rectangle):
        x, y = dice.randint(14, 40), dice.randint(14, 40)
        box = (x, y, x + dice.randint(26, 44), y + dice.randint(26, 44))
        draw(box, fill=(dice.randint(0, 255), dice.randint(0, 255), dice.randint(0, 255), 255))
    return image


def on_white(seed: int) -> Image.Image:
    image = drawing(seed)
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def cut(path: Path, image: Image.Image, **options: Any) -> None:
    """Save the picture and cut its file to a third."""
    image.save(path, **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def unreadable(path: Path) -> None:
    drawing(0).save(path)
    path.chmod(0)


def noise(mode: str = "RGB") -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).convert(mode)


# name -> (how to make it, the class its failure must have)
KINDS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "truncated.png": (lambda p: cut(p, noise()), "bad_input"),
    "zero bytes.png": (lambda p: p.touch(), "bad_input"),
    "text.png": (lambda p: p.write_text("this is no picture\n"), "bad_input"),
    "one pixel.png": (lambda p: Image.new("RGB", (1, 1)).save(p), "bad_input"),
    "30000 wide.png": (lambda p: Image.new("RGB", (30_000, 10)).save(p), "bad_input"),
    "empty alpha.png": (lambda p: Image.new("RGBA", (64, 64)).save(p), "no_subject"),
    "palette all transparent.png": (lambda p: Image.new("P", (64, 64)).save(p, transparency=0), "no_subject"),
    "truncated CMYK.jpg": (lambda p: cut(p, noise("CMYK")), "bad_input"),
    "truncated animation.gif": (lambda p: cut(p, noise("P"), save_all=True, append_images=[drawing(1)]), "bad_input"),
    "new\nline, ünïcödé 模型.png": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n"), "bad_input"),
    "symlink loop.png": (lambda p: p.symlink_to(p), "bad_input"),
    "dangling symlink.png": (lambda p: p.symlink_to(p.with_name("nowhere.png")), "bad_input"),
}
if not ROOT or PREFIX:
    KINDS["unreadable.png"] = (unreadable, "bad_input")

# Odd, and to be taken all the same.
ODD: dict[str, Callable[[Path], Any]] = {
    "palette with transparency.png": lambda p: drawing(1).quantize(16).save(p),
    "CMYK.jpg": lambda p: on_white(2).convert("CMYK").save(p, quality=95),
    "animated.gif": lambda p: drawing(3).save(p, save_all=True, append_images=[drawing(4)]),
    "new\nline and ünïcödé 模型 too.png": lambda p: drawing(5).save(p),
    "a symlink.png": lambda p: p.symlink_to("good 0.png"),
}


def make_pictures(folder: Path, count: int) -> dict[str, str | None]:
    """`count` pictures, a tenth of them bad; name -> the class of its failure, None for a mesh."""
    folder.mkdir(parents=True)
    expected: dict[str, str | None] = {}
    for index in range(max(len(KINDS), count // 10)):
        name, (make, code) = list(KINDS.items())[index % len(KINDS)]
        name = name if index < len(KINDS) else f"again {name}"
        make(folder / name)
        expected[name] = code
    for name, make in ODD.items():
        make(folder / name)
        expected[name] = None
    for index in range(count - len(expected)):
        drawing(100 + index).save(folder / f"good {index}.png")
        expected[f"good {index}.png"] = None
    return expected


# --------------------------------------------------------------------------------------------------------------- runs


def command(*arguments: object) -> list[str]:
    program = [sys.executable, "-m", "varco3d.cli", "generate", *map(str, arguments)]
    return [*PREFIX, *program, *QUICK.split(), "--device", "cpu", "--no-input"]


def records_of(out: Path) -> list[dict[str, Any]]:
    path = out / "varco3d.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):  # cut short by a kill
            found.append(json.loads(line))
    return found


def killed_run(pictures: Path, out: Path, records: int, delay: float) -> int:
    """Start a run, kills it `delay` seconds after the record holds `records` lines; the number of meshes then."""
    child = subprocess.Popen(
        command(pictures, "-o", out, "-j", 2, "-q"), stdout=subprocess.DEVNULL, start_new_session=True
    )
    while len(records_of(out)) < records:
        if child.poll() is not None:
            raise SystemExit(f"the run ended by itself with {child.returncode}, before it could be killed")
        time.sleep(0.1)
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    child.wait()
    deadline = time.monotonic() + 20
    while group_lives(child.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    if group_lives(child.pid):
        raise SystemExit("workers outlived their killed parent by 20 s")
    meshes = list(out.rglob("*.glb"))
    meshes = [path for path in meshes if ".varco3d" not in path.parts]
    broken = [str(path) for path in meshes if check_glb(path)]
    if broken:
        raise SystemExit(f"half-written meshes after a kill: {broken}")
    return len(meshes)


def group_lives(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
        return True
    except ProcessLookupError:
        return False


def finished_run(*arguments: object) -> tuple[int, str]:
    """(exit code, stderr) of a run to its end."""
    done = subprocess.run(command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


# ------------------------------------------------------------------------------------------------------------- trials

Row = tuple[str, str, bool]  # what was looked at, what was found, whether that is right


def kills(folder: Path, count: int, times: int, dice: random.Random) -> Iterator[Row]:
    """Good and bad pictures, the run killed `times` times and taken up again."""
    expected, out = make_pictures(folder / "in", count), folder / "out"
    moments = sorted(dice.sample(range(2, max(times + 3, count * 9 // 10)), times))
    found = [killed_run(folder / "in", out, moment, dice.uniform(0, 2)) for moment in moments]
    yield f"`kill -9` at {times} random moments", f"{', '.join(map(str, found))} meshes then, all complete", True
    code, errors = finished_run(folder / "in", "-o", out, "-j", 2)
    yield "the last run, to its end: exit code, tracebacks", f"{code}, {errors.count('Traceback')}", code == 1
    records = records_of(out)
    wrong = [name for name, want in expected.items() if not is_right(out, records, name, want)]
    good = sum(code is None for code in expected.values())
    text = f"{good} good pictures: exactly one record and one complete, valid GLB each"
    lost = [name for name in wrong if expected[name] is None]
    yield text, f"{good - len(lost)} of {good} {lost or ''}", not lost
    bad, missed = len(expected) - good, [name for name in wrong if expected[name] is not None]
    kinds = f"{bad} bad pictures of {len(KINDS)} kinds: one record each, with the right class"
    yield kinds, f"{bad - len(missed)} of {bad} {missed or ''}", not missed
    strangers = {p.name for p in out.rglob("*")} - {Path(o["path"]).name for r in records for o in r["outputs"]}
    yield "files left beside meshes and record", f"{len(strangers) - 1}", strangers == {"varco3d.jsonl"}
    finished_run(folder / "in", "-o", out, "-j", 1)
    again = len(records_of(out)) - len(records)
    yield "a further run over the same pictures: items done again", f"{again}", again == 0


def is_right(out: Path, records: list[dict[str, Any]], name: str, code: str | None) -> bool:
    mine = [record for record in records if record["relpath"] == name]
    if len(mine) != 1:
        return False
    if code is not None:
        return mine[0]["status"] == "failed" and mine[0]["error"]["code"] == code
    (mesh,) = mine[0]["outputs"] or [None]
    if mine[0]["status"] != "ok" or mesh is None:
        return False
    path = out / mesh["path"]
    return hashlib.sha256(path.read_bytes()).hexdigest() == mesh["sha256"] and check_glb(path) == []


def memory(folder: Path, count: int) -> Iterator[Row]:
    """Resident memory of one process over many items, as the chain measures it."""
    for index in range(count):
        (folder / "in").mkdir(parents=True, exist_ok=True)
        drawing(1000 + index).save(folder / "in" / f"{index:04}.png")
    code, _ = finished_run(folder / "in", "-o", folder / "out", "--executor", "inline")
    timings = [record["timings"] for record in records_of(folder / "out")]
    part = min(50, count // 2)
    # The export needs next to nothing, so its peak is what the process holds at the end of an item.
    for what, peaks in (
        ("memory held at the end of an item", [stages["export"]["peak_mb"] for stages in timings]),
        ("highest memory during an item", [max(stage["peak_mb"] for stage in stages.values()) for stages in timings]),
    ):
        first, last = statistics.median(peaks[:part]), statistics.median(peaks[-part:])
        text = f"{first:.0f} MB, {last:.0f} MB ({100 * (last / first - 1):+.1f} %)"
        yield f"{count} items in one process, the first and the last {part}: {what}", text, last <= 1.05 * first
    yield "its exit code", f"{code}", code == 0


def disks(folder: Path) -> Iterator[Row]:
    """Yield a file system that fills up in the middle of a run, and one that is read-only."""
    if not ROOT:
        yield "disk full, disk read-only", "not tried: mounting needs root", True
        return
    out = folder / "out"
    out.mkdir(parents=True)
    (folder / "in").mkdir()
    for index in range(12):
        drawing(2000 + index).save(folder / "in" / f"{index:02}.png")
    mount("-t", "tmpfs", "-o", "size=100k", "tmpfs", out)
    try:
        code, errors = finished_run(folder / "in", "-o", out, "--executor", "inline")
        meshes = [path for path in out.rglob("*.glb") if ".varco3d" not in path.parts]
        clear = one_clear_error(errors) and all(check_glb(path) == [] for path in meshes)
        yield "disk full in the middle of a run", f"exit code {code}, `{last_line(errors)}`", clear and code == 1
        mount("-o", "remount,size=10m", out)
        code, errors = finished_run(folder / "in", "-o", out, "--executor", "inline")
        done = {record["id"] for record in records_of(out) if record["status"] == "ok"}
        yield "the same with room again", f"exit code {code}, {len(done)} of 12 meshes", code == 0 and len(done) == 12
        mount("-o", "remount,ro", out)
        code, errors = finished_run(folder / "in", "-o", out, "--executor", "inline", "--force")
        yield "disk read-only", f"exit code {code}, `{last_line(errors)}`", one_clear_error(errors) and code == 1
    finally:
        subprocess.run(["umount", str(out)], check=False)


def mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def one_clear_error(errors: str) -> bool:
    return errors.count("error[") == errors.count("error[output]") == 1 and "Traceback" not in errors


def last_line(errors: str) -> str:
    line = next((line for line in reversed(errors.splitlines()) if "error[" in line), "")
    return re.sub(r"/\S+/out\b", "OUT", line)


def fill(page: Path, block: str, text: str) -> None:
    """Put `text` between `<!-- block -->` and `<!-- end -->` of a page."""
    pattern = rf"(<!-- {block} -->\n).*?(<!-- end -->)"
    new, count = re.subn(pattern, lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page.read_text(encoding="utf-8"), flags=re.S)
    if count != 1:
        raise SystemExit(f"{page} has no block {block!r}")
    page.write_text(new, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--only", choices=("kills", "memory", "disks"), help="one of the trials, printed only")
    parser.add_argument("--dry", action="store_true", help="print only")
    args = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="varco3d-reliability-") as folder:
        trials = {
            "kills": kills(Path(folder, "kills"), args.pictures, args.kills, random.Random(args.seed)),
            "memory": memory(Path(folder, "memory"), args.pictures),
            "disks": disks(Path(folder, "disks")),
        }
        for name in (args.only,) if args.only else trials:
            for row in trials[name]:
                print(f"{'ok  ' if row[2] else 'FAIL'}  {row[0]}: {row[1]}", flush=True)
                rows.append(row)
    table = ["| tried | found |", "| --- | --- |", *(f"| {what} | {found.strip()} |" for what, found, _ in rows)]
    about = f"{args.pictures} pictures, {os.cpu_count()} cores, {datetime.date.today()}."
    if not (args.dry or args.only):
        fill(PAGE, "faults", "\n".join([about, "", *table]))
    return 0 if all(right for _, _, right in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
