"""The settings of the built-in stages, in the order of the chain: what STAGE.KEY=VALUE can set.

Each stage's file imports its class from here. The module is light: the command line takes ranges, choices, defaults
and help of its flags from these classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..meshes.formats import MESH_FORMATS
from ..settings import setting


@dataclass(frozen=True)
class PrepareSettings:
    cutout: str = setting(
        "auto", "auto: the picture's own alpha, else remove the background; keep: own alpha only; off: the whole frame "
        "is the subject.", choices=("auto", "keep", "off"),
    )  # fmt: skip
    method: str = setting(
        "auto", "Background removal: plain for even backgrounds, network, rembg; auto: plain where it fits, else "
        "network.", choices=("auto", "plain", "network", "rembg"),
    )  # fmt: skip
    size: int = setting(512, "Side of the square picture, pixels.", 64, 4096)
    margin: float = setting(0.1, "Free border on each side of the subject, as a fraction of the frame.", 0.0, 0.45)


@dataclass(frozen=True)
class CoarseSettings:
    steps: int = setting(20, "Denoising steps: evaluations of the flow.", 1, 1000)
    guidance: float = setting(3.0, "Classifier-free guidance: how closely to follow the picture; 1: off.", 0.0, 30.0)
    tokens: int = setting(0, "Latent tokens; 0: as the model wants. A model with a fixed lattice ignores it.", 0, 65536)
    resolution: int = setting(64, "Cells per side of the coarse grid.", 16, 1024)
    chunk: int = setting(65536, "Query points per call of the decoder; fewer take less memory.", 256, 4_000_000)
    candidates: int = setting(1, "Shapes to draw.", 1, 64)
    combine: str = setting(
        "best", "best keeps the shape whose outline fits; mean averages anchored latents.", choices=("best", "mean")
    )
    second_look: bool = setting(False, "Let the model look again at its guess, along the rays of the picture.")
    level: float = setting(0.0, "Value at the surface; below 0 keeps what the model is less sure of.", -1.0, 1.0)
    outline: bool = setting(False, "Hold the shape to the picture's outline: add what is missing, cut what is outside.")
    preview_steps: tuple[int, ...] = setting((), "Steps to decode and draw side by side in steps.png.", 1, 1000)


@dataclass(frozen=True)
class GenerateSettings:
    steps: int = setting(50, "Denoising steps, as the model counts them.", 1, 1000)
    guidance: float = setting(5.0, "Classifier-free guidance: how closely to follow the picture; 1: off.", 0.0, 30.0)
    tokens: int = setting(0, "Latent tokens; 0: as the model was published.", 0, 65536)
    prompt: str = setting("", "Words for models that take a drawing and words; others ignore it.")
    resolution: int = setting(96, "Cells per side of the shapes drawn for preview_steps.", 16, 512)
    preview_steps: tuple[int, ...] = setting((), "Steps to decode and draw side by side in steps.png.", 1, 1000)


@dataclass(frozen=True)
class StructureSettings:
    steps: int = setting(25, "Denoising steps: evaluations of the flow over the latents of the voxels.", 1, 1000)
    guidance: float = setting(6.0, "Classifier-free guidance: how closely to follow the picture; 1: off.", 0.0, 30.0)
    views: str = setting(
        "turns", "Several pictures: turns looks at one per step, mean at all in every step.", choices=("turns", "mean")
    )
    voxels: int = setting(32768, "Most voxels; beyond that only the largest loose parts are kept.", 64, 1_000_000)


@dataclass(frozen=True)
class StructureMeshSettings(StructureSettings):
    latent_steps: int = setting(30, "Denoising steps of the flow over latents on the voxels.", 1, 1000)
    latent_guidance: float = setting(7.0, "Classifier-free guidance of that flow; 1: off.", 0.0, 30.0)


@dataclass(frozen=True)
class VoxelizeSettings:
    resolution: int = setting(128, "Voxels per side of the sparse structure.", 8, 1024)
    rule: str = setting(
        "intersect", "Voxels that a triangle touches, or whose centre is near, or of which one of 8^3 grid points lies "
        "within 4 of them (band, as Direct3D-S2 was trained).", choices=("intersect", "distance", "band"),
    )  # fmt: skip
    fit: float = setting(
        0.0, "Half the longest side of the mesh after moving it to the middle; 0: left as it is.", 0.0, 1.0
    )
    band: float = setting(1.0, "For rule = distance: how near, in voxels.", 0.1, 8.0)
    voxels: int = setting(
        0, "Most voxels: a mesh of more is made smaller than `fit` until they are fewer; 0: no limit.", 0, 10_000_000
    )


@dataclass(frozen=True)
class SampleSettings:
    tokens: int = setting(
        8192, "Voxels that get a token in the refiner; more give finer detail and take longer.", 8, 1_000_000
    )
    method: str = setting(
        "fps", "fps spreads them out, random does not; all takes every voxel.", choices=("fps", "random", "all")
    )


@dataclass(frozen=True)
class RefineSettings:
    steps: int = setting(12, "Denoising steps: evaluations of the flow.", 1, 1000)
    guidance: float = setting(2.0, "Classifier-free guidance: how closely to follow the picture; 1: off.", 0.0, 30.0)
    draws: int = setting(1, "Draws whose anchored latents are averaged: more is surer and smoother.", 1, 64)
    views: str = setting(
        "front", "Several pictures: the front alone, turns looks at one per step, mean at all in every step.",
        choices=("front", "turns", "mean"),
    )  # fmt: skip


@dataclass(frozen=True)
class DecodeSettings:
    resolution: int = setting(256, "Cells per side of the decoded field.", 16, 2048)
    chunk: int = setting(65536, "Query points per call of the decoder; fewer take less memory.", 256, 4_000_000)
    start: int = setting(64, "Cells per side of the first, complete level.", 4, 256)
    level: float = setting(0.0, "Value at the surface; above 0 thins the object.", -1.0, 1.0)
    solid: bool = setting(False, "Fill what the voxels of the coarse surface enclose: latents know the surface only.")
    smooth: float = setting(
        0.0, "Box units the field is averaged over, when the coarse stage told the camera.", 0.0, 0.2
    )
    outline: bool = setting(False, "Hold the shape to the picture's outline, when the coarse stage told the camera.")
    keys: str = setting(
        "all", "Latents a point attends to: all, or those its sub-volume votes for (FlashVDM; quicker, loses detail).",
        choices=("all", "mean", "merge"),
    )  # fmt: skip
    compat: str = setting(
        "exact", "reference: the grid and the shifted coordinates of the public code, for comparison; dense, slow.",
        choices=("exact", "reference"),
    )  # fmt: skip


@dataclass(frozen=True)
class DecodeMeshSettings:
    compat: str = setting(
        "exact", "reference: keep the second wall inside of a hollow shell of voxels, as the public code does.",
        choices=("exact", "reference"),
    )  # fmt: skip


@dataclass(frozen=True)
class DecodeVoxelsSettings:
    level: float | None = setting(None, "Signed distance at the surface, -1 to 1; by default as published.", -1.0, 1.0)
    refiner: str = setting(
        "auto", "Let a second network smooth the field or tell its sign: auto where its weights are here.",
        choices=("auto", "on", "off"),
    )  # fmt: skip
    chunk: int = setting(32, "Voxels along a box that is decoded at once; fewer take less memory.", 2, 128)


@dataclass(frozen=True)
class CascadeSettings:
    resolution: int = setting(
        1024, "Voxels per side of the mesh, a multiple of 128; too many latents lower it, not below 1024. 0: the shape "
        "is drawn once, on the voxels of the structure.", 0, 2048,
    )  # fmt: skip
    voxels: int = setting(49152, "Fewer latent voxels than this are drawn on, unless the mesh has 1024 a side.", 64)
    steps: int = setting(12, "Denoising steps of the first, coarse shape.", 1, 1000)
    guidance: float = setting(7.5, "Classifier-free guidance: how closely to follow the picture; 1: off.", 0.0, 30.0)


@dataclass(frozen=True)
class DecodeGridSettings:
    steps: int = setting(12, "Denoising steps of the texture's latents.", 1, 1000)
    guidance: float = setting(1.0, "Classifier-free guidance of the texture; 1: off, as published.", 0.0, 30.0)
    rule: str = setting(
        "public", "Quads: public, one for each edge called crossed; mended: voxels agree on edges, so tears close.",
        choices=("public", "mended"),
    )  # fmt: skip


@dataclass(frozen=True)
class ExtractSettings:
    """Nothing to set: the level belongs to the field."""


@dataclass(frozen=True)
class CleanSettings:
    faces: int = setting(40_000, "Simplify to about this many triangles; 0 keeps all.", 0, 50_000_000)
    min_part: float = setting(0.02, "Parts with less area than this share of the largest part's are dropped.", 0.0, 1.0)
    tolerance: float = setting(0.0, "Vertices this near become one, box units.", 0.0, 0.1)
    watertight: bool = setting(False, "Close an open mesh: fill small holes, wrap larger openings.")


@dataclass(frozen=True)
class TextureSettings:
    size: int = setting(1024, "Texels per side, a power of two.", 64, 8192)
    painter: str = setting(
        "auto",
        "Painter of the sides that the picture does not show: auto (the recipe's, when its weights are here), mirror, "
        "own (the colours or materials of the mesh), folder, mvadapter, hunyuan3d-paint-2.0, "
        "hunyuan3d-paint-2.0-turbo, hunyuan3d-paint-2.1, trellis2 (paints in space), or a plug-in.",
    )
    prompt: str | None = setting(None, "Prompt for the painter, with or without a picture.")
    negative: str | None = setting(None, "Negative prompt; by default that of the painter.")
    painter_base: str | None = setting(
        None, "Another SDXL base for mvadapter: file, folder, or owner/name in a hub cache. For trellis2: a folder of "
        "all its files.",
    )  # fmt: skip
    lora: tuple[str, ...] = setting((), "LoRA files merged into the painter's base: FILE or FILE:WEIGHT.")
    painter_steps: int | None = setting(None, "Steps of the painter; by default the published number.", 1, 1000)
    painter_guidance: float | None = setting(None, "Guidance of the painter; by default the published one.", 0, 100)
    painter_size: int | None = setting(None, "Side of the painter's views, pixels; by default the published one.", 64)
    painter_delight: str = setting(
        "auto", "Network that takes the light out of the picture before hunyuan3d-paint-2.0 reads it; auto: if here.",
        choices=("auto", "on", "off"),
    )  # fmt: skip
    bake_picture: bool = setting(True, "Bake the picture itself, too; off: a learned painter's views alone.")
    passes: int = setting(1, "Most further passes of a learned painter over surface that its views leave out.", 0, 4)
    upscaler: str | None = setting(None, "Plug-in that enlarges a learned painter's views before they are baked.")
    views: str | None = setting(None, "Sides: a folder with front.png, back.png, left.png, ..., or a list of files.")
    views_framed: bool = setting(False, "The side pictures match the condition maps of the mesh exactly.")
    register: bool = setting(True, "Search the cameras of the pictures; off takes the plain cameras of their sides.")
    spread: float = setting(30.0, "Azimuths searched to both sides of the front, degrees.", 0, 180)
    lowest_iou: float = setting(0.5, "Silhouette overlap below which the registration is refused.", 0, 1)
    exponent: float = setting(4.0, "Weight of a view = cosine of its angle to the surface, to this power.", 1, 16)
    bake_light: bool = setting(True, "Keep the picture's light in the colours; off flattens soft shading first.")
    extra_views: int = setting(0, "Views wanted beyond the six, each where most surface is still unseen.", 0, 20)
    atlas: str = setting(
        "axis", "Charts by axis, packed tighter by xatlas, or xatlas for charts and packing (slow).",
        choices=("axis", "packed", "xatlas"),
    )  # fmt: skip
    padding: int | None = setting(None, "Free texels between islands; by default grows with the size.", 1, 64)
    keep_uv: bool = setting(False, "Keep the mesh's own UVs when it has some.")
    normal_map: bool = setting(False, "Bake the detail that simplification removes into a normal map.")
    roughness: float | None = setting(None, "Roughness of the whole surface; by default the mesh's own, or 0.9.", 0, 1)
    metallic: float | None = setting(None, "Metalness of the whole surface; by default the mesh's own, or 0.", 0, 1)

    @property
    def words(self) -> bool:
        """Tell whether the painter has to read words."""
        return self.prompt is not None or self.negative is not None


@dataclass(frozen=True)
class ExportSettings:
    formats: tuple[str, ...] = setting(("glb",), "File formats to write.", choices=MESH_FORMATS)
    size: float = setting(1.0, "Longest side, metres.", 1e-6, 1e6)
    height: float | None = setting(None, "Height, metres, instead of the longest side.", 1e-6, 1e6)
    width: float | None = setting(None, "Width from left to right, metres, instead of the longest side.", 1e-6, 1e6)
    depth: float | None = setting(None, "Depth from front to back, metres, instead of the longest side.", 1e-6, 1e6)
    up: str = setting(
        "auto", "Axis that points up in the file; auto: z for STL and 3MF, else y.", choices=("auto", "y", "z")
    )
    unit: str = setting(
        "auto", "Unit of the numbers in the file; auto: mm for STL and 3MF, else m.", choices=("auto", "m", "cm", "mm")
    )
    origin: str = setting("center", "Origin: center of the box, or middle of its base.", choices=("center", "base"))
    texture_format: str = setting("png", "Picture format of the textures.", choices=("png", "jpeg", "webp"))
    lod: tuple[float, ...] = setting(
        (1.0,), "Levels of detail as fractions of the faces: 1,0.5,0.1 gives NAME_lod0, NAME_lod1, NAME_lod2.",
        0.0001, 1.0,
    )  # fmt: skip
    quads: bool = setting(False, "Pair triangles to quads in OBJ.")
    extras: bool = setting(True, "Put recipe, seed, version and licence into the GLB's asset.extras.")


ORDER = ("prepare", "coarse", "voxelize", "sample", "refine", "decode", "extract", "clean", "texture", "export")
# `generate` stands in for `coarse` in recipes whose one generator makes the final shape, `structure` where it draws
# voxels, `structure_mesh` where a finer model goes on from its mesh, `cascade` for `voxelize` where its voxels lead to
# finer ones. Where latents stand for a mesh, `decode_mesh` stands in for `decode` and `extract`, where they stand for
# an O-Voxel grid `decode_grid`; `decode_voxels` stands in for `decode` where they stand for a field on fine voxels.
SETTINGS: dict[str, type[Any]] = {
    "prepare": PrepareSettings,
    "coarse": CoarseSettings,
    "generate": GenerateSettings,
    "structure": StructureSettings,
    "structure_mesh": StructureMeshSettings,
    "voxelize": VoxelizeSettings,
    "cascade": CascadeSettings,
    "sample": SampleSettings,
    "refine": RefineSettings,
    "decode": DecodeSettings,
    "decode_mesh": DecodeMeshSettings,
    "decode_voxels": DecodeVoxelsSettings,
    "decode_grid": DecodeGridSettings,
    "extract": ExtractSettings,
    "clean": CleanSettings,
    "texture": TextureSettings,
    "export": ExportSettings,
}
# Their files stand in pipeline/stages/sparse: stages whose voxels and latents are sparse.
SPARSE = ("structure", "structure_mesh", "cascade", "decode_mesh", "decode_voxels", "decode_grid")
