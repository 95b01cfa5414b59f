# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false
"""Turning a network's field into sparse samples, level by level, with evaluations that grow with the surface.

1. The start level is evaluated everywhere.
2. At each finer level the cells that lie under crossed cells are evaluated, then the neighbours across every cell face
   that the level crosses, until no new cell appears. So a level holds exactly the crossing cells of the dense grid that
   are connected to something seen at the level before: no dilation, no leak, and always a closed surface.
3. What the start level is too coarse to see can be pointed out by `seeds`, such as the voxels of a coarse mesh.

Samples of the coarser level that lie on the finer lattice are kept, not asked for again.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import warp as wp

from ...errors import BadInputError
from ..arrays import check_range, origin_of, to_numpy, to_warp
from ..parallel import launch, on_host, start_warp
from . import octree_bricks as ob
from .bricks import BRICK_SLOTS, CROSSED, NEW, USED, Bricks
from .field import Bounds, Field, box

if TYPE_CHECKING:
    import torch

Query = Callable[["torch.Tensor"], Any]
Seeds = tuple[Any, int]
MAX_RESOLUTION = 4096


def decode_octree(
    query: Query,
    resolution: int,
    bounds: "float | Bounds" = 1.0,
    level: float = 0.0,
    start: int = 64,
    seeds: Seeds | None = None,
    chunk: int = 65536,
    progress: Callable[[float], None] | None = None,
    device: "str | torch.device" = "cpu",
) -> Field:
    """Sample `query` where it crosses `level`, on a lattice of `resolution` cells per side.

    query: torch float32 [P, 3] world positions on `device` -> [P] values (torch or numpy), positive inside; P <= chunk.
    resolution: 1 to 4096; exactly this grid is decoded, whatever its factors. bounds: b for [-b, b]^3, or two corners.
    start: cells per side of the level that is evaluated everywhere; a component that shows no sign change there is
    found only through seeds. seeds: (indices [K, 3], their resolution) of cells to look into as well, at the first
    level that is at least as fine. progress: called with the fraction done, ascending to 1.

    Returns a Field of NumPy arrays, or of tensors where a device decoded it, with no cells when the level is never
    crossed. Raises BadInputError when the query gives the wrong
    number of values or values that are not finite, UsageError when a setting is out of range.
    """
    check_range("resolution", resolution, 1, MAX_RESOLUTION)
    check_range("start", start, 1, MAX_RESOLUTION)
    check_range("chunk", chunk, 1, 2**31 - 1)
    start_warp()
    sides = level_sides(resolution, start)
    decoder = _Decoder(query, box(bounds), float(level), chunk, str(device), progress or (lambda fraction: None), sides)
    seed_cells = _checked_seeds(seeds)
    current = decoder.dense_level(sides[0])
    for side in sides[1:]:
        seeds_here = None
        if seed_cells is not None and (side >= seed_cells[1] or side == resolution):
            seeds_here, seed_cells = seed_cells, None
        current = decoder.finer_level(current, side, seeds_here)
    return decoder.field(current)


def level_sides(resolution: int, start: int = 64) -> list[int]:
    """Cells per side of each level, from `start` to exactly `resolution`.

    Each level has at most twice the cells per side of the one before. All steps but the first are halvings of
    `resolution`, rounded up, so only the first need be uneven: 1000 -> 64, 125, 250, 500, 1000.
    """
    if resolution <= start:
        return [resolution]
    sides = [resolution]
    while sides[0] > 2 * start:
        sides.insert(0, -(-sides[0] // 2))
    return [start, *sides]


class _Level:
    """The cells of one level that have been looked at, and the samples at their corners."""

    def __init__(self, side: int, device: str):
        self.side = side
        self.cells = Bricks(side, device)
        self.nodes = Bricks(side + 1, device, with_values=True)


class _Decoder:
    """Constants of one decode, the same on all levels."""

    def __init__(
        self,
        query: Query,
        bounds: Bounds,
        level: float,
        chunk: int,
        torch_device: str,
        progress: Callable[[float], None],
        sides: list[int],
    ):
        import torch

        self.query = query
        self.bounds = bounds
        self.level = level
        self.chunk = chunk
        self.torch_device = torch_device
        self.origin = origin_of(torch.empty(0, device=torch_device))
        self.device = self.origin.device
        self.progress = _Progress(progress, sides)
        self.unfit: list[torch.Tensor] = []  # counts of values that are not finite, on the device until a round ends

    def dense_level(self, side: int) -> _Level:
        """Return the start level: every cell is evaluated."""
        level = _Level(side, self.device)
        cells = level.cells
        launch(ob.want_all, len(cells.table), [cells.table], self.device)
        cells.grow()
        launch(ob.ask_all, cells.count * BRICK_SLOTS, [side, cells.places, cells.state], self.device)
        self._close(level, None)
        return level

    def finer_level(self, coarse: _Level, side: int, seeds: tuple[wp.array, int] | None) -> _Level:
        """Return the level under the crossed cells of `coarse`, and under the seeds."""
        level = _Level(side, self.device)
        self._ask_cover(level, self._points(coarse.cells, coarse.cells.slots_in_state(CROSSED)), coarse.side)
        if seeds is not None:
            cells, seed_side = seeds
            self._ask_cover(level, to_warp(cells, wp.vec3i, self.device), seed_side)
        self._close(level, coarse if side == 2 * coarse.side else None)
        return level

    def field(self, level: _Level) -> Field:
        """Return the crossed cells of a level with the samples at their corners. The level is used up."""
        nodes = level.nodes
        cells = self._points(level.cells, level.cells.slots_in_state(CROSSED))
        level.cells.release()
        corners = wp.empty((len(cells), 8), dtype=int, device=self.device)
        inputs = [cells, nodes.per_side, nodes.table, nodes.state, corners]
        launch(ob.corner_slots, len(cells), inputs, self.device)
        slots = nodes.slots_in_state(USED)
        values = wp.empty(len(slots), dtype=float, device=self.device)
        launch(ob.gather_values, len(slots), [slots, nodes.values, values], self.device)
        # The samples were taken out, so their place, the largest array here, is free for the samples' numbers.
        numbers = nodes.values.view(wp.int32)
        launch(ob.number_slots, len(slots), [slots, numbers], self.device)
        launch(ob.renumber_corners, len(cells), [numbers, corners], self.device)
        del numbers
        nodes.release()
        self.progress.end()
        return Field(
            resolution=level.side,
            bounds=self.bounds,
            cells=self._given(cells),
            corners=self._given(corners),
            points=self._given(self._points(nodes, slots)),
            values=self._given(values),
            level=self.level,
        )

    def _given(self, array: wp.array) -> Any:
        """Return an array of the field: a tensor on the device, NumPy's on the CPU."""
        return array.numpy() if on_host(self.device) else self.origin.give(array)

    def _ask_cover(self, level: _Level, cells: wp.array, coarse_side: int) -> None:
        """Ask for the cells of `level` that overlap `cells` [K] of a lattice of `coarse_side`."""
        into = level.cells
        launch(ob.want_cover, len(cells), [cells, coarse_side, level.side, into.per_side, into.table], self.device)
        into.grow()
        inputs = [cells, coarse_side, level.side, into.per_side, into.table, into.state]
        launch(ob.ask_cover, len(cells), inputs, self.device)

    def _close(self, level: _Level, coarse: _Level | None) -> None:
        """Evaluate the cells asked for, and go on across every crossed face until nothing new appears."""
        cells, nodes = level.cells, level.nodes
        self.progress.begin_level()
        while len(slots := cells.slots_in_state(NEW)):
            inputs = [slots, cells.places, nodes.per_side, nodes.table]
            launch(ob.want_corners, len(slots), inputs, self.device)
            nodes.grow()
            launch(ob.ask_corners, len(slots), [*inputs, nodes.state], self.device)
            self._evaluate(level, coarse)
            open_faces = wp.empty(len(slots), dtype=wp.int8, device=self.device)
            inputs = [slots, self.level, level.side, cells.per_side, cells.places, nodes.per_side, nodes.table]
            inputs += [nodes.values, cells.table, cells.state, open_faces]
            launch(ob.classify_cells, len(slots), inputs, self.device)
            cells.grow()
            inputs = [slots, open_faces, cells.per_side, cells.places, cells.table, cells.state]
            launch(ob.ask_across, len(slots), inputs, self.device)

    def _evaluate(self, level: _Level, coarse: _Level | None) -> None:
        """Fill in the samples asked for: from the coarser level where it has them, else by querying."""
        nodes = level.nodes
        slots = nodes.slots_in_state(NEW)
        if coarse is not None:
            other = coarse.nodes
            inputs = [slots, nodes.places, other.per_side, other.table, other.state, other.values]
            launch(ob.inherit_values, len(slots), [*inputs, nodes.state, nodes.values], self.device)
            slots = nodes.slots_in_state(NEW)
        lower, upper = np.asarray(self.bounds, dtype=np.float64)
        step = (upper - lower) / level.side
        for first in range(0, len(slots), self.chunk):
            part = slots[first : min(first + self.chunk, len(slots))]
            at = wp.empty(len(part), dtype=wp.vec3, device=self.device)
            inputs = [part, nodes.places, wp.vec3d(*lower), wp.vec3d(*step), at]
            launch(ob.node_positions, len(part), inputs, self.device)
            launch(ob.store_values, len(part), [part, self._ask(at), nodes.state, nodes.values], self.device)
            self.progress.advance(min(first + self.chunk, len(slots)) / len(slots))
        self._refuse_unfit(len(slots))

    def _ask(self, at: wp.array) -> wp.array:
        """Values of the query at the positions; on the CPU checked."""
        values = self.query(wp.to_torch(at).to(self.torch_device))
        given = to_warp(values.reshape(-1), float, self.device)
        if len(given) != len(at):
            raise BadInputError(f"the field query gave {len(given)} values for {len(at)} points")
        if on_host(self.device):
            self._refuse(len(at) - int(np.isfinite(given.numpy()).sum()), len(at))
        else:
            # To look at them at once would make the host wait for every chunk.
            self.unfit.append((~wp.to_torch(given).isfinite()).sum())
        return given

    def _refuse_unfit(self, asked: int) -> None:
        """Look at what the chunks of a round had that is not finite."""
        if self.unfit:
            import torch

            bad = int(torch.stack(self.unfit).sum())
            self.unfit.clear()
            self._refuse(bad, asked)

    def _refuse(self, bad: int, asked: int) -> None:
        if bad:
            message = f"the field is not finite at {bad} of {asked} points"
            raise BadInputError(message, "half precision may overflow; use float32")

    def _points(self, bricks: Bricks, slots: wp.array) -> wp.array:
        """Lattice points [K] vec3i of the slots."""
        points = wp.empty(len(slots), dtype=wp.vec3i, device=self.device)
        launch(ob.read_points, len(slots), [slots, bricks.places, points], self.device)
        return points


class _Progress:
    """Turns steps inside levels into one ascending fraction; a level is weighted by the square of its side."""

    def __init__(self, report: Callable[[float], None], sides: list[int]):
        weights = np.array([side**2 for side in sides], dtype=np.float64)
        weights[0] = sides[0] ** 3 / 4  # dense, against a surface that meets some cells per row
        self.report = report
        self.ends = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
        self.level = -1
        self.last = 0.0

    def begin_level(self) -> None:
        self.level += 1

    def advance(self, fraction: float) -> None:
        """fraction: of the current round of queries. Later rounds of a level are small and move nothing."""
        low, high = self.ends[self.level], self.ends[self.level + 1]
        self.last = max(self.last, float(low + (high - low) * fraction * 0.99))
        self.report(self.last)

    def end(self) -> None:
        self.report(1.0)


def _checked_seeds(seeds: Seeds | None) -> tuple[np.ndarray, int] | None:
    """Seeds as numpy int32 [K, 3] and their resolution; BadInputError when an index lies outside its lattice."""
    if seeds is None:
        return None
    cells, side = to_numpy(seeds[0], np.int32), int(seeds[1])
    check_range("seed resolution", side, 1, MAX_RESOLUTION)
    if cells.ndim != 2 or cells.shape[1] != 3:
        raise BadInputError(f"seeds have shape {cells.shape}, expected [K, 3]")
    if len(cells) and (cells.min() < 0 or cells.max() >= side):
        raise BadInputError(f"a seed lies outside the {side}^3 lattice")
    return cells, side
