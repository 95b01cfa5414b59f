"""`varco3d bench`: the geometry kernels beside other libraries on this machine."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..._text import printable, suggestion
from ...errors import OutputError, UsageError
from ..options.flag import Panel, flag, shown
from ..session import Session
from .base import new_app, verb

if TYPE_CHECKING:
    from ..bench import page
    from ..bench.cases import Case

EXAMPLES = """
varco3d bench voxelize --shape bunny --faces 20000 --repeat 1
varco3d bench decode_octree --resolution 256,512,1024,2048
varco3d bench --bars --keep bench.json
varco3d bench --threads all,1 --markdown docs/benchmarks.md
"""

app = new_app()
KERNELS = (
    "voxelize", "farthest_points", "decode_octree", "marching_cubes", "render_maps", "cast_rays", "closest_point",
    "sample_surface", "clean", "decimate", "unwrap", "bake",
)  # fmt: skip
SHAPES = ("bunny", "knot", "blob")


def thread_count(text: str) -> int | None:
    """Return a number of threads from 1 to 1024; all is None. Raises ValueError."""
    if text == "all":
        return None
    if not text.isdigit() or not 1 <= int(text) <= 1024:
        raise ValueError(f"{text!r} is neither all nor a number from 1 to 1,024.")
    return int(text)


@dataclass(frozen=True)
class Cases(Panel):
    """The cases to measure, and where their figures go. threads: None is all of them."""

    shapes: tuple[str, ...] = flag((), "Shape; may be repeated.", name="shape", choices=SHAPES, note="all")
    faces: tuple[int, ...] = flag(
        (20_000, 200_000, 1_000_000), "Faces of meshes.", minimum=500, maximum=20_000_000, metavar="N,..."
    )
    resolution: tuple[int, ...] = flag((256, 512, 1024), "Sides of fields.", minimum=16, maximum=4096, metavar="N,...")
    repeat: int = flag(3, "Calls after the first.", minimum=0, maximum=100)
    threads: tuple[int | None, ...] = flag(
        (None,), "OMP_NUM_THREADS of the measured processes; all,1 measures both ways.", parse=thread_count,
        metavar="N|all,...", note="all",
    )  # fmt: skip
    bars: bool = flag(False, "Only the cases of the promised figures, at their sizes.")
    keep: Path | None = flag(
        None, "Keep finished cases in this file; the same command resumes from it.", metavar="FILE"
    )
    note: str = flag("", "A sentence for the page about other load on the machine.")
    markdown: Path | None = flag(None, "Also write the page to this file.", metavar="FILE")


def kernel_names(incomplete: str) -> list[str]:
    """Kernels that start with what was typed."""
    return [name for name in KERNELS if name.startswith(incomplete)]


@verb(app, "bench", EXAMPLES)
def bench(
    session: Session,
    wanted: Cases,
    kernels: list[str] = typer.Argument(
        None, metavar="[KERNEL]...", help="Kernels to time.", show_default="all", autocompletion=kernel_names
    ),
) -> None:
    """Time the geometry kernels beside the libraries that are installed. All of it may take an hour."""
    chosen = chosen_cases(kernels or [], wanted)
    if session.flags.dry_run:
        for case, shape, size in chosen:
            session.console.result(f"{case.kernel}: {case.title}, {shape}, {size:,} {case.axis}")
        return
    from dataclasses import asdict

    from ..bench import page
    from ..bench.bars import judged
    from ..bench.measure import run_case
    from ..bench.saved_rows import Kept

    console = session.console
    machine = page.this_machine()
    if machine.missing:
        console.note(f"not installed: {', '.join(machine.missing)}")
    parts, kept = [], Kept(wanted.keep)
    with console.guard_stdout():
        for setting in wanted.threads:
            rows = []
            for picked in chosen:
                rows += kept.rows(*picked, setting) or kept.add(
                    *picked, setting, run_case(*picked, wanted.repeat, setting, console.note)
                )
            parts.append(page.Section(setting, rows, judged(rows)))
            if not session.flags.json:
                show(session, parts[-1])
    if session.flags.json:
        console.result_json(
            {"schema": "varco3d.bench/1", "machine": asdict(machine), "runs": [asdict(part) for part in parts]}
        )
    if wanted.markdown is not None:
        text = page.markdown(machine, parts, command_line(kernels or [], wanted), wanted.note)
        try:
            wanted.markdown.write_text(text, encoding="utf-8")
        except OSError as error:
            place = f"cannot write {wanted.markdown}: {error.strerror}"
            raise OutputError(place, "Give --markdown another place.") from error
        console.note(printable(f"wrote {wanted.markdown}"))


def chosen_cases(kernels: Sequence[str], wanted: Cases) -> "list[tuple[Case, str, int]]":
    """(case, shape, size) of everything to measure. Raises UsageError for an unknown kernel, and for nothing."""
    from ..bench.bars import needed_cases
    from ..bench.cases import CASES

    for name in kernels:
        if name not in KERNELS:
            raise UsageError(f"there is no kernel {name!r}", suggestion(name, KERNELS))
    needed = needed_cases()
    sizes = tuple(sorted({cases.size for cases in needed}))
    faces, resolution = (sizes, sizes) if wanted.bars else (wanted.faces, wanted.resolution)
    chosen = [
        (case, shape, size)
        for case in CASES if not kernels or case.kernel in kernels
        for shape in wanted.shapes or SHAPES
        for size in (faces if case.axis == "faces" else resolution)
        if size <= case.most and (not wanted.bars or any(cases.hold(case.kernel, size, case.title) for cases in needed))
    ]  # fmt: skip
    if not chosen:
        raise UsageError("nothing is left to run", "Give smaller --faces or --resolution.")
    return chosen


def show(session: Session, part: "page.Section") -> None:
    """Print the tables of one setting."""
    from ..bench import page

    for kernel, title, rows in page.by_case(part.rows):
        session.console.result(f"\n{kernel}: {title} ({page.threads_said(part.threads)})")
        session.console.table(page.HEAD, page.table_of(rows))
    if part.bars:
        session.console.result("")
        session.console.table(("bar", "measured", "met"), [verdict.cells() for verdict in part.bars])


def command_line(kernels: Sequence[str], wanted: Cases) -> str:
    """Return the command line that does the same."""
    words = ["varco3d", "bench", *kernels]
    for shape in wanted.shapes:
        words += ["--shape", shape]
    if wanted.bars:
        words += ["--bars"]
    else:
        words += ["--faces", shown(wanted.faces), "--resolution", shown(wanted.resolution)]
    threads = ",".join("all" if count is None else str(count) for count in wanted.threads)
    return shlex.join(
        [*words, "--repeat", str(wanted.repeat), "--threads", threads, "--markdown", str(wanted.markdown)]
    )
