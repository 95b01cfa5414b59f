"""Texture: unwrap, register the input picture, make the other views, back-project, fill."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import BadMeshError
from ...kernels.meshes.boxes import box_transform
from ...kernels.meshes.normals import smooth_normals
from ...kernels.views.cameras import Camera
from ..artifacts import Asset, Mesh
from ..stage import Context
from .prepare import prepared
from .settings import PrepareSettings, TextureSettings

if TYPE_CHECKING:
    from ..texturing.register import Registration

LEAST_SIDE, MOST_SIDE = 512, 2048  # pixels of a side's picture once it is framed
CUTOUT = "u2netp"  # of recipes that prepare no picture


class Texture:
    """Gives the mesh UVs and a base colour texture from the subject, from words, or from both."""

    name = "texture"
    Settings = TextureSettings
    needs = ("subject|mesh", "mesh")
    gives = ("mesh",)
    networks: tuple[str, ...] = ()  # that of the cut-out is loaded when a side's picture needs it

    def run(self, asset: Asset, settings: Any, context: Context) -> Asset:
        mesh, subject = asset.mesh, asset.subject
        if mesh is None or (subject is None and settings.prompt is None):
            return asset
        if len(mesh.faces) == 0:
            raise BadMeshError("a mesh without faces cannot be painted")
        # Heavy imports wait until a mesh is really painted.
        from ..texturing.painters.choice import Asked, choose_painter, paints_in_space
        from ..texturing.painters.painting import Painting
        from ..texturing.synthesis import write_conditions

        own = settings.words, settings.painter_base, bool(settings.lora)
        wish = Asked(settings.painter, context.models.get("painter"), settings.views, subject is not None, *own)
        painter = choose_painter(wish, context.warn)
        size = 1 << (settings.size - 1).bit_length()
        if size != settings.size:
            context.warn(f"texture size {settings.size} raised to the next power of two, {size}")
        context.progress(0, 4, "unwrap")
        cut, work, islands = _cut(mesh, settings, size, context)
        if paints_in_space(painter, asset.materials):
            from ..texturing.painters.space import painted_in_space

            finished, told = painted_in_space(painter, asset, cut, work, size, settings, context)
            return _with_texture(asset, cut, finished, {"painter": painter, **told, **islands}, size, settings, context)
        context.progress(1, 4, "register")
        boxed = _in_box(mesh.vertices, mesh.faces)
        hint = None if asset.camera is None else asset.camera.nearest
        rgba = None if subject is None else subject.rgba
        conditions, light = _conditions(boxed, mesh.faces, rgba, hint, settings, context)
        context.progress(2, 4, "views")
        if context.folder is not None:
            write_conditions(conditions, context.folder / "conditions")
        painting = Painting(conditions, cut, boxed[work], size, settings, context, partial(_side, settings, context))
        painted, views, told = painting.paint(painter)
        finished = replace(cut, texture=painted.texture, metallic_roughness=painted.material, colors=None)
        facts = {
            "painter": painter,
            **_camera_facts(painting.conditions.registration),
            "seen": round(painted.seen, 4),
            "made": round(painted.made, 4),
            "views": len(views),
            "light_removed": round(light, 4),
            **told,
            **islands,
        }
        return _with_texture(asset, cut, finished, facts, size, settings, context)


def _with_texture(
    asset: Asset, cut: Mesh, finished: Mesh, facts: dict[str, Any], size: int, settings: Any, context: Context
) -> Asset:
    """Return the asset with the painted mesh: its factors, its normal map where one is wanted, and the facts."""
    mesh = replace(
        finished,
        normal_map=_normal_map(asset, cut, size, context) if settings.normal_map else None,
        **_factors(cut, finished.metallic_roughness is not None, settings),
    )
    context.progress(4, 4, "done")
    return replace(asset, mesh=mesh, report={**asset.report, "texture": facts})


def _side(settings: TextureSettings, context: Context, path: Path) -> np.ndarray:
    """Return the subject of a side's picture, cut out and framed as the front is: float32 [S, S, 4]."""
    size = min(max(settings.size, LEAST_SIDE), MOST_SIDE)

    def warn(text: str) -> None:
        context.warn(f"{path.name}: {text}")

    def cutout(rgb: np.ndarray) -> np.ndarray:
        return context.load("cutout", context.models.get("cutout", CUTOUT))(rgb)

    told = replace(context, warn=warn, networks={"cutout": cutout})
    return prepared(path, None, PrepareSettings(size=size), told).rgba


def _camera_facts(found: Registration | None) -> dict[str, Any]:
    """Return the facts of the picture's registration; nothing without a picture."""
    if found is None:
        return {"registered": False, "registration_iou": None, "azimuth": None, "elevation": None, "camera": None}
    return {
        "registered": found.accepted,
        "registration_iou": round(found.iou, 4),
        "azimuth": round(found.camera.azimuth, 2),
        "elevation": round(found.camera.elevation, 2),
        "camera": asdict(found.camera),
    }


def _factors(mesh: Mesh, mapped: bool, settings: TextureSettings) -> dict[str, float]:
    """Roughness and metalness: what was asked for, else 1 times a map, else the mesh's own."""
    own = {"roughness": 1.0, "metallic": 1.0} if mapped else {"roughness": mesh.roughness, "metallic": mesh.metallic}
    asked = {"roughness": settings.roughness, "metallic": settings.metallic}
    return own | {name: value for name, value in asked.items() if value is not None}


def _cut(mesh: Mesh, settings: TextureSettings, size: int, context: Context) -> tuple[Mesh, np.ndarray, dict[str, Any]]:
    """Return the mesh cut open for its atlas, the source vertex of each vertex, and facts about the islands.

    The mesh's own UVs are kept when that is wanted and they lie in the unit square.
    """
    from ...kernels.atlas.unwrap import overlapped_faces, unwrap

    normals = mesh.normals if mesh.normals is not None else smooth_normals(mesh.vertices, mesh.faces)
    own = mesh.uv
    if settings.keep_uv and own is not None and np.isfinite(own).all() and own.min() >= 0 and own.max() <= 1:
        shared = overlapped_faces(mesh.faces, own, size)
        if shared.any():
            context.warn(
                f"{shared.sum()} of {len(shared)} faces share texels of the mesh's own UVs with others and will show "
                "their colours; leave `texture.keep_uv` out for an atlas without overlaps"
            )
        bare = Mesh(mesh.vertices, mesh.faces, normals, own, colors=mesh.colors)
        kept = replace(bare, metallic=mesh.metallic, roughness=mesh.roughness, double_sided=mesh.double_sided)
        return kept, np.arange(len(mesh.vertices)), {"atlas": "kept", "overlapped_faces": int(shared.sum())}
    if settings.keep_uv:
        context.warn("the mesh has no UVs within the unit square that could be kept; it is unwrapped anew")
    atlas = unwrap(mesh.vertices, mesh.faces, size, settings.padding, method=settings.atlas)
    cut = Mesh(
        mesh.vertices[atlas.vertex],
        atlas.faces,
        normals[atlas.vertex],
        atlas.uv,
        colors=None if mesh.colors is None else mesh.colors[atlas.vertex],
        metallic=mesh.metallic,
        roughness=mesh.roughness,
        double_sided=mesh.double_sided,
    )
    faces_each = np.bincount(atlas.chart)
    facts = {
        "atlas": settings.atlas,
        "islands": atlas.charts,
        "largest_island": round(float(faces_each.max()) / len(atlas.faces), 4),
        "small_islands": int((faces_each < 8).sum()),
        "atlas_coverage": round(atlas.coverage, 4),
    }
    return cut, atlas.vertex, facts


def _in_box(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return the vertices of a foreign mesh scaled into the box of this stage's distances; ours stay as they are."""
    used = vertices[faces.reshape(-1)]
    if np.abs(used).max() <= 1.01 and np.ptp(used, axis=0).max() > 1.0:
        return vertices
    scale, offset = box_transform(used, 0.99)
    return (vertices * scale + offset).astype(np.float32)


def _conditions(
    vertices: np.ndarray,
    faces: np.ndarray,
    rgba: np.ndarray | None,
    hint: Camera | None,
    settings: TextureSettings,
    context: Context,
) -> tuple[Any, float]:
    """Register the picture, near `hint` if it fits from there, and put together what a view synthesiser is told.

    And how much light was taken out.
    """
    from ...kernels.parallel import has_cuda
    from ..texturing.delight import delight
    from ..texturing.register import plain_front, register
    from ..texturing.synthesis import Conditions, wanted_cameras
    from ..texturing.view_set import further_cameras

    if rgba is None:
        found = None
    elif settings.register:
        device = context.device if has_cuda(context.device) else None
        found = register(vertices, faces, rgba, settings.spread, settings.lowest_iou, hint, device)
        if not found.accepted:
            context.warn(
                f"the picture fits the mesh's silhouette badly (IoU {found.iou:.2f}); taken as a plain front view"
            )
    else:
        found = plain_front(vertices, faces, rgba[..., 3])
    normals = smooth_normals(vertices, faces)
    light = 0.0
    if rgba is not None and found is not None and not settings.bake_light:
        rgba, light = delight(rgba, found.camera, vertices, faces, normals)
        if light == 0.0:
            context.warn("no light that follows the surface was found in the picture; its colours stay as they are")
    cameras = wanted_cameras()
    cameras |= further_cameras(vertices, faces, cameras, settings.extra_views)
    return Conditions(rgba, found, vertices, faces, normals, cameras, context.seed), light


def _normal_map(asset: Asset, cut: Mesh, size: int, context: Context) -> np.ndarray | None:
    """Detail of the decoded field, or of the mesh before simplification, on the simplified mesh; None without it."""
    from ...kernels.arrays import to_numpy
    from ...kernels.fields.marching_cubes import marching_cubes
    from ..meshes.report import has_boundary
    from ..texturing.normal_map import bake_normal_map

    two_sided = False
    if asset.field is not None and len(asset.field.samples.cells):
        vertices, faces = (to_numpy(array) for array in marching_cubes(asset.field.samples))
    elif asset.coarse is not None and len(asset.coarse.faces) > len(cut.faces):
        vertices, faces = asset.coarse.vertices, asset.coarse.faces
        two_sided = has_boundary(asset.coarse)
    else:
        context.warn("there is no finer surface to take a normal map from")
        return None
    assert cut.uv is not None and cut.normals is not None
    return bake_normal_map(cut.vertices, cut.faces, cut.uv, cut.normals, vertices, faces, size, two_sided=two_sided)
