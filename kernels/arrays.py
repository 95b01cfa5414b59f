# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportOptionalMemberAccess=false
"""Arrays at the border of the kernels: numpy or torch in, the same kind out, checked once.

A kernel computes where its first array lives: torch tensors on `cuda:i` stay there when Warp sees that device, all
other arrays are computed on the CPU. Results go back to the kind and device of that first array.
"""

import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import warp as wp

from ..errors import BadInputError, BadMeshError, UsageError
from .parallel import has_cuda, on_host, start_warp

if TYPE_CHECKING:
    import torch

Array: TypeAlias = "np.ndarray | torch.Tensor"

# The numpy type that holds one component of a Warp type.
SCALARS: dict[Any, Any] = {
    float: np.float32,
    int: np.int32,
    wp.vec2: np.float32,
    wp.vec3: np.float32,
    wp.vec4: np.float32,
    wp.vec3i: np.int32,
}


NAMED: dict[Any, Any] = {float: wp.float32, int: wp.int32}


@dataclass(frozen=True)
class Origin:
    """The kind of array a caller gave, hence the kind it gets back.

    torch_device: device of the tensor, None for numpy. device: where Warp computes, "cpu" or "cuda:i".
    """

    torch_device: str | None
    device: str

    def give(self, array: "wp.array | np.ndarray") -> Any:
        """`array` as the caller's kind; shares memory where it can."""
        if self.torch_device is None:
            return array.numpy() if isinstance(array, wp.array) else array
        import torch

        tensor = wp.to_torch(array) if isinstance(array, wp.array) else torch.from_numpy(np.ascontiguousarray(array))
        return tensor.to(self.torch_device)


def origin_of(array: Any) -> Origin:
    """Return the device of `array`, and the one that kernels on it run on."""
    if not is_tensor(array):
        return Origin(None, "cpu")
    name = str(array.device)
    if array.device.type != "cuda":
        return Origin(name, "cpu")
    indexed = f"cuda:{array.device.index or 0}"
    if has_cuda(indexed):
        return Origin(indexed, indexed)
    warnings.warn(
        f"Warp sees no device {indexed} (its wheel needs a driver for CUDA 13); geometry runs on the CPU",
        RuntimeWarning,
        stacklevel=3,
    )
    return Origin(indexed, "cpu")


def is_tensor(array: Any) -> bool:
    """Tell whether `array` is a torch tensor, without importing torch for those who do not use it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(array, torch.Tensor)


def namespace(array: Any) -> Any:
    """Return torch for a tensor, else NumPy: for the functions that both have under one name."""
    return sys.modules["torch"] if is_tensor(array) else np


def beside(array: np.ndarray, other: Any) -> Any:
    """`array` of the host as the kind of `other`, where that lives."""
    if not is_tensor(other):
        return array
    return sys.modules["torch"].from_numpy(np.ascontiguousarray(array)).to(other.device)


def copied(array: Any) -> Any:
    """`array` in memory of its own, row by row."""
    return array.clone(memory_format=sys.modules["torch"].contiguous_format) if is_tensor(array) else array.copy()


def on_device(array: np.ndarray, device: Any) -> Any:
    """`array` as a tensor on a torch device."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(array)).to(device)


def positions(mask: Any) -> Any:
    """Ascending positions of what is true in a flat mask, of its kind; a device tells the host their number."""
    return mask.nonzero().flatten() if is_tensor(mask) else np.flatnonzero(mask)


def to_numpy(array: Any, dtype: Any = None) -> np.ndarray:
    """`array` (numpy, torch, list) as a C-contiguous numpy array on the CPU."""
    if is_tensor(array):
        array = array.detach().cpu()
        # numpy has no bfloat16; every bfloat16 is a float32.
        array = (array.float() if str(array.dtype) == "torch.bfloat16" else array).numpy()
    return np.ascontiguousarray(array, dtype=dtype)


def to_warp(array: Any, dtype: Any, device: str) -> wp.array:
    """`array` as a Warp array on `device`; dtype wp.vec3 takes [N, 3]. No copy when kind, type and device already fit.

    The result may share memory with `array`, so kernels treat it as read-only.
    """
    start_warp()
    scalar = np.dtype(SCALARS[dtype])
    if not is_tensor(array):
        # A read-only array (memory-mapped, say) is as good as any: nothing writes to it.
        return wp.array(to_numpy(array, scalar), dtype=dtype, device=device, copy=False)
    import torch

    # Tensors of the CPU go this way too, so that what is run here is what a device runs.
    kind = torch.from_numpy(np.empty(0, scalar)).dtype
    held = array.detach().to(device=device, dtype=kind).contiguous()
    return wp.from_torch(held, dtype=NAMED.get(dtype, dtype))  # which knows Python's types by Warp's names only


WHERE_BLOCK = 1 << 18  # elements: what fits the cache


def where(mask: wp.array, value: int) -> wp.array:
    """Ascending int32 positions [K] at which the flat integer array `mask` equals `value`."""
    if not on_host(mask.device):
        import torch

        hits = torch.nonzero(wp.to_torch(mask) == value).flatten().to(torch.int32)
        return wp.from_torch(hits)
    # numpy, not torch: each small torch operation on a busy machine waits for its idle OpenMP threads. Block by block,
    # counted first: the 64-bit positions of the whole would be the largest array of a decode.
    states = mask.numpy()
    blocks = range(0, len(states), WHERE_BLOCK)
    counts = [np.count_nonzero(states[first : first + WHERE_BLOCK] == value) for first in blocks]
    found = np.empty(sum(counts), np.int32)
    end = 0
    for first, count in zip(blocks, counts, strict=True):
        if count:
            part = found[end : end + count]
            part[:] = np.flatnonzero(states[first : first + WHERE_BLOCK] == value)
            part += first
            end += count
    return wp.array(found, dtype=wp.int32, device="cpu", copy=False)


def offsets(counts: wp.array) -> tuple[wp.array, int]:
    """Inclusive prefix sums [N] int32 of integer `counts` [N], and their total.

    Raises BadInputError when the total does not fit 32 bits.
    """
    if not on_host(counts.device):
        import torch

        given = wp.to_torch(counts)
        total = int(given.sum(dtype=torch.int64))
        sums = wp.from_torch(torch.cumsum(given, 0, dtype=torch.int32))
    else:
        total = int(counts.numpy().sum(dtype=np.int64))
        sums = wp.array(np.cumsum(counts.numpy(), dtype=np.int32), dtype=int, device="cpu", copy=False)
    if total >= 2**31:
        raise BadInputError(f"{total} items are more than 32 bits can number", "lower the resolution")
    return sums, total


def check_mesh(vertices: Any, faces: Any) -> None:
    """Raise BadMeshError unless the mesh is well formed (see `check_faces`) and its vertices are finite where used.

    Runs where the arrays live. No face at all is allowed: such a mesh has an empty surface.
    """
    check_faces(vertices, faces)
    finite = _fits_float32(vertices)
    if not bool(finite.all()) and not to_numpy(finite.all(1))[to_numpy(faces)].all():
        raise BadMeshError("the mesh has vertices that are not finite", "repair or re-export it")


def check_faces(vertices: Any, faces: Any) -> None:
    """Raise BadMeshError unless vertices are [V, 3], and faces are [F, 3] integers in 0..V-1."""
    if vertices.ndim != 2 or vertices.shape[1] != 3:
        raise BadMeshError(f"vertices have shape {tuple(vertices.shape)}, expected [V, 3]")
    if faces.ndim != 2 or faces.shape[1] != 3:
        raise BadMeshError(f"faces have shape {tuple(faces.shape)}, expected [F, 3]", "triangulate the mesh first")
    if is_tensor(faces):
        integral = not (faces.is_floating_point() or faces.is_complex())
    else:
        integral = np.issubdtype(faces.dtype, np.integer)
    if not integral:
        raise BadMeshError(f"faces have type {faces.dtype}, expected integers")
    if len(faces) == 0:
        return
    low, high = int(faces.min()), int(faces.max())
    if low < 0 or high >= len(vertices):
        raise BadMeshError(f"a face names vertex {low if low < 0 else high} of {len(vertices)}")


def check_points(points: Any, name: str = "points") -> None:
    """Raise BadInputError unless `points` is [N, 3] and finite."""
    if points.ndim != 2 or points.shape[1] != 3:
        raise BadInputError(f"{name} have shape {tuple(points.shape)}, expected [N, 3]")
    if not bool(_fits_float32(points).all()):
        raise BadInputError(f"{name} hold values that are not finite")


def _fits_float32(array: Any) -> Any:
    """Mark the numbers of `array` that are finite and stay so as float32."""
    return abs(array) <= float(np.finfo(np.float32).max)


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise UsageError unless low <= value <= high."""
    if not low <= value <= high:
        raise UsageError(f"{name} is {value}, allowed is {low} to {high}")
