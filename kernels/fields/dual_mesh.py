"""Triangles of a sparse set of cubes by dual vertices, as FlexiCubes extracts them.

Every cube that the surface crosses has one to four vertices, each a weighted mean of zero crossings on its edges; every
grid edge that crosses inside of four cubes gives a quad. Shapes: S cubes, E crossing edges of cubes, V vertices.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...errors import BadInputError
from ..voxels.voxel_index import VoxelIndex
from .flexi_cases import CORNERS, EDGES, cube_cases

# Order of the second end among edges with the same first end: y runs down, then z, then x (x slowest in ids).
AXIS_RANK = (2, 0, 1)
SIDE_LIMIT = 1 << 20  # cells a side, so that an edge has a 64-bit number


@dataclass(frozen=True)
class Cubes:
    """Cubes that the surface crosses, with the values of their corners (k & 1, k >> 1 & 1, k >> 2 & 1).

    places: [S, 3] integers of one grid, ordered with x slowest. distance: [S, 8], negative inside. position [S, 8, 3].
    attributes: [S, 8, A]. corner_weight: [S, 8] and edge_weight [S, 12], above 0. diagonal: [S], tells how quads split.
    """

    places: Tensor
    distance: Tensor
    position: Tensor
    attributes: Tensor
    corner_weight: Tensor
    edge_weight: Tensor
    diagonal: Tensor

    def at(self, rows: Tensor) -> "Cubes":
        return Cubes(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def case_of(distance: Tensor) -> Tensor:
    """Corner distances [..., 8] -> cases [...] int64, the sum of 2^k over corners inside."""
    powers = 2 ** torch.arange(8, device=distance.device)
    return ((distance < 0) * powers).sum(-1)


def dual_mesh(cubes: Cubes) -> tuple[Tensor, Tensor, Tensor]:
    """Vertices [V, 3], faces [F, 3] int64 turned outwards, and attributes [V, A].

    Vertices are ordered by the number of vertices in their cube, then by cube; quads whose edge points inwards first.
    Cubes that the surface does not cross give nothing. The surface is open where it leaves the set of cubes.
    """
    device = cubes.places.device
    tables = cube_cases()
    case = _resolved(cubes, case_of(cubes.distance))
    counts = torch.as_tensor(tables.counts, device=device)[case]
    order = torch.argsort(counts, stable=True)
    starts = torch.empty_like(counts)
    starts[order] = torch.cumsum(counts[order], 0, dtype=counts.dtype) - counts[order]
    groups = torch.as_tensor(tables.groups, device=device)[case]
    cube, edge = torch.nonzero(groups >= 0, as_tuple=True)
    vertex = (starts[cube] + groups[cube, edge]).long()
    total = int(counts.sum())
    vertices, attributes = _means(cubes, cube, edge, vertex, total)
    owner = torch.empty(total, dtype=torch.int64, device=device)
    owner[vertex] = cube
    faces = _faces(cubes, cube, edge, vertex, cubes.diagonal[owner])
    return vertices, faces, attributes


def _resolved(cubes: Cubes, case: Tensor) -> Tensor:
    """Cases with the grouping of the opposite one where two doubtful cubes share their face of four crossings."""
    steps = torch.as_tensor(cube_cases().doubtful, device=case.device)[case]
    rows = torch.nonzero(steps.any(1))[:, 0]
    if len(rows) == 0:
        return case
    index = VoxelIndex(_with_item(cubes.places))
    other = torch.as_tensor(index.rows(_with_item(cubes.places[rows] + steps[rows]))).long()
    both = (other >= 0) & steps.any(1)[other.clamp(min=0)]
    resolved = case.clone()
    resolved[rows[both]] = 255 - case[rows[both]]
    return resolved


def _with_item(places: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(places[:, :1]), places], dim=1).to(torch.int32)


def _means(cubes: Cubes, cube: Tensor, edge: Tensor, vertex: Tensor, total: int) -> tuple[Tensor, Tensor]:
    """Dual vertices [V, 3] and attributes [V, A]: weighted means of the zero crossings [E] of their edges."""
    ends = torch.as_tensor(EDGES, device=cube.device)[edge]
    first, second = ends[:, 0], ends[:, 1]
    at_first = (cubes.distance[cube, first] * cubes.corner_weight[cube, first])[:, None]
    at_second = (cubes.distance[cube, second] * cubes.corner_weight[cube, second])[:, None]
    weight = cubes.edge_weight[cube, edge][:, None]
    weights = torch.zeros(total, 1, device=cube.device).index_add_(0, vertex, weight)
    found = []
    for values in (cubes.position, cubes.attributes):
        crossing = (values[cube, second] * at_first - values[cube, first] * at_second) / (at_first - at_second)
        sums = torch.zeros(total, values.shape[2], device=cube.device).index_add_(0, vertex, weight * crossing)
        found.append(sums / weights)
    return found[0], found[1]


def _faces(cubes: Cubes, cube: Tensor, edge: Tensor, vertex: Tensor, diagonal: Tensor) -> Tensor:
    """Triangles [F, 3] round every grid edge that four cubes share."""
    device = cube.device
    if len(cube) == 0:
        return torch.zeros(0, 3, dtype=torch.int64, device=device)
    first = torch.as_tensor(EDGES, device=device)[edge, 0]
    low = cubes.places.min(0).values
    places = (cubes.places - low)[cube].long() + torch.as_tensor(CORNERS, device=device)[first]
    side = int(places.max()) + 1
    if side > SIDE_LIMIT:
        raise BadInputError(f"cubes span {side} cells, at most {SIDE_LIMIT} are allowed")
    axis = torch.as_tensor([int(np.abs(CORNERS[b] - CORNERS[a]).argmax()) for a, b in EDGES], device=device)[edge]
    rank = torch.as_tensor(AXIS_RANK, device=device)[axis]
    number = ((places[:, 0] * side + places[:, 1]) * side + places[:, 2]) * 3 + rank
    order = torch.argsort(number, stable=True)  # the cubes of an edge stay in their order
    _, counts = torch.unique_consecutive(number[order], return_counts=True)
    starts = torch.cumsum(counts, 0) - counts
    entry = order[starts[counts == 4][:, None] + torch.arange(4, device=device)]
    quads = vertex[entry]
    outside = cubes.distance[cube[entry[:, 0]], first[entry[:, 0]]] > 0
    quads = torch.cat([quads[outside][:, [0, 1, 3, 2]], quads[~outside][:, [2, 3, 1, 0]]])
    g = diagonal[quads]
    straight = g[:, 0] * g[:, 2] > g[:, 1] * g[:, 3]
    split = torch.where(straight[:, None], quads[:, [0, 1, 2, 0, 2, 3]], quads[:, [0, 1, 3, 3, 1, 2]])
    return split.view(-1, 3)
