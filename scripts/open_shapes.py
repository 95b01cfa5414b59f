"""Sixteen shapes made by formulas, closed, open and branched, for `open_surfaces.py`.

Each function returns vertices [V, 3] float32 and faces [F, 3] int32; `shapes` scales and turns them into the box.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from varco3d.kernels.meshes.clean import drop_collapsed, drop_unused, weld

Mesh = tuple[np.ndarray, np.ndarray]
Hole = Callable[[np.ndarray, np.ndarray], np.ndarray]
STEPS = 160


def patch(place: Callable[[np.ndarray, np.ndarray], tuple], hole: Hole | None = None, steps: int = STEPS) -> Mesh:
    """Return the surface (x, y, z) = place(u, v) over the unit square, less the quads whose middle `hole` marks.

    Points at one place become one, so a formula that closes gives a closed surface.
    """
    side = np.linspace(0.0, 1.0, steps + 1)
    u, v = (part.reshape(-1) for part in np.meshgrid(side, side, indexing="ij"))
    points = np.stack(np.broadcast_arrays(*place(u, v), np.zeros_like(u))[:3], axis=1)
    first = (np.arange(steps)[:, None] * (steps + 1) + np.arange(steps)).reshape(-1)
    quads = np.stack([first, first + steps + 1, first + steps + 2, first + 1], axis=1)
    if hole is not None:
        quads = quads[~hole(u[quads].mean(axis=1), v[quads].mean(axis=1))]
    points = np.round(points, 6).astype(np.float32)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    points, faces = weld(points, faces)
    points, faces = drop_unused(points, drop_collapsed(faces))
    return points, faces.astype(np.int32)


def joined(*meshes: Mesh) -> Mesh:
    """Return several meshes as one."""
    starts = np.cumsum([0, *(len(points) for points, _ in meshes)])
    faces = [part + start for (_, part), start in zip(meshes, starts, strict=False)]
    return np.concatenate([points for points, _ in meshes]), np.concatenate(faces).astype(np.int32)


def tube(path: Callable[[np.ndarray], np.ndarray], radius: float, hole: Hole | None = None) -> Mesh:
    """Return a tube of `radius` about the curve path(t) [N, 3], t in 0..1, without caps."""

    def place(u: np.ndarray, v: np.ndarray) -> tuple:
        along = path(u + 1e-4) - path(u - 1e-4)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        side = np.cross(along, np.array([0.31, 0.22, 0.92]))
        side /= np.linalg.norm(side, axis=1, keepdims=True)
        up = np.cross(along, side)
        turn = 2 * np.pi * v[:, None]
        return tuple((path(u) + radius * (np.cos(turn) * side + np.sin(turn) * up)).T)

    return patch(place, hole)


def ball(radius: float = 1.0, hole: Hole | None = None, middle: float = 0.0) -> Mesh:
    def place(u: np.ndarray, v: np.ndarray) -> tuple:
        a, b = np.pi * u, 2 * np.pi * v
        return radius * np.sin(a) * np.cos(b) + middle, radius * np.sin(a) * np.sin(b), radius * np.cos(a)

    return patch(place, hole)


def torus(wave: float = 0.0, steps: int = STEPS) -> Mesh:
    def place(u: np.ndarray, v: np.ndarray) -> tuple:
        a, b = 2 * np.pi * u, 2 * np.pi * v
        small = 0.35 + wave * np.sin(5 * a) * np.sin(3 * b)
        return (1 + small * np.cos(b)) * np.cos(a), (1 + small * np.cos(b)) * np.sin(a), small * np.sin(b)

    return patch(place, steps=steps)


def block(half: tuple[float, float, float] = (1.0, 0.7, 0.5)) -> Mesh:
    """Return the six walls of a box."""
    walls = []
    for axis in range(3):
        for sign in (-1.0, 1.0):

            def place(u: np.ndarray, v: np.ndarray, axis: int = axis, sign: float = sign) -> tuple:
                at = [u, u, u]
                at[axis] = np.full_like(u, sign * half[axis])
                at[(axis + 1) % 3] = (2 * u - 1) * half[(axis + 1) % 3]
                at[(axis + 2) % 3] = (2 * v - 1) * half[(axis + 2) % 3]
                return tuple(at)

            walls.append(patch(place, steps=40))
    points, faces = joined(*walls)
    return weld(points, faces)


def discs(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Mark three round windows of the unit square."""
    found = np.zeros(len(u), bool)
    for x, y, radius in ((0.3, 0.3, 0.12), (0.7, 0.4, 0.07), (0.5, 0.75, 0.15)):
        found |= (u - x) ** 2 + (v - y) ** 2 < radius**2
    return found


def sheet(height: Callable[[np.ndarray, np.ndarray], np.ndarray], hole: Hole | None = None) -> Mesh:
    """Return the surface z = height(x, y) over the square -1..1."""
    return patch(lambda u, v: (2 * u - 1, 2 * v - 1, height(2 * u - 1, 2 * v - 1)), hole)


def sieve(turn: tuple[float, float], sides: tuple[float, ...], length: float) -> Mesh:
    """Return a bent sheet in the box, turned by two angles, with 7x7 square windows.

    sides: of the windows, `length` along the sheet, one after another along both diagonals.
    """
    wide = np.array(sides) / length

    def hole(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        i, j = np.floor(7 * u), np.floor(7 * v)
        side = wide[((i + j) % len(wide)).astype(int)]
        return np.maximum(abs(u - (i + 0.5) / 7), abs(v - (j + 0.5) / 7)) < side / 2

    points, faces = patch(lambda u, v: (2 * u - 1, 2 * v - 1, 0.15 * np.sin(3 * u) * np.cos(2 * v)), hole, 400)
    return boxed(points @ turned(*turn).T), faces


def turned(a: float, b: float) -> np.ndarray:
    """Return the matrix [3, 3] of a turn by `a` about z, then by `b` about x."""
    first = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    second = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return second @ first


def upright(x: float, low: float, high: float) -> Mesh:
    return patch(lambda u, v: (np.full_like(u, x), 2 * u - 1, low + (high - low) * v))


def moebius() -> Mesh:
    def place(u: np.ndarray, v: np.ndarray) -> tuple:
        a, wide = 2 * np.pi * u, 0.7 * (v - 0.5)
        return (1 + wide * np.cos(a / 2)) * np.cos(a), (1 + wide * np.cos(a / 2)) * np.sin(a), wide * np.sin(a / 2)

    return patch(place)


def ring(t: np.ndarray) -> np.ndarray:
    a = 2 * np.pi * t
    return np.stack([np.sin(a) + 2 * np.sin(2 * a), np.cos(a) - 2 * np.cos(2 * a), -np.sin(3 * a)], axis=1) / 3


def made() -> dict[str, Mesh]:
    """Return the shapes by name, as the formulas give them."""
    flat = sheet(lambda x, y: 0.0 * x)
    return {
        "ball": ball(),
        "torus": torus(),
        "wavy torus": torus(0.06),
        "box": block(),
        "box in a box": joined(block(), block((0.6, 0.4, 0.25))),
        "knot": tube(ring, 0.16),
        "half ball": ball(hole=lambda u, v: u > 0.5),
        "ball with windows": ball(hole=lambda u, v: discs(u, (3 * v) % 1.0) & (u > 0.2)),
        "cloth": sheet(lambda x, y: 0.25 * np.sin(3 * x + y) * np.cos(2 * y)),
        "sheet with windows": sheet(lambda x, y: 0.3 * x * y, discs),
        "bent pipe": tube(lambda t: np.stack([np.cos(2 * t), np.sin(2 * t), 0.5 * t], axis=1), 0.25),
        "cup": patch(
            lambda u, v: (
                np.minimum(u * 1.6, 0.6 + 0.2 * u) * np.cos(2 * np.pi * v),
                np.minimum(u * 1.6, 0.6 + 0.2 * u) * np.sin(2 * np.pi * v),
                1.5 * np.maximum(u - 0.43, 0),
            )
        ),
        "spiral": patch(
            lambda u, v: (
                (0.25 + 0.7 * u) * np.cos(9 * u),
                (0.25 + 0.7 * u) * np.sin(9 * u),
                1.2 * v - 0.6,
            )
        ),
        "Moebius band": moebius(),
        "T joint": joined(flat, upright(0.13, 0.0, 1.0)),
        "crossing sheets": joined(sheet(lambda x, y: 0.2 * x * x), upright(0.13, -1.0, 1.0)),
    }


def shapes() -> dict[str, Mesh]:
    """Return the shapes in [-0.45, 0.45]^3, each turned by an angle of its own, so that no wall lies on the grid."""
    found = {}
    for number, (name, (points, faces)) in enumerate(made().items()):
        found[name] = boxed(points @ turned(0.3 + 0.37 * number, 0.2 + 0.23 * number).T), faces
    return found


def boxed(points: np.ndarray) -> np.ndarray:
    """Return points [V, 3] float32 moved and scaled to fill [-0.45, 0.45]^3 along the longest side."""
    low, high = points.min(axis=0), points.max(axis=0)
    return ((points - (low + high) / 2) * (0.9 / (high - low).max())).astype(np.float32)
