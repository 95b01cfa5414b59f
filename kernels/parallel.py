# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportReturnType=false
"""Starting Warp, and launching its kernels on every core.

Warp runs a CPU launch on the calling thread only, but the call leaves the interpreter lock, so a launch cut into ranges
over a few threads uses all cores. Two rules make that safe, and every kernel in this folder keeps them:

* the first argument of a kernel is `base`, the index of its first item: item = base + wp.tid();
* two items of one launch never write different values to one place (Warp's CPU atomics are plain read-modify-write), or
  the launch names the cuts between which that holds.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import warp as wp

from .._files import free_bytes
from .._places import cache_folder, temporary_home, writable

# Tells at INFO when kernels are about to be compiled: once per machine and version, and long enough to be wondered at.
compile_log = logging.getLogger("varco3d.kernels.compiling")

# Below this many items a thread costs more than it saves.
SERIAL_BELOW = 2048
ROOM = 50_000_000  # bytes on a disk below which no kernel is built there; all of them for the CPU take 10 MB
CPU_BLOCK = 1  # block size of CPU launches; another one is another binary
# More ranges than threads, because the cost per item is uneven.
RANGES_PER_THREAD = 4


def thread_count() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@cache
def start_warp() -> None:
    """Initialise Warp once, without its greeting on stdout and its native notice about a missing driver on stderr.

    Called by everything that allocates or launches; importing this package alone starts nothing.
    """
    wp.config.log_level = max(wp.config.log_level, wp.LOG_WARNING)
    # Else the driver's age decides about the kind of file, and what was compiled ahead (ahead.py) may not be found.
    wp.config.cuda_output = wp.config.cuda_output or "cubin"
    _choose_cache()
    with _native_stderr_closed():
        wp.init()


def _choose_cache() -> None:
    """Has kernels built in a temporary folder where the usual cache cannot be written, here and in processes to come.

    No home, a home that is read-only or full, and a cache of somebody else are usual in containers. What was compiled
    into such a cache before, when the image was made, is used from there.
    """
    usual = os.environ.get("WARP_CACHE_PATH") or wp.config.kernel_cache_dir
    folder = Path(usual) if usual else cache_folder("warp")
    usable, full = writable(folder), free_bytes(folder) < ROOM
    if usable and not full:
        return
    other = temporary_home() / "warp"
    if usable and free_bytes(other) < ROOM:
        return
    os.environ["WARP_CACHE_PATH"] = str(other)
    wp.config.kernel_cache_dir = None
    if borrow_compiled(folder / wp.__version__, other / wp.__version__):
        return
    why = "has no room" if usable else "cannot be written"
    logging.getLogger("varco3d").warning("%s %s; kernels are built in %s", folder, why, other)


def borrow_compiled(compiled: Path, folder: Path) -> int:
    """Link every compiled module of a cache that is read-only into one that is not; returns how many there are."""
    try:
        modules = [path for path in compiled.iterdir() if path.is_dir()]
    except OSError:
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    for path in modules:
        with suppress(FileExistsError):
            (folder / path.name).symlink_to(path.absolute())
    return len(modules)


def on_host(device: Any) -> bool:
    """Tell whether a Warp device, or its name, is the CPU.

    All kernels ask here where their ways part, so that a test can send them the other way.
    """
    return str(device) == "cpu"


def has_cuda(name: str) -> bool:
    """Tell whether Warp can compute on the device `name` ("cuda:0")."""
    start_warp()
    return any(device.alias == name for device in wp.get_cuda_devices())


@cache
def announce_compiling(module: Any, device: str) -> None:
    """Log at INFO that a module has to be compiled for a device; looks into the cache once per module.

    module: what `kernel.module` gives.
    """
    if not is_compiled(module, device):
        compile_log.info(module.name)


def is_compiled(module: Any, device: str) -> bool:
    """Return True when the cache of kernels holds a module's binary for a device."""
    start_warp()
    name = module.get_module_identifier(CPU_BLOCK if device == "cpu" else None)
    folder = Path(str(wp.config.kernel_cache_dir), name)
    endings = ("o",) if device == "cpu" else ("cubin", "ptx")
    return any(path for ending in endings for path in folder.glob(f"*.{ending}"))


def load_module(module: Any, device: str) -> None:
    """Load a module for a device, with the block size of CPU launches there; compiles what the cache lacks."""
    announce_compiling(module, device)
    module.load(wp.get_device(device), CPU_BLOCK if device == "cpu" else None)


def launch(
    kernel: Any,
    count: int,
    inputs: Sequence[Any],
    device: str,
    cuts: Sequence[int] | None = None,
    block_dim: int = 256,
) -> None:
    """Run `kernel` over items 0..count-1 and return when the results can be read on the same stream.

    inputs: the arguments after `base`. cuts: ascending item numbers from 0 to count; on CPU the items between two cuts
    stay on one thread. Without cuts any split is allowed. On CUDA it is a single launch and cuts are ignored.
    """
    if count <= 0:
        return
    start_warp()
    announce_compiling(kernel.module, device)
    if not on_host(device):
        wp.launch(kernel, dim=count, inputs=[0, *inputs], device=device, block_dim=block_dim)
        return
    workers = thread_count()
    if workers == 1 or count < SERIAL_BELOW:
        wp.launch(kernel, dim=count, inputs=[0, *inputs], device=device)
        return
    if cuts is None:
        cuts = even_cuts(count, workers * RANGES_PER_THREAD)

    def run(begin: int, end: int) -> Callable[[], None]:
        return lambda: wp.launch(kernel, dim=end - begin, inputs=[begin, *inputs], device=device)

    # Load once here: two threads must not race to compile one module.
    load_module(kernel.module, device)
    run_threads([run(begin, end) for begin, end in pairwise(cuts) if end > begin])


def run_threads(jobs: Sequence[Callable[[], None]]) -> None:
    """Run the jobs on as many threads as there are cores; the first exception is raised after all have ended."""
    if len(jobs) <= 1 or thread_count() == 1:
        for job in jobs:
            job()
        return
    # A pool per call costs 0.1 ms and leaves no state behind that a fork or an interpreter exit could trip over.
    with ThreadPoolExecutor(min(thread_count(), len(jobs))) as pool:
        futures = [pool.submit(job) for job in jobs]
    for future in futures:
        future.result()


def even_cuts(count: int, ranges: int) -> list[int]:
    """Item numbers that cut 0..count into `ranges` nearly equal parts."""
    ranges = max(1, min(ranges, count))
    return [count * i // ranges for i in range(ranges + 1)]


def group_cuts(starts: np.ndarray, count: int, ranges: int) -> list[int]:
    """Like `even_cuts`, but only cuts at group starts, so that no group is split between threads.

    starts: [G] ascending item numbers at which a group begins.
    """
    wanted = np.asarray(even_cuts(count, ranges)[1:-1], dtype=np.int64)
    inner = starts[np.minimum(np.searchsorted(starts, wanted), len(starts) - 1)]
    return [0, *np.unique(inner[(inner > 0) & (inner < count)]).tolist(), count]


@contextmanager
def _native_stderr_closed() -> Iterator[None]:
    """Send file descriptor 2 to nowhere: Warp's library writes its driver notice there, past `sys.stderr`."""
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # no stderr at all, nothing to hide
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
