"""Training data of three small objects: fields, pictures, cameras, and variants of the objects."""

import json

import numpy as np
import pytest
import trimesh
from toy_archive import as_triangles, run

from varco3d.kernels.views.cameras import Camera
from varco3d.weights.training import renders, shards, train_vae
from varco3d.weights.training.evaluation.cases import make_case
from varco3d.weights.training.objects import ObjectArchive, SignedDistance
from varco3d.weights.training.posed_views import PosedViews
from varco3d.weights.training.train_vae import frame_transform, yaw_matrix
from varco3d.weights.training.variants import distorted, joined, variant


def test_signed_distance_of_a_closed_box():
    vertices, faces = as_triangles(trimesh.creation.box((2, 1, 1)))
    field = SignedDistance(vertices, faces)
    points = np.array([[0, 0, 0], [0.9, 0, 0], [0, 0.45, 0], [0, 0.6, 0], [1.3, 0, 0]], np.float32)
    assert np.allclose(field(points), [0.5, 0.1, 0.05, -0.1, -0.3], atol=1e-4)


def test_signed_distance_ignores_flipped_faces():
    vertices, faces = as_triangles(trimesh.creation.box((2, 1, 1)))
    flipped = np.where((np.arange(len(faces)) % 2 == 0)[:, None], faces, faces[:, ::-1])
    points = np.random.default_rng(0).uniform(-1, 1, (200, 3)).astype(np.float32)
    assert np.allclose(SignedDistance(vertices, faces)(points), SignedDistance(vertices, flipped)(points), atol=1e-5)


def test_a_sheet_becomes_a_thin_slab():
    vertices = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
    field = SignedDistance(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32), sheet=0.01)
    points = np.array([[0.1, 0.002, 0.2], [0.1, 0.05, 0.2], [0.1, -0.05, 0.2]], np.float32)
    assert np.allclose(field(points), [0.008, -0.04, -0.04], atol=1e-4)


def test_split_keeps_variants_on_one_side(archive_folder):
    training, validation = ObjectArchive(archive_folder).split()
    assert sorted(training + validation) == [0, 1, 2]
    assert (0 in training) == (1 in training)


def test_packing_keeps_half_a_thousandth():
    samples = np.random.default_rng(0).uniform(-1, 1, (50, 4)).astype(np.float32)
    assert np.abs(shards.unpack_samples(shards.pack_samples(samples)) - samples).max() < 5e-5


def test_surface_points_are_outside_with_outward_normals(shard_folder):
    surface = shards.unpack_surface(np.load(shard_folder / "surface.npy"))
    box = surface[0]
    assert np.isclose(np.abs(box[:, :3]) @ [0, 0, 1], 0.3, atol=1e-3).any()
    assert ((box[:, :3] * box[:, 3:]).sum(1) > 0).all()


def test_views_fill_the_frame_as_prepare_does(shard_folder):
    views = np.load(shard_folder / "views.npy")
    for picture in views.reshape(-1, *views.shape[2:]):
        rows, columns = np.nonzero(picture[..., 3] > 127)
        longest = max(np.ptp(rows), np.ptp(columns)) + 1
        assert abs(longest / picture.shape[0] - renders.FILL) < 0.03
        assert picture[..., 3].max() == 255 and picture[rows, columns, :3].max() > 20


def seen_share(sample: dict) -> float:
    """Of a sample's surface points, how many its camera puts onto the object in the picture."""
    places = np.concatenate([sample["surface"][:, :3], np.ones((2048, 1))], 1) @ sample["camera"].T
    columns = np.clip(((places[:, 0] + 1) * 64).astype(int), 0, 127)
    rows = np.clip(((1 - places[:, 1]) * 64).astype(int), 0, 127)
    return (sample["picture"][3, rows, columns] > 0.5).mean()


@pytest.mark.parametrize(("mirrored", "view"), [(False, 1), (True, 1), (False, 2), (True, 2)])
def test_camera_map_projects_the_object_onto_its_picture(archive_folder, shard_folder, mirrored, view):
    views = PosedViews(archive_folder, shard_folder)
    row = stretched_row(views)
    sample = views.sample(row, view, mirrored, 0, np.random.default_rng(0), False)
    assert seen_share(sample) > 0.82  # an affine map lacks the perspective of phones


def stretched_row(views: PosedViews) -> int:
    """A row whose last view shows other proportions than the object's own."""
    assert views.plain_views() == 2
    return int((views.poses[:, 2, 3:] != 1).any(1).argmax())


def test_a_stretched_object_is_where_its_picture_shows_it(archive_folder, shard_folder):
    """The hull of the stretched object fills the silhouette of its view, and its field is signed as the hull says."""
    views = PosedViews(archive_folder, shard_folder)
    row = stretched_row(views)
    assert not np.allclose(views.stretch(row, 2), 1, atol=0.02)
    case = make_case(views, row, 2)
    posed = views.shards.pose(row, yaw_matrix(views.pose(row, 2)[0]), views.stretch(row, 2))
    assert np.abs(np.sort(case.truth[0], 0)[[0, -1]] - np.sort(posed.surface[:, :3], 0)[[0, -1]]).max() < 0.03
    query = np.concatenate([posed.near, posed.far])
    exact = SignedDistance(*case.truth)(query[:, :3])
    errors = np.abs(posed.distances(query) - exact)[np.abs(exact) < 0.1]
    assert np.quantile(errors, 0.99) < 0.06 and errors.mean() < 0.006


def test_yaw_brings_the_camera_side_to_the_front():
    camera_side = Camera(azimuth=70).axes()[2]
    assert np.allclose(yaw_matrix(70) @ camera_side, [0, 0, 1], atol=1e-6)


def test_frame_transform_centres_and_scales():
    points = np.random.default_rng(0).uniform(0, 3, (100, 3)) * [1, 2, 1]
    scale, offset = frame_transform(points)
    framed = points * scale + offset
    assert np.isclose(np.ptp(framed, axis=0).max(), 2 * train_vae.FRAME)
    assert np.allclose(framed.min(0) + framed.max(0), 0, atol=1e-9)


# ------------------------------------------------------------------------------------------------------------ variants


def test_variants_are_others_of_the_same_frame_and_always_the_same(archive_folder):
    archive = ObjectArchive(archive_folder)
    own = variant(archive, 0, 0).vertices
    assert np.array_equal(own, archive.vertices(0))
    for number in range(1, 9):
        found = variant(archive, 0, number)
        again = variant(archive, 0, number)
        assert np.array_equal(found.vertices, again.vertices) and np.array_equal(found.faces, again.faces)
        low, high = found.vertices.min(0), found.vertices.max(0)
        assert np.allclose(low + high, 0, atol=1e-5) and np.isclose((high - low).max(), 2, atol=1e-5)
        assert np.abs(found.vertices[: len(own)] - own).max() > 0.05
        assert found.faces.max() < len(found.vertices) and len(found.faces) == len(found.corner_colours)


def test_most_distortions_keep_both_sides_alike():
    ball = trimesh.creation.icosphere(3).vertices
    mirror = ball * (-1, 1, 1)
    alike = []
    for k in range(100):
        one, other = (distorted(points, np.random.default_rng(k)) for points in (ball, mirror))
        alike.append(np.allclose(one * (-1, 1, 1), other, atol=1e-5))
    assert 0.55 < np.mean(alike) < 0.85


def test_two_objects_touch_or_overlap(archive_folder):
    archive = ObjectArchive(archive_folder)
    one, other = archive[0], archive[2]
    for k in range(20):
        both = joined(one, other, np.random.default_rng(k)).vertices
        first, second = both[: len(one.vertices)], both[len(one.vertices) :]
        assert np.array_equal(first, one.vertices)
        gap = np.maximum(second.min(0) - first.max(0), first.min(0) - second.max(0))
        assert gap.max() < 1e-5 and np.ptp(second, axis=0).max() < 1.81


def test_shards_of_variants_show_what_they_measure(archive_folder, tmp_path):
    run(shards.main, "--data", archive_folder, "--out", tmp_path, "--variants", 2, "--workers", 1)
    run(renders.main, "--data", archive_folder, "--out", tmp_path, "--views", 1, "--stretched", 0, "--workers", 1)
    index = json.loads((tmp_path / "index.json").read_text())
    training = ObjectArchive(archive_folder).split()[0]
    assert index["objects"] == training * 2 and index["variants"] == [1] * len(training) + [2] * len(training)
    assert index["training_rows"] == list(range(len(index["objects"]))) and not index["validation_rows"]
    views = PosedViews(archive_folder, tmp_path)
    for row in index["training_rows"]:
        sample = views.sample(row, 0, False, 0, np.random.default_rng(0), False)
        assert seen_share(sample) > 0.65


def test_shards_of_objects_made_by_functions_show_what_they_measure(archive_folder, tmp_path):
    run(shards.main, "--data", archive_folder, "--out", tmp_path, "--procedural", 2, "--workers", 1)
    run(renders.main, "--data", archive_folder, "--out", tmp_path, "--views", 1, "--stretched", 0, "--workers", 1)
    index = json.loads((tmp_path / "index.json").read_text())
    assert index["training_rows"] == [0, 1] and not index["validation_rows"]
    views = PosedViews(archive_folder, tmp_path)
    for row in (0, 1):
        sample = views.sample(row, 0, False, 0, np.random.default_rng(0), False)
        assert seen_share(sample) > 0.65
        assert np.isclose(np.ptp(views.object(row).vertices, axis=0).max(), 2, atol=1e-4)


def test_held_out_objects_made_by_functions_are_others_than_those_for_training(archive_folder):
    archive = ObjectArchive(archive_folder)
    training, none = shards.chosen_objects(archive, 0, 100)
    empty, held_out = shards.chosen_objects(archive, 0, 100, held_out=True)
    assert not none and not empty and len(training) == len(held_out) == 100
    assert not set(training) & set(held_out)


def test_held_out_without_made_up_objects_is_refused(archive_folder, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(shards.main, "--data", archive_folder, "--out", tmp_path / "shards", "--held-out")
    assert "--held-out is for --procedural" in capsys.readouterr().err and not (tmp_path / "shards").exists()
