"""A closed shell round open and closed surfaces."""

import numpy as np
import pytest
import twins

from varco3d.errors import UsageError
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.topology import face_parts
from varco3d.kernels.ovoxel.dual_grid import boundary_edges
from varco3d.kernels.ovoxel.shell import closed_shell


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = np.moveaxis(vertices[faces].astype(np.float64), 1, 0)
    return float((np.cross(a, b) * c).sum() / 6)


def test_an_open_sheet_gets_two_walls_in_one_closed_piece() -> None:
    vertices, faces = twins.half_sphere()
    shell, triangles = closed_shell(vertices, faces, 32, band=1.5)
    assert len(boundary_edges(triangles)) == 0 and len(np.unique(face_parts(triangles))) == 1
    away = closest_point(vertices, faces, shell)[0] * 32
    assert abs(away.mean() - 1.5 * (1 + 4.5 / 32)) < 0.03 and away.std() < 0.06
    assert volume(shell, triangles) > 0  # turned outwards


def test_a_closed_body_gets_an_outer_and_an_inner_wall() -> None:
    vertices, faces = twins.sphere_mesh(20)
    vertices = (vertices * (0.4 / np.abs(vertices).max())).astype(np.float32)
    shell, triangles = closed_shell(vertices, faces, 64)
    parts = face_parts(triangles)
    radii = sorted(
        float(np.linalg.norm(shell[triangles[parts == part, 0]], axis=1).mean()) for part in np.unique(parts)
    )
    assert len(radii) == 2 and abs(radii[1] - radii[0] - 2 / 64) < 0.004


def test_projected_vertices_lie_on_the_mesh() -> None:
    vertices, faces = twins.half_sphere()
    shell, _ = closed_shell(vertices, faces, 32, project=1.0)
    assert closest_point(vertices, faces, shell)[0].max() < 1e-6


@pytest.mark.parametrize("values", [{"resolution": 70}, {"band": 0.0}, {"project": 1.5}])
def test_settings_out_of_range_are_refused(values: dict) -> None:
    vertices, faces = twins.half_sphere()
    with pytest.raises(UsageError):
        closed_shell(vertices, faces, **{"resolution": 32, **values})
