"""Procedural training objects: closed, in the box, all different, quick."""

import time

import numpy as np
import pytest

from varco3d.errors import UsageError
from varco3d.weights.training.objects import SignedDistance
from varco3d.weights.training.procedural import families, make_object, sample_object
from varco3d.weights.training.procedural.curves import star
from varco3d.weights.training.procedural.paint import split_at, stripes
from varco3d.weights.training.procedural.parts import ball, box, extrude, lathe, rod, torus, triangulated, tube
from varco3d.weights.training.procedural.shape import Shape
from varco3d.weights.training.procedural.sheet import sheet


def volume(vertices, faces):
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return float((np.cross(a, b) * c).sum() / 6)


def assert_closed(faces, count, what):
    """Every directed edge occurs once, and once the other way round."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
    there, back = edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0]
    assert len(np.unique(there)) == len(there), what
    assert np.array_equal(np.sort(there), np.sort(back)), what


def doubled(corners):
    """Return the share of triangles [F,3,3] that another one covers exactly."""
    places = np.rint(corners * 1e4).astype(np.int64) @ (1, 1 << 16, 1 << 32)
    return 1 - len(np.unique(np.sort(places, 1), axis=0)) / len(places)


@pytest.mark.parametrize("family", families())
def test_objects_of_a_family(family):
    firsts = []
    for seed in (0, 1):
        obj = make_object(family, seed)
        what = f"{family} {seed}"
        assert obj.vertices.dtype == np.float32 and obj.faces.dtype == np.int32 and obj.corner_colours.dtype == np.uint8
        assert np.isfinite(obj.vertices).all(), what
        assert np.isclose(np.ptp(obj.vertices, axis=0).max(), 2, atol=1e-4), what
        assert np.abs(obj.vertices.min(0) + obj.vertices.max(0)).max() < 1e-4, what
        assert 400 <= len(obj.faces) <= 9000, what
        assert obj.corner_colours.shape == (len(obj.faces), 3, 3)
        assert_closed(obj.faces, len(obj.vertices), what)
        a, b, c = (obj.vertices[obj.faces[:, k]].astype(float) for k in range(3))
        assert np.linalg.norm(np.cross(b - a, c - a), axis=1).min() > 0, what
        assert doubled(obj.vertices[obj.faces]) < 0.1, f"{what}: a part stands twice in its place"
        firsts.append(obj)
    one, two = firsts
    assert one.vertices.shape != two.vertices.shape or np.abs(one.vertices - two.vertices).max() > 1e-3


def test_parts_are_closed_and_look_outwards():
    parts = {
        "box": (box(1, 2, 3), 6),
        "rounded box": (box(1, 2, 3, 0.1, 4, cuts=3), 6),
        "ball": (ball(1, 0.5, 2, detail=40), 4 / 3 * np.pi),
        "rod": (rod(1, 2, around=60), 2 * np.pi),
        "cone": (lathe([(1, 0), (0, 3)], 60), np.pi),
        "ring": (torus(2, 0.5, 60, 30), 2 * np.pi**2 * 2 * 0.25),
        "tube": (tube([(0, 0, 0), (0, 1, 0), (0, 3, 0)], 0.5, 60), 0.75 * np.pi),
        "star": (extrude(star(1, 2, 5), 0.5), 5 * 2 * np.sin(np.pi / 5) * 0.5),
    }
    for name, (part, true) in parts.items():
        for shape in (part, part.mirrored("z"), part.turn("x", 70), part.finer()):
            assert_closed(shape.faces, len(shape.vertices), name)
            assert volume(shape.vertices, shape.faces) == pytest.approx(true, rel=0.06), name


def test_ears_are_cut_within_a_polygon():
    outline = np.array([(0, 0), (4, 0), (4, 3), (3, 3), (3, 1), (1, 1), (1, 3), (0, 3)], float)  # a U
    a, b, c = (outline[triangulated(outline)[:, k]] for k in range(3))
    areas = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    assert (areas > 0).all() and areas.sum() == pytest.approx(8)


def test_turning_mirroring_and_repeating():
    at = Shape.of(
        np.array([[1.0, 0, 0], [2, 0, 0], [1, 1, 0], [1, 0, 1]]), np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    )
    assert np.allclose(at.turn("z", 90).vertices[0], [0, 1, 0])
    assert np.allclose(at.turn("y", 90).vertices[0], [0, 0, -1])
    assert np.allclose(at.both().vertices[4], [-1, 0, 0])
    assert np.allclose(at.around(4).vertices[::4, 0], [1, 0, -1, 0])
    assert np.allclose(at.along(3, y=2).vertices[::4, 1], [-2, 0, 2])


def test_borders_of_patterns_are_straight():
    """Both halves of a quad have the same colour, so a band has no teeth."""
    red, blue = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
    for pattern in (split_at(red, blue, "y", 0.1), stripes([red, blue], "y", 0.3, 5)):
        colours = lathe(np.stack([np.full(12, 1.0), np.linspace(-1, 1, 12)], 1), 24).paint(pattern).colours
        side = colours[: 2 * 11 * 24, 0].reshape(11, 24, 2, 3)
        assert (side == side[:, :1, :1]).all() and len(np.unique(side.reshape(-1, 3), axis=0)) == 2


def test_the_sheet_shows_every_cell():
    picture = np.asarray(sheet(["car", "mug"], [1], [0, 90], 2, 48))
    assert picture.shape == (96, 96, 3)
    for cell in picture.reshape(2, 48, 2, 48, 3).swapaxes(1, 2).reshape(4, 48, 48, 3):
        assert 0.1 < (cell[14:] < 250).any(2).mean() < 0.9


def winding(vertices, faces, points):
    """Turns of the surface around each of points [P,3] (van Oosterom and Strackee): 1 inside one closed part."""
    a, b, c = (vertices[faces[:, k]][None] - points[:, None] for k in range(3))
    la, lb, lc = (np.linalg.norm(v, axis=2) for v in (a, b, c))
    below = la * lb * lc + (a * b).sum(2) * lc + (b * c).sum(2) * la + (c * a).sum(2) * lb
    return (np.arctan2((a * np.cross(b, c)).sum(2), below) / (2 * np.pi)).sum(1)


@pytest.mark.parametrize("family", ["sofa", "bus", "elephant"])
def test_insides_are_inside_for_the_trainer(family):
    """The flood fill of the trainer's signed distances enters no part that is thicker than its shell."""
    obj = make_object(family, 3)
    points = np.random.default_rng(0).uniform(-1, 1, (300, 3)).astype(np.float32)
    points = points[winding(obj.vertices, obj.faces, points) > 0.5]
    distance = SignedDistance(obj.vertices, obj.faces)(points)
    assert len(points) > 10 and (distance[np.abs(distance) > 0.02] > 0).all()


def test_samples_are_of_many_families():
    rng = np.random.default_rng(0)
    names = {sample_object(rng).name.rpartition("-")[0] for _ in range(60)}
    assert len(names) > min(12, len(families()) // 2) and names <= set(families())


def test_an_unknown_family_is_named():
    with pytest.raises(UsageError, match="no procedural family 'unicorn'"):
        make_object("unicorn", 0)


def test_an_object_takes_milliseconds():
    start = time.process_time()
    for family in families():
        make_object(family, 5)
    assert (time.process_time() - start) / len(families()) < 0.06  # 3 ms on an idle core; bound for a busy machine
