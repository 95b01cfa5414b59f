"""The flags of `generate` as one table: the parser, the config file, the environment and the documentation read it.

A flag's value is looked up, first hit wins: command line, VARCO3D_<NAME>, ./varco3d.toml, user config, preset, default
(config.py). A flag with `setting` sets that key of those stages; everything else concerns the run.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import click
from click.shell_completion import CompletionItem

STAGES = ("prepare", "coarse", "voxelize", "sample", "refine", "decode", "extract", "clean", "texture", "export")

SIDES = ("left", "back", "right")
MESH_FORMATS = ("glb", "obj", "ply", "stl", "3mf")
PREVIEW_FORMATS = ("png", "gif", "webp")
# Suffixes that look like a file and are none that can be written: refused, because a folder of that name is a surprise.
NOT_FOLDERS = (".gltf", ".fbx", ".usd", ".usdz", ".dae", ".blend", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp",
               ".mp4", ".zip")  # fmt: skip


@dataclass(frozen=True)
class Flag:
    """One flag. `kind` is a click type or Python type; `many` flags take comma-separated values or are repeated."""

    name: str  # settings key, with underscores; the flag is --name with dashes
    kind: Any
    default: Any
    help: str
    panel: str
    short: str = ""
    many: bool = False
    metavar: str | None = None
    settings: tuple[str, ...] = ()  # "stage.key" that this flag sets
    stored: bool = True  # may it stand in a config file or in the environment

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return "VARCO3D_" + self.name.upper()

    def parameter(self) -> click.Option:
        """The click option; its default is always None, so that "not given" can be told from "given"."""
        names = [*([self.short] if self.short else []), self.option]
        shown = "" if self.default in (None, (), False) else f" [default: {show(self.default)}]"
        common: dict[str, Any] = {"help": self.help + shown, "default": None, "expose_value": True}
        if self.kind is bool:
            names[-1] = f"{self.option}/--no-{self.option[2:]}"
            option = click.Option([*names, self.name], is_flag=True, **common)
        else:
            kind = click.STRING if self.many else self.click_type()
            option = click.Option(
                [*names, self.name], type=kind, multiple=self.many, metavar=self.metavar or self._metavar(), **common
            )
        option.panel = self.panel  # type: ignore[attr-defined]  # read by commands/base.py when it prints the help
        return option

    def click_type(self) -> click.ParamType:
        return self.kind if isinstance(self.kind, click.ParamType) else click.types.convert_type(self.kind)

    def _metavar(self) -> str | None:
        if isinstance(self.kind, click.Choice):
            choices = "|".join(self.kind.choices)
            return f"{choices},..." if self.many else f"[{choices}]"
        return None

    def parse(self, value: Any) -> Any:
        """A value from a flag, a variable or a config file as the type of this flag. Raises click.BadParameter."""
        if isinstance(self.kind, Assignment):  # a value may hold commas: prepare.background=[1, 1, 1]
            return tuple(self.kind.convert(item, None, None) for item in value)
        if self.many:
            items = value if isinstance(value, list | tuple) else [value]
            parts = [
                p.strip() for item in items for p in (item.split(",") if isinstance(item, str) else [item]) if p != ""
            ]
            return tuple(self.click_type().convert(part, None, None) for part in parts if part != "")
        if self.kind is bool and not isinstance(value, bool | str):
            raise click.BadParameter(f"{value!r} is neither true nor false.")
        if isinstance(value, bool) and self.kind is not bool:
            if isinstance(self.kind, click.Choice) and {"on", "off"} <= set(self.kind.choices):
                return "on" if value else "off"  # `texture = false` in a config file
            raise click.BadParameter(f"{value!r} is not a {self.click_type().name}.")
        if isinstance(value, int | float) and self.click_type().name == "text":
            value = str(value)
        return self.click_type().convert(value, None, None)


def show(value: Any) -> str:
    """A value as one would type it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple | list):
        return ",".join(show(v) for v in value)
    return str(value)


def _choice(*names: str) -> click.Choice:
    return click.Choice(names, case_sensitive=False)


class Assignment(click.ParamType):
    """stage.key=value of --set; the stage decides about the key and the range."""

    name = "stage.key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str, str]:
        if isinstance(value, tuple):
            return value
        path, equals, text = str(value).partition("=")
        stage, dot, key = path.strip().partition(".")
        if not equals or not dot or not key:
            self.fail(f"{value!r} is not of the form stage.key=value, like coarse.steps=20.", param, ctx)
        return stage, key.strip().replace("-", "_"), text.strip()


class NumberType(click.Choice):
    """Number types of networks, by torch's names or the short ones."""

    SHORT: ClassVar[dict[str, str]] = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}

    def __init__(self) -> None:
        super().__init__(("auto", *self.SHORT.values()), case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(self.SHORT.get(str(value).lower(), value), param, ctx)


class StageName(click.ParamType):
    """A stage of the recipe, which checks it; the ten built-in names are offered to the shell."""

    name = "stage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in STAGES if name.startswith(incomplete)]


POSITIVE = click.IntRange(min=1)
COUNT = click.IntRange(min=0)

FLAGS: tuple[Flag, ...] = (
    # Output
    Flag("output", click.Path(), None, "File (one input and a mesh suffix), folder, or - for GLB bytes on stdout.",
         "Output", "-o", metavar="PATH", stored=False),
    Flag("name", str, "{relpath}/{stem}.{ext}", "Name of each result; fields: stem suffix relpath seed model.",
         "Output", metavar="TEMPLATE"),
    Flag("format", _choice(*MESH_FORMATS), ("glb",), "Mesh formats to write.", "Output", "-f", many=True),
    Flag("preview", _choice(*PREVIEW_FORMATS), (), "Pictures beside the mesh: six views (png), turntable (gif, webp).",
         "Output", many=True),
    Flag("save_stages", bool, False, "Keep every stage's result as files, to resume or look at.", "Output"),
    Flag("steps_preview", bool, False, "Save the denoising steps as a strip of pictures.", "Output"),
    Flag("require", str, (), "Quality gate, e.g. watertight,faces<=50000; exit 5 when not met.", "Output", many=True),
    # Model
    Flag("model", str, "tiny", "Recipe name or model folder; see `varco3d models list`.", "Model", "-m",
         metavar="NAME|DIR"),
    Flag("pull", bool, False, "Download the model when it is not on this machine.", "Model"),
    Flag("preset", _choice("draft", "standard", "high"), "standard",
         "Steps, tokens, resolution and views together; explicit flags win.", "Model"),
    Flag("seed", int, 0, "Same seed, same picture, same mesh.", "Model"),
    Flag("num_seeds", POSITIVE, 1, "Make this many variants, with seeds seed, seed+1, ...", "Model"),
    # Stages
    Flag("from", StageName(), None, "Start at this stage from results kept with --save-stages.", "Stages",
         metavar="STAGE", stored=False),
    Flag("until", StageName(), None, "Stop after this stage.", "Stages", metavar="STAGE", stored=False),
    Flag("skip", StageName(), (), "Leave these stages out.", "Stages", many=True, metavar="STAGE"),
    Flag("steps", POSITIVE, None, "Denoising steps of both generators.", "Stages",
         settings=("coarse.steps", "refine.steps")),
    Flag("guidance", click.FloatRange(min=0), None, "How strictly to follow the picture.", "Stages",
         settings=("coarse.guidance", "refine.guidance")),
    Flag("tokens", POSITIVE, None, "Voxel queries of the fine stage; more means finer and slower.", "Stages",
         settings=("sample.tokens",)),
    Flag("voxel_resolution", POSITIVE, None, "Voxels per side of the sparse structure.", "Stages",
         settings=("voxelize.resolution",)),
    Flag("octree_resolution", POSITIVE, None, "Cells per side of the decoded field.", "Stages",
         settings=("decode.resolution",)),
    Flag("chunk", POSITIVE, None, "Query points per decoder call; less means less memory.", "Stages",
         settings=("coarse.chunk", "decode.chunk")),
    Flag("set", Assignment(), (), "Any other stage setting; may be repeated.", "Stages", many=True,
         metavar="STAGE.KEY=VALUE", stored=False),
    # Mesh
    Flag("faces", COUNT, None, "Simplify to about N triangles; 0 keeps all.", "Mesh", settings=("clean.faces",)),
    Flag("quads", bool, None, "Pair triangles to quads in OBJ; needs varco3d[meshlab].", "Mesh",
         settings=("export.quads",)),
    Flag("lod", click.FloatRange(0, 1, min_open=True), (), "Levels of detail, as fractions of the faces: 1,0.5,0.1.",
         "Mesh", many=True, metavar="1,...", settings=("export.lod",)),
    Flag("watertight", bool, None, "Close an open mesh (needs varco3d[meshlab]), and fail when it stays open.", "Mesh",
         settings=("clean.watertight",)),
    Flag("texture", _choice("on", "off"), "on", "Paint the mesh.", "Mesh"),
    Flag("texture_size", POSITIVE, None, "Texels per side, a power of two.", "Mesh", settings=("texture.size",)),
    Flag("texture_format", _choice("png", "jpeg", "webp"), None, "Picture format inside the GLB.", "Mesh",
         settings=("export.texture_format",)),
    Flag("views", click.Path(), None, "Pictures of the sides: front.png,back.png,... or a folder of such.", "Mesh",
         metavar="DIR|FILE,...", settings=("texture.views",)),
    Flag("normal_map", bool, None, "Bake the detail that --faces removes into a normal map.", "Mesh",
         settings=("texture.normal_map",)),
    Flag("bake_light", _choice("on", "off"), None, "off: flatten the picture's soft shading before painting.", "Mesh",
         settings=("texture.bake_light",)),
    Flag("up", _choice("y", "z"), None, "Axis that points up in the file.", "Mesh", settings=("export.up",)),
    Flag("size", click.FloatRange(min=0, min_open=True), None, "Longest side in metres.", "Mesh", metavar="METRES",
         settings=("export.size",)),
    Flag("unit", _choice("m", "cm", "mm"), None, "Unit of the numbers in the file.", "Mesh", settings=("export.unit",)),
    Flag("origin", _choice("center", "base"), None, "Where the origin lies.", "Mesh", settings=("export.origin",)),
    # Picture
    Flag("mask", click.Path(), None, "Mask picture (white is the subject) for one input.", "Picture", metavar="FILE",
         stored=False),
    Flag("cutout", _choice("auto", "keep", "off"), None, "Background removal; a picture's own alpha is used as it is.",
         "Picture", settings=("prepare.cutout",)),
    Flag("margin", click.FloatRange(0, 0.5), None, "Free border around the subject, as a fraction.", "Picture",
         settings=("prepare.margin",)),
    # Sides: for generate only
    *(Flag(side, click.Path(), None, f"The same object from its {side}, for models of several views (hunyuan3d-2mv).",
           "Sides", metavar="FILE", stored=False) for side in SIDES),
    # Machine
    Flag("device", str, "auto", "auto, cpu, cuda, cuda:1 or mps.", "Machine", metavar="NAME"),
    Flag("dtype", NumberType(), "auto", "Number type of the networks; fp32, bf16 and fp16 will do too.", "Machine"),
    Flag("memory", click.FloatRange(min=0, min_open=True), None, "Budget; networks leave and chunks shrink to keep it.",
         "Machine", metavar="GIB"),
    Flag("offload", _choice("auto", "stage", "none"), "auto", "When networks leave memory.", "Machine"),
    Flag("jobs", POSITIVE, 1, "Items at the same time, each in its own process.", "Machine", "-j"),
    Flag("devices", str, (), "Devices to spread over, e.g. 0,1.", "Machine", many=True),
    Flag("recycle_after", COUNT, 0, "Restart a worker after N items; 0 never.", "Machine"),
    Flag("executor", _choice("auto", "inline", "processes", "ray"), "auto", "Who runs the items.", "Machine"),
    Flag("ray_address", str, None, "Address of a running Ray cluster.", "Machine"),
    # Selection
    Flag("recursive", bool, True, "Look into sub-folders.", "Selection", "-r"),
    Flag("include", str, (), "Only inputs that match one of these patterns.", "Selection", many=True, metavar="GLOB"),
    Flag("exclude", str, (), "No input that matches one of these patterns.", "Selection", many=True, metavar="GLOB"),
    Flag("from_list", click.Path(), None, "One input path a line.", "Selection", metavar="FILE", stored=False),
    Flag("limit", POSITIVE, None, "At most N inputs.", "Selection"),
    Flag("shard", str, None, "Part I of N of the inputs, or auto (SLURM, Kubernetes).", "Selection", metavar="I/N"),
    # Batch
    Flag("resume", bool, True, "Skip items already done with the same picture, settings and model.", "Batch"),
    Flag("force", bool, False, "Do every item again.", "Batch"),
    Flag("fail_fast", bool, False, "Stop at the first failure.", "Batch"),
    Flag("max_failures", COUNT, None, "Stop after N failures.", "Batch"),
    Flag("retries", COUNT, 2, "Further tries after running out of memory or losing a worker.", "Batch"),
    Flag("timeout", click.FloatRange(min=0, min_open=True), None, "Give up on an item after this long.", "Batch",
         metavar="SECONDS"),
    Flag("order", _choice("item", "stage"), "item", "stage: one stage over 16 items before the next; one worker.",
         "Batch"),
)  # fmt: skip

BY_NAME: dict[str, Flag] = {flag.name: flag for flag in FLAGS}
PANELS: tuple[str, ...] = tuple(dict.fromkeys(flag.panel for flag in FLAGS))
