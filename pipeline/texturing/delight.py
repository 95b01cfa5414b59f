"""Take the light out of a picture: soft shading that follows the surface's direction, nothing else.

The model: brightness = albedo * shading(normal), shading a spherical harmonic of second order, which holds 98 % of what
diffuse light does on a convex object (Ramamoorthi and Hanrahan 2001). Albedo is unknown, so only ratios of nearby
pixels of one colour are compared, where it cancels out. Shadows that things cast and highlights are not in the model
and stay; paint that changes exactly with the surface's direction is taken for light.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from ...kernels.views.cameras import Camera
from ...kernels.views.render_maps import render_maps
from .colours import to_linear, to_srgb
from .picture import resized

FIT_SIDE = 192  # pixels on which the light is measured
STEPS = (1, 3, 9, 27)  # pixels between the two of a pair
CHROMA = 0.03  # pairs whose colours differ more are two materials
JUMP = 0.5  # logarithms of brightness; pairs that differ more are an edge
ROUNDS = 5  # of robust fitting
RIDGE = 1e-3
SOFT = 0.02  # share of the side over which normals are smoothed: light is soft and the mesh is not quite the object
LEAST_EXPLAINED = 0.1  # share of the pairs' variance; below it no light was found and nothing is changed
LEAST_SPREAD = 0.02  # logarithms; weaker shading is not worth touching
STRONGEST = np.log(2.5)  # limit of the change
DARKEST = 0.02  # linear brightness; darker pixels say nothing about light


def delight(rgba: np.ndarray, camera: Camera, vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray):
    """Return the picture with even light, and the share of brightness differences that the light explains.

    A share of 0 leaves the picture unchanged. rgba: float32 [S, S, 4], sRGB, straight alpha. camera: where it was taken
    from. The mesh: vertices [V, 3], faces [F, 3], normals [V, 3].
    """
    maps = render_maps(vertices, faces, camera, FIT_SIDE, normals, maps=("normal",))
    small = resized(rgba, FIT_SIDE, FIT_SIDE)
    linear = to_linear(small[..., :3])
    bright = linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    facing = (maps.normal @ camera.axes()[2].astype(np.float32)) > 0.15
    usable = maps.mask & facing & (small[..., 3] > 0.95) & (bright > DARKEST) & (linear.max(2) < 0.98)
    basis = _harmonics(_soft_normals(maps.normal, maps.mask))
    light, explained = _fit(basis, bright, linear, usable)
    if explained < LEAST_EXPLAINED:
        return rgba, 0.0
    shading = np.log(np.maximum(basis @ light, np.exp(-2 * STRONGEST)))
    shading -= np.median(shading[usable])
    if shading[usable].std() < LEAST_SPREAD:
        return rgba, 0.0
    shading = np.where(maps.mask, np.clip(shading, -STRONGEST, STRONGEST), 0.0)
    # beyond the mesh's outline the nearest shading goes on, so that a mesh a little too small leaves no rim
    share = gaussian_filter(maps.mask.astype(np.float32), SOFT * FIT_SIDE)
    spread = gaussian_filter(shading.astype(np.float32), SOFT * FIT_SIDE) / np.maximum(share, 1e-3)
    field = np.where(maps.mask, shading, spread * np.minimum(4.0 * share, 1.0)).astype(np.float32)
    height, width = rgba.shape[:2]
    factor = np.exp(-resized(field[..., None], height, width))
    out = rgba.copy()
    out[..., :3] = to_srgb(np.clip(to_linear(rgba[..., :3]) * factor, 0.0, 1.0))
    return out, explained


def _soft_normals(normal: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return unit normals [S, S, 3], smoothed inside the mask."""
    sigma = (SOFT * len(mask), SOFT * len(mask), 0)
    soft = gaussian_filter(np.where(mask[..., None], normal, 0.0), sigma)
    return soft / np.maximum(np.linalg.norm(soft, axis=2, keepdims=True), 1e-6)


def _harmonics(normal: np.ndarray) -> np.ndarray:
    """Return the nine spherical harmonics up to the second order, without their constants, [..., 9]."""
    x, y, z = np.moveaxis(normal, -1, 0)
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1], -1)


def _fit(basis: np.ndarray, bright: np.ndarray, linear: np.ndarray, usable: np.ndarray) -> tuple[np.ndarray, float]:
    """Light [9] of mean 1 from ratios of nearby pixels of one colour, and the share of their variance it explains.

    basis [S, S, 9], bright [S, S], linear [S, S, 3], usable [S, S]. A pair's brightnesses a and b should relate as the
    light there: a * light(b) = b * light(a), which is linear in the light.
    """
    chroma = linear / np.maximum(linear.sum(2, keepdims=True), 1e-4)
    parts = []
    for step in STEPS:
        for a, b in ((np.s_[:, step:], np.s_[:, :-step]), (np.s_[step:], np.s_[:-step])):
            alike = np.abs(chroma[a] - chroma[b]).max(2) < CHROMA
            near = np.abs(np.log(np.maximum(bright[a], 1e-4) / np.maximum(bright[b], 1e-4))) < JUMP
            pair = usable[a] & usable[b] & alike & near
            first, second = bright[a][pair][:, None], bright[b][pair][:, None]
            parts.append(2.0 * (first * basis[b][pair] - second * basis[a][pair]) / (first + second))
    row = np.concatenate(parts).astype(np.float64)
    if len(row) < 500:
        return np.eye(9)[0], 0.0
    mean = basis[usable].mean(0).astype(np.float64)
    weight, light = np.ones(len(row)), np.eye(9)[0]
    for _ in range(ROUNDS):
        matrix = (row * weight[:, None]).T @ row
        light = np.linalg.solve(matrix + RIDGE * np.trace(matrix) / 9 * np.diag([1e-3, *np.ones(8)]), mean)
        light /= mean @ light
        rest = np.abs(row @ light)
        weight = 1.0 / np.maximum(rest, max(1.5 * float(np.median(rest)), 1e-3))  # least absolute deviations, softened
        weight /= weight.max()
    before, after = float((weight * row[:, 0] ** 2).sum()), float((weight * (row @ light) ** 2).sum())
    return light, 1.0 - after / max(before, 1e-12)
