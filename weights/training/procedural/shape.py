"""Coloured triangle shapes: moved, turned, mirrored, repeated, bent, and added up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

Colour = tuple[float, float, float]
Pattern = Callable[[np.ndarray], np.ndarray]  # corner positions [F,3,3] -> colours [F,3,3]
AXES = {"x": 0, "y": 1, "z": 2}
GREY: Colour = (0.6, 0.6, 0.6)


@dataclass(frozen=True)
class Shape:
    """A union of closed parts; parts may overlap.

    vertices [V,3] float64, Y up, front towards +Z; faces [F,3] int32, outward; colours [F,3,3] float32, sRGB 0..1.
    """

    vertices: np.ndarray
    faces: np.ndarray
    colours: np.ndarray

    @classmethod
    def of(cls, vertices: np.ndarray, faces: np.ndarray) -> Shape:
        """Return a grey part; faces that look inwards are turned as a whole."""
        a, b, c = (vertices[faces[:, k]] for k in range(3))
        if (np.cross(a, b) * c).sum() < 0:
            faces = faces[:, ::-1]
        return cls(vertices, faces, np.full((len(faces), 3, 3), GREY, np.float32))

    def __add__(self, other: Shape) -> Shape:
        return join((self, other))

    @property
    def high(self) -> np.ndarray:
        return self.vertices.max(0)

    def move(self, x: float = 0, y: float = 0, z: float = 0) -> Shape:
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def scale(self, x: float, y: float | None = None, z: float | None = None) -> Shape:
        """Scaled by positive factors; one factor alone serves all axes."""
        return replace(self, vertices=self.vertices * (x, x if y is None else y, x if z is None else z))

    def turn(self, axis: str, degrees: float) -> Shape:
        """Turn the shape about an axis through the origin, counterclockwise seen from its positive end."""
        k = AXES[axis]
        i, j = (k + 1) % 3, (k + 2) % 3
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        vertices = self.vertices.copy()
        vertices[:, i] = cos * self.vertices[:, i] - sin * self.vertices[:, j]
        vertices[:, j] = sin * self.vertices[:, i] + cos * self.vertices[:, j]
        return replace(self, vertices=vertices)

    def mirrored(self, axis: str = "x") -> Shape:
        vertices = self.vertices.copy()
        vertices[:, AXES[axis]] *= -1
        return Shape(vertices, self.faces[:, ::-1], self.colours[:, ::-1])

    def both(self, axis: str = "x") -> Shape:
        """Return the shape and its mirror image."""
        return join((self, self.mirrored(axis)))

    def corners(self) -> Shape:
        """Four of them: mirrored in x, in z, and in both."""
        return self.both("x").both("z")

    def around(self, count: int, axis: str = "y", total: float = 360) -> Shape:
        """Copy turned about an axis by equal angles."""
        return join(self.turn(axis, k * total / count) for k in range(count))

    def along(self, count: int, x: float = 0, y: float = 0, z: float = 0) -> Shape:
        """Copy in a row, one step apart, centred on the shape's own place."""
        return join(self.move(x * t, y * t, z * t) for t in np.arange(count) - (count - 1) / 2)

    def bend(self, change: Callable[[np.ndarray], np.ndarray]) -> Shape:
        """Vertices [V,3] taken through a smooth map."""
        return replace(self, vertices=change(self.vertices))

    def paint(self, colour: Colour | np.ndarray | Pattern) -> Shape:
        if callable(colour):
            colours = np.clip(colour(self.vertices[self.faces]), 0, 1).astype(np.float32)
        else:
            colours = np.broadcast_to(np.asarray(colour, np.float32), (len(self.faces), 3, 3))
        return replace(self, colours=colours)

    def finer(self) -> Shape:
        """Every triangle cut into four, still closed: room for patterns."""
        faces = self.faces
        count = len(self.vertices)
        edges = np.sort(np.stack([faces, np.roll(faces, -1, 1)], 2), 2).reshape(-1, 2).astype(np.int64)
        keys, inverse = np.unique(edges[:, 0] * count + edges[:, 1], return_inverse=True)
        middles = (self.vertices[keys // count] + self.vertices[keys % count]) / 2
        ab, bc, ca = (inverse.reshape(-1, 3) + count).astype(np.int32).T
        a, b, c = faces.T
        cut = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], 1).reshape(-1, 3)
        va, vb, vc = self.colours.transpose(1, 0, 2)
        mab, mbc, mca = (va + vb) / 2, (vb + vc) / 2, (vc + va) / 2
        colours = np.stack([va, mab, mca, mab, vb, mbc, mca, mbc, vc, mab, mbc, mca], 1).reshape(-1, 3, 3)
        return Shape(np.concatenate([self.vertices, middles]), cut, colours)


def join(shapes: Iterable[Shape]) -> Shape:
    """One shape of several; at least one."""
    parts = list(shapes)
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    return Shape(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + np.int32(start) for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.colours for part in parts]),
    )


NOTHING = Shape(np.zeros((0, 3)), np.zeros((0, 3), np.int32), np.zeros((0, 3, 3), np.float32))  # a part left out
