"""Meshes of sparse cubes: closed, turned outwards, and without a second wall where a solid is given as a band."""

import numpy as np
import pytest
import torch
from torch import Tensor

from varco3d.errors import BadInputError
from varco3d.kernels.fields.flexi_cases import CORNERS, cube_cases
from varco3d.kernels.fields.flexicubes import flexicubes
from varco3d.kernels.meshes.topology import face_parts

R = 32


def described(distance, keep, resolution: int = R, block: int = 1) -> tuple[Tensor, Tensor]:
    """Cubes [N, 3] in whole blocks kept by their centre's distance, with values [N, 101] of a distance function.

    Distances are so large that the published shift of them moves the surface by little.
    """
    axis = torch.arange(resolution // block)
    blocks = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).view(-1, 3)
    blocks = blocks[keep(distance((blocks + 0.5) * block / resolution - 0.5))]
    within = torch.stack(torch.meshgrid(*[torch.arange(block)] * 3, indexing="ij"), -1).view(-1, 3)
    cubes = (blocks[:, None] * block + within).view(-1, 3)
    corners = (cubes[:, None] + torch.as_tensor(CORNERS)) / resolution - 0.5
    values = torch.zeros(len(cubes), 101)
    values[:, :8] = 1000 * distance(corners)
    values[:, 53:] = torch.cat([4 * corners, torch.zeros_like(corners)], -1).flatten(1)
    return cubes.int(), values


def ball(radius: float):
    return lambda points: points.norm(dim=-1) - radius


def volume(vertices: Tensor, faces: Tensor) -> float:
    a, b, c = vertices[faces].double().unbind(1)
    return float((a * torch.linalg.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("block", [1, 4])
def test_a_band_becomes_one_wall(block: int, device: str) -> None:
    cubes, values = described(ball(0.3), lambda d: d.abs() < 2.5 * block / R, block=block)
    found = flexicubes(cubes.to(device), values.to(device), R)
    vertices, faces, attributes = (part.cpu() for part in found)
    assert face_parts(faces.numpy()).max() == 0
    assert (vertices.norm(dim=1) - 0.3).abs().max() < 0.1 / R
    assert volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.3**3, rel=0.02)
    edges = np.sort(faces.numpy()[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    # Attributes are squashed at grid vertices and then interpolated.
    torch.testing.assert_close(attributes[:, :3], torch.sigmoid(4 * vertices), atol=0.01, rtol=0)


def test_as_published_the_band_has_a_second_wall() -> None:
    cubes, values = described(ball(0.3), lambda d: d.abs() < 2.5 / R)
    _, faces, _ = flexicubes(cubes, values, R, solid=False)
    assert face_parts(faces.numpy()).max() == 1


def test_a_hollow_that_is_outside_stays() -> None:
    """A shell with two walls of its own: what it encloses has corners outside all round."""
    shell = lambda points: (points.norm(dim=-1) - 0.3).abs() - 0.06  # noqa: E731
    cubes, values = described(shell, lambda d: d.abs() < 2.5 / R)
    vertices, faces, _ = flexicubes(cubes, values, R)
    assert face_parts(faces.numpy()).max() == 1
    assert volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * (0.36**3 - 0.24**3), rel=0.02)


def test_an_open_band_is_not_filled() -> None:
    """What the outside reaches is outside, whatever its corners say."""
    cubes, values = described(ball(0.3), lambda d: d.abs() < 2.5 / R)
    kept = cubes[:, 2] < R // 2 + 6
    _, faces, _ = flexicubes(cubes[kept], values[kept], R)
    published = flexicubes(cubes[kept], values[kept], R, solid=False)[1]
    assert torch.equal(faces, published)


def test_order_of_cubes_does_not_matter() -> None:
    cubes, values = described(ball(0.3), lambda d: d.abs() < 2.5 / R)
    values += 0.1 * torch.randn(values.shape, generator=torch.Generator().manual_seed(0))
    order = torch.randperm(len(cubes), generator=torch.Generator().manual_seed(1))
    one, other = flexicubes(cubes, values, R), flexicubes(cubes[order], values[order], R)
    torch.testing.assert_close(one[0], other[0], atol=1e-6, rtol=0)
    assert torch.equal(one[1], other[1])


def test_no_surface_gives_nothing() -> None:
    cubes, values = described(ball(-1.0), lambda d: d < 1.2)
    vertices, faces, attributes = flexicubes(cubes, values, R)
    assert vertices.shape == (0, 3) and faces.shape == (0, 3) and attributes.shape == (0, 6)
    vertices, faces, _ = flexicubes(torch.zeros(0, 3, dtype=torch.int32), torch.zeros(0, 53), R)
    assert vertices.shape == (0, 3) and faces.shape == (0, 3)


@pytest.mark.parametrize(
    ("cubes", "values", "message"),
    [
        (torch.tensor([[0, 0, R]]), torch.zeros(1, 53), "grid of 32"),
        (torch.tensor([[0, 0, 1], [0, 0, 1]]), torch.zeros(2, 53), "given twice"),
        (torch.tensor([[0, 0, 1]]), torch.zeros(1, 54), "53"),
        (torch.zeros(1, 4), torch.zeros(1, 53), r"\[N, 3\]"),
    ],
)
def test_bad_cubes_are_refused(cubes: Tensor, values: Tensor, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        flexicubes(cubes, values, R)


def test_cases_have_as_many_vertices_as_published() -> None:
    cases = cube_cases()
    assert int(cases.counts.sum()) == 358 and cases.counts.max() == 4
    assert int(cases.doubtful.any(1).sum()) == 36
    inverted = cases.counts[255 - np.flatnonzero(cases.doubtful.any(1))]
    assert (inverted == 2).all()
