"""The shipped weights give what they gave: a few numbers of each step, so that no constant of theirs drifts unseen."""

import numpy as np
import pytest
import torch

from varco3d.weights.generators import tiny
from varco3d.weights.generators.loading import load_generator

pytestmark = pytest.mark.skipif(not (tiny.FOLDER / "config.json").exists(), reason="the shipped weights are absent")
RECORDED = {
    ("coarse", "schedule"): [0.3466, 0.3333, 0.0, 0.0455, 0.1, 0.1667, 0.25],
    ("coarse", "velocity"): [0.0239, 1.5491, -1.5501, 2.1183, -2.4155, -1.858, -0.0129],
    ("coarse", "guided"): [0.0501, 1.8066, -2.467, 2.3004, -3.4714, -3.5112, -0.3077],
    ("coarse", "field"): [-0.9715, 0.0781, -0.9966, -0.5595, -0.9972, -0.9888, -1.0088],
    ("refine", "schedule"): [0.5, 0.3423, 0.0, 0.125, 0.25, 0.375, 0.5],
    ("refine", "velocity"): [-0.0287, 1.236, -0.5033, 1.1345, -2.0972, 0.9112, 1.5194],
    ("refine", "guided"): [-0.018, 1.3093, -0.1106, 1.403, -1.9874, 0.9101, 2.1408],
    ("refine", "field"): [-0.9847, 0.0265, -1.0051, -1.0108, -0.9963, -0.9909, -0.9865],
}


def picture() -> np.ndarray:
    """A shaded, coloured disc with soft alpha: float32 [128,128,4]."""
    y, x = (np.mgrid[:128, :128] + 0.5) / 64 - 1
    alpha = np.clip((0.7 - np.hypot(x, 1.3 * y)) * 20, 0, 1)
    return np.dstack([0.5 + 0.4 * x, 0.5 - 0.3 * y, 0.3 + 0.2 * x * y, alpha]).astype(np.float32)


def numbers(values: torch.Tensor) -> list[float]:
    """Return mean, spread and five values of a tensor."""
    flat = values.detach().float().flatten()
    return [flat.mean().item(), flat.std().item(), *flat[:: max(1, len(flat) // 5)][:5].tolist()]


def taken(part: str) -> dict[str, list[float]]:
    """Return the numbers of schedule, velocity without and with guidance, and field of one generator."""
    generator = load_generator("tiny", part)
    cells = np.argwhere(np.ones((4, 4, 4))).astype(np.int32)
    anchors = generator.anchors(None, 0) if part == "coarse" else generator.anchors(cells + 14, 32)
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(1, len(anchors), generator.channels)).astype(np.float32))
    with torch.inference_mode():
        condition = generator.condition(picture())
        velocities = [generator.velocity(x, 0.4, condition, anchors, guidance) for guidance in (1.0, 3.0)]
        points = torch.from_numpy(np.random.default_rng(2).uniform(-0.9, 0.9, (50, 3)).astype(np.float32))
        field = generator.field(x, anchors)(points)
    return {
        "schedule": numbers(generator.schedule(8)),
        "velocity": numbers(velocities[0]),
        "guided": numbers(velocities[1]),
        "field": numbers(field),
    }


@pytest.mark.parametrize("part", ["coarse", "refine"])
def test_numbers_are_the_recorded_ones(part: str) -> None:
    for name, found in taken(part).items():
        assert found == pytest.approx(RECORDED[part, name], abs=5e-3), name
