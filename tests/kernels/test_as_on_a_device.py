"""The ways that kernels take on a device, taken on the CPU: same results, and no tensor left where it was not wanted.

`on_host` says no to everything here. What remains for a real device is in the launches themselves.
"""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from shadow import ShadowDevice

from varco3d.errors import BadInputError
from varco3d.kernels.arrays import offsets, to_warp, where
from varco3d.kernels.atlas.bake import bake
from varco3d.kernels.atlas.texel_maps import texel_maps
from varco3d.kernels.fields.decode_octree import decode_octree
from varco3d.kernels.fields.flexicubes import flexicubes
from varco3d.kernels.fields.marching_cubes import field_normals, marching_cubes
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.nearest_points import NearestPoints
from varco3d.kernels.ovoxel.dual_grid import mesh_to_grid
from varco3d.kernels.ovoxel.grid_mesh import grid_to_mesh
from varco3d.kernels.views.cameras import Camera, six_cameras
from varco3d.kernels.views.cast_rays import cast_rays
from varco3d.kernels.views.render_maps import render_maps
from varco3d.kernels.voxels import farthest_points as sampling
from varco3d.kernels.voxels.voxel_index import VoxelIndex, kernel_offsets
from varco3d.kernels.voxels.voxelize import voxelize

RNG = np.random.default_rng(0)
SOUP = RNG.uniform(-0.9, 0.9, (24, 3)).astype(np.float32), RNG.integers(0, 24, (30, 3)).astype(np.int32)
POINTS = RNG.uniform(-1, 1, (200, 3)).astype(np.float32)
UV = RNG.random((24, 2)).astype(np.float32)
COORDS = np.unique(RNG.integers(0, 12, (300, 3)), axis=0).astype(np.int32)
ROWS = np.concatenate([np.zeros_like(COORDS[:, :1]), COORDS], 1)


def ball(points):
    return 0.6 - torch.as_tensor(points).norm(dim=-1)


def decoded(_):
    field = decode_octree(ball, 24, start=8, chunk=500)
    return [field.cells, field.corners, field.points, field.values, *marching_cubes(field)]


def open_voxels(vertices, faces):
    grid = mesh_to_grid(vertices * 0.5, faces, 10)
    made = grid_to_mesh(grid.coords, grid.local, grid.crossed, 10, facing=grid.facing)
    return [grid.coords, grid.local, grid.crossed, grid.facing, *made]


def cubes(coords):
    given = torch.as_tensor(coords)
    corners = torch.tensor([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)], device=given.device)
    distance = (given[:, None] + corners - 6.0).norm(dim=-1) - 4.0
    return flexicubes(given, torch.cat([distance, distance.new_zeros(len(given), 45)], 1), 12, solid=False)


def indexed(rows):
    index = VoxelIndex(rows)
    return [index.neighbours(kernel_offsets(3)), index.rows(rows + 1)]


def baked(vertices, faces, uv):
    views = np.linspace(0, 1, 6 * 32 * 32 * 3, dtype=np.float32).reshape(6, 32, 32, 3)
    return bake(SimpleNamespace(vertices=vertices, faces=faces, uv=uv), views, six_cameras(), 40)


CASES = {
    "voxelize, intersect": (lambda v, f: voxelize(v, f, 20), SOUP),
    "voxelize, distance": (lambda v, f: voxelize(v, f, 20, "distance", 1.5), SOUP),
    "farthest_points": (lambda p: [sampling.farthest_points(p, 40, 3)], (POINTS,)),
    "decode_octree": (decoded, (POINTS,)),
    "render_maps": (lambda v, f: vars(render_maps(v, f, Camera(30, 20, 1.1), 48)).values(), SOUP),
    "cast_rays": (lambda v, f, p: vars(cast_rays(v, f, p, -p)).values(), (*SOUP, POINTS)),
    "closest_point": (lambda v, f, p: closest_point(v, f, p)[:2], (*SOUP, POINTS)),
    "texel_maps": (lambda v, f, uv: list(vars(texel_maps(v, f, uv, 40, rims=True)).values())[1:], (*SOUP, UV)),
    "bake": (baked, (*SOUP, UV)),
    "voxel index": (indexed, (ROWS,)),
    "o-voxel": (open_voxels, SOUP),
    "flexicubes": (cubes, (COORDS,)),
}


@pytest.fixture
def pretend(monkeypatch):
    """Every kernel takes the way of a device; only what would be recorded as a graph of launches is launched."""

    def start():
        for name, module in list(sys.modules.items()):
            if name.startswith("varco3d.kernels") and hasattr(module, "on_host"):
                monkeypatch.setattr(module, "on_host", lambda device: False)
        monkeypatch.setattr(sampling, "GRAPH_STEPS", 1 << 30)

    return start


@pytest.mark.parametrize("name", CASES)
def test_the_way_of_a_device_gives_what_the_cpu_gives(name, pretend):
    work, arrays = CASES[name]
    expected = [np.asarray(part) for part in work(*arrays)]
    pretend()
    with ShadowDevice() as shadow:
        found = list(work(*(torch.from_numpy(array).to("cpu") for array in arrays)))
    assert not shadow.found
    for one, other in zip(found, expected, strict=True):
        assert isinstance(one, torch.Tensor) and tuple(one.shape) == other.shape
        assert np.array_equal(one.numpy(), other, equal_nan=True)
    assert sum(part.size for part in expected) > 30


def test_sums_and_places_of_marks(pretend):
    marks = np.array([3, 1, 0, 1, 1], np.int8)
    pretend()
    for given in (marks, marks[:0]):
        held = to_warp(given.astype(np.int32), int, "cpu")
        assert where(held, 1).numpy().tolist() == np.flatnonzero(given == 1).tolist()
        ends, total = offsets(held)
        assert ends.numpy().tolist() == np.cumsum(given).tolist() and total == given.sum()


def test_few_points_are_searched_without_a_tree(pretend):
    pretend()
    points = torch.from_numpy(POINTS)
    nearest = NearestPoints(points[:50])
    assert nearest.tree is None
    gaps = torch.cdist(points, points[:50])
    assert torch.equal(nearest.indices(points, 3), gaps.topk(3, largest=False).indices)


def test_a_bad_value_of_a_field_is_found_at_the_end_of_a_round(pretend):
    pretend()
    with pytest.raises(BadInputError, match="not finite at"):
        decode_octree(lambda points: ball(points) / (points[:, 0] > -0.5), 16, start=8, chunk=100)


def test_normals_of_a_field(pretend):
    field = decode_octree(ball, 16, start=8)
    expected = field_normals(field)
    pretend()
    held = field.on_device("cpu")
    assert np.allclose(field_normals(held).numpy(), expected, atol=1e-6)
