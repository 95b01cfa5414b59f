"""Looks of pictures: light, shadow, gloss, pattern, drawing style, and the flaws of JPEG files and cut-outs.

Objects alone, evenly lit, teach a network to read renders. People bring photographs, product shots, emoji and
drawings, which the product's cut-out has separated from a background. Every picture draws one Style, its light and
its flaws at random.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from ...kernels.views.cameras import Camera
from ...kernels.views.render_maps import render_maps

GAMMA = 2.2
SHADOW_SIDE = 128  # pixels of the light's depth map
SHADOW_BIAS = 0.03  # world units; below it a surface does not shade itself
SIDES, DIAGONALS = ((1, 0), (-1, 0), (0, 1), (0, -1)), ((1, 1), (-1, 1), (1, -1), (-1, -1))
OCCLUSION_STEPS = [
    (k * down, k * across) for k, way in ((2, SIDES), (4, DIAGONALS), (8, SIDES)) for down, across in way
]
OCCLUSION_REACH = 0.5  # world units up to which a neighbour darkens a pixel


@dataclass(frozen=True)
class SeenSurface:
    """Pixels that see the object, P of mask [S,S].

    colours [P,3] sRGB in 0..1; normals [P,3] unit and positions [P,3] in the frame of vertices [V,3] and faces [F,3];
    own [P,3]: positions in the object's frame; depth [S,S], inf outside; towards: unit vector to the camera.
    """

    mask: np.ndarray
    colours: np.ndarray
    normals: np.ndarray
    positions: np.ndarray
    own: np.ndarray
    depth: np.ndarray
    vertices: np.ndarray
    faces: np.ndarray
    towards: np.ndarray


@dataclass(frozen=True)
class Style:
    """shadow: cast by the key light.

    gloss: strength of highlights. bands: steps of flat shading, 0 for smooth. outline: strength of drawn lines.
    softness: how far light reaches around an edge, 0..1. saturation: factor.
    """

    shadow: bool
    gloss: float
    bands: int = 0
    outline: float = 0.0
    softness: float = 0.0
    saturation: float = 1.0


def random_style(rng: np.random.Generator) -> Style:
    """Return a photograph (45 of 100), a product render (30), a 3D emoji (15) or a drawing (10)."""
    choice, gloss = rng.random(), float(rng.uniform(0, 0.6) * (rng.random() < 0.5))
    if choice < 0.45:
        return Style(True, gloss, softness=rng.uniform(0, 0.3))
    if choice < 0.75:
        return Style(bool(rng.random() < 0.5), gloss, softness=rng.uniform(0.2, 0.7))
    if choice < 0.9:
        return Style(False, rng.uniform(0, 0.35), softness=rng.uniform(0.6, 1.0), saturation=rng.uniform(1.1, 1.5))
    return Style(False, 0.0, int(rng.integers(1, 4)), rng.uniform(0.4, 1.0), saturation=rng.uniform(0.9, 1.4))


def lit_picture(seen: SeenSurface, rng: np.random.Generator) -> np.ndarray:
    """[S,S,4] float32 in 0..1 with straight alpha."""
    style = random_style(rng)
    colours = saturated(patterned(seen.colours, seen.own, rng), style.saturation)
    key = np.array([rng.normal() * 0.9, rng.uniform(0.3, 1.6), rng.uniform(0.2, 1.5)])
    key /= np.linalg.norm(key)
    facing = seen.normals @ key
    direct = np.maximum(facing + style.softness, 0) / (1 + style.softness)
    if style.shadow:
        direct = direct * (1 - rng.uniform(0.5, 1.0) * shadowed(seen, key))
    ambient = rng.uniform(0.25, 0.65)
    if style.bands:
        direct = np.ceil(direct * style.bands) / style.bands
        sky = np.full(len(direct), ambient + 0.2)
    else:
        sky = ambient * (0.8 + 0.2 * seen.normals[:, 1]) * (1 - rng.uniform(0, 0.9) * occlusion(seen))
    tint = 1 + rng.normal(0, 0.06, 3)
    light = sky[:, None] + rng.uniform(0.4, 0.9) * direct[:, None] * tint
    shine = style.gloss * highlights(seen, key, rng)
    linear = colours**GAMMA * light + shine[:, None]
    picture = np.zeros((*seen.mask.shape, 4), np.float32)
    picture[seen.mask, :3] = np.clip(linear, 0, 1) ** (1 / GAMMA)
    picture[seen.mask, 3] = 1
    if style.outline:
        picture[..., :3] *= 1 - style.outline * drawn_lines(seen)[..., None]
    return picture


def saturated(colours: np.ndarray, factor: float) -> np.ndarray:
    grey = colours.mean(1, keepdims=True)
    return np.clip(grey + (colours - grey) * factor, 0, 1)


def patterned(colours: np.ndarray, own: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Colours [P,3] with stripes, spots, marbling or grain in a third of the pictures; own: places [P,3]."""
    choice = rng.random()
    if choice > 0.33:
        return colours
    frequency = rng.uniform(4, 25)
    axes = rng.normal(size=(3, 3))
    waves = np.sin(own @ (axes / np.linalg.norm(axes, axis=1, keepdims=True)).T * frequency + rng.uniform(0, 6, 3))
    if choice < 0.08:
        share = (waves[:, 0] > rng.uniform(-0.3, 0.8)).astype(np.float32)
    elif choice < 0.14:
        share = (waves.sum(1) > rng.uniform(0.8, 1.8)).astype(np.float32)
    elif choice < 0.24:
        share = 0.5 + 0.5 * np.sin(3 * waves[:, 0] + 2 * waves[:, 1] * waves[:, 2])
    else:
        share = rng.random(len(own))
    return colours + (rng.random(3) - colours) * (share * rng.uniform(0.1, 0.6))[:, None]


def shadowed(seen: SeenSurface, key: np.ndarray) -> np.ndarray:
    """Share [P] of the key light, from the direction `key`, that other parts of the object keep off; soft-edged."""
    azimuth, elevation = np.degrees(np.arctan2(key[0], key[2])), np.degrees(np.arcsin(key[1]))
    camera = Camera(azimuth, elevation, half_height=1.9, distance=4.0)
    depth = render_maps(seen.vertices, seen.faces, camera, SHADOW_SIDE, maps=("depth",)).depth
    right, up, _ = camera.axes()
    places = seen.positions + 0.02 * seen.normals
    x, y = ((places @ axis) * (sign * 0.5 / 1.9) + 0.5 for axis, sign in ((right, 1), (up, -1)))
    columns, rows = (np.clip(v * SHADOW_SIDE, 1, SHADOW_SIDE - 2) for v in (x, y))
    own = 4.0 - places @ key - SHADOW_BIAS
    taps = [
        depth[(rows + down).astype(int), (columns + across).astype(int)] < own
        for down, across in ((-0.8, -0.3), (0.3, -0.8), (0.8, 0.3), (-0.3, 0.8), (0, 0))
    ]
    return np.mean(taps, 0)


def occlusion(seen: SeenSurface) -> np.ndarray:
    """Share [P] of the sky that visible parts around a pixel hide from it."""
    size = seen.mask.shape[0]
    places = np.full((size + 16, size + 16, 3), 1e3, np.float32)
    places[8:-8, 8:-8][seen.mask] = seen.positions
    rows, columns = np.nonzero(seen.mask)
    total = np.zeros(seen.mask.shape, np.float32)
    for down, across in OCCLUSION_STEPS:
        way = places[rows + 8 + down, columns + 8 + across] - seen.positions
        reach = np.sqrt(np.square(way).sum(1)) + 1e-6
        rise = (way * seen.normals).sum(1) / reach  # sine of the angle that the neighbour stands above the surface
        total[seen.mask] += np.where(reach < OCCLUSION_REACH, np.clip(1.6 * rise - 0.2, 0, 1), 0)
    share = ndimage.uniform_filter(seen.mask.astype(np.float32), 3)[seen.mask]
    return ndimage.uniform_filter(total / len(OCCLUSION_STEPS), 3)[seen.mask] / share


def highlights(seen: SeenSurface, key: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirrored key light and a window, [P], 0..1."""
    half = key + seen.towards
    spot = np.maximum(seen.normals @ (half / np.linalg.norm(half)), 0) ** rng.uniform(10, 120)
    mirrored = 2 * seen.normals * (seen.normals @ seen.towards)[:, None] - seen.towards
    edge = rng.uniform(-0.2, 0.8)
    window = np.clip((mirrored[:, 1] - edge) * 6, 0, 1) * rng.choice([0.0, 0.3])
    return spot + window


def drawn_lines(seen: SeenSurface) -> np.ndarray:
    """Ink [S,S], 0..1, along outlines and where depth or orientation jump."""
    size = seen.mask.shape[0]
    depth = np.where(seen.mask, seen.depth, 1e3)
    jump = ndimage.grey_dilation(depth, 3) - depth > 0.12
    normals = np.zeros((size, size, 3), np.float32)
    normals[seen.mask] = seen.normals
    turned = sum(np.square(np.diff(normals, axis=axis, prepend=0)).sum(-1) for axis in (0, 1)) > 0.3
    return ndimage.gaussian_filter(((jump | turned) & seen.mask).astype(np.float32), 0.8) ** 0.7


# -------------------------------------------------------------------------------------------------------------- flaws


def flawed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture [S,S,4], 0..1, as a file and a cut-out leave it: blurred, as JPEG, cut out again."""
    alpha = picture[..., 3:]
    ground = rng.random(3) * np.linspace(1, rng.uniform(0.6, 1.2), len(picture))[:, None, None]
    photo = picture[..., :3] * alpha + np.clip(ground, 0, 1) * (1 - alpha)
    if rng.random() < 0.3:
        photo = ndimage.gaussian_filter(photo, (s := rng.uniform(0.3, 1.0), s, 0))
    if rng.random() < 0.3:
        photo = photo + rng.normal(0, rng.uniform(0.005, 0.03), photo.shape)
    if rng.random() < 0.4:
        photo = as_jpeg(photo, int(rng.integers(30, 92)))
    cut = cut_out(alpha[..., 0], rng) if rng.random() < 0.4 else alpha[..., 0]
    return np.concatenate([np.clip(photo, 0, 1), cut[..., None]], -1).astype(np.float32)


def as_jpeg(photo: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(np.rint(np.clip(photo, 0, 1) * 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file), np.float32) / 255


def cut_out(alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a mask [S,S] as networks cut it: rounder, wider or narrower, gaps closed, now and then a bite."""
    soft = ndimage.gaussian_filter(alpha, rng.uniform(0.4, 1.6))
    cut = np.clip((soft - rng.uniform(0.35, 0.65)) * rng.uniform(2, 6) + 0.5, 0, 1)
    if rng.random() < 0.3:
        cut = np.maximum(cut, ndimage.grey_closing(cut, int(rng.integers(3, 7))))
    if rng.random() < 0.15:
        rows, columns = np.nonzero(np.abs(cut - 0.5) < 0.45)
        if len(rows):
            k, (y, x) = rng.integers(len(rows)), np.ogrid[: len(cut), : len(cut)]
            reach = rng.uniform(2, 6)
            cut = np.where((y - rows[k]) ** 2 + (x - columns[k]) ** 2 < reach**2, rng.integers(0, 2), cut)
    return cut
