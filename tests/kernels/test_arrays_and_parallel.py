"""The border of the kernels: array kinds, devices, mesh checks, threads, and that importing starts nothing."""

import logging
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
import twins
import warp as wp

from varco3d.errors import BadInputError, BadMeshError
from varco3d.kernels import ahead, arrays, parallel
from varco3d.kernels.fields.field import Field, box, field_from_grid, lattice_positions
from varco3d.kernels.parallel import CPU_BLOCK, announce_compiling, compile_log, is_compiled, start_warp


class FakeCudaTensor:
    """Looks like a tensor on a CUDA device that Warp does not see."""

    device = torch.device("cuda", 1)


def test_origin_follows_kind_and_device(monkeypatch):
    assert arrays.origin_of(np.zeros(3)) == arrays.Origin(None, "cpu")
    assert arrays.origin_of(torch.zeros(3)) == arrays.Origin("cpu", "cpu")
    monkeypatch.setattr(arrays, "is_tensor", lambda array: True)
    monkeypatch.setattr(arrays, "has_cuda", lambda name: name == "cuda:1")
    assert arrays.origin_of(FakeCudaTensor()) == arrays.Origin("cuda:1", "cuda:1")
    monkeypatch.setattr(arrays, "has_cuda", lambda name: False)
    with pytest.warns(RuntimeWarning, match="cuda:1"):
        assert arrays.origin_of(FakeCudaTensor()) == arrays.Origin("cuda:1", "cpu")


def test_to_warp_shares_what_fits_and_converts_the_rest():
    fits = np.zeros((4, 3), np.float32)
    shared = arrays.to_warp(fits, wp.vec3, "cpu")
    fits[2, 1] = 5
    assert shared.shape == (4,) and shared.numpy()[2, 1] == 5
    assert arrays.to_warp(fits.astype(np.float64)[:, ::-1], wp.vec3, "cpu").numpy()[2, 1] == 5
    assert arrays.to_warp(torch.arange(3), int, "cpu").numpy().tolist() == [0, 1, 2]
    fits.flags.writeable = False
    assert arrays.to_warp(fits, wp.vec3, "cpu").shape == (4,)
    assert arrays.to_warp(np.zeros((0, 3)), wp.vec3, "cpu").shape == (0,)


@pytest.mark.parametrize(
    ("dtype", "width"), [(int, 0), (float, 0), (wp.vec2, 2), (wp.vec3, 3), (wp.vec4, 4), (wp.vec3i, 3)]
)
@pytest.mark.parametrize("kind", [torch.float64, torch.int64, torch.uint8, torch.bfloat16])
def test_tensors_reach_warp_as_on_a_device(dtype, width, kind, monkeypatch):
    """By `wp.from_torch`, which refuses what NumPy's way takes: Python's types, gaps in memory, gradients."""
    monkeypatch.setattr(arrays, "to_numpy", pytest.fail)
    given = torch.arange(12 * max(1, width)).view(12, -1)[::2].to(kind)
    given = (given.requires_grad_() if given.is_floating_point() else given) * 1
    found = arrays.to_warp(given if width else given[:, 0], dtype, "cpu")
    assert found.shape == (6,) and np.array_equal(found.numpy().reshape(6, -1), given.detach().float().numpy())
    assert arrays.to_warp(given[:0] if width else given[:0, 0], dtype, "cpu").shape == (0,)
    fits = torch.zeros(5, dtype=torch.int32)
    arrays.to_warp(fits, int, "cpu").fill_(7)
    assert fits.tolist() == [7] * 5  # shared


def test_where_and_offsets():
    marks = arrays.to_warp(np.array([3, 1, 0, 1]), int, "cpu")
    assert arrays.where(marks, 1).numpy().tolist() == [1, 3]
    ends, total = arrays.offsets(marks)
    assert ends.numpy().tolist() == [3, 4, 4, 5] and total == 5
    assert arrays.offsets(arrays.to_warp(np.zeros(0), int, "cpu"))[1] == 0
    with pytest.raises(BadInputError):
        arrays.offsets(arrays.to_warp(np.full(3, 2**30), int, "cpu"))


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_check_mesh(kind):
    vertices, faces = twins.box_mesh()
    arrays.check_mesh(kind(vertices), kind(faces))
    arrays.check_mesh(kind(vertices), kind(faces[:0]))
    broken = vertices.copy()
    broken[7] = np.nan
    for bad in (
        (vertices[:, :2], faces),
        (vertices, faces[0]),
        (vertices, faces + 1),
        (vertices, faces - 1),
        (broken, faces),
    ):
        with pytest.raises(BadMeshError):
            arrays.check_mesh(*map(kind, bad))
    with pytest.raises(BadMeshError):
        arrays.check_mesh(kind(vertices), kind(faces.astype(np.float32)))
    arrays.check_mesh(kind(broken), kind(faces[(faces != 7).all(axis=1)]))


@wp.kernel
def remember_thread(base: int, out: wp.array(dtype=int)):
    i = base + wp.tid()
    out[i] = i


@pytest.mark.parametrize("count", [0, 1, 100, 5000])
@pytest.mark.parametrize("threads", [1, 3])
def test_launch_visits_every_item_once(count, threads, monkeypatch):
    monkeypatch.setattr(parallel, "thread_count", lambda: threads)
    out = wp.full(count, -1, dtype=int, device="cpu")
    parallel.launch(remember_thread, count, [out], "cpu")
    assert out.numpy().tolist() == list(range(count))
    out.fill_(-1)
    parallel.launch(remember_thread, count, [out], "cpu", cuts=[0, count // 3, count // 3, count])
    assert out.numpy().tolist() == list(range(count))


def test_cuts_keep_groups_together():
    starts = np.array([0, 10, 11, 90])
    assert parallel.even_cuts(100, 4) == [0, 25, 50, 75, 100]
    assert parallel.group_cuts(starts, 100, 4) == [0, 90, 100]
    # The cut wanted at 12 moves on to the next start, and so do all between 12 and 90.
    assert parallel.group_cuts(starts, 100, 50) == [0, 10, 90, 100]
    assert parallel.group_cuts(np.array([0]), 5, 3) == [0, 5]


def test_errors_in_threads_arrive_after_all_have_ended(monkeypatch):
    monkeypatch.setattr(parallel, "thread_count", lambda: 2)
    done = threading.Event()

    def fail():
        raise BadInputError("no")

    with pytest.raises(BadInputError):
        parallel.run_threads([fail, done.set])
    assert done.is_set()


def test_importing_starts_nothing_and_warp_stays_quiet():
    """No greeting on stdout, no driver notice on stderr: stdout belongs to results."""
    code = (
        "import varco3d.kernels.voxels.voxelize as v, numpy as np\n"
        "import sys; assert 'torch' not in sys.modules\n"
        "print('ready', flush=True)\n"
        "i, d = v.voxelize(np.eye(3, dtype=np.float32) / 2, np.array([[0, 1, 2]]), 4)\n"
        "print(len(i) > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "ready\nTrue\n"
    assert done.stderr == ""


def test_box_and_positions():
    assert box(1) == ((-1.0,) * 3, (1.0,) * 3)
    assert box(np.array([[0, 0, 0], [1, 2, 3]])) == ((0.0, 0.0, 0.0), (1.0, 2.0, 3.0))
    for bad in (0.0, -1.0, np.inf, ((0, 0, 0), (1, 1, 0)), ((0, 0), (1, 1))):
        with pytest.raises(BadInputError):
            box(bad)
    points = np.arange(1001)[:, None] * np.ones(3, np.int32)
    expected = np.linspace(-1.01, 1.01, 1001).astype(np.float32)
    np.testing.assert_array_equal(lattice_positions(points, 1000, box(1.01))[:, 0], expected)


def test_field_checks_its_shapes():
    field = field_from_grid(twins.dense_grid(twins.ball, 6))
    np.testing.assert_array_equal(field.cell_size, [1 / 3] * 3)
    values = twins.ball(torch.from_numpy(field.positions())).numpy()
    np.testing.assert_allclose(values, field.values, atol=1e-6)
    parts = vars(field)
    for name, bad in (("cells", field.cells[:-1]), ("corners", field.corners[:, :4]), ("values", field.values[:-1])):
        with pytest.raises(BadInputError):
            Field(**{**parts, name: bad})
    with pytest.raises(BadInputError):
        field_from_grid(np.zeros((3, 3, 4)))


def test_a_module_is_compiled_when_the_cache_holds_its_binary(tmp_path, monkeypatch, caplog):
    from varco3d.kernels.ovoxel import face_normals

    start_warp()
    module = wp.get_module(face_normals.__name__)
    monkeypatch.setattr(wp.config, "kernel_cache_dir", str(tmp_path))
    assert not is_compiled(module, "cpu")
    with caplog.at_level(logging.INFO, compile_log.name):
        announce_compiling.__wrapped__(module, "cpu")
    assert caplog.messages == [face_normals.__name__]
    folder = tmp_path / module.get_module_identifier(CPU_BLOCK)
    folder.mkdir()
    (folder / "module.cpp").write_text("")  # an unfinished one
    assert not is_compiled(module, "cpu")
    (folder / "module.o").write_text("")
    assert is_compiled(module, "cpu")


def test_all_modules_are_compiled_ahead_with_a_word_for_each_that_is_missing(monkeypatch):
    made, told = [], []
    monkeypatch.setattr(ahead, "is_compiled", lambda module, device: module.name.endswith("bricks"))
    monkeypatch.setattr(ahead, "load_module", lambda module, device: made.append((module.name, device)))
    ahead.compile_all("cuda:0", lambda number, count, name: told.append(name))
    assert {name for name, device in made if device == "cpu"} == {name for name, device in made if device == "cuda:0"}
    assert len(made) == 2 * len(ahead.kernel_modules())
    assert "atlas.bake" in told and "fields.bricks" not in told
