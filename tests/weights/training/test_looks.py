"""Looks of training pictures: what light, shadow, drawing and cut-outs do to them."""

import dataclasses

import numpy as np
import pytest
import trimesh
from toy_archive import as_triangles

from varco3d.weights.training.looks import cut_out, drawn_lines, flawed, lit_picture, occlusion, patterned, shadowed
from varco3d.weights.training.objects import TrainingObject
from varco3d.weights.training.renders import Pose, corner_normals, render_view, seen_surface


def table_and_ground() -> TrainingObject:
    """A slab that hovers over the middle of a wider one."""
    ground = trimesh.creation.box((2, 0.1, 2))
    top = trimesh.creation.box((0.8, 0.1, 0.8), transform=trimesh.transformations.translation_matrix((0, 0.5, 0)))
    vertices, faces = as_triangles(trimesh.util.concatenate([ground, top]))
    return TrainingObject("table", "made", vertices, faces, np.full((len(faces), 3, 3), 180, np.uint8), None, None)


@pytest.fixture(scope="module")
def seen():
    table = table_and_ground()
    return seen_surface(table, corner_normals(table.vertices, table.faces), Pose(0.0, 25.0, None), 128)


def test_a_slab_throws_its_shadow_on_what_lies_below(seen):
    share = shadowed(seen, np.array([0.0, 1.0, 0.0]))
    x, y, z = seen.positions.T
    ground, middle = (y < 0.06) & (y > 0.04), np.maximum(abs(x), abs(z))
    assert share[ground & (middle < 0.35)].min() > 0.9
    assert share[ground & (middle > 0.45)].max() < 0.1 and share[y > 0.54].max() < 0.1


def test_shadows_follow_the_light(seen):
    key = np.array([1.0, 1.0, 0.0]) / np.sqrt(2)  # half a unit above the ground, the shadow lies half a unit aside
    share = shadowed(seen, key)
    x, y, z = seen.positions.T
    ground = (y < 0.06) & (y > 0.04) & (abs(z) < 0.3)
    assert share[ground & (abs(x + 0.5) < 0.3)].mean() > 0.9 and share[ground & (x > 0.1)].max() < 0.1


def test_occlusion_darkens_corners_and_leaves_plains_alone():
    corner = trimesh.util.concatenate(
        [trimesh.creation.box((2, 0.1, 1)), trimesh.creation.box((2, 0.9, 0.1))],
    )
    vertices, faces = as_triangles(corner)
    obj = TrainingObject("wall", "made", vertices, faces, np.full((len(faces), 3, 3), 180, np.uint8), None, None)
    seen = seen_surface(obj, corner_normals(vertices, faces), Pose(0.0, 30.0, None), 128)
    dark, (x, y, z) = occlusion(seen), seen.positions.T
    ground = (abs(y - 0.05) < 0.005) & (abs(x) < 0.8)
    assert dark[ground & (z < 0.1)].mean() > 0.1 and dark[ground & (z > 0.35) & (z < 0.45)].max() < 0.02
    assert dark.min() >= 0 and dark.max() <= 1


def test_lines_are_drawn_along_edges_only(seen):
    ink = drawn_lines(seen)
    top = np.zeros(seen.mask.shape, bool)
    top[seen.mask] = (seen.positions[:, 1] > 0.54) & (np.abs(seen.positions[:, ::2]).max(1) < 0.2)
    assert ink[top].max() < 0.05 and ink[seen.mask].max() > 0.6


def test_patterns_mix_in_one_other_colour(seen):
    made = [patterned(seen.colours, seen.own, np.random.default_rng(k)) for k in range(40)]
    changed = [np.abs(colours - seen.colours).max() > 0.01 for colours in made]
    assert 5 < sum(changed) < 25
    assert all(colours.min() >= 0 and colours.max() <= 1 for colours in made)


def test_pictures_differ_in_light_but_not_in_shape(seen):
    made = [lit_picture(seen, np.random.default_rng(k)) for k in range(6)]
    assert all(np.array_equal(picture[..., 3] > 0, seen.mask) for picture in made)
    assert all(np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1 for picture in made)
    means = [picture[seen.mask][:, :3].mean() for picture in made]
    assert np.std(means) > 0.02 and min(means) > 0.1


def test_cut_outs_stay_near_the_mask(seen):
    mask = seen.mask.astype(np.float32)
    cuts = [cut_out(mask, np.random.default_rng(k)) > 0.5 for k in range(20)]
    overlaps = [(cut & seen.mask).sum() / (cut | seen.mask).sum() for cut in cuts]
    assert min(overlaps) > 0.85 and min(overlaps) < 0.995


def test_flaws_leave_colours_close(seen):
    picture = lit_picture(seen, np.random.default_rng(0))
    inside = picture[..., 3] > 0
    for k in range(10):
        found = flawed(picture, np.random.default_rng(k))
        assert found.shape == picture.shape and found.min() >= 0 and found.max() <= 1
        assert np.abs(found - picture)[inside][:, :3].mean() < 0.08


def test_held_out_pictures_are_plain_and_training_ones_are_not():
    table = table_and_ground()
    normals, pose = corner_normals(table.vertices, table.faces), Pose(20.0, 20.0, 30.0)
    grey = dataclasses.replace(table, corner_colours=np.full_like(table.corner_colours, 128))
    plain = render_view(grey, normals, pose, np.random.default_rng(3), plain=True)
    full = plain[..., 3] == 255
    assert np.ptp(plain[full][:, :3].astype(int), axis=1).max() <= 1  # grey stays grey: no ground shines through
    styled = [render_view(grey, normals, pose, np.random.default_rng(k), plain=False) for k in range(8)]
    assert any(np.ptp(view[full][:, :3].astype(int), axis=1).max() > 5 for view in styled)
