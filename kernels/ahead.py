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


def cached_files(name: str, architecture: int, folder: Path) -> list[Path]:
    """Return the files that Warp looks for when it loads a module and its cache is `folder`: binary and description.

    They are those of launches with the usual size of a block; another size is another binary.
    """
    start_warp()
    importlib.import_module(f"{PACKAGE}.{name}")
    own = wp.get_module(f"{PACKAGE}.{name}").get_module_identifier()
    place = folder / wp.__version__ / own
    return [place / f"{own}.sm{architecture}.cubin", place / f"{own}.meta"]


def compile_cache(architecture: int, folder: Path) -> list[Path]:
    """Compile every module into `folder`, laid out as the kernel cache that Warp looks into when it loads one.

    Warp reads it where the environment variable WARP_CACHE_PATH names the folder. Raises RuntimeError when a module
    does not lie where Warp will look for it.
    """
    made = []
    for name in kernel_modules():
        wanted = cached_files(name, architecture, folder)
        made += compile_module(name, [architecture], wanted[0].parent)
        missing = [path.name for path in wanted if not path.is_file()]
        if missing:
            raise RuntimeError(f"{name} was compiled, but Warp {wp.__version__} will not find {', '.join(missing)}")
    return made


def load_ahead(name: str, device: str) -> bool:
    """Load a module on a device as a launch would, compiling what the cache lacks; tell whether it was there."""
    importlib.import_module(f"{PACKAGE}.{name}")
    module = wp.get_module(f"{PACKAGE}.{name}")
    there = is_compiled(module, device)
    load_module(module, device)
    return there
