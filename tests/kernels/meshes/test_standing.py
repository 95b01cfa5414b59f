"""The height that an object stands at: thorns below a body do not count, feet and tips do."""

import numpy as np
import pytest
import trimesh

from varco3d.kernels.meshes.standing import standing_height


def joined(*parts: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray]:
    whole = trimesh.util.concatenate(parts)
    return whole.vertices.astype(np.float32), whole.faces


def box(x: float, y: float, z: float, low: float, at: tuple[float, float] = (0.0, 0.0)) -> trimesh.Trimesh:
    """A box of these sides whose lower side is at height `low`."""
    made = trimesh.creation.box((x, y, z))
    made.apply_translation((at[0], low + y / 2, at[1]))
    return made


def cone(radius: float, height: float, tip: float) -> trimesh.Trimesh:
    """A cone that stands on its tip."""
    made = trimesh.creation.cone(radius, height)
    made.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))  # +Z becomes -Y
    made.apply_translation((0, tip - made.bounds[0, 1], 0))
    return made


def test_a_sofa_does_not_stand_on_its_thorn() -> None:
    sofa = (box(2, 0.6, 0.8, 0.0), cone(0.03, 0.12, -0.1), cone(0.02, 0.1, -0.06).apply_translation((0.8, 0, 0.2)))
    assert standing_height(*joined(*sofa)) == pytest.approx(0.0, abs=0.007)
    assert standing_height(*joined(sofa[0])) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    "parts",
    [
        [cone(0.5, 1.0, 0.0)],  # widens slowly
        [box(1, 0.1, 1, 0.7), *(box(0.05, 0.7, 0.05, 0.0, at) for at in [(-0.4, -0.4), (0.4, -0.4), (0, 0.4)])],
        [box(1, 0.4, 1, 0.6), box(0.05, 0.6, 0.05, 0.0)],  # a sign on a pole
        [trimesh.creation.icosphere(subdivisions=3).apply_translation((0, 1, 0))],
        [box(2, 0.6, 0.8, 0.05), *(box(0.08, 0.05, 0.08, 0.0, at) for at in [(-0.9, 0.3), (0.9, 0.3), (0, -0.3)])],
    ],
    ids=["cone", "table", "sign", "ball", "sofa on feet"],
)
def test_what_belongs_to_the_object_carries_it(parts: list[trimesh.Trimesh]) -> None:
    assert standing_height(*joined(*parts)) == pytest.approx(0.0, abs=1e-6)


def test_a_flat_and_an_empty_mesh_have_a_height_too() -> None:
    flat = np.array([[0, 1, 0], [1, 1, 0], [0, 1, 1]], np.float32)
    assert standing_height(flat, np.array([[0, 1, 2]])) == 1.0
    assert standing_height(flat, np.zeros((0, 3), int)) == 1.0
