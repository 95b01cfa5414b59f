"""Objects of a family and a number are those of the recording: rows that were trained on can be drawn again.

Where families change on purpose: `python tests/weights/training/test_recorded_objects.py` records them anew.
"""

from pathlib import Path

import numpy as np

from varco3d.weights.training.procedural import families, make_object

RECORDING = Path(__file__).with_name("recorded_objects.npz")
NUMBERS = range(8)  # enough for most branches of a family


def figures(family: str, number: int) -> np.ndarray:
    """float32 [10]: faces, spread of the vertices, and sums over vertices and colours that depend on their order."""
    made = make_object(family, number)
    vertices, colours = made.vertices.astype(float), made.corner_colours.reshape(-1, 3) / 255.0
    sums = [np.sin(np.arange(len(rows)) + 1.0) @ rows / len(rows) ** 0.5 for rows in (vertices, colours)]
    return np.concatenate([[len(made.faces)], vertices.std(axis=0), *sums]).astype(np.float32)


def test_objects_are_those_of_the_recording() -> None:
    with np.load(RECORDING) as recorded:
        assert sorted(recorded.files) == sorted(families()), "record the objects anew"
        changed = [
            f"{family} {number}"
            for family in families()
            for number in NUMBERS
            if not np.allclose(figures(family, number), recorded[family][number], rtol=0, atol=1e-3)
        ]
    assert not changed, f"these look otherwise: {changed}"


if __name__ == "__main__":
    np.savez_compressed(RECORDING, **{name: np.stack([figures(name, n) for n in NUMBERS]) for name in families()})
