"""The framework of the painters: what one is asked, what it answers, and what it may take of the machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ..._memory import free_on_device, held_on_device
from ..._text import GIB
from ...errors import UsageError

if TYPE_CHECKING:  # a list of painters must not load kernels
    import numpy as np

    from ...kernels.atlas.bake import View
    from ...kernels.views.cameras import Camera


def _quiet(*_: Any) -> None:
    return None


@dataclass(frozen=True)
class Known:
    """Colours that are painted already, in a painter's own views.

    pictures: float32 [V, S, S, 3]. share: float32 [V, S, S], 1 where the picture must stay. materials: float32
    [V, S, S, 2], roughness and metalness there, or None; painters that make none ignore them.
    """

    pictures: np.ndarray
    share: np.ndarray
    materials: np.ndarray | None = None


@dataclass(frozen=True)
class PainterOptions:
    """Weights that a user puts in place of the published ones.

    base: another base model (folder, file, or name in a hub cache); None for the published one. loras: files with their
    weights, merged into the base.
    """

    base: str | None = None
    loras: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class PaintTask:
    """A mesh to be painted, and what is wanted of it.

    vertices [V, 3] in [-1, 1]^3, y up, front +z; faces [F, 3]; normals [V, 3]. picture: float32 [S, S, 4], straight
    alpha, or None; words then decide alone. prompt, negative: None for the painter's own. steps, guidance, size: None
    for the published ones. known: None, or what to continue. extra_views: views wanted beyond the painter's layout;
    painters that choose none ignore it. delight: whether a painter's network that takes the light out of the picture
    runs first; None where its weights are here. progress(step, steps, note). warn(text).
    """

    vertices: np.ndarray
    faces: np.ndarray
    normals: np.ndarray
    picture: np.ndarray | None = None
    prompt: str | None = None
    negative: str | None = None
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    size: int | None = None
    known: Known | None = None
    extra_views: int = 0
    delight: bool | None = None
    options: PainterOptions = PainterOptions()
    progress: Callable[..., None] = _quiet
    warn: Callable[[str], None] = _quiet


@dataclass(frozen=True)
class PaintedViews:
    """A painter's answer.

    views: by name; pictures as generated, background and all, with the camera that shows the task's mesh so. Their
    priority is the painter's own weight of the view, their confidence its own trust in pixels or None. maps: what it
    was shown, float32 [V, S, S, 3] in 0..1 by kind, for people to look at. facts: for the record.
    """

    views: Mapping[str, View]
    maps: Mapping[str, np.ndarray] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Room:
    """The device and memory of a painter.

    device, dtype: torch names. memory: GiB of the device, None for all that is free.
    """

    device: str = "cpu"
    dtype: str = "float32"
    memory: float | None = None

    def budget(self) -> float:
        """Bytes: what was allowed, else what a CUDA device has free beside what torch holds there; else no limit."""
        if self.memory is not None:
            return self.memory * GIB
        if self.device.startswith("cuda"):
            return float(free_on_device(self.device) + held_on_device(self.device))
        return float("inf")


class Painter(Protocol):
    """Generates views of a mesh. name: for records. words: whether it reads a prompt."""

    name: str
    words: bool

    def cameras(self, vertices: np.ndarray, size: int) -> dict[str, Camera]:
        """Return the views it makes, by name, in its order, for a mesh [V, 3]."""
        ...

    def size(self, task: PaintTask) -> int:
        """Side of its pictures in pixels for a task."""
        ...

    def paint(self, task: PaintTask) -> PaintedViews: ...

    def limit_memory(self, gib: float) -> None:
        """Set another budget, GiB, for the next call."""
        ...

    def release(self) -> None:
        """Give all memory back; the next call loads again."""
        ...


@dataclass(frozen=True)
class PaintedVoxels:
    """A space painter's answer.

    indices: int32 [N, 3] of voxels at the surface, in the box [-1, 1]^3 of the task's mesh. values: uint8 [N, 6], base
    colour sRGB 3, metalness, roughness, opacity. facts: for the record.
    """

    indices: np.ndarray
    resolution: int
    values: np.ndarray
    facts: Mapping[str, Any] = field(default_factory=dict)


class SpacePainter(Protocol):
    """Gives the voxels at a mesh their materials, all sides at once. The task's mesh fills the box."""

    name: str
    words: bool

    def materials(self, task: PaintTask) -> PaintedVoxels: ...

    def limit_memory(self, gib: float) -> None:
        """Set another budget, GiB, for the next call."""
        ...

    def release(self) -> None:
        """Give all memory back; the next call loads again."""
        ...


TAKEN = ("words", "other base", "LoRAs")  # wishes of a user that some painters read


def refuse_wishes(name: str, takes: Sequence[str], wishes: Mapping[str, object]) -> None:
    """Refuse wishes that a painter does not read. wishes: by their names in TAKEN. Raises UsageError."""
    for wish, given in wishes.items():
        if given and wish not in takes:
            raise UsageError(f"the painter {name} takes no {wish}", "Use `texture.painter` mvadapter for that.")


def view_size(name: str, task: PaintTask, best: int, grid: int) -> int:
    """Return the side of a painter's views, pixels: `best` when the task names none.

    Raises UsageError for a size that is no multiple of `grid`.
    """
    size = task.size or best
    if size % grid or size < grid:
        raise UsageError(f"{name} paints no views of {size} px", f"Give a multiple of {grid}; {best} is best.")
    return size
