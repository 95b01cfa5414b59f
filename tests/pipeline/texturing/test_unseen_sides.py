"""Sides that one picture does not show, on shapes whose colours are known everywhere."""

from collections.abc import Callable

import numpy as np
import pytest
import trimesh

from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.picture import is_lopsided
from varco3d.pipeline.texturing.symmetry import Symmetry
from varco3d.pipeline.texturing.synthesis import MirrorSynthesizer

SIDE = 160
RED, BLUE, WHITE, DARK = (
    np.array(colour, float) for colour in ((200, 50, 40), (40, 70, 200), (230, 230, 225), (30, 30, 35))
)


def body(scale: tuple[float, float, float], beak: float = 0.0, nose: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A ball, scaled, uneven in front and behind as guessed shapes are; beak: towards +X, nose: towards +Z."""
    ball = trimesh.creation.icosphere(subdivisions=5)
    p = np.asarray(ball.vertices)
    x, y, z = p.T
    depth = np.where(z < 0, 0.88, 1.0) * (1 + 0.03 * np.sin(5 * x + 2) * np.sin(4 * y))
    depth += nose * np.exp(-(x**2 + y**2) / 0.1) * (z > 0)
    p = np.stack([x + beak * np.exp(-((y - 0.3) ** 2) / 0.02) * np.maximum(x, 0) ** 3, y, z * depth], 1) * scale
    return p.astype(np.float32), np.asarray(ball.faces, np.int32)


def painted_from_one_picture(
    vertices: np.ndarray, faces: np.ndarray, colour: Callable[[np.ndarray], np.ndarray]
) -> tuple[Mesh, Mesh]:
    """Return the coloured mesh, and the bare one painted from its front."""
    truth = Mesh(vertices, faces, colors=colour(vertices.astype(float)).astype(np.uint8))
    picture = render_view(truth, Camera(0, 0, 1.1), SIDE, light=0.0, background=None).astype(np.float32) / 255
    asset = Asset(subject=Subject(picture, np.eye(3), (SIDE, SIDE)), mesh=Mesh(vertices, faces))
    settings = make_settings(Texture.Settings, {"size": 256, "register": False})
    painted = Texture().run(asset, settings, Context(warn=pytest.fail)).mesh
    assert painted is not None
    return truth, painted


def psnr(truth: Mesh, painted: Mesh, azimuth: float) -> float:
    a, b = (
        render_view(m, Camera(azimuth, 0, 1.1), SIDE, light=0.0, background=None).astype(float)
        for m in (truth, painted)
    )
    both = (a[..., 3] == 255) & (b[..., 3] == 255)
    return float(10 * np.log10(255**2 / np.square(a - b)[both][:, :3].mean()))


def striped(p: np.ndarray) -> np.ndarray:
    """Windows and a stripe, alike on both sides of z = 0."""
    x, y = p[:, 0], p[:, 1]
    window = (np.abs(y - 0.15) < 0.1) & (np.abs((x % 0.4) - 0.2) < 0.12)
    return np.where(window[:, None], WHITE, np.where((y < -0.1)[:, None], BLUE, RED))


def test_the_far_side_of_a_thing_seen_from_its_side_is_no_smear() -> None:
    truth, painted = painted_from_one_picture(*body((0.7, 0.45, 0.4), beak=0.5), striped)
    assert psnr(truth, painted, 0) > 27
    assert psnr(truth, painted, 180) > 27


def waves(p: np.ndarray) -> np.ndarray:
    """Soft colours that are another on the left than on the right, alike in front and behind."""
    x, y = p[:, :1], p[:, 1:2]
    return 128 + 90 * np.concatenate([np.sin(4 * x + 1), np.cos(5 * y + x), np.sin(3 * (x + y))], 1)


def test_round_things_have_no_seam_where_the_mirrored_picture_ends() -> None:
    truth, painted = painted_from_one_picture(*body((0.8, 0.8, 0.8)), waves)
    for azimuth, least in ((0, 40), (90, 32), (180, 40), (270, 32)):
        assert psnr(truth, painted, azimuth) > least, azimuth
    # Between neighbouring pixels of the sides, where the picture and its mirror image meet, no step stands out.
    for azimuth in (90, 270):
        a, b = (render_view(m, Camera(azimuth, 0, 1.1), SIDE, light=0.0).astype(float) for m in (truth, painted))
        middle = slice(3 * SIDE // 8, 5 * SIDE // 8)
        true_step, step = (np.abs(np.diff(c[middle, middle], axis=1)).max() for c in (a, b))
        assert step < true_step + 6, azimuth


@pytest.mark.parametrize(
    ("error", "lopsided", "again"), [(0.007, True, True), (0.012, True, False), (0.007, False, False)]
)
def test_a_shape_as_round_as_guesses_are_shows_its_pattern_again(error: float, lopsided: bool, again: bool) -> None:
    """A guess may be far more even from left to right than from front to back."""
    along, across = (Symmetry(np.eye(4), e, np.array(n)) for e, n in ((0.002, (1.0, 0, 0)), (error, (0, 0, 1.0))))
    assert MirrorSynthesizer()._repeats(across, [along, across], np.array([0, 0, 1.0]), lopsided) is again


def face(p: np.ndarray) -> np.ndarray:
    """Two large eyes and a mouth in front of a white head that is red below."""
    x, y, z = p.T
    eye = (np.hypot(np.abs(x) - 0.27, y - 0.15) < 0.17) | (np.hypot(x, y + 0.25) < 0.1)
    base = np.where((y < -0.5)[:, None], RED, WHITE)
    return np.where((eye & (z > 0))[:, None], DARK, base)


def test_a_face_does_not_show_on_the_back_of_the_head() -> None:
    truth, painted = painted_from_one_picture(*body((0.8, 0.8, 0.7), nose=0.4), face)
    assert psnr(truth, painted, 0) > 31
    back = render_view(painted, Camera(180, 0, 1.1), SIDE, light=0.0, background=None)
    upper = back[: SIDE // 2][back[: SIDE // 2, :, 3] == 255][:, :3]
    assert upper.min() > 150, "eyes shine through"
    assert psnr(truth, painted, 180) > 22


def test_pictures_of_fronts_are_their_own_mirror_image() -> None:
    y, x = np.mgrid[:96, :96] / 96 - 0.5
    disc = (np.hypot(x, y) < 0.4).astype(np.float32)
    plain = np.stack([disc * 0.8, disc * 0.3, disc * 0.2, disc], 2)
    assert not is_lopsided(plain)
    eyes = plain.copy()
    eyes[np.hypot(np.abs(x) - 0.15, y) < 0.08, :3] = 0.05
    assert not is_lopsided(eyes)
    assert not is_lopsided(np.roll(eyes, 5, 1)), "the axis is looked for"
    spot = plain.copy()
    spot[np.hypot(x - 0.15, y) < 0.12, :3] = 0.95
    assert is_lopsided(spot)
    wedge = plain * (y > x)[..., None]
    assert is_lopsided(wedge)
    assert not is_lopsided(np.zeros((32, 32, 4), np.float32)), "nothing is not lopsided"
