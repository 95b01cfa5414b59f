"""Rules that keep kernels sound on CUDA, read from the source, as a CPU forgives what breaks them."""

import ast
from pathlib import Path

import pytest
import warp as wp

from varco3d.kernels.ahead import PACKAGE, kernel_modules
from varco3d.kernels.voxels import farthest_points

ROOT = Path(__file__).parents[2]
LAYERS = ("varco3d", "kernels", "weights", "pipeline", "cli")
MAKES_ARRAYS = {"wp.array", "wp.empty", "wp.zeros", "wp.ones", "wp.full", "wp.launch"}
# Places that read another tensor's memory in place: it has to be contiguous there.
SHARES = {"kernels/arrays.py: to_warp", "kernels/arrays.py: where", "kernels/arrays.py: offsets",
          "kernels/fields/flexicubes.py: __init__", "kernels/ovoxel/line_crossings.py: _keys_to_warp",
          "kernels/ovoxel/mending/mend.py: _taken"}  # fmt: skip
# Sums of floats whose order CUDA leaves open, so that the last bit may vary, and what docs/cuda.md calls them.
OPEN_SUMS = {
    "kernels/fields/marching_cubes.py: add_gradients": "`field_normals`",
    "kernels/fields/dual_mesh.py: _means": "`flexicubes`",
}
FLOATS = ("float", "wp.float32", "wp.float64", "wp.vec2", "wp.vec3", "wp.vec4", "wp.vec3d")
OPEN_METHODS = {"index_add_", "index_add", "scatter_add_", "scatter_add", "scatter_reduce_", "index_put_"}


def sources():
    return [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]


def calls(path):
    """Each call of a file with its dotted name and the function it stands in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []

    def visit(node, function):
        if isinstance(node, ast.FunctionDef):
            function = node
        if isinstance(node, ast.Call):
            found.append((node, ast.unparse(node.func), function))
        for child in ast.iter_child_nodes(node):
            visit(child, function)

    visit(tree, None)
    return found


def place(path, function):
    return f"{path.relative_to(ROOT).as_posix()}: {function.name if function else 'module'}"


KERNEL_CALLS = {path: calls(path) for path in sorted((ROOT / "kernels").rglob("*.py"))}


def test_every_kernel_of_the_product_is_compiled_ahead():
    """What is compiled for a machine without a compiler has to hold each kernel that a launch may ask for."""
    defined = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if "@wp.kernel" in text and not path.is_symlink():
            defined[path.relative_to(ROOT).as_posix()] = text.count("@wp.kernel")
    known = {f"kernels/{name.replace('.', '/')}.py" for name in kernel_modules()}
    assert set(defined) == known and len(known) >= 18
    for name in kernel_modules():
        module = wp.get_module(f"{PACKAGE}.{name}")
        assert len(module.kernels) == defined[f"kernels/{name.replace('.', '/')}.py"], name
        # A module's binary is found by the size of a block it was compiled for.
        assert module.options["block_dim"] == farthest_points.CUDA_BLOCK == 256
        assert module.options["enable_backward"] is False


def test_launches_on_cuda_have_the_block_that_is_compiled_ahead():
    named = {
        (place(path, function), ast.unparse(word.value))
        for path, found in KERNEL_CALLS.items()
        for call, _, function in found
        for word in call.keywords
        if word.arg == "block_dim"
    }
    assert named == {
        ("kernels/voxels/farthest_points.py: sample", "block"),  # CUDA_BLOCK on a device
        ("kernels/parallel.py: launch", "block_dim"),
    }


def test_every_array_and_every_launch_names_its_device():
    """Without one, Warp takes the first GPU it sees, or the CPU where there is none."""
    bare = [
        f"{place(path, function)}, line {call.lineno}: {name}"
        for path, found in KERNEL_CALLS.items()
        for call, name, function in found
        if name in MAKES_ARRAYS and not any(word.arg == "device" for word in call.keywords) and not annotation(call)
    ]
    assert bare == []


def annotation(call):
    """`wp.array(dtype=...)` alone is a type."""
    return ast.unparse(call.func).startswith("wp.array") and not call.args


def test_memory_of_tensors_is_shared_in_known_places():
    found = {
        place(path, function)
        for path, listed in KERNEL_CALLS.items()
        for _, name, function in listed
        if name == "wp.from_torch"
    }
    assert found == SHARES


def test_sums_whose_order_is_open_are_known():
    found = set()
    for path, listed in KERNEL_CALLS.items():
        for call, name, function in listed:
            if name in ("wp.atomic_add", "wp.atomic_sub"):
                kinds = {arg.arg: ast.unparse(arg.annotation) for arg in function.args.args if arg.annotation}
                kind = kinds.get(ast.unparse(call.args[0]), "")
                if any(f"dtype={name})" in kind for name in FLOATS):
                    found.add(place(path, function))
            elif name.rpartition(".")[2] in OPEN_METHODS or (
                name == "torch.bincount" and any(word.arg == "weights" for word in call.keywords)
            ):
                found.add(place(path, function))
    # Votes, whole numbers in float64: their sum is one number in any order.
    votes = {"kernels/fields/flexicubes.py: enclosed_places", "kernels/fields/brick_field.py: enclosed_bricks"}
    assert found - votes == set(OPEN_SUMS)
    told = (ROOT / "docs" / "cuda.md").read_text(encoding="utf-8").partition("## Differences between the paths")[2]
    assert all(name in told for name in OPEN_SUMS.values())


@pytest.mark.parametrize("layer", LAYERS)
def test_everything_runs_on_the_stream_that_warp_waits_for(layer):
    """Warp's stream waits for torch's default one and makes it wait, but knows no other."""
    for path in sorted((ROOT / layer).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for name in ("cuda.Stream", "cuda.stream(", "set_stream", "ScopedStream", "non_blocking"):
            assert name not in text, f"{path.relative_to(ROOT)} uses {name}"
