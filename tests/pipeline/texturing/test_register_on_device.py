"""Registration on a device: the losses of NumPy and SciPy, one camera at a time, and two waits for each."""

import numpy as np
import pytest
import trimesh
from fakes import cutout
from scipy import ndimage
from shadow import ShadowDevice
from transfers import Transfers

from varco3d.kernels.parallel import has_cuda
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.edge_distance import edge_distance
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.texturing import register as registering

TRUE = Camera(18.0, 14.0, 1.1)


@pytest.fixture(scope="module")
def chair():
    move = trimesh.transformations.translation_matrix
    parts = [trimesh.creation.box((1, 0.1, 1)), trimesh.creation.box((1, 1, 0.1), move((0, 0.5, -0.45)))]
    made = trimesh.util.concatenate(parts).subdivide()
    vertices, faces = (0.9 * made.vertices).astype(np.float32), made.faces.astype(np.int32)
    maps = render_maps(vertices, faces, TRUE, 160)
    picture = cutout(maps.mask.astype(np.float32))
    picture[..., :3] = np.where(maps.mask[..., None], 0.5 + 0.4 * maps.normal, picture[..., :3])
    return vertices, faces, picture


def searches(chair, device):
    vertices, faces, picture = chair
    edges = registering.PictureEdges(picture)
    return (registering._Search(vertices, faces, None, edges, place) for place in (None, device))


def test_losses_are_those_of_numpy(chair, device):
    if device != "cpu" and not has_cuda(device):
        pytest.skip(f"Warp sees no {device}")
    host, there = searches(chair, device)
    alpha = chair[2][..., 3]
    values = []
    for camera in (
        TRUE,
        Camera(-30, 0, 1.0),
        Camera(60, 40, 1.4),
        TRUE.moved(fov=30.0, distance=4.0),
        Camera(0, 0, 9.0),
    ):
        assert there.iou(camera, alpha) == pytest.approx(host.iou(camera, alpha), abs=1e-5)
        assert there.full_loss(camera, alpha) == pytest.approx(host.full_loss(camera, alpha), abs=1e-5)
        values.append(host.full_loss(camera, alpha))
    assert min(values) == values[0] and len(set(np.round(values, 3))) == 5


def test_a_loss_is_waited_for_twice_and_a_raster_tells_its_tiles(chair):
    alpha = chair[2][..., 3]
    with ShadowDevice() as shadow:
        _, there = searches(chair, "cpu")
        there.full_loss(TRUE, alpha)  # brings the picture's edges there
        with Transfers() as moves:
            there.full_loss(TRUE, alpha)
    assert not shadow.found
    kinds = {place.partition(": ")[2]: count for (place, kind), count in moves.found.items() if kind == "float"}
    assert kinds == {"_overlap": 1, "_misfit_there": 1}
    assert {place for place, _ in moves.found} <= {
        "kernels/arrays.py: give",  # Warp's arrays as tensors
        "pipeline/texturing/register.py: _overlap",
        "pipeline/texturing/edges.py: _misfit_there",
    }


def test_the_camera_is_found_on_a_device(chair, device):
    if device != "cpu" and not has_cuda(device):
        pytest.skip(f"Warp sees no {device}")
    found = registering.register(*chair, hint=Camera(14, 10, 1.0), device=device)
    assert found.accepted and abs(found.camera.azimuth - 18) < 2 and abs(found.camera.elevation - 14) < 2


@pytest.mark.parametrize("share", [0.0, 0.002, 0.3])
def test_distances_are_those_of_scipy(share):
    edges = np.random.default_rng(0).random((40, 55)) < share
    far = ndimage.distance_transform_edt(~edges) if edges.any() else np.full(edges.shape, np.inf)
    assert np.allclose(edge_distance(edges, 6.4), np.minimum(far / 6.4, 1.0), atol=1e-6)
