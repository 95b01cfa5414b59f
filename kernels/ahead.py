"""Compiling the kernels before they are needed, for this machine or for a GPU elsewhere."""

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import warp as wp

from .parallel import is_compiled, load_module, start_warp

PACKAGE = __name__.rpartition(".")[0]


def kernel_modules() -> list[str]:
    """Names of the modules of this package that define a Warp kernel, such as "fields.bricks"."""
    root = importlib.import_module(PACKAGE)
    names = [info.name for info in pkgutil.walk_packages(root.__path__, f"{PACKAGE}.") if not info.ispkg]
    return [name.removeprefix(f"{PACKAGE}.") for name in names if _defines_kernel(name)]


def _defines_kernel(name: str) -> bool:
    module = importlib.import_module(name)
    kernels = (value for value in vars(module).values() if isinstance(value, wp.Kernel))
    return any(kernel.module.name == name for kernel in kernels)


def compile_all(device: str, tell: Callable[[int, int, str], None]) -> None:
    """Compile every module that the cache lacks, for the CPU and for `device` ("cpu", "cuda:0").

    tell(number, count, name) is called before each module that has to be compiled.
    """
    start_warp()
    names = kernel_modules()
    for number, name in enumerate(names, start=1):
        module = wp.get_module(f"{PACKAGE}.{name}")
        for place in dict.fromkeys(("cpu", device)):
            if not is_compiled(module, place):
                tell(number, len(names), name)
            load_module(module, place)


def compile_module(name: str, architectures: list[int], folder: Path, ptx: bool = False) -> list[Path]:
    """Compile a module for CUDA architectures (90 for sm_90), into `folder`; returns the files.

    Raises RuntimeError when this build of Warp has no CUDA compiler.
    """
    start_warp()
    module = importlib.import_module(f"{PACKAGE}.{name}")
    return wp.compile_aot_module(module, arch=architectures, module_dir=folder, use_ptx=ptx)


def compile_cache(architecture: int, folder: Path) -> list[Path]:
    """Compile every module into `folder`, laid out as the kernel cache that Warp looks into when it loads one.

    Warp reads it where the environment variable WARP_CACHE_PATH names the folder.
    """
    start_warp()
    made = []
    for name in kernel_modules():
        module = wp.get_module(f"{PACKAGE}.{name}")
        made += compile_module(name, [architecture], folder / wp.__version__ / module.get_module_identifier())
    return made
