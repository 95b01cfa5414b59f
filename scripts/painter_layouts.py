"""View layouts of the public painters as their code has them, written down from public facts and not from ours."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import render_view


@dataclass(frozen=True)
class PublicBake:
    """Rules by which a public system bakes its views.

    weights: of the views. exponent: of the cosine. flattest: cosine from which a view counts. rim: share of the
    picture's side that is dropped beside outlines and jumps of depth.
    """

    weights: tuple[float, ...]
    exponent: float
    flattest: float
    rim: float


class Layout(Protocol):
    """The views of a painter as its public code has them, of `size` pixels, on `background`."""

    size: int
    background: float
    materials: bool
    public: PublicBake

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return cameras that look at our mesh [V, 3] from where the views do."""
        ...

    def pictures(self, shown: Mesh, vertices: np.ndarray) -> list[np.ndarray]:
        """Return the views of a coloured mesh whose shape is [V, 3], float32 [size, size, 4]."""
        ...


@dataclass(frozen=True)
class AdapterLayout:
    """MV-Adapter's layout, in its own world.

    Azimuths and elevations of cameras that look at a mesh with z up whose front faces -y, half the picture's width, and
    the mesh's largest coordinate there.
    """

    azimuths: tuple[float, ...]
    elevations: tuple[float, ...]
    half_width: float
    reach: float
    size: int
    public: PublicBake
    background: float = 0.5
    materials: bool = False

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return the same cameras around our mesh [V, 3]: y up, front +z, so that their azimuth -90 is our 0."""
        scale = self.reach / float(np.abs(vertices).max())
        return [Camera(azimuth + 90.0, elevation, self.half_width / scale) for azimuth, elevation in
                zip(self.azimuths, self.elevations, strict=True)]  # fmt: skip

    def pictures(self, shown: Mesh, vertices: np.ndarray) -> list[np.ndarray]:
        """Return the views of a coloured mesh whose shape is [V, 3], float32 [size, size, 4]."""
        return [rendered(shown, camera, self.size) for camera in self.cameras(vertices)]


@dataclass(frozen=True)
class HunyuanLayout:
    """Hunyuan3D-Paint's layout: a mirrored world with z down, the mesh centred by its box in a ball.

    Its cameras stand at azimuth a + 90 and elevation -e and look at the origin, "up" is +z, and rows of a picture grow
    with the camera's y. At the poles the sine and cosine of a right angle, as computers round them, decide the roll.
    """

    public: PublicBake
    materials: bool = False
    size: int = 512
    background: float = 1.0
    azimuths: tuple[float, ...] = (0, 90, 180, 270, 0, 180)
    elevations: tuple[float, ...] = (0, 0, 0, 0, 90, -90)
    ball: float = 1.15
    half_width: float = 0.6

    def cameras(self, vertices: np.ndarray) -> list[Camera]:
        """Return cameras that look at our mesh [V, 3] from where the views do."""
        reach = 1.8 * float(np.abs(vertices).max())
        return [Camera(a, e, reach) for a, e in zip(self.azimuths, self.elevations, strict=True)]

    def pictures(self, shown: Mesh, vertices: np.ndarray) -> list[np.ndarray]:
        """Return the views of a coloured mesh whose shape is [V, 3], float32 [size, size, 4]."""
        own, all_ = (points.astype(np.float64)[:, [0, 2, 1]] * [-1, 1, -1] for points in (shown.vertices, vertices))
        middle = (all_.min(0) + all_.max(0)) / 2
        scale = self.ball / 2 / np.linalg.norm(all_ - middle, axis=1).max()
        # From straight ahead our camera sees what theirs does once the mesh stands as they see it.
        ahead = Camera(0.0, 0.0, self.half_width * self.size / (self.size - 1))
        return [
            rendered(replace(shown, vertices=((own - middle) * scale @ turn.T).astype(np.float32)), ahead, self.size)
            for turn in (self.turn(a + 90, -e) for a, e in zip(self.azimuths, self.elevations, strict=True))
        ]

    def turn(self, azimuth: float, elevation: float) -> np.ndarray:
        """Return the matrix [3, 3] that turns a camera's right, picture rows and line of sight to ours."""
        a, e = math.radians(azimuth), math.radians(elevation)
        towards = np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])
        right = np.cross(-towards, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        return np.stack([right, -np.cross(right, -towards), towards])


def rendered(mesh: Mesh, camera: Camera, size: int) -> np.ndarray:
    """Return the picture of a coloured mesh without light, float32 [size, size, 4]."""
    return render_view(mesh, camera, size, light=0.0, background=None).astype(np.float32) / 255


BAKE_20 = PublicBake((1.0, 0.1, 0.5, 0.1, 0.05, 0.05), 4.0, math.cos(math.radians(75)), 17 / 2048)
LAYOUTS: dict[str, Layout] = {
    "mvadapter": AdapterLayout(
        (-90, 0, 90, 180, 90, 90),
        (0, 0, 0, 0, 89.99, -89.99),
        0.55,
        0.5,
        768,
        PublicBake((1.0,) * 6, 3.0, 0.2, 5 / 1536),
    ),
    "hunyuan3d-paint-2.0": HunyuanLayout(BAKE_20),
    "hunyuan3d-paint-2.1": HunyuanLayout(BAKE_20, materials=True),
}
