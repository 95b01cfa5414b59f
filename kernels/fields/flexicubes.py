# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false
"""Mesh of a sparse set of cubes that each describe their own corners, edges and diagonals: FlexiCubes without a grid.

Values at grid vertices are means over the cubes that share them. Cubes that are not given hold no surface of their own,
but one may pass through them, where given ones have corners inside. All work and memory grow with the cubes given.
"""

from dataclasses import dataclass

import torch
import warp as wp
from torch import Tensor

from ...errors import BadInputError
from ..arrays import to_warp
from ..parallel import launch, start_warp
from ..voxels.voxel_index import VoxelIndex, kernel_offsets, rows_to_warp
from .dual_mesh import Cubes, case_of, dual_mesh
from .flexi_cases import CORNERS

wp.set_module_options({"enable_backward": False})

DISTANCES = 8  # channels: distance 8, displacement 8 x 3, edge weights 12, corner weights 8, diagonal 1, attributes
EDGE_WEIGHTS = 32
CORNER_WEIGHTS = 44
DIAGONAL = 52
ATTRIBUTES = 53
SEARCHED = 1 << 27  # cells that a search for enclosed spaces may take
VALUES = wp.constant(4)  # distance and displacement, ahead of the attributes of a grid vertex


@wp.kernel
def find_owners(base: int, table: wp.array2d(dtype=int), owners: wp.array2d(dtype=int)):
    """For each corner of a cube: cube * 8 + corner of the first cube that shares this grid vertex."""
    i = base + wp.tid()
    for k in range(8):
        best = i * 8 + k
        for n in range(8):
            # Cube n of the eight round the vertex lies back by the bits of n where the corner does not.
            dx = (k & 1) - (n & 1)
            dy = ((k >> 1) & 1) - ((n >> 1) & 1)
            dz = ((k >> 2) & 1) - ((n >> 2) & 1)
            row = table[i, (dx + 1) * 9 + (dy + 1) * 3 + dz + 1]
            if row >= 0:
                best = wp.min(best, row * 8 + n)
        owners[i, k] = best


@wp.kernel
def mean_corners(
    base: int,
    first: wp.array(dtype=int),  # cube * 8 + corner of every grid vertex
    table: wp.array2d(dtype=int),
    values: wp.array2d(dtype=float),  # [N, channels]
    bias: float,
    count: wp.array(dtype=int),
    means: wp.array2d(dtype=float),  # [V, 4 + attributes]
):
    v = base + wp.tid()
    cube = first[v] / 8
    k = first[v] % 8
    channels = means.shape[1] - VALUES
    shared = int(0)
    last = int(-1)
    # In the order of the cubes: sums of other orders differ in the last place, which a flat crossing magnifies.
    for _ in range(8):
        row = int(-1)
        corner = int(0)
        for n in range(8):
            dx = (k & 1) - (n & 1)
            dy = ((k >> 1) & 1) - ((n >> 1) & 1)
            dz = ((k >> 2) & 1) - ((n >> 2) & 1)
            other = table[cube, (dx + 1) * 9 + (dy + 1) * 3 + dz + 1]
            if other > last and (row < 0 or other < row):
                row = other
                corner = n
        if row >= 0:
            last = row
            shared += 1
            means[v, 0] += values[row, corner] + bias
            for c in range(3):
                means[v, 1 + c] += values[row, 8 + corner * 3 + c]
            for c in range(channels):
                means[v, 4 + c] += values[row, 53 + corner * channels + c]
    count[v] = shared
    for c in range(means.shape[1]):
        means[v, c] /= float(shared)


def flexicubes(coords: Tensor, values: Tensor, resolution: int, solid: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """Vertices [V, 3] in [-0.5, 0.5], faces [F, 3] int64 turned outwards, attributes [V, A] in 0..1.

    coords: [N, 3] cubes of a grid of `resolution`^3, each once. values: [N, 53 + 8 A] float32 per cube: distance of its
    8 corners, displacement 8 x 3, weights of 12 edges, 8 corners and the diagonals, attributes 8 x A, all unbounded;
    negative distance is inside. solid: treat what given cubes enclose, with corners inside all round, as inside; else
    everything that is not given is outside, as published, which leaves a second wall behind a band of cubes.
    Raises BadInputError for cubes outside of the grid or given twice. No surface gives empty arrays.
    """
    _check(coords, values, resolution)
    with torch.no_grad():
        grid = GridVertices(coords, values.float(), resolution)
        near = grid.absent_cubes()
        enclosed = enclosed_places(coords, resolution, near, grid) if solid else torch.zeros_like(near.inside)
        cubes = grid.surface(near, enclosed)
        return dual_mesh(cubes)


def _check(coords: Tensor, values: Tensor, resolution: int) -> None:
    if coords.ndim != 2 or coords.shape[1] != 3:
        raise BadInputError(f"cubes have shape {tuple(coords.shape)}, expected [N, 3]")
    channels = values.shape[-1]
    if values.shape != (len(coords), channels) or channels < ATTRIBUTES or (channels - ATTRIBUTES) % 8:
        raise BadInputError(f"values have shape {tuple(values.shape)}, expected [{len(coords)}, 53 + 8 A]")
    if len(coords) and (int(coords.min()) < 0 or int(coords.max()) >= resolution):
        raise BadInputError(f"cubes run from {int(coords.min())} to {int(coords.max())} in a grid of {resolution}")


@dataclass(frozen=True)
class AbsentCubes:
    """Cubes that are not given but share grid vertices with given ones, once per shared vertex.

    places: [Q, 3] int32. vertex: [Q] row of the grid vertex. inside: [Q] whether that vertex is inside.
    """

    places: Tensor
    vertex: Tensor
    inside: Tensor


class GridVertices:
    """Grid vertices of given cubes: values [V, 4 + A], of distance, displacement and attributes, as means."""

    def __init__(self, coords: Tensor, values: Tensor, resolution: int):
        start_warp()
        self.coords, self.values, self.resolution = coords.to(torch.int32), values, resolution
        self.attributes = (values.shape[1] - ATTRIBUTES) // 8
        self.index = VoxelIndex(_items(self.coords))
        device = self.index.device
        table = rows_to_warp(self.index.neighbours(kernel_offsets(3)), device)
        count = len(coords)
        owners = wp.empty((count, 8), dtype=int, device=device)
        launch(find_owners, count, [table, owners], device)
        found = torch.as_tensor(self.index.origin.give(owners)).view(-1)
        own = found == torch.arange(8 * count, device=found.device)
        self.of_corner = (torch.cumsum(own, 0) - 1)[found.long()].view(-1, 8)  # [N, 8]
        first = torch.nonzero(own)[:, 0].to(torch.int32)
        self.places = self.coords[first.long() // 8] + _corners(first.device)[first.long() % 8]
        shared = wp.zeros(len(first), dtype=int, device=device)
        means = wp.zeros((len(first), 4 + self.attributes), dtype=float, device=device)
        described = wp.from_torch(values.contiguous().to(device))
        inputs = [to_warp(first, int, device), table, described, -1.0 / resolution, shared, means]
        launch(mean_corners, len(first), inputs, device)
        self.means = torch.as_tensor(self.index.origin.give(means))
        self.whole = torch.as_tensor(self.index.origin.give(shared)) == 8

    def absent_cubes(self) -> AbsentCubes:
        """Cubes of the grid round the vertices that fewer than eight given cubes share."""
        vertex = torch.nonzero(~self.whole)[:, 0]
        places = (self.places[vertex][:, None] - _corners(vertex.device)).view(-1, 3)
        vertex = vertex.repeat_interleave(8)
        inner = ((places >= 0) & (places < self.resolution)).all(1)
        places, vertex = places[inner], vertex[inner]
        absent = torch.as_tensor(self.index.rows(_items(places))) < 0
        places, vertex = places[absent], vertex[absent]
        return AbsentCubes(places, vertex, self.means[vertex, 0] < 0)

    def surface(self, near: AbsentCubes, enclosed: Tensor) -> Cubes:
        """All cubes that the surface crosses, with x slowest. enclosed: [Q] which absent cubes lie inside."""
        case = case_of(self.means[:, 0][self.of_corner])
        given = torch.nonzero((case > 0) & (case < 255))[:, 0]
        crossed = near.inside != enclosed
        places, which = torch.unique(near.places[crossed], dim=0, return_inverse=True)
        inside = torch.zeros(len(places), dtype=torch.bool, device=places.device)
        inside[which] = enclosed[crossed]
        corners = _items((places[:, None] + _corners(places.device)).view(-1, 3))
        vertices = VoxelIndex(_items(self.places))
        found = torch.as_tensor(vertices.rows(corners, absent=-1)).long().view(-1, 8)
        rows = torch.cat([self.of_corner[given], found])
        known = (rows >= 0)[..., None]
        means = torch.where(known, self.means[rows.clamp(min=0)], 0.0)
        beyond = torch.ones(len(rows), device=rows.device)
        beyond[len(given) :][inside] = -1.0
        distance = torch.where(known[..., 0], means[..., 0], beyond[:, None])
        at = torch.cat([self.coords[given], places])
        raw = self.values[given, EDGE_WEIGHTS:ATTRIBUTES]
        raw = torch.cat([raw, raw.new_zeros(len(places), raw.shape[1])])
        cubes = Cubes(
            places=at,
            distance=distance,
            position=self.moved(at, means[..., 1:4]),
            attributes=torch.sigmoid(means[..., 4:]),
            corner_weight=1.0 + 0.99 * torch.tanh(raw[:, CORNER_WEIGHTS - EDGE_WEIGHTS : DIAGONAL - EDGE_WEIGHTS]),
            edge_weight=1.0 + 0.99 * torch.tanh(raw[:, : CORNER_WEIGHTS - EDGE_WEIGHTS]),
            diagonal=0.99 * torch.sigmoid(raw[:, DIAGONAL - EDGE_WEIGHTS]) + 0.005,
        )
        key = (at[:, 0].long() * self.resolution + at[:, 1]) * self.resolution + at[:, 2]
        return cubes.at(torch.argsort(key))

    def moved(self, places: Tensor, displacement: Tensor) -> Tensor:
        """Corner positions [S, 8, 3] in [-0.5, 0.5], displaced by half a cell at most."""
        corners = places[:, None] + _corners(places.device)
        return corners / self.resolution - 0.5 + torch.tanh(displacement) / (2 * self.resolution)


def enclosed_places(coords: Tensor, resolution: int, near: AbsentCubes, grid: GridVertices) -> Tensor:
    """Mark absent cubes [Q] bool in a space that given cubes enclose and that is inside by most of its border.

    The space is searched in blocks of cubes when all given ones come in whole blocks. Raises BadInputError when more
    than SEARCHED cells would have to be searched.
    """
    from scipy.ndimage import label

    block = next(size for size in (8, 4, 2, 1) if size == 1 or _in_blocks(coords, resolution, size))
    side = resolution // block
    if side**3 > SEARCHED:
        raise BadInputError(f"{side}^3 cells are too many to search for enclosed spaces", "Ask for solid = False.")
    free = torch.ones(side, side, side, dtype=torch.bool)
    x, y, z = (coords.cpu().long() // block).T
    free[x, y, z] = False
    spaces, count = label(free.numpy())  # type: ignore[misc]
    open_ones = set().union(*(set(face.ravel().tolist()) for axis in range(3) for face in _ends(spaces, axis)))
    spaces = torch.from_numpy(spaces)
    x, y, z = (near.places.cpu().long() // block).T
    space = spaces[x, y, z].long()
    votes = torch.bincount(space, weights=2.0 * near.inside.cpu() - 1.0, minlength=count + 1)
    closed = votes > 0
    closed[list(open_ones)] = False
    return closed[space].to(near.places.device)


def _ends(array, axis: int):
    return array.take(0, axis), array.take(-1, axis)


def _in_blocks(coords: Tensor, resolution: int, size: int) -> bool:
    """Tell whether the cubes are whole blocks of size^3."""
    if resolution % size or len(coords) % size**3:
        return False
    blocks = coords.long() // size
    key = (blocks[:, 0] * resolution + blocks[:, 1]) * resolution + blocks[:, 2]
    return len(torch.unique(key)) * size**3 == len(coords)


def _items(places: Tensor) -> Tensor:
    """Coordinates [N, 3] as those of item 0, [N, 4]."""
    return torch.cat([torch.zeros_like(places[:, :1]), places], dim=1).to(torch.int32)


def _corners(device: torch.device) -> Tensor:
    return torch.as_tensor(CORNERS, device=device)
