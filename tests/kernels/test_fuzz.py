"""Meshes as they should not be: each kernel answers with a sound result or with a typed error, never otherwise."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import twins

from varco3d.errors import BadInputError, BadMeshError, Varco3DError
from varco3d.kernels.atlas.bake import bake
from varco3d.kernels.atlas.texel_maps import texel_maps
from varco3d.kernels.atlas.unwrap import unwrap
from varco3d.kernels.fields.field import field_from_grid
from varco3d.kernels.fields.marching_cubes import field_normals, marching_cubes
from varco3d.kernels.meshes.clean import clean
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.kernels.meshes.decimate import decimate
from varco3d.kernels.meshes.sample_surface import sample_sharp_edges, sample_surface
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.cast_rays import cast_rays
from varco3d.kernels.views.render_maps import render_maps
from varco3d.kernels.voxels.farthest_points import farthest_points
from varco3d.kernels.voxels.voxelize import voxelize

BOX, FACES = twins.box_mesh()
POINTS = np.array([[0.1, 0.2, 0.3], [2, 0, 0]], np.float32)


def spoilt(value):
    vertices = BOX.astype(np.float64)
    vertices[3, 1] = value
    return vertices


MALFORMED = {
    "NaN": (spoilt(np.nan), FACES),
    "infinite": (spoilt(-np.inf), FACES),
    "beyond float32": (spoilt(1e300), FACES),
    "index too high": (BOX, FACES + 1),
    "index negative": (BOX, FACES - 1),
    "no vertex at all": (BOX[:0], FACES),
    "flat vertices": (BOX[:, :2], FACES),
    "quads": (BOX, np.array([[0, 1, 2, 3]])),
    "faces not whole": (BOX, FACES.astype(np.float32)),
}
ODD = {
    "empty": (BOX[:0], FACES[:0]),
    "no face": (BOX, FACES[:0]),
    "one triangle": (BOX, FACES[:1]),
    "one point": (BOX, np.array([[2, 2, 2]])),
    "all at one place": (np.zeros_like(BOX), FACES),
    "every vertex thrice": (np.concatenate([BOX, BOX, BOX]), np.concatenate([FACES, FACES + 8, FACES[:, ::-1] + 16])),
    "one line": (np.linspace(0, 1, 8)[:, None] * np.ones(3, np.float32), FACES),
    "huge and tiny": (np.concatenate([BOX * 1e30, BOX * 1e-30]).astype(np.float32), np.concatenate([FACES, FACES + 8])),
}
KERNELS = {
    "voxelize": lambda v, f: voxelize(v, f, 12),
    "closest_point": lambda v, f: closest_point(v, f, POINTS),
    "cast_rays": lambda v, f: [cast_rays(v, f, POINTS, -POINTS).barycentrics],
    "sample_surface": lambda v, f: sample_surface(v, f, 50),
    "sample_sharp_edges": lambda v, f: sample_sharp_edges(v, f, 50),
    "clean": lambda v, f: clean(v, f),
    "decimate": lambda v, f: decimate(v, f, 6),
    "render_maps": lambda v, f: rendered(v, f, Camera(20, 10)),
    "render_maps in perspective": lambda v, f: rendered(v, f, Camera(20, 10, fov=50)),
    "texel_maps": lambda v, f: mapped(v, f),
    "unwrap": lambda v, f: [unwrap(v, f, 64).uv],
    "bake": lambda v, f: baked(v, f),
}


def rendered(v, f, camera):
    maps = render_maps(v, f, camera, 16)
    assert maps.face.max() < max(len(f), 1)
    return [maps.barycentrics, maps.normal, maps.position, maps.depth[maps.mask]]


def square_uv(v):
    return np.random.default_rng(0).random((len(v), 2)).astype(np.float32)


def mapped(v, f):
    texels = texel_maps(v, f, square_uv(v), 16, rims=True)
    return [texels.position, texels.normal, texels.barycentrics]


def baked(v, f):
    mesh = SimpleNamespace(vertices=v, faces=f, uv=square_uv(v))
    return bake(mesh, np.full((2, 8, 8, 3), 90, np.uint8), [Camera(), Camera(120, fov=40)], 16)


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("kernel", KERNELS)
def test_malformed_meshes_are_refused(kernel, name):
    if kernel == "clean" and name in ("NaN", "infinite", "beyond float32"):
        assert len(clean(*MALFORMED[name])[1]) < len(FACES)  # repairing that is its work
        return
    with pytest.raises(BadMeshError):
        KERNELS[kernel](*MALFORMED[name])


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("kernel", KERNELS)
def test_odd_meshes_give_finite_results_or_a_typed_error(kernel, name):
    try:
        results = KERNELS[kernel](*ODD[name])
    except Varco3DError as error:
        assert error.code in ("bad_mesh", "bad_input")
        return
    for array in results:
        assert np.isfinite(array).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
def test_points_that_are_not_finite_are_refused(bad):
    points = np.array([[0, 0, 0], [0, bad, 0]])
    with pytest.raises(BadInputError):
        farthest_points(points, 1)
    with pytest.raises(BadInputError):
        closest_point(BOX, FACES, points)
    with pytest.raises(BadInputError):
        cast_rays(BOX, FACES, points, points)


def test_ten_million_faces_are_voxelized_within_memory():
    resource = pytest.importorskip("resource")
    faces = np.tile(FACES[:10], (1_000_000, 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    indices, _ = voxelize(BOX * np.float32(0.01) + np.float32(0.22), faces, 32)  # within one voxel
    assert len(indices) == 1
    # 120 MB were given; a face that meets one tile takes 48 bytes more for counts, work items and their sort.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 800 * 1024


WRAPPINGS = {
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "turned round twice": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "column order": np.asfortranarray,
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    "large numbers": lambda a: a.astype(np.float64 if a.dtype.kind == "f" else np.uint64),
    "small numbers": lambda a: a.astype(np.float16 if a.dtype.kind == "f" else np.uint8),
    "tensor": torch.from_numpy,
    "strided tensor": lambda a: torch.from_numpy(np.ascontiguousarray(a.T)).T,
}


@pytest.mark.parametrize("name", WRAPPINGS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_the_layout_of_arrays_changes_nothing(kernel, name):
    wrap, vertices = WRAPPINGS[name], (BOX * 0.5).astype(np.float32)  # halves, which float16 holds exactly
    expected = KERNELS[kernel](vertices, FACES)
    found = KERNELS[kernel](wrap(vertices), wrap(FACES))
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_fields_that_are_not_finite_are_refused(bad):
    grid = twins.dense_grid(twins.ball, 6)
    grid[3, 3, 3] = bad  # beside the surface
    grid[1, 3, 3] = bad
    for kernel in (marching_cubes, field_normals):
        with pytest.raises(BadInputError, match="finite"):
            kernel(field_from_grid(grid))


def test_smallest_grids():
    inside = np.zeros((2, 2, 2))
    for corner in np.ndindex(2, 2, 2):
        grid = inside - 1
        grid[corner] = 1
        vertices, faces = marching_cubes(field_from_grid(grid))
        assert len(vertices) == 3 and len(faces) == 1
    assert len(marching_cubes(field_from_grid(inside))[1]) == 0  # at the level is outside
    for shape in ((1, 1, 1), (2, 2, 3), (2, 2)):
        with pytest.raises(BadInputError):
            field_from_grid(np.zeros(shape))
