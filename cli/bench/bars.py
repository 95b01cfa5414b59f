"""Limits that the kernels promise on two cores, and the check of a run against them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .measure import Row

Find = Callable[[Sequence[Row]], float | None]


@dataclass(frozen=True)
class Cases:
    """Our rows of a kernel at a size whose title holds `part`."""

    kernel: str
    size: int
    part: str = ""

    def hold(self, kernel: str, size: int, title: str) -> bool:
        return kernel == self.kernel and size == self.size and self.part in title

    def of(self, rows: Sequence[Row]) -> list[Row]:
        return [r for r in rows if self.hold(r.kernel, r.size, r.title) and r.who == "ours" and not r.note]


@dataclass(frozen=True)
class Figure:
    """find: rows -> the worst figure among them, None when they were not run; needs: the cases it reads."""

    find: Find
    needs: tuple[Cases, ...]


@dataclass(frozen=True)
class Bar:
    """least: the figure must reach `limit`, else it must not exceed it."""

    text: str
    limit: float
    figure: Figure
    least: bool = False


@dataclass(frozen=True)
class Verdict:
    text: str
    measured: float
    met: bool

    def cells(self) -> tuple[str, str, str]:
        return self.text, f"{self.measured:.3g}" if self.measured < 1000 else f"{self.measured:,.0f}", (
            "yes" if self.met else "**no**"
        )  # fmt: skip


def judged(rows: Sequence[Row]) -> list[Verdict]:
    """Return the bars for which the rows hold figures."""
    verdicts = []
    for bar in BARS:
        measured = bar.figure.find(rows)
        if measured is not None:
            verdicts.append(
                Verdict(bar.text, measured, (measured >= bar.limit) if bar.least else measured <= bar.limit)
            )
    return verdicts


def needed_cases() -> set[Cases]:
    """List what has to be run for all bars."""
    return {cases for bar in BARS for cases in bar.figure.needs}


def _on(shapes: Sequence[str], figure: Figure) -> Figure:
    """Return the figure on these shapes alone."""
    return Figure(lambda rows: figure.find([row for row in rows if row.shape in shapes]), figure.needs)


def _worst(kernel: str, size: int, worth: Callable[[Row], float | None], part: str = "") -> Figure:
    """`worth` of our row on the worst shape."""
    cases = Cases(kernel, size, part)

    def find(rows: Sequence[Row]) -> float | None:
        return max((value for row in cases.of(rows) if (value := worth(row)) is not None), default=None)

    return Figure(find, (cases,))


def _cpu(kernel: str, size: int, part: str = "") -> Figure:
    return _worst(kernel, size, lambda row: row.cpu, part)


def _peak(kernel: str, size: int) -> Figure:
    return _worst(kernel, size, lambda row: row.peak_mb)


def _queries(size: int) -> Figure:
    return _worst("decode_octree", size, lambda row: row.figures["queries"])


def _beside(
    peer: str, kernel: str, size: int, part: str, worth: Callable[[Row, Row], float], worst: Callable[..., float] = min
) -> Figure:
    """Return the `worth` of our row and a peer's row on the worst shape.

    Of several rows of a peer, the one that does best counts.
    """
    cases = Cases(kernel, size, part)

    def find(rows: Sequence[Row]) -> float | None:
        found = []
        for own in cases.of(rows):
            others = [
                worth(own, row) for row in rows
                if (row.title, row.shape, row.size) == (own.title, own.shape, own.size)
                and row.who.startswith(peer) and not row.note
            ]  # fmt: skip
            found += [worst(others)] if others else []
        return worst(found) if found else None

    return Figure(find, (cases,))


def _faster(own: Row, other: Row) -> float:
    return (other.cpu or 0.0) / (own.cpu or 1e-9)


def _error(own: Row, other: Row) -> float:
    return own.figures["error"] / other.figures["error"]


def _tokens() -> Figure:
    """CPU seconds of voxelizing and choosing 8,192 of the voxels, on the worst shape."""
    parts = Cases("voxelize", 200_000, "touched"), Cases("farthest_points", 200_000, "8,192")

    def find(rows: Sequence[Row]) -> float | None:
        voxels, chosen = ({row.shape: row.cpu for row in cases.of(rows)} for cases in parts)
        return max(((voxels[k] or 0) + (chosen[k] or 0) for k in voxels.keys() & chosen.keys()), default=None)

    return Figure(find, parts)


BARS = (
    Bar("voxelize 1M faces at 128³, exact distances: at most 0.5 s CPU", 0.5, _cpu("voxelize", 1_000_000, "exact")),
    Bar("the same: at least 5 times as fast as libigl", 5,
        _beside("libigl", "voxelize", 1_000_000, "exact", _faster), True),
    Bar("voxelize 200k faces and choose 8,192 voxels: at most 0.5 s CPU", 0.5, _tokens()),
    Bar("32,768 of 200,000 farthest points: as fast as the best of fpsample", 1,
        _beside("fpsample", "farthest_points", 200_000, "32,768", _faster), True),
    Bar("marching cubes at 512³, bunny and knot: at least 10 times as fast as scikit-image", 10,
        _on(("bunny", "knot"), _beside("scikit-image", "marching_cubes", 512, "", _faster)), True),
    Bar("the same, blob: at least 10 times", 10,
        _on(("blob",), _beside("scikit-image", "marching_cubes", 512, "", _faster)), True),
    Bar("decode at 1024³ without the field, bunny: at most 3 s CPU", 3,
        _on(("bunny",), _cpu("decode_octree", 1024))),
    Bar("decode at 1024³, bunny: at most 1,500 MB", 1500, _on(("bunny",), _peak("decode_octree", 1024))),
    Bar("decode at 1024³ without the field, blob: at most 3 s CPU", 3,
        _on(("blob",), _cpu("decode_octree", 1024))),
    Bar("decode at 1024³, blob: at most 1,500 MB", 1500, _on(("blob",), _peak("decode_octree", 1024))),
    Bar("decode at 512³, bunny: at most 2.2 M queries", 2.2e6, _on(("bunny",), _queries(512))),
    Bar("decode at 2048³: at most 12,000 MB", 12_000, _peak("decode_octree", 2048)),
    Bar("raster 1024² of 200k faces: at most 0.08 s CPU", 0.08, _cpu("render_maps", 200_000)),
    Bar("bake six pictures to 2048²: at most 1 s CPU", 1, _cpu("bake", 20_000)),
    Bar("decimate 1M to 100k faces: at least 8 times as fast as pymeshlab", 8,
        _beside("pymeshlab", "decimate", 1_000_000, "", _faster), True),
    Bar("the same: mean error through that of pymeshlab at most 1.12", 1.12,
        _beside("pymeshlab", "decimate", 1_000_000, "", _error, max)),
)  # fmt: skip
