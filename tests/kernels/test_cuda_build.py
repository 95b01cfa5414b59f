"""Every kernel module compiles for CUDA, without a GPU, and spills no more than a little.

This says that the code builds for those chips, not that it was run on one: see docs/cuda.md.
"""

import re
import shutil
import subprocess

import pytest
import warp as wp

from varco3d.kernels import ahead
from varco3d.kernels.ahead import cached_files, compile_cache, compile_module, kernel_modules, load_ahead

ARCHITECTURES = (80, 90)
MOST_SPILLED_BYTES = 64
MOST_REGISTERS = 255  # what one thread can have at all


def compiled(name, folder):
    """Paths of the module compiled for each architecture; skips where Warp is built without a CUDA compiler."""
    try:
        return compile_module(name, list(ARCHITECTURES), folder, ptx=True)
    except RuntimeError as error:
        if "CUDA" in str(error) and "not" in str(error):
            pytest.skip(f"this Warp cannot compile for CUDA: {error}")
        raise


def test_every_room_with_kernels_is_known():
    rooms = {name.partition(".")[0] for name in kernel_modules()}
    assert rooms == {"atlas", "fields", "meshes", "ovoxel", "views", "voxels"}
    assert {"fields.marching_cubes", "voxels.farthest_points", "atlas.bake"} <= set(kernel_modules())


@pytest.mark.parametrize("name", kernel_modules())
def test_module_compiles_and_does_not_spill(name, tmp_path):
    paths = compiled(name, tmp_path)
    assert len(paths) == len(ARCHITECTURES)
    ptxas = shutil.which("ptxas")
    if ptxas is None:
        return
    for path, architecture in zip(sorted(paths), ARCHITECTURES, strict=True):
        text = path.read_bytes().rstrip(b"\0").decode()
        assert f"sm_{architecture}" in text
        # Warp's compiler may be newer than the assembler here; the code uses nothing of the newest version.
        source = tmp_path / f"{architecture}.ptx"
        source.write_text(re.sub(r"\.version \d+\.\d+", ".version 8.0", text, count=1))
        command = [ptxas, f"-arch=sm_{architecture}", "-v", str(source), "-o", str(tmp_path / "out.cubin")]
        report = subprocess.run(command, capture_output=True, text=True)
        assert report.returncode == 0, report.stderr[-2000:]
        spilled = [int(stores) for stores in re.findall(r"(\d+) bytes spill stores", report.stderr)]
        registers = [int(used) for used in re.findall(r"Used (\d+) registers", report.stderr)]
        assert registers and max(registers) <= MOST_REGISTERS
        assert max(spilled) <= MOST_SPILLED_BYTES, report.stderr


def test_compiled_ahead_they_lie_where_warp_looks_for_them(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead, "kernel_modules", lambda: ["atlas.fill"])
    try:
        (path,) = compile_cache(90, tmp_path)
    except RuntimeError as error:
        pytest.skip(f"this Warp cannot compile for CUDA: {error}")
    assert path.suffix == ".cubin" and path.name.endswith(".sm90.cubin") and path.stat().st_size > 0
    assert path.parent.parent == tmp_path / wp.__version__
    assert path.parent.name == wp.get_module("varco3d.kernels.atlas.fill").get_module_identifier()
    assert [found.is_file() for found in cached_files("atlas.fill", 90, tmp_path)] == [True, True]
    monkeypatch.setattr(ahead, "compile_module", lambda *arguments: [])
    with pytest.raises(RuntimeError, match=r"atlas.fill was compiled, but .*sm80.cubin"):
        compile_cache(80, tmp_path)


def test_a_loaded_module_says_whether_the_cache_held_it(tmp_path, monkeypatch):
    monkeypatch.setattr(wp.config, "kernel_cache_dir", str(tmp_path))
    monkeypatch.setattr(wp.get_module("varco3d.kernels.meshes.sums"), "execs", {})
    assert not load_ahead("meshes.sums", "cpu")
    assert load_ahead("meshes.sums", "cpu")
