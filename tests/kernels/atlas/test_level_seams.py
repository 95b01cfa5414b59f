"""Steps over seams of an atlas: small ones go, large ones stay, the inside of charts is left alone."""

import sys

import numpy as np
import pytest
from charts import painted, two_charts

from varco3d.kernels.atlas.fill import grow_rings
from varco3d.kernels.atlas.level_seams import BAND, level_seams


@pytest.mark.parametrize("thin", [False, True])
def test_a_small_step_is_levelled_within_the_band(monkeypatch, thin):
    if thin:  # more seams than are sampled densely
        monkeypatch.setattr("varco3d.kernels.atlas.level_seams.MOST_SAMPLES", 60)
    texture, covered = painted(0.5, 0.6)
    out = level_seams(texture, covered, *two_charts())
    row = out[32, :, 0]
    # what bilinear look-ups on the seam read, column 28 on the left and 36 on the right
    assert abs(row[27:29].mean() - 0.55) < 0.004 and abs(row[35:37].mean() - 0.55) < 0.004
    inner = 28 - 2 - BAND
    assert np.array_equal(out[6:58, 6:inner], texture[6:58, 6:inner]), "inside the chart nothing changes"
    assert np.array_equal(out[6:58, 42:58], texture[6:58, 42:58]), "nor at the edges that are no seam"
    assert (np.diff(row[20:28]) >= -1e-6).all(), "it fades out evenly"
    assert (out[~covered] == 0).all()


def test_no_more_points_are_sampled_than_the_bound(monkeypatch):
    module, counted = sys.modules["varco3d.kernels.atlas.level_seams"], []
    points = module._points

    def counting(texel, ends, edge):
        place, point = points(texel, ends, edge)
        counted.append(len(place))
        return place, point

    monkeypatch.setattr(module, "_points", counting)
    level_seams(*painted(0.5, 0.6), *two_charts())
    monkeypatch.setattr(module, "MOST_SAMPLES", 60)
    level_seams(*painted(0.5, 0.6), *two_charts())
    assert counted[0] > 100 and 0 < counted[1] <= 60


def test_a_large_step_is_paint_and_stays():
    texture, covered = painted(0.1, 0.7)
    assert np.array_equal(level_seams(texture, covered, *two_charts()), texture)


def test_without_seams_nothing_is_done():
    vertices, faces, uv = two_charts()
    texture, covered = painted(0.5, 0.6)
    assert level_seams(texture, covered, vertices[:4], faces[:2], uv[:4]) is texture


def test_rings_are_counted_outwards():
    picture = np.zeros((9, 9, 4), np.float32)
    picture[4, 4] = (0.2, 0.4, 0.6, 0.5)
    grown, ring = grow_rings(picture, 2)
    y, x = np.mgrid[:9, :9]
    wanted = np.maximum(abs(y - 4), abs(x - 4))
    assert np.array_equal(ring, np.where(wanted <= 2, wanted, 255))
    assert np.allclose(grown[wanted <= 2], (0.2, 0.4, 0.6))
