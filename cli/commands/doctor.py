"""`varco3d doctor`: is this machine fit, and what to do about what is not."""

import contextlib
import importlib.util
import io
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from ..._plugins import GROUPS, package_of, plugins
from ..._text import byte_count
from ..._version import __version__
from ...errors import Varco3DError
from ..config import unknown_variables
from ..console import seconds
from ..exit_codes import ITEM_FAILED, OK
from ..session import Session
from .base import new_app, run_options, verb

EXAMPLES = """
varco3d doctor
varco3d doctor --no-self-test
varco3d doctor --warm
varco3d doctor --json
"""

app = new_app()

# Packages that may be missing: import name -> (extra, or "" for the package itself; what it brings).
OPTIONAL = {
    "huggingface_hub": ("hub", "models pull"),
    "xatlas": ("texture", "xatlas charts"),
    "pymeshlab": ("", "quads, closing open meshes (GPL-3)"),
    "rembg": ("cutout", "larger background-removal models"),
    "ray": ("ray", "--executor ray"),
}
NEEDED_MEMORY = 3.0  # GiB free, for `tiny`
NEEDED_DISK = 1e9  # bytes


@dataclass(frozen=True)
class Check:
    """One line of the report. status: ok, note (nothing to do), or fail, which always has a fix."""

    name: str
    status: str
    detail: str
    fix: str = ""


def check_python() -> Iterator[Check]:
    """Versions of what matters when something is odd."""
    yield Check("varco3d", "ok", f"{__version__}, Python {platform.python_version()} on {platform.platform()}")
    import numpy
    import torch
    import trimesh

    yield Check(
        "packages", "ok", f"torch {torch.__version__}, numpy {numpy.__version__}, trimesh {trimesh.__version__}"
    )
    import warp

    yield Check("kernels", "ok", f"warp {warp.__version__}")


def check_device() -> Iterator[Check]:
    """Yield the device `--device auto` would take, and its memory."""
    from ...pipeline.machine import free_memory, resolve_device, slow_number_type

    device = resolve_device("auto")
    free = free_memory(device)
    slow = slow_number_type("bfloat16", device)
    advice = "; use float32, bfloat16 is slow on this processor" if slow else ""
    yield Check("device", "ok", f"{device}, {os.cpu_count()} cores{advice}")
    if free >= NEEDED_MEMORY:
        yield Check("memory", "ok", f"{free:.1f} GiB free")
    else:
        fix = "Close other programs, or use --preset draft --memory 2."
        yield Check("memory", "fail", f"{free:.1f} GiB free, {NEEDED_MEMORY:.0f} wanted", fix)


def check_disk() -> Iterator[Check]:
    """Room and permission where results, caches and temporary files go."""
    from .cache import caches

    places = {"here": Path.cwd(), "temporary files": Path(tempfile.gettempdir())}
    places |= {f"{name} cache": folder for name, (folder, _) in caches().items()}
    for name, folder in places.items():
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        if not os.access(existing, os.W_OK):
            yield Check(name, "fail", f"{existing} is read-only", f"chown or chmod it, or work elsewhere: {existing}")
        elif free < NEEDED_DISK:
            yield Check(name, "fail", f"{byte_count(free)} free in {existing}", "Free some space: varco3d cache clear")
        else:
            yield Check(name, "ok", f"{folder}, {byte_count(free)} free")


def check_models() -> Iterator[Check]:
    """Yield the shipped weights must be there and sound; others are told if present."""
    from ...weights.checkpoints.store import Store
    from ...weights.checkpoints.zoo import BUNDLES, specs_of

    store = Store()
    for spec in specs_of("tiny"):
        located = store.find(spec)
        if located is None:
            yield Check(
                f"model {spec.name}", "fail", "the shipped weights are missing", "pip install --force-reinstall varco3d"
            )
            continue
        problems = [check.problem for check in store.verify(located) if check.problem]
        if problems:
            yield Check(f"model {spec.name}", "fail", problems[0], "pip install --force-reinstall varco3d")
        else:
            yield Check(f"model {spec.name}", "ok", f"{located.origin}, {byte_count(located.bytes)}, verified")
    others = [name for name in BUNDLES if name != "tiny" and all(store.find(s) for s in specs_of(name))]
    yield Check("other models", "note", ", ".join(others) or "none here; see `varco3d models list`")


def check_settings(session: Session) -> Iterator[Check]:
    """Yield the config files can be read, and the variables mean something."""
    run_options(session)
    names = ", ".join(str(path) for path in session.files.paths) or "no config file"
    yield Check("settings", "ok", names)
    for text in unknown_variables(os.environ):
        yield Check("settings", "fail", text, "Rename or unset it.")


def check_plugins() -> Iterator[Check]:
    """Every plug-in of other packages, and whether it can be loaded."""
    for kind, group in GROUPS.items():
        for name, point in plugins(group).items():
            try:
                point.load()
            except Exception as error:  # another package's code raises anything
                fix = f"pip install --force-reinstall {point.dist.name if point.dist else name}"
                yield Check(f"{kind} {name}", "fail", f"{package_of(point)}: {type(error).__name__}: {error}", fix)
            else:
                yield Check(f"{kind} {name}", "ok", package_of(point))


def check_optional() -> Iterator[Check]:
    """Extras: none is needed, each says how to get it."""
    for package, (extra, purpose) in OPTIONAL.items():
        if importlib.util.find_spec(package) is not None:
            yield Check(package, "ok", purpose)
        else:
            wanted = f"'varco3d[{extra}]'" if extra else package
            yield Check(package, "note", f"not installed; for {purpose}", f"pip install {wanted}")


def warm_up(session: Session) -> Iterator[Check]:
    """Compile every kernel for the CPU and the device of `--device auto`, with a line for each that is missing."""
    import warp as wp

    from ...kernels.ahead import compile_all
    from ...pipeline.machine import resolve_device
    from ...pipeline.machine_speed import machine_speed

    made: list[str] = []

    def tell(number: int, count: int, name: str) -> None:
        made.append(name)
        session.console.note(f"compiling kernels, once per machine: {name} ({number} of {count})")

    started = time.perf_counter()
    device = resolve_device("auto")
    compile_all(device if device.startswith("cuda") else "cpu", tell)
    spent = seconds(time.perf_counter() - started)
    told = f"{len(set(made))} modules compiled in {spent}" if made else "all compiled before"
    yield Check("kernels", "ok", f"{told}, in {wp.config.kernel_cache_dir}")
    speed = machine_speed(device)
    told = ", ".join(f"{name} {value:.0f}" for name, value in speed.gflops.items())
    yield Check("speed", "ok", f"matrix products, GFLOP/s: {told}")


def run_self_test() -> Iterator[Check]:
    """Yield a real picture through the whole chain, in draft quality, and the GLB checked."""
    from ...pipeline.meshes.glb_check import check_glb
    from ..main import main

    picture = Path(__file__).parents[1] / "selftest" / "mushroom.png"
    with tempfile.TemporaryDirectory(prefix="varco3d-doctor-") as folder:
        target = Path(folder, "mushroom.glb")
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):  # the path written is no result of doctor
            code = main(["generate", str(picture), "-o", str(target), "--preset", "draft", "--device", "auto", "-q"])
        spent = time.perf_counter() - started
        if code != OK or not target.is_file():
            yield Check(
                "self-test", "fail", f"generate ended with exit code {code}", "Look at the error above, then -v."
            )
            return
        problems = check_glb(target)
        if problems:
            yield Check("self-test", "fail", f"the GLB is not sound: {problems[0]}", "Please report this.")
            return
        yield Check(
            "self-test", "ok", f"picture to GLB ({byte_count(target.stat().st_size)}) in {seconds(spent)}, file sound"
        )


def guarded(name: str, group: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Yield the checks of a group; an exception in it becomes a failed line, so that the rest still runs."""
    try:
        yield from group()
    except Varco3DError as error:
        yield Check(name, "fail", error.message, error.hint or "See the message.")
    except ImportError as error:
        yield Check(name, "fail", f"{error}", f"{sys.executable} -m pip install --upgrade varco3d")
    except Exception as error:  # doctor exists to survive what is broken
        yield Check(name, "fail", f"{type(error).__name__}: {error}", "Run `varco3d doctor -v` and report this.")


@verb(app, "doctor", EXAMPLES)
def doctor(
    session: Session,
    self_test: bool = typer.Option(True, "--self-test/--no-self-test", help="Make a mesh from a real picture."),
    warm: bool = typer.Option(False, "--warm", help="Compile all kernels now, as for the image of a container."),
) -> int:
    """Check packages, device, memory, disk, models and settings, then make one mesh. Every problem comes with a fix.

    Kernels are compiled once per machine, when a run first needs them. With --warm it happens here, and the machine's
    speed is measured for `plan`.
    """
    session.console.note("checking this machine")
    groups: dict[str, Callable[[], Iterator[Check]]] = {
        "packages": check_python,
        "device": check_device,
        "disk": check_disk,
        "models": check_models,
        "settings": lambda: check_settings(session),
        "plug-ins": check_plugins,
        "optional packages": check_optional,
    }
    if warm:
        groups["kernels"] = lambda: warm_up(session)
    if self_test:
        groups["self-test"] = run_self_test
    found = []
    for name, group in groups.items():
        with session.console.guard_stdout():
            for check in guarded(name, group):
                found.append(check)
                if not session.flags.json:
                    session.console.result(line(check))
    failed = [check for check in found if check.status == "fail"]
    if session.flags.json:
        answer = {"schema": "varco3d.doctor/1", "ok": not failed, "checks": [asdict(check) for check in found]}
        session.console.result_json(answer)
    else:
        count = len(failed)
        session.console.note("all is well" if not failed else f"{count} problem{'s' if count > 1 else ''} to fix")
    return ITEM_FAILED if failed else OK


def line(check: Check) -> str:
    """`ok    device           cpu, 2 cores`, with the fix behind an arrow."""
    fix = f"  -> {check.fix}" if check.fix else ""
    return f"{check.status:<5} {check.name:<18} {check.detail}{fix}"
