"""Background seen through gaps: told from the object where the ground has few colours."""

import numpy as np

from varco3d.pipeline.pictures.gaps import ground_inside


def chair(ground: np.ndarray, open_slats: bool) -> tuple[np.ndarray, np.ndarray]:
    """A brown frame of slats before a ground [H,W,3], and the mask of a cut-out that takes its gaps for the object."""
    rgb, alpha = ground.copy(), np.zeros(ground.shape[:2], np.float32)
    alpha[40:160, 50:150] = 1
    rgb[40:160, 50:150] = (120, 70, 30)
    for top in range(60, 150, 24) if open_slats else ():
        rgb[top : top + 14, 60:140] = ground[top : top + 14, 60:140]
    return rgb, alpha


def grey(spread: int) -> np.ndarray:
    noise = np.random.default_rng(0).integers(-spread, spread + 1, (200, 200, 3))
    return np.clip(170 + noise, 0, 255).astype(np.uint8)


def test_gaps_are_seen_and_a_solid_body_is_not_doubted() -> None:
    assert 0.2 < ground_inside(*chair(grey(6), True)) < 0.5
    assert ground_inside(*chair(grey(6), False)) == 0


def test_a_ground_of_every_colour_tells_nothing() -> None:
    assert ground_inside(*chair(grey(120), True)) == 0


def test_one_small_patch_and_an_empty_mask_are_no_gaps() -> None:
    rgb, alpha = chair(grey(4), False)
    rgb[90:95, 90:95] = 170
    assert ground_inside(rgb, alpha) == 0 == ground_inside(rgb, np.zeros_like(alpha))
