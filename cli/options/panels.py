"""The flags of a run, one frozen dataclass per panel of the help.

One line declares a flag: its type, default, help, short form, and the settings it stands for. The parser, the config
files, the environment, the shell completion, the documentation and the hints of errors read it from here. The objects
travel whole to where they are used.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from ...pipeline.meshes.formats import ADVICE, MESH_FORMATS, PREVIEW_FORMATS
from ...pipeline.settings import parse_assignment
from .completing import model_names, painters, stage_names, stage_values
from .flag import Panel, PanelGroup, flag, short_for

NUMBER_TYPES = {"auto": "auto", "fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def number_type(text: str) -> str:
    """torch's name of a number type, which may be given short. Raises ValueError."""
    found = NUMBER_TYPES.get(text.lower(), text.lower())
    if found not in NUMBER_TYPES.values():
        raise ValueError(f"{text!r} is not one of {', '.join(map(repr, NUMBER_TYPES.values()))}.")
    return found


@dataclass(frozen=True)
class RunPanel(Panel):
    """A panel whose flags a variable and a config file may hold."""

    stored: ClassVar[bool] = True


@dataclass(frozen=True)
class Output(RunPanel):
    """Files to write. output: a file, a folder, or - for stdout."""

    output: str | None = flag(
        None, "File (one input and a mesh suffix), folder, or - for GLB bytes on stdout.", short="-o", metavar="PATH",
        stored=False,
    )  # fmt: skip
    name: str = flag(
        "{relpath}/{stem}.{ext}", "Name of each result; fields: stem suffix relpath seed model.", metavar="TEMPLATE"
    )
    format: tuple[str, ...] = flag(
        ("glb",), "Mesh formats to write.", short="-f", choices=MESH_FORMATS, advice=ADVICE
    )  # fmt: skip
    preview: tuple[str, ...] = flag(
        (), "Pictures beside the mesh: six views (png), turntable (gif, webp).", choices=PREVIEW_FORMATS
    )
    save_stages: bool = flag(False, "Keep the result of every stage as files, to inspect or resume.")
    steps_preview: bool = flag(False, "Save the denoising steps as a strip of pictures.")
    require: tuple[str, ...] = flag(
        (), "Quality gate, e.g. watertight,faces<=50000; exit 5 when not met.", metavar="CONDITION,..."
    )

    @property
    def to_stdout(self) -> bool:
        """Tell whether the GLB's bytes go to stdout."""
        return self.output == "-"


@dataclass(frozen=True)
class Model(RunPanel):
    """The recipe, its preset, and the seeds."""

    model: str = flag(
        "tiny", "Recipe name or model folder; see `varco3d models list`.", short="-m", metavar="NAME|DIR",
        complete=model_names,
    )  # fmt: skip
    pull: bool = flag(False, "Download the model when it is not on this machine.")
    preset: Literal["draft", "standard", "high"] = flag(
        "standard", "Set of steps, tokens, resolution and views; explicit flags win."
    )
    seed: int = flag(0, "Seed of the random draws: same seed, same picture, same mesh.")
    num_seeds: int = flag(1, "Meshes per picture, with seeds seed, seed+1, ...", minimum=1)


@dataclass(frozen=True)
class Stages(RunPanel):
    """Part of the chain, and the settings of its shape stages. start: the stage of --from."""

    start: str | None = flag(
        None, "Start at this stage from results kept with --save-stages.", name="from", metavar="STAGE", stored=False,
        complete=stage_names,
    )  # fmt: skip
    until: str | None = flag(None, "Stop after this stage.", metavar="STAGE", stored=False, complete=stage_names)
    skip: tuple[str, ...] = flag((), "Leave these stages out.", metavar="STAGE,...", complete=stage_names)
    steps: int | None = short_for("coarse.steps", "refine.steps")
    guidance: float | None = short_for("coarse.guidance", "refine.guidance")
    tokens: int | None = short_for("sample.tokens")
    voxel_resolution: int | None = short_for("voxelize.resolution")
    octree_resolution: int | None = short_for("decode.resolution")
    chunk: int | None = short_for("coarse.chunk", "decode.chunk")


@dataclass(frozen=True)
class Assignments(RunPanel):
    """Settings that have no flag of their own, in the panel of the stages. assignments: (stage, key, text)."""

    title: ClassVar[str] = "Stages"

    assignments: tuple[tuple[str, str, str], ...] = flag(
        (), "Any other stage setting; may be repeated.", name="set", metavar="STAGE.KEY=VALUE", stored=False,
        parse=parse_assignment, split=False, complete=stage_values,
    )  # fmt: skip


@dataclass(frozen=True)
class Mesh(RunPanel):
    """The mesh that is written: its budget, texture, size and axes."""

    faces: int | None = short_for("clean.faces")
    quads: bool | None = short_for("export.quads")
    lod: tuple[float, ...] | None = short_for("export.lod", metavar="1,0.5,...")
    watertight: bool | None = short_for("clean.watertight")
    texture: Literal["on", "off"] = flag("on", "Paint the mesh.")
    texture_size: int | None = short_for("texture.size")
    texture_format: str | None = short_for("export.texture_format")
    views: str | None = short_for("texture.views", metavar="DIR|FILE,...")
    views_framed: bool | None = short_for("texture.views_framed")
    normal_map: bool | None = short_for("texture.normal_map")
    bake_light: str | None = short_for("texture.bake_light", words=True)
    up: str | None = short_for("export.up")
    size: float | None = short_for("export.size", metavar="METRES")
    height: float | None = short_for("export.height", metavar="METRES")
    width: float | None = short_for("export.width", metavar="METRES")
    depth: float | None = short_for("export.depth", metavar="METRES")
    unit: str | None = short_for("export.unit")
    origin: str | None = short_for("export.origin")


@dataclass(frozen=True)
class Painter(RunPanel):
    """Who paints the mesh, and what it is told."""

    painter: str | None = short_for("texture.painter", metavar="NAME", complete=painters)
    prompt: str | None = short_for("texture.prompt", metavar="WORDS")
    negative: str | None = short_for("texture.negative", metavar="WORDS")
    painter_base: str | None = short_for("texture.painter_base", metavar="FILE|DIR|OWNER/NAME")
    lora: tuple[str, ...] | None = short_for("texture.lora", metavar="FILE[:WEIGHT]")


@dataclass(frozen=True)
class SizedMesh(Mesh):
    """The mesh that `refine` makes of another, whose size it keeps."""

    title: ClassVar[str] = "Mesh"

    size: float | None = short_for("export.size", metavar="METRES", note="kept")


@dataclass(frozen=True)
class PaintedMesh(SizedMesh):
    """The mesh that `texture` paints, which keeps its shape and, if asked, its UVs."""

    faces: int | None = short_for("clean.faces", note="kept")
    keep_uv: bool | None = short_for("texture.keep_uv", stored=False)


@dataclass(frozen=True)
class Picture(RunPanel):
    """The subject in the picture."""

    mask: Path | None = flag(None, "Mask picture (white is the subject) for one input.", metavar="FILE", stored=False)
    cutout: str | None = short_for("prepare.cutout")
    margin: float | None = short_for("prepare.margin")


@dataclass(frozen=True)
class Sides(RunPanel):
    """Pictures of other sides of the object, for models of several views; for `generate` alone."""

    left: Path | None = flag(
        None, "The same object from its left, for models of several views (hunyuan3d-2mv).", metavar="FILE",
        stored=False,
    )  # fmt: skip
    back: Path | None = flag(
        None, "The same object from its back, for models of several views (hunyuan3d-2mv).", metavar="FILE",
        stored=False,
    )  # fmt: skip
    right: Path | None = flag(
        None, "The same object from its right, for models of several views (hunyuan3d-2mv).", metavar="FILE",
        stored=False,
    )  # fmt: skip

    def pictures(self) -> dict[str, Path]:
        """Name of the side -> picture, for those that were given."""
        given = {flag.field: getattr(self, flag.field) for flag in self.flags()}
        return {side: path for side, path in given.items() if path is not None}


@dataclass(frozen=True)
class Machine(RunPanel):
    """The device, its memory, and who runs the items."""

    device: str = flag("auto", "auto, cpu, cuda, cuda:1 or mps.", metavar="NAME")
    dtype: str = flag(
        "auto", "Number type of the networks: auto, float32 (fp32), bfloat16 (bf16) or float16 (fp16).", metavar="TYPE",
        parse=number_type, complete=lambda _: NUMBER_TYPES.values(),
    )  # fmt: skip
    memory: float | None = flag(
        None, "Memory budget: networks are unloaded and chunks shrink to keep it.", metavar="GIB", minimum=0.001
    )
    offload: Literal["auto", "stage", "none"] = flag("auto", "When to unload networks from the device.")
    jobs: int = flag(1, "Items in parallel, each in a process of its own.", short="-j", minimum=1)
    devices: tuple[str, ...] = flag((), "Devices to distribute items over, e.g. 0,1.", metavar="NAME,...")
    recycle_after: int = flag(0, "Restart a worker after N items; 0 never.", minimum=0)
    executor: Literal["auto", "inline", "processes", "ray"] = flag("auto", "How to run items.")
    ray_address: str | None = flag(None, "Address of a running Ray cluster.")


@dataclass(frozen=True)
class Selection(RunPanel):
    """Selection of the inputs to work on."""

    recursive: bool = flag(True, "Look into sub-folders.", short="-r")
    include: tuple[str, ...] = flag((), "Only inputs that match one of these patterns.", metavar="GLOB,...")
    exclude: tuple[str, ...] = flag((), "No input that matches one of these patterns.", metavar="GLOB,...")
    from_list: Path | None = flag(None, "Read input paths from this file, one a line.", metavar="FILE", stored=False)
    limit: int | None = flag(None, "At most N inputs.", minimum=1)
    shard: str | None = flag(None, "Part I of N of the inputs, or auto (SLURM, Kubernetes).", metavar="I/N")


@dataclass(frozen=True)
class Batch(RunPanel):
    """Rules of a batch run: resume, retries, time limits, order, failures."""

    resume: bool = flag(True, "Skip items already done with the same picture, settings and model.")
    force: bool = flag(False, "Do every item again.")
    fail_fast: bool = flag(False, "Stop at the first failure.")
    max_failures: int | None = flag(None, "Stop after N failures.", minimum=0)
    retries: int = flag(2, "Further tries after running out of memory or losing a worker.", minimum=0)
    timeout: float | None = flag(None, "Give up on an item after this long.", metavar="SECONDS", minimum=0.001)
    order: Literal["item", "stage"] = flag("item", "stage: one stage over 16 items before the next; one worker.")


@dataclass(frozen=True)
class RunOptions(PanelGroup):
    """Everything that the flags, variables and config files say about a run; a verb leaves panels at their defaults."""

    output: Output = Output()
    model: Model = Model()
    stages: Stages = Stages()
    assignments: Assignments = Assignments()
    mesh: Mesh = Mesh()
    painter: Painter = Painter()
    picture: Picture = Picture()
    sides: Sides = Sides()
    machine: Machine = Machine()
    selection: Selection = Selection()
    batch: Batch = Batch()
