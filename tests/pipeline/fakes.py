"""Stand-ins for the learned parts, so that everything around them can be tested exactly and fast."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from varco3d.pipeline.artifacts import Mesh

RECIPE = """
name = "fake"
licence = "none"
order = ["prepare", "coarse", "voxelize", "sample", "refine", "decode", "extract", "clean", "export"]
[models]
cutout = "u2netp"
coarse = "torus"
refine = "torus"
[stages.prepare]
settings = { size = 64 }
[stages.coarse]
settings = { steps = 2, resolution = 16 }
[stages.refine]
settings = { steps = 2 }
[stages.voxelize]
settings = { resolution = 16 }
[stages.sample]
settings = { tokens = 64 }
[stages.decode]
settings = { resolution = 32, start = 16 }
"""


def cutout(alpha: np.ndarray) -> np.ndarray:
    """A grey picture [S,S,4], straight alpha in 0..1, of something with the mask alpha [S,S]."""
    return np.concatenate([np.full((*alpha.shape, 3), 0.5, np.float32), alpha[..., None]], -1)


class FakeGenerator:
    """A generator whose field is a torus, whose size follows the latents, or does what `shape` says.

    empty: no surface; bug: raises; memory: runs out with many points; die:FILE and hang:FILE do so once, leaving FILE.
    """

    channels = 4
    default_tokens = 8

    def __init__(self, shape: str = "torus", field_bounds: float = 1.0):
        self.shape = shape
        self.field_bounds = field_bounds

    def condition(self, rgba):
        return None

    def anchors(self, indices, resolution):
        if indices is None:
            return None
        return torch.from_numpy((np.asarray(indices, np.float32) + 0.5) * (2 / resolution) - 1)

    def schedule(self, steps):
        return torch.linspace(0, 1, steps + 1)

    def velocity(self, x, t, condition, anchors, guidance):
        return torch.zeros_like(x)

    def misbehave_once(self):
        what, _, marker = self.shape.partition(":")
        if not marker:
            return
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(600)

    def field(self, latents, anchors):
        size = 0.55 + 0.02 * float(latents[0, 0, 0].clamp(-2, 2))  # the seed shows in the shape

        def query(points):
            x, y, z = points.unbind(-1)
            self.misbehave_once()
            if self.shape == "empty":
                return x * 0 - 1.0
            if self.shape == "bug":
                raise ZeroDivisionError("a bug")
            if self.shape == "memory" and len(points) > 20000:
                raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
            ring = ((x * x + y * y).sqrt() - size) ** 2
            return 0.25 - (ring + z * z).sqrt()

        return query


def load_fake(model: str, part: str, device: str, dtype: str):
    """A loader for NetworkPool: the model's name is the shape."""
    if part == "cutout":
        from varco3d.weights.cutout import load_cutout

        return load_cutout(model)
    return FakeGenerator(model)


def cube(scale: float = 0.5) -> Mesh:
    """An axis-aligned cube, 8 vertices, 12 faces, outward."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32) * scale
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return Mesh(corners, np.array(faces, np.int32))


def picture(path: Path, size: int = 96, colour: tuple[int, int, int] = (200, 40, 40), shift: int = 0) -> Path:
    """A disc on transparent ground."""
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    inset = size // 4
    ImageDraw.Draw(image).ellipse((inset + shift, inset, size - inset + shift, size - inset), fill=(*colour, 255))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def write_recipe(folder: Path, text: str = RECIPE) -> str:
    """The recipe as a file; returns what load_recipe takes."""
    path = folder / "fake.toml"
    path.write_text(text)
    return str(path)
