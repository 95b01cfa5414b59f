"""Objects of a family and a number are those of the recording: rows that were trained on can be drawn again.

Where families change on purpose, or are new: `python tests/weights/training/test_recorded_objects.py [FAMILY ...]`
records those that are named or have no recording, with the numbers that reach every line and every choice of each.
"""

import sys
from pathlib import Path
from types import FrameType

import numpy as np

from varco3d.weights.training.procedural import families, make_object
from varco3d.weights.training.variants import distorted

RECORDING = Path(__file__).with_name("recorded_objects.npz")
TRIED = 60  # numbers that a recording chooses from


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
            f"{family} {number:.0f}"
            for family in families()
            for number, *wanted in recorded[family]
            if not np.allclose(figures(family, int(number)), wanted, rtol=0, atol=2e-5)
        ]
    assert not changed, f"these look otherwise: {changed}"


def test_distortions_are_those_of_the_recording() -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (50, 3)).astype(np.float32)
    sums = [np.sin(np.arange(150) + 1.0) @ distorted(points, np.random.default_rng(n)).ravel() for n in range(8)]
    recorded = [1.9782, -2.5746, 1.1101, -1.3737, -3.8282, -3.1594, -4.2021, -1.0477]
    np.testing.assert_allclose(sums, recorded, atol=1e-3)


def places_of(family: str, number: int) -> set[tuple[object, ...]]:
    """Return what of the families' modules making an object runs through: lines, and what was chosen in them.

    (file, line), and (file, line, place in the list or outcome) of each `pick` and `chance`.
    """
    seen: set[tuple[object, ...]] = set()

    def line(frame: FrameType, event: str, _: object) -> object:
        seen.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def choice(frame: FrameType, event: str, value: object) -> object:
        if event == "return" and frame.f_back is not None:
            options = frame.f_locals.get("options", (False, True))
            chosen = next((i for i, option in enumerate(options) if option is value), None)
            seen.add((frame.f_back.f_code.co_filename, frame.f_back.f_lineno, chosen))
        return choice

    def entered(frame: FrameType, event: str, _: object) -> object:
        if frame.f_code.co_name in ("pick", "chance"):
            return choice
        return line if "/families/" in frame.f_code.co_filename else None

    sys.settrace(entered)
    try:
        make_object(family, number)
    finally:
        sys.settrace(None)
    return seen


def record(family: str) -> np.ndarray:
    """Return [N, 11]: the number that reaches most, then whichever adds most, each with its figures; at least three."""
    reached = {number: places_of(family, number) for number in range(TRIED)}
    rows: list[np.ndarray] = []
    while reached:
        best = max(reached, key=lambda number: len(reached[number]))
        added = reached.pop(best)
        if not added and len(rows) >= 3:
            break
        rows.append(np.append(np.float32(best), figures(family, best)))
        reached = {number: places - added for number, places in reached.items()}
    return np.stack(rows)


if __name__ == "__main__":
    with np.load(RECORDING) as recorded:
        kept = {name: recorded[name] for name in families() if name in recorded and name not in sys.argv[1:]}
    np.savez_compressed(RECORDING, **{name: kept[name] if name in kept else record(name) for name in families()})
