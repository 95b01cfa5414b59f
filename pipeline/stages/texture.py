"""Texture: unwrap, register the input picture, make the other views, back-project, fill."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...kernels.cameras import Camera
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
    lowest_iou: float = setting(0.6, "Silhouette overlap below which the registration is refused.", 0, 1)
    exponent: float = setting(4.0, "Weight of a view = cosine of its angle to the surface, to this power.", 1, 16)
    padding: int | None = setting(None, "Free texels between islands; by default grows with the size.", 1, 64)
    keep_uv: bool = setting(False, "Keep the mesh's own UVs when it has some.")


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
        from ..texturing.register import Registration, register
        from ..texturing.synthesis import Conditions, input_view, make_synthesizer, wanted_cameras, write_conditions

        size = 1 << (settings.size - 1).bit_length()
        if size != settings.size:
            context.warn(f"texture size {settings.size} raised to the next power of two, {size}")
            settings = replace(settings, size=size)
        context.progress(0, 4, "unwrap")
        cut = _with_uv(mesh, settings)
        assert cut.uv is not None and cut.normals is not None
        context.progress(1, 4, "register")
        alpha = subject.rgba[..., 3]
        spread = settings.spread if settings.register else 0.0
        if settings.register:
            found = register(mesh.vertices, mesh.faces, alpha, spread, settings.lowest_iou)
        else:
            found = Registration(Camera(), 0.0, False)
        if settings.register and not found.accepted:
            context.warn(
                f"the picture fits the mesh's silhouette badly (IoU {found.iou:.2f}); taken as a plain front view"
            )
        conditions = Conditions(
            subject.rgba, found, mesh.vertices, mesh.faces, smooth_normals(mesh.vertices, mesh.faces), wanted_cameras(),
            context.seed,
        )  # fmt: skip
        context.progress(2, 4, "views")
        if context.folder is not None:
            write_conditions(conditions, context.folder / "conditions")
        views = [input_view(conditions), *make_synthesizer(settings.synthesizer, settings.views).synthesize(conditions)]
        context.progress(3, 4, "paint")
        painted = paint(cut.vertices, cut.faces, cut.uv, cut.normals, views, settings.size, settings.exponent)
        facts = {"registration_iou": round(found.iou, 4), "registered": found.accepted, "seen": round(painted.seen, 4)}
        facts |= {"azimuth": round(found.camera.azimuth, 2), "elevation": round(found.camera.elevation, 2)}
        context.progress(4, 4, "done")
        report = {**asset.report, "texture": facts}
        return replace(asset, mesh=replace(cut, texture=painted.texture), report=report)


def _with_uv(mesh: Mesh, settings: TextureSettings) -> Mesh:
    """The mesh cut open for its atlas; its own UVs when they are wanted and lie in the unit square."""
    from ...kernels.unwrap import unwrap

    normals = mesh.normals if mesh.normals is not None else smooth_normals(mesh.vertices, mesh.faces)
    own = mesh.uv
    if settings.keep_uv and own is not None and np.isfinite(own).all() and own.min() >= 0 and own.max() <= 1:
        return replace(mesh, normals=normals, colors=None)
    atlas = unwrap(mesh.vertices, mesh.faces, settings.size, settings.padding)
    return Mesh(
        mesh.vertices[atlas.vertex],
        atlas.faces,
        normals[atlas.vertex],
        atlas.uv,
        metallic=mesh.metallic,
        roughness=mesh.roughness,
    )
