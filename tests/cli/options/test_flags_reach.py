"""Every flag of a run changes the request, and every part of the request is read by what runs it."""

import ast
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

import varco3d.pipeline
from varco3d.cli.commands.base import run_options
from varco3d.cli.config import stage_settings
from varco3d.cli.options.flag import Flag
from varco3d.cli.options.panels import RunOptions
from varco3d.cli.requests.request import build_request
from varco3d.cli.session import Session
from varco3d.pipeline.batch.runner import BatchOptions
from varco3d.pipeline.batch.worker import RunConfig

READ_ELSEWHERE = {"pull": "varco3d.cli.run downloads before the batch"}
SEVERAL = ["-m", "hunyuan3d-2mv"]  # a model that takes pictures of sides
ALSO = {  # flags without which another is refused
    "quads": ["-f", "obj"],
    "views_framed": ["--views", "sides"],
    "left": SEVERAL,
    "back": SEVERAL,
    "right": SEVERAL,
}
MANY = ("limit", "include", "exclude", "shard", "recursive", "from_list")  # need a folder of pictures
VALUES = {
    "output": "other", "name": "{stem}-x.{ext}", "require": "watertight", "model": "triposg", "from": "export",
    "until": "coarse", "skip": "clean", "set": "coarse.level=0.5", "lod": "1,0.5", "views": "sides",
    "painter": "mirror", "prompt": "red", "negative": "blue", "painter_base": "base", "lora": "some.safetensors",
    "mask": "mask.png", "left": "mask.png", "back": "mask.png", "right": "mask.png", "device": "cuda:1",
    "dtype": "bf16", "devices": "0,1", "ray_address": "here:1", "include": "a*", "exclude": "a*",
    "from_list": "list.txt", "shard": "1/2", "preset": "high", "executor": "processes", "order": "stage",
    "texture": "off", "offload": "stage", "limit": "1",
}  # fmt: skip


def request(words: Sequence[str]) -> tuple[object, ...]:
    """Return all that decides a run: its configuration, items, way of going about them, and stages."""
    session = Session()
    options = run_options(session, [word for word in words if word not in ("a.png", "pictures")])
    inputs = [word for word in words if word in ("a.png", "pictures")]
    made = build_request(inputs, options, stage_settings(options, session.files), {})
    return made.config, made.items, made.options, made.stages


def changed(flag: Flag) -> list[str]:
    """Return the flag with a value that is not its default."""
    if flag.name in VALUES:
        return [f"{flag.option}={VALUES[flag.name]}"]
    if flag.choices:
        shown = flag.default_text()
        return [f"{flag.option}={next(choice for choice in flag.choices if choice not in shown)}"]
    if flag.kind is bool:
        return [f"--no-{flag.option[2:]}" if "on" in flag.default_text() or flag.default is True else flag.option]
    return [f"{flag.option}={flag.kind(flag.maximum if flag.maximum is not None else (flag.minimum or 0) + 3)}"]


@pytest.fixture
def pictures(run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and side pictures in an empty folder; nothing that is not installed is asked for."""
    monkeypatch.setattr("varco3d.pipeline.meshes.meshlab.require_meshlab", lambda: None)
    Path("pictures/sub").mkdir(parents=True)
    Path("sides").mkdir()
    for name in ("a.png", "mask.png", "pictures/a.png", "pictures/b.png", "pictures/sub/c.png", "sides/back.png"):
        Image.new("RGBA", (8, 8), (200, 40, 40, 255)).save(name)
    Path("list.txt").write_text("mask.png\n")
    Path("some.safetensors").write_bytes(b"")


def test_every_flag_changes_the_request(pictures) -> None:
    plain: dict[tuple[str, ...], tuple[object, ...]] = {}
    idle = set()
    for flag in RunOptions.flags():
        words = ("pictures" if flag.name in MANY else "a.png", *ALSO.get(flag.name, ()))
        if words not in plain:
            plain[words] = request(words)
        if request((*words, *changed(flag))) == plain[words]:
            idle.add(flag.name)
    assert idle == set(READ_ELSEWHERE), "these flags reach nothing, or what the list says is no longer so"


def reads(folder: Path) -> set[str]:
    """Return the names of all attributes that the code below the folder reads."""
    found = set()
    for path in folder.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}
    return found


@pytest.mark.parametrize("kind", [RunConfig, BatchOptions])
def test_every_part_of_a_request_is_read(kind: type) -> None:
    batch = reads(Path(varco3d.pipeline.__file__).parent / "batch")
    assert {field.name for field in dataclasses.fields(kind)} <= batch
