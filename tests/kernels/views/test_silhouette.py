import numpy as np
import pytest
import trimesh

from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.kernels.views.silhouette import framed_mask, silhouette_agreement


def box(extents: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.box(extents)
    return np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32)


def picture_of(mesh: tuple[np.ndarray, np.ndarray], elevation: float) -> np.ndarray:
    return render_maps(*mesh, Camera(0.0, elevation, 1.7, shift=(0.2, -0.1)), 200, maps=()).mask.astype(np.float32)


@pytest.mark.parametrize("elevation", [0.0, 25.0])
def test_the_right_shape_wins_whatever_scale_and_place(elevation):
    tall, flat = box((0.6, 1.8, 0.6)), box((1.8, 0.5, 1.2))
    alpha = picture_of(tall, elevation)
    assert silhouette_agreement(*tall, alpha) > 0.9
    assert silhouette_agreement(*flat, alpha) < 0.6


def test_the_best_elevation_counts_wherever_it_stands():
    plate = box((1.6, 0.05, 1.6))  # looks like itself from one elevation only
    alpha = picture_of(plate, 35.0)
    assert silhouette_agreement(*plate, alpha, (5.0,)) < 0.5
    assert silhouette_agreement(*plate, alpha, (5.0, 35.0)) == silhouette_agreement(*plate, alpha, (35.0, 5.0)) > 0.9


def test_nothing_to_compare_is_zero():
    assert silhouette_agreement(*box((1, 1, 1)), np.zeros((20, 20))) == 0.0
    assert silhouette_agreement(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.ones((20, 20))) == 0.0


def test_framing_keeps_proportions():
    mask = np.zeros((50, 70), bool)
    mask[10:20, 5:45] = True
    framed = framed_mask(mask)
    assert framed is not None and framed.any(0).all()
    assert abs(framed.any(1).sum() - 16) <= 2
