"""Makes docs/gallery.md: every example picture through the whole chain, input beside six views, with times.

python scripts/gallery.py [--model tiny] [--out docs]
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
ROW_HEIGHT = 180  # pixels of one view in the committed sheets


def generate(pictures: list[Path], model: str, out: Path) -> dict[str, dict]:
    """Run one batch; events by item id: status, seconds, mesh report, warnings, stage seconds."""
    command = [str(Path(sys.executable).with_name("varco3d")), "generate", *map(str, pictures)]
    command += ["-o", str(out), "-m", model, "--preview", "png", "--json"]
    run = subprocess.run(command, capture_output=True, text=True)
    items: dict[str, dict] = {}
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event["type"] == "stage_finished":
            item = items.setdefault(event["id"], {"stages": {}})
            item["stages"][event["stage"]] = (event["seconds"] or 0) + (event.get("load_seconds") or 0)
        if event["type"] == "item_finished":
            items.setdefault(event["id"], {"stages": {}}).update(event)
    if not items:
        raise SystemExit(run.stderr)
    return items


def sheet(picture: Path, preview: Path, target: Path) -> None:
    """Input on white at the left, the preview's two rows of six views at the right; a small JPEG-free PNG."""
    views = Image.open(preview).convert("RGB")
    height = 2 * ROW_HEIGHT
    views = views.resize((round(views.width * height / views.height), height), Image.Resampling.LANCZOS)
    source = Image.open(picture).convert("RGBA")
    source.thumbnail((height, height), Image.Resampling.LANCZOS)
    page = Image.new("RGB", (height + views.width, height), "white")
    page.paste(source, ((height - source.width) // 2, (height - source.height) // 2), source)
    page.paste(views, (height, 0))
    page.quantize(128).save(target, optimize=True)


def entry(picture: Path, item: dict, images: Path) -> str:
    seconds = sum(item["stages"].values())
    slowest = sorted(item["stages"].items(), key=lambda pair: -pair[1])[:3]
    parts = ", ".join(f"{name} {value:.1f} s" for name, value in slowest)
    mesh = item.get("mesh") or {}
    facts = f"{mesh.get('faces', 0):,} faces, {'watertight' if mesh.get('watertight') else 'not watertight'}"
    warnings = "".join(f"\n- {text}" for text in item.get("warnings") or [])
    name = picture.stem.removeprefix("fluent3d_").replace("_", " ")
    return f"## {name}\n![{name}]({images.name}/{picture.stem}.png)\n\n{seconds:.1f} s ({parts}); {facts}{warnings}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    args = parser.parse_args()
    pictures = sorted((ROOT / "examples").glob("*.png"))
    images = args.out / "gallery"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        items = generate(pictures, args.model, Path(folder))
        entries = []
        for picture in pictures:
            item = items.get(picture.stem, {"stages": {}, "status": "missing"})
            preview = Path(folder) / f"{picture.stem}.preview.png"
            if item.get("status") != "ok" or not preview.exists():
                entries.append(f"## {picture.stem}\nFailed: {item.get('error')}\n")
                continue
            sheet(picture, preview, images / f"{picture.stem}.png")
            entries.append(entry(picture, item, images))
    head = (
        f"# Gallery\n\nEvery example picture through the whole chain with `{args.model}`, default preset, seed 0,\n"
        "unselected: the input, then front, back, left, right, top and bottom, textured and as clay.\n"
        f"`python scripts/gallery.py` made the page on {datetime.date.today()}, with two CPU cores. Times are\n"
        "seconds per picture in one run; the first picture includes the loading of the weights.\n\n"
    )
    (args.out / "gallery.md").write_text(head + "\n".join(entries))


if __name__ == "__main__":
    main()
