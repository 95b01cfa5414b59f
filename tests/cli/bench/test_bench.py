"""`varco3d bench`: processes called in turn, judges that see differences, bars, and the page."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from varco3d.cli.bench import bars, cases, compare, page
from varco3d.cli.bench.measure import Row, run_case
from varco3d.cli.bench.shapes import FIELDS, shape_mesh
from varco3d.cli.commands import bench


def prepared(shape, size):
    return {"size": size}


def steady(inputs):
    return lambda: {"size": inputs["size"], "omp": os.environ.get("OMP_NUM_THREADS"), "outside_wall": 0.0}


def broken(inputs):
    return lambda: 1 // 0


def dying(inputs):
    return lambda: os.kill(os.getpid(), signal.SIGKILL)


def compared(inputs, ours, answer):
    return {"size": answer["size"], "omp": answer["omp"]}


def candidate(who, make, **more):
    return cases.Candidate(who, make, **more)


CASE = cases.Case(
    "clean", "nothing", "faces", prepared, compared,
    (candidate("ours", steady), candidate("broken", broken), candidate("dying", dying),
     candidate("slow", steady, most=5), candidate("absent", steady, package="no_such_package")),
)  # fmt: skip


def test_each_candidate_has_a_process_and_a_failure_leaves_the_others_alone():
    rows = run_case(CASE, "bunny", 7, 1, 3, lambda text: None)
    assert [row.who for row in rows] == ["ours", "broken", "dying"]  # the others are too slow here, or not installed
    ours, broke, died = rows
    assert ours.figures == {"size": 7, "omp": "3"} and ours.wall is not None and ours.cpu is not None
    assert ours.peak_mb is None or ours.peak_mb < 100
    assert "ZeroDivisionError" in broke.note and broke.wall is None
    assert "-9" in died.note
    assert os.environ.get("OMP_NUM_THREADS") != "3"


def test_a_real_case_as_json_and_as_a_page(run):
    answer = run("bench", "sample_surface", "--shape", "knot", "--faces", "600", "--repeat", "0", "--json",
                 "--markdown", "page.md", "--note", "All was quiet.")  # fmt: skip
    assert answer.code == 0, answer.err
    result = json.loads(answer.out)
    assert result["schema"] == "varco3d.bench/1"
    (part,) = result["runs"]
    assert part["rows"][0]["who"] == "ours" and part["rows"][0]["figures"]["points"] == 409_600
    text = Path("page.md").read_text(encoding="utf-8")
    assert "varco3d bench sample_surface --shape knot --faces 600" in text and "409,600 surface points" in text
    assert "\nAll was quiet.\n" in text


def test_what_would_run_and_what_cannot(run):
    assert run("bench", "decimate", "-n", "--shape", "blob", "--faces", "20000").out.count("\n") == 1
    assert run("bench", "decimate", "--faces", "20k").code == 2
    assert run("bench", "bake", "--faces", "1000000").code == 2  # too large for it
    assert run("bench", "decode_octree", "--markdown", "/no/such/folder/x.md", "-n").code == 0


def test_only_what_bars_ask_for(run):
    listed = run("bench", "--bars", "-n", "--shape", "bunny").out
    assert "1,000,000 faces" in listed and "2,048 resolution" in listed and "closest_point" not in listed
    assert "voxels touched by a triangle, 128³, bunny, 1,000,000" not in listed  # its bar is at 200,000
    for needed in bars.needed_cases():  # a title that changed would leave its bar without figures
        assert any(needed.hold(case.kernel, needed.size, case.title) for case in cases.CASES)


def test_kept_cases_are_not_run_again(run, tmp_path):
    kept = tmp_path / "rows.json"
    command = ("bench", "sample_surface", "--shape", "knot", "--faces", "600", "--repeat", "0", "--keep", str(kept))
    assert run(*command, "--json").code == 0
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text.replace("409600", "409601"), encoding="utf-8")
    answer = run(*command, "--json")
    assert json.loads(answer.out)["runs"][0]["rows"][0]["figures"]["points"] == 409_601, answer.err
    assert run(*command, "--threads", "1", "--json").code == 0  # another setting is another case
    assert len(json.loads(kept.read_text(encoding="utf-8"))) == 2
    kept.write_text("[1]", encoding="utf-8")
    failed = run(*command)
    assert failed.code != 0 and "--keep" in failed.err


def test_the_command_knows_every_case():
    """Written twice, because help must not import what the cases need."""
    assert set(bench.KERNELS) == {case.kernel for case in cases.CASES}
    assert set(bench.SHAPES) == set(FIELDS)
    for case in cases.CASES:
        assert case.candidates[0].who == "ours" and case.candidates[0].installed


@pytest.mark.parametrize("shape", FIELDS)
def test_shapes_are_closed_and_have_about_the_faces_asked_for(shape):
    vertices, faces = shape_mesh(shape, 20_000)
    assert np.abs(vertices).max() < 1 and compare.closed(faces)
    assert len(faces) == pytest.approx(20_000, rel=0.05)


def test_judges_see_differences():
    inputs = {"voxels_per_side": 8, **cases.mesh("bunny", 2000), "count": 200, "texels": 64}
    one = {"indices": np.array([[0, 0, 1], [1, 2, 3]])}
    assert compare.voxels(inputs, one, {"indices": np.array([[1, 2, 3], [1, 2, 4]])}) == {
        "voxels": 2,
        "differ": 2,
    }
    assert compare.hits({}, {"face": np.array([1, -1, 2])}, {"face": np.array([1, -1, 3])}) == {
        "hits": 2,
        "same": 0.5,
    }
    same = compare.fewer(inputs, {}, {"vertices": inputs["vertices"], "faces": inputs["faces"]})
    moved = compare.fewer(inputs, {}, {"vertices": inputs["vertices"] + np.float32(0.01), "faces": inputs["faces"]})
    assert same["error"] < 0.1 < 100 < moved["error"]
    open_mesh = {"vertices": inputs["vertices"], "faces": inputs["faces"][1:]}
    assert not compare.surface(inputs, {}, open_mesh)["closed"]
    uv = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    square, fold = np.array([[0, 1, 2], [1, 3, 2]]), np.array([[0, 1, 2], [0, 1, 2]])
    flat, folded = (compare.atlas(inputs, {}, {"uv": uv, "faces": f, "charts": 1}) for f in (square, fold))
    assert flat["overlap"] == 0 and flat["used"] > 0.95 and folded["overlap"] > 1500
    every_face = {"face": np.repeat(np.arange(len(inputs["faces"])), 50)}
    assert compare.samples(inputs, {}, {"face": np.zeros(9999, int)})["uneven"] > 100
    assert compare.samples(inputs, {}, every_face)["points"] == 50 * len(inputs["faces"])


def test_dense_grids_hold_the_same_surface():
    from skimage.measure import marching_cubes

    inputs = cases.samples_of_field("bunny", 40)
    _, faces, _, _ = marching_cubes(inputs["grid"], 0.0)
    assert compare.closed(faces)
    from varco3d.cli.bench.ours import surface

    assert len(surface(inputs)()["faces"]) == pytest.approx(len(faces), rel=0.01)


def row(kernel, title, size, who, cpu, shape="bunny", peak_mb=1.0, **figures):
    return Row(kernel, title, "faces", shape, size, who, cpu, cpu, peak_mb, figures)


def test_bars_take_the_shapes_they_name_and_the_best_peer():
    title = "32,768 of 200,000 surface points"
    rows = [
        row("farthest_points", title, 200_000, "ours", 1.0),
        row("farthest_points", title, 200_000, "fpsample h=5", 3.0),
        row("farthest_points", title, 200_000, "fpsample h=7", 0.9),
        row("decode_octree", "decoding", 1024, "ours", 2.0, peak_mb=1600.0),
        row("decode_octree", "decoding", 1024, "ours", 4.0, shape="blob", peak_mb=100.0),
    ]
    found = {verdict.text.partition(":")[0]: verdict for verdict in bars.judged(rows)}
    fps = found["32,768 of 200,000 farthest points"]
    assert fps.measured == pytest.approx(0.9) and not fps.met
    assert found["decode at 1024³ without the field, bunny"].measured == 2.0
    assert found["decode at 1024³ without the field, blob"].measured == 4.0
    assert not found["decode at 1024³, bunny"].met and found["decode at 1024³, blob"].met and len(found) == 5
    machine = page.Machine("chip", 2, "Linux", "3.11", "2026-01-01", 5.0, "0.1", {"numpy": "2"}, ["libigl"])
    text = page.markdown(machine, [page.Section(1, rows, list(found.values()))], "varco3d bench")
    assert "**no**" in text and "OMP_NUM_THREADS=1" in text and "Not installed: libigl" in text
    assert "**The machine was busy**" in text
