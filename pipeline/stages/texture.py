"""Texture: unwrap, register the input picture, make the other views, back-project, fill."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...kernels.errors import BadMeshError
from ...kernels.normals import smooth_normals
from ..artifacts import Asset, Mesh
from ..stage import Context, setting


@dataclass(frozen=True)
class TextureSettings:
    enabled: bool = setting(True, "Paint the mesh; off leaves it as it is.")
    size: int = setting(1024, "Texels per side, a power of two.", 256, 8192)
    synthesizer: str = setting("tiny", "What makes the sides the picture does not show: tiny, folder, or a plug-in.")
    views: str | None = setting(None, "Folder with front.png, back.png, left.png, right.png, top.png, bottom.png.")
    register: bool = setting(True, "Search the camera of the picture; off takes the plain front camera.")
    spread: float = setting(30.0, "Azimuths searched to both sides of the front, degrees.", 0, 180)
    lowest_iou: float = setting(0.5, "Silhouette overlap below which the registration is refused.", 0, 1)
    exponent: float = setting(4.0, "Weight of a view = cosine of its angle to the surface, to this power.", 1, 16)
    padding: int | None = setting(None, "Free texels between islands; by default grows with the size.", 1, 64)
    keep_uv: bool = setting(False, "Keep the mesh's own UVs when it has some.")
    normal_map: bool = setting(False, "Bake the decoded field's detail, lost in simplification, into a normal map.")


class Texture:
    """Gives the mesh UVs and a base colour texture from the subject."""

    name = "texture"
    Settings = TextureSettings
    needs = ("subject", "mesh")
    gives = ("mesh",)
    networks: tuple[str, ...] = ()

    def run(self, asset: Asset, settings: Any, context: Context) -> Asset:
        mesh, subject = asset.mesh, asset.subject
        if not settings.enabled or mesh is None or subject is None:
            return asset
        if len(mesh.faces) == 0:
            raise BadMeshError("a mesh without faces cannot be painted")
        # Heavy imports wait until a mesh is really painted.
        from ..texturing.paint import paint
        from ..texturing.synthesis import input_view, make_synthesizer, write_conditions

        size = 1 << (settings.size - 1).bit_length()
        if size != settings.size:
            context.warn(f"texture size {settings.size} raised to the next power of two, {size}")
        context.progress(0, 4, "unwrap")
        cut, work = _cut(mesh, settings, size)
        context.progress(1, 4, "register")
        boxed = _in_box(mesh.vertices, mesh.faces)
        conditions = _conditions(boxed, mesh.faces, subject.rgba, settings, context)
        context.progress(2, 4, "views")
        if context.folder is not None:
            write_conditions(conditions, context.folder / "conditions")
        views = [input_view(conditions), *make_synthesizer(settings.synthesizer, settings.views).synthesize(conditions)]
        context.progress(3, 4, "paint")
        assert cut.uv is not None and cut.normals is not None
        painted = paint(boxed[work], cut.faces, cut.uv, cut.normals, views, size, settings.exponent)
        detail = _normal_map(asset, cut, size) if settings.normal_map else None
        context.progress(4, 4, "done")
        found = conditions.registration
        facts = {
            "registered": found.accepted,
            "registration_iou": round(found.iou, 4),
            "azimuth": round(found.camera.azimuth, 2),
            "elevation": round(found.camera.elevation, 2),
            "seen": round(painted.seen, 4),
        }
        report = {**asset.report, "texture": facts}
        return replace(asset, mesh=replace(cut, texture=painted.texture, normal_map=detail), report=report)


def _cut(mesh: Mesh, settings: TextureSettings, size: int) -> tuple[Mesh, np.ndarray]:
    """The mesh cut open for its atlas, and the source vertex of each of its vertices. The mesh's own UVs are kept when
    that is wanted and they lie in the unit square."""
    from ...kernels.unwrap import unwrap

    normals = mesh.normals if mesh.normals is not None else smooth_normals(mesh.vertices, mesh.faces)
    own = mesh.uv
    if settings.keep_uv and own is not None and np.isfinite(own).all() and own.min() >= 0 and own.max() <= 1:
        return replace(mesh, normals=normals, colors=None), np.arange(len(mesh.vertices))
    atlas = unwrap(mesh.vertices, mesh.faces, size, settings.padding)
    cut = Mesh(
        mesh.vertices[atlas.vertex],
        atlas.faces,
        normals[atlas.vertex],
        atlas.uv,
        metallic=mesh.metallic,
        roughness=mesh.roughness,
    )
    return cut, atlas.vertex


def _in_box(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Vertices of a foreign mesh moved and scaled into the box that distances here are meant for; ours as they are."""
    used = vertices[faces.reshape(-1)]
    low, high = used.min(0), used.max(0)
    if np.abs(used).max() <= 1.01 and (high - low).max() > 1.0:
        return vertices
    return ((vertices - (low + high) / 2) * (1.98 / max(float((high - low).max()), 1e-12))).astype(np.float32)


def _conditions(
    vertices: np.ndarray, faces: np.ndarray, rgba: np.ndarray, settings: TextureSettings, context: Context
) -> Any:
    """Registers the picture and puts together what a view synthesiser is told."""
    from ..texturing.register import plain_front, register
    from ..texturing.synthesis import Conditions, wanted_cameras

    if settings.register:
        found = register(vertices, faces, rgba[..., 3], settings.spread, settings.lowest_iou)
        if not found.accepted:
            context.warn(
                f"the picture fits the mesh's silhouette badly (IoU {found.iou:.2f}); taken as a plain front view"
            )
    else:
        found = plain_front(vertices, faces, rgba[..., 3])
    return Conditions(
        rgba, found, vertices, faces, smooth_normals(vertices, faces), wanted_cameras(), context.seed
    )  # fmt: skip


def _normal_map(asset: Asset, cut: Mesh, size: int) -> np.ndarray | None:
    """Detail of the decoded field on the simplified mesh; None when there is no field."""
    from ...kernels.marching_cubes import marching_cubes
    from ..texturing.normal_map import bake_normal_map

    if asset.field is None or len(asset.field.samples.cells) == 0:
        return None
    vertices, faces = marching_cubes(asset.field.samples)
    assert cut.uv is not None and cut.normals is not None
    return bake_normal_map(cut.vertices, cut.faces, cut.uv, cut.normals, vertices, faces, size)
