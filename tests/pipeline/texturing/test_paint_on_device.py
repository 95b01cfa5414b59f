"""Textures on a device: what NumPy gives on the CPU, with few moves between the two, and all of them listed."""

import numpy as np
import pytest
import trimesh
from shadow import ShadowDevice
from transfers import Transfers

from varco3d.kernels.atlas.bake import View
from varco3d.kernels.atlas.unwrap import unwrap
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.parallel import has_cuda
from varco3d.kernels.views.cameras import Camera
from varco3d.pipeline.texturing import paint as painting

SIZE = 256
# Moves that make the host wait, and why they are made; each once a texture or a view.
MOVES = {
    "kernels/arrays.py: check_faces": "the smallest and largest index of a mesh",
    "kernels/arrays.py: check_mesh": "whether vertices are finite",
    "kernels/arrays.py: give": "Warp's arrays as tensors, which on a device share memory",
    "kernels/arrays.py: positions": "how many texels are sure, doubtful, unseen",
    "kernels/arrays.py: to_numpy": "samples for the graph, texels beside a border for the tree, the finished texture",
    "kernels/atlas/fill.py: fill_gutters": "the mean colour of the covered texels",
    "kernels/atlas/level_seams.py: level_seams": "whether any step is to be levelled",
    "kernels/atlas/texel_maps.py: texel_maps": "the covered texels",
    "pipeline/texturing/paint.py: _level_and_fill": "whether views differ",
    "pipeline/texturing/paint.py: _paint": "how many texels are shown, for the report",
    "pipeline/texturing/paint.py: _surface": "the mesh's extent",
}
MOST_MOVES = 90  # of two views; more would be a move in a loop


@pytest.fixture(scope="module")
def ball():
    made = trimesh.creation.icosphere(subdivisions=3, radius=0.8)
    vertices, faces = made.vertices.astype(np.float32), made.faces.astype(np.int32)
    atlas = unwrap(vertices, faces, SIZE)
    rng = np.random.default_rng(0)
    views = []
    for azimuth, light, priority in ((0, 0.9, 1.0), (80, 0.6, 0.3)):
        picture = (light * rng.random((64, 64, 3))).astype(np.float32)
        views.append(View(Camera(azimuth, 10, 1.0), picture, np.ones((64, 64), np.float32), priority))
    normals = smooth_normals(vertices, faces)[atlas.vertex]
    base = rng.random((len(atlas.vertex), 3)).astype(np.float32)
    return (vertices[atlas.vertex], atlas.faces, atlas.uv, normals, views, SIZE), base


@pytest.mark.parametrize("coloured", [False, True])
def test_the_texture_is_that_of_numpy(ball, coloured, device):
    if device != "cpu" and not has_cuda(device):
        pytest.skip(f"Warp sees no {device}")
    mesh, base = ball
    expected = painting.paint(*mesh, base=base if coloured else None)
    found = painting.paint(*mesh, base=base if coloured else None, device=device)
    assert 0.2 < expected.seen < expected.made < 0.95
    apart = np.abs(found.texture.astype(int) - expected.texture)
    if device == "cpu":
        assert apart.max() == 0 and (found.seen, found.made) == (expected.seen, expected.made)
    else:
        assert (apart > 1).mean() < 1e-3 and abs(found.made - expected.made) < 1e-3


def test_moves_of_a_texture_are_few_and_known(ball):
    with ShadowDevice() as shadow, Transfers() as moves:
        painting.paint(*ball[0], device="cpu")
    assert not shadow.found and shadow.marked > 100
    places = {place for place, _ in moves.found if place != "outside"}
    assert places == set(MOVES), "a new move between device and host: leave it out, or list it with its reason"
    shared = sum(count for (place, _), count in moves.found.items() if place.endswith(": give"))
    assert 20 < sum(moves.found.values()) - shared <= MOST_MOVES, moves.found
