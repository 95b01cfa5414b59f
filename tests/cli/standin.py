"""A chain that needs no weights: real prepare and export around a stage that makes a ball, painted from the picture."""

import hashlib
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from varco3d.pipeline.artifacts import Asset, Mesh
from varco3d.pipeline.settings import setting
from varco3d.pipeline.stage import Context

RECIPE = """
name = "standin"
licence = "Apache-2.0"
order = ["prepare", "ball", "export"]
[models]
cutout = "u2netp"
[stages.ball]
use = "ball"
[presets.draft]
ball = { rings = 6 }
"""


@dataclass(frozen=True)
class BallSettings:
    rings: int = setting(8, "rows of faces", 3, 64)
    hole: bool = setting(False, "leave the top open")
    seconds: float = setting(0.0, "how long to take", 0.0, 60.0)
    fault: str = setting("", "name of the exception to raise")


class Ball:
    """Subject -> Mesh: a ball whose radius depends on the seed."""

    name = "ball"
    Settings = BallSettings
    needs = ("subject",)
    gives = ("mesh",)
    networks = ()

    def run(self, asset: Asset, settings: BallSettings, context: Context) -> Asset:
        steps = 10
        for step in range(steps):
            time.sleep(settings.seconds / steps)
            context.progress(step + 1, steps)
        if settings.fault == "stuck":  # in a library, where no signal gets through: two minutes or so
            hashlib.pbkdf2_hmac("sha256", b"", b"", 200_000_000)
        if settings.fault:
            raise {"memory": MemoryError, "bug": ValueError}[settings.fault]("asked for")
        print("a third party's chatter")  # must never reach stdout
        assert asset.subject is not None
        mesh = ball(settings.rings, 0.5 + (context.seed % 1000) / 4000, settings.hole)
        red, green, blue = (asset.subject.rgba[..., :3].mean((0, 1)) * 255).astype(np.uint8)
        texture = np.broadcast_to(np.array([red, green, blue], np.uint8), (4, 4, 3)).copy()
        uv = (mesh.vertices[:, :2] / 2 + 0.5).astype(np.float32)
        return replace(asset, mesh=replace(mesh, uv=uv, texture=texture))


def ball(rings: int, radius: float, hole: bool = False) -> Mesh:
    """A closed ball of `rings` x 2 `rings` quads, cut into triangles; `hole` leaves one ring out."""
    count = 2 * rings
    height = np.linspace(0, np.pi, rings + 1)[1:-1]
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    side = [[np.sin(h) * np.cos(t), np.cos(h), np.sin(h) * np.sin(t)] for h in height for t in turn]
    vertices = np.array([[0, 1, 0], *side, [0, -1, 0]], np.float32) * radius
    last, faces = len(vertices) - 1, []
    for i in range(count):
        j = (i + 1) % count
        if not hole:
            faces.append([0, 1 + j, 1 + i])
        faces.append([last, last - count + i, last - count + j])
        for row in range(rings - 2):
            a, b = 1 + row * count + i, 1 + row * count + j
            faces += [[a, b, a + count], [b, b + count, a + count]]
    return Mesh(vertices, np.array(faces, np.int32))


class _Point:
    def load(self) -> type[Ball]:
        return Ball


def points() -> dict[str, Any]:
    """What the entry points of an installed package would give."""
    return {"ball": _Point()}


def install(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Registers the stage as another package would, and writes the recipe; returns its path for `-m`."""
    monkeypatch.setattr("varco3d.pipeline.stage._foreign", points)
    path = folder / "standin.toml"
    path.write_text(RECIPE)
    return path


def plugin(folder: Path) -> dict[str, str]:
    """Writes the recipe, and the metadata of a package that brings the stage, so that processes of any kind find it.

    Returns the environment to start them with.
    """
    about = folder / "standin-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: standin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[varco3d.stages]\nball = standin:Ball\n")
    (folder / "standin.toml").write_text(RECIPE)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parent)])}
