"""Fields of sparse bricks against the dense lattice, and the spaces that bricks enclose."""

import numpy as np
import pytest
import torch

from varco3d.errors import BadInputError
from varco3d.kernels.fields import brick_field
from varco3d.kernels.fields.brick_field import enclosed_bricks, field_from_bricks
from varco3d.kernels.fields.field import CORNERS, Field, field_from_grid
from varco3d.kernels.fields.marching_cubes import marching_cubes

SIDE = 4  # samples along a brick
LATTICE = 32


def ball(radius: float = 0.55, thickness: float = 0.12) -> tuple[torch.Tensor, torch.Tensor]:
    """Bricks that a band round a ball touches, and their values, -1 far outside to 1 deep inside."""
    axis = torch.arange(LATTICE) * (2 / LATTICE) - 1
    distance = radius - (axis[:, None, None] ** 2 + axis[:, None] ** 2 + (axis + 0.07) ** 2).sqrt()
    whole = (distance / thickness).clamp(-1, 1)
    count = LATTICE // SIDE
    blocks = whole.view(count, SIDE, count, SIDE, count, SIDE).permute(0, 2, 4, 1, 3, 5)
    bricks = torch.nonzero((blocks.abs() < 1).flatten(3).any(3))
    return bricks, blocks[tuple(bricks.T)]


def dense(bricks: torch.Tensor, values: torch.Tensor, inside: torch.Tensor | None) -> tuple[np.ndarray, np.ndarray]:
    """The lattice that the bricks stand for, [R, R, R], and where it is known."""
    grid = np.full((LATTICE,) * 3, -1.0, np.float32)
    if inside is not None:
        wide = inside.numpy().repeat(LATTICE // len(inside), 0).repeat(LATTICE // len(inside), 1)
        grid[wide.repeat(LATTICE // len(inside), 2)] = 1.0
    known = np.zeros(grid.shape, bool)
    for brick, block in zip((bricks * SIDE).tolist(), values.numpy(), strict=True):
        part = tuple(slice(first, first + SIDE) for first in brick)
        grid[part], known[part] = block, True
    return grid, known


def twin(bricks: torch.Tensor, values: torch.Tensor, level: float, inside: torch.Tensor | None) -> Field:
    """The field of the dense lattice, restricted to cells that touch a known sample."""
    grid, known = dense(bricks, values, inside)
    whole = field_from_grid(grid, 1.0, level)
    kept = known[tuple((whole.cells[:, None] + CORNERS).reshape(-1, 3).T)].reshape(-1, 8).any(1)
    # A lattice of R samples has R - 1 cells; here they take R cells of the box.
    return Field(LATTICE, whole.bounds, whole.cells[kept], whole.corners[kept], whole.points, whole.values, level)


def triangles(field: Field) -> set[bytes]:
    vertices, faces = marching_cubes(field)
    return {row.tobytes() for row in np.asarray(vertices)[np.asarray(faces)].reshape(-1, 9)}


@pytest.mark.parametrize("level", [0.0, -0.3])
@pytest.mark.parametrize("filling", [None, "bricks", "halves"])
def test_surface_equals_the_dense_lattice_at_active_cells(
    level: float, filling: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brick_field, "CHUNK", 1000)  # several chunks
    bricks, values = ball()
    generator = torch.Generator().manual_seed(0)
    values = values + 0.05 * torch.randn(values.shape, generator=generator)
    bricks, values = bricks[torch.randperm(len(bricks), generator=generator)], values  # any order
    inside = {
        None: None,
        "bricks": torch.rand(8, 8, 8, generator=generator) > 0.5,
        "halves": torch.rand(16, 16, 16, generator=generator) > 0.5,
    }[filling]
    found, wanted = field_from_bricks(bricks, values, LATTICE, level, inside), twin(bricks, values, level, inside)
    assert {tuple(cell) for cell in found.cells.tolist()} == {tuple(cell) for cell in wanted.cells.tolist()}
    assert len(wanted.cells) > 500
    assert triangles(found.on_host()) == triangles(wanted)


def test_a_band_has_two_walls_until_its_inside_is_told() -> None:
    trimesh = pytest.importorskip("trimesh")
    bricks, values = ball()
    inside = enclosed_bricks(bricks, values, LATTICE)
    assert inside[4, 4, 4] and not inside[0, 0, 0] and not inside[tuple(bricks.T)].any()
    bodies = []
    for told in (None, inside):
        vertices, faces = (np.asarray(x) for x in marching_cubes(field_from_bricks(bricks, values, LATTICE, 0.0, told)))
        mesh = trimesh.Trimesh(vertices, faces)
        assert mesh.is_watertight
        bodies.append((mesh.body_count, mesh.volume))
    assert [count for count, _ in bodies] == [2, 1]
    assert bodies[1][1] == pytest.approx(4 / 3 * np.pi * 0.55**3, rel=0.03)


def test_a_hollow_space_stays_outside() -> None:
    bricks, values = ball()
    assert not enclosed_bricks(bricks, -values, LATTICE).any()  # the middle of a hole in a solid box


def test_no_brick_has_no_surface() -> None:
    empty = field_from_bricks(torch.zeros(0, 3, dtype=torch.int64), torch.zeros(0, 4, 4, 4), LATTICE)
    assert len(empty.cells) == 0 and len(empty.points) == 0


def test_wrong_bricks_are_refused() -> None:
    with pytest.raises(BadInputError, match="bricks run from"):
        field_from_bricks(torch.tensor([[8, 0, 0]]), torch.zeros(1, 4, 4, 4), LATTICE)
    with pytest.raises(BadInputError, match="do not make a lattice"):
        field_from_bricks(torch.tensor([[0, 0, 0]]), torch.zeros(1, 4, 4, 4), 30)
    with pytest.raises(BadInputError):
        field_from_bricks(torch.tensor([[0, 0, 0]] * 2), torch.zeros(2, 4, 4, 4), LATTICE)
