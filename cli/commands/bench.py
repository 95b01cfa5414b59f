"""`varco3d bench`: the geometry kernels beside other libraries on this machine."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...errors import OutputError, UsageError
from ..session import Session
from .base import Verb

if TYPE_CHECKING:
    from ..bench import page

EXAMPLES = """
varco3d bench voxelize --shape bunny --faces 20000 --repeat 1
varco3d bench decode_octree --resolution 256,512,1024,2048
varco3d bench --bars --keep bench.json
varco3d bench --threads all,1 --markdown docs/benchmarks.md
"""

KERNELS = (
    "voxelize", "farthest_points", "decode_octree", "marching_cubes", "render_maps", "cast_rays", "closest_point",
    "sample_surface", "clean", "decimate", "unwrap", "bake",
)  # fmt: skip
SHAPES = ("bunny", "knot", "blob")


class Numbers(click.ParamType):
    """20000,1000000 as a tuple of integers; with `word`, that word stands for None."""

    name = "numbers"

    def __init__(self, low: int, high: int, word: str = ""):
        self.low, self.high, self.word = low, high, word

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip().replace("_", "") for part in str(value).split(",")]
        numbers = tuple(None if self.word and part == self.word else int(part) for part in parts if self._fits(part))
        if len(numbers) != len(parts):
            also = f" or {self.word}" if self.word else ""
            self.fail(f"{value!r} is no list of numbers from {self.low:,} to {self.high:,}{also}.", param, ctx)
        return numbers

    def _fits(self, part: str) -> bool:
        return bool(self.word and part == self.word) or (part.isdigit() and self.low <= int(part) <= self.high)


@click.command("bench", cls=Verb, examples=EXAMPLES)
@click.argument("kernels", nargs=-1, type=click.Choice(KERNELS), metavar="[KERNEL]...")
@click.option("--shape", "shapes", type=click.Choice(SHAPES), multiple=True, help="May be repeated. [default: all]")
@click.option("--faces", type=Numbers(500, 20_000_000), default="20000,200000,1000000", show_default=True)
@click.option("--resolution", type=Numbers(16, 4096), default="256,512,1024", show_default=True, help="Of fields.")
@click.option("--repeat", type=click.IntRange(0, 100), default=3, show_default=True, help="Calls after the first.")
@click.option(
    "--threads", type=Numbers(1, 1024, "all"), default="all", show_default=True,
    help="OMP_NUM_THREADS of the measured processes; all,1 measures both ways.",
)  # fmt: skip
@click.option("--bars", "only_bars", is_flag=True, help="Only what the promised figures ask for, at its sizes.")
@click.option(
    "--keep", type=click.Path(path_type=Path, dir_okay=False),
    help="Keep finished cases in this file; the same command goes on from there.",
)  # fmt: skip
@click.option("--note", default="", help="A sentence for the page, about how the machine was used meanwhile.")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write the page there as well.")
@click.pass_obj
def command(
    session: Session,
    kernels: tuple[str, ...],
    shapes: tuple[str, ...],
    faces: tuple[int, ...],
    resolution: tuple[int, ...],
    repeat: int,
    threads: tuple[int | None, ...],
    only_bars: bool,
    keep: Path | None,
    note: str,
    markdown: Path | None,
) -> None:
    """Time the geometry kernels beside the libraries that are installed. All of it may take an hour."""
    from ..bench.bars import needed_cases
    from ..bench.cases import CASES

    needed = needed_cases()
    if only_bars:
        faces = resolution = tuple(sorted({cases.size for cases in needed}))
    chosen = [
        (case, shape, size)
        for case in CASES if not kernels or case.kernel in kernels
        for shape in shapes or SHAPES
        for size in (faces if case.axis == "faces" else resolution)
        if size <= case.most and (not only_bars or any(cases.hold(case.kernel, size, case.title) for cases in needed))
    ]  # fmt: skip
    if not chosen:
        raise UsageError("nothing is left to run", "Give smaller --faces or --resolution.")
    if session.dry_run:
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
    parts, kept = [], Kept(keep)
    with console.guard_stdout():
        for setting in threads:
            rows = []
            for picked in chosen:
                rows += kept.rows(*picked, setting) or kept.add(
                    *picked, setting, run_case(*picked, repeat, setting, console.note)
                )
            parts.append(page.Part(setting, rows, judged(rows)))
            if not session.as_json:
                show(session, parts[-1])
    if session.as_json:
        console.result_json(
            {"schema": "varco3d.bench/1", "machine": asdict(machine), "runs": [asdict(part) for part in parts]}
        )
    if markdown is not None:
        words = given(kernels, shapes, faces, resolution, repeat, threads, only_bars, markdown)
        text = page.markdown(machine, parts, words, note)
        try:
            markdown.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot write {markdown}: {error.strerror}", "Give --markdown another place.") from error
        console.note(f"wrote {markdown}")


def show(session: Session, part: "page.Part") -> None:
    """The tables of one setting on stdout."""
    from ..bench import page

    for kernel, title, rows in page.by_case(part.rows):
        session.console.result(f"\n{kernel}: {title} ({page.threads_said(part.threads)})")
        session.console.table(page.HEAD, page.table_of(rows))
    if part.bars:
        session.console.result("")
        session.console.table(("bar", "measured", "met"), [verdict.cells() for verdict in part.bars])


def given(
    kernels: tuple[str, ...],
    shapes: tuple[str, ...],
    faces: tuple[int, ...],
    resolution: tuple[int, ...],
    repeat: int,
    threads: tuple[int | None, ...],
    only_bars: bool,
    markdown: Path,
) -> str:
    """The command line that does the same."""
    words = ["varco3d", "bench", *kernels]
    for shape in shapes:
        words += ["--shape", shape]
    if only_bars:
        words += ["--bars"]
    else:
        words += ["--faces", ",".join(map(str, faces)), "--resolution", ",".join(map(str, resolution))]
    words += ["--repeat", str(repeat), "--threads", ",".join("all" if n is None else str(n) for n in threads)]
    return shlex.join([*words, "--markdown", str(markdown)])
