"""Stage 8, clean: Mesh -> Mesh without floaters and degenerate faces, with as many faces as asked for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...kernels.errors import BadMeshError
from ..artifacts import Asset, Mesh
from ..mesh_report import components, weld_exact
from ..stage import Context, setting


@dataclass(frozen=True)
class CleanSettings:
    faces: int = setting(40_000, "face budget; 0 keeps all", 0, 50_000_000)
    min_part: float = setting(0.02, "parts with less area than this share of the largest part's are dropped", 0.0, 1.0)
    max_parts: int = setting(0, "keep at most so many parts, the largest ones; 0: any number", 0, 1_000_000)


class Clean:
    name = "clean"
    Settings = CleanSettings
    needs = ("mesh|coarse",)
    gives = ("mesh",)
    networks = ()

    def run(self, asset: Asset, settings: CleanSettings, context: Context) -> Asset:
        mesh = asset.mesh or asset.coarse
        assert mesh is not None
        vertices, faces = weld(mesh.vertices, mesh.faces)
        faces, dropped = drop_small_parts(vertices, faces, settings.min_part, settings.max_parts)
        if dropped:
            context.warn(f"{dropped} small loose parts were dropped")
        if len(faces) == 0:
            raise BadMeshError("nothing is left of the mesh after clean-up", "Lower clean.min_part.")
        vertices, faces = compact(vertices, faces)
        context.progress(1, 2)
        if settings.faces and len(faces) > settings.faces:
            vertices, faces = decimate(vertices, faces, settings.faces)
        return dataclasses.replace(asset, mesh=Mesh(vertices.astype(np.float32), faces.astype(np.int32)))


def weld(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices at one place become one; faces with a corner twice, repeated faces and values not finite go."""
    same = weld_exact(vertices)[faces]
    solid = (same[:, 0] != same[:, 1]) & (same[:, 1] != same[:, 2]) & (same[:, 0] != same[:, 2])
    solid &= np.isfinite(vertices).all(axis=1)[same].all(axis=1)
    same = same[solid]
    _, first = np.unique(np.sort(same, axis=1), axis=0, return_index=True)
    return compact(vertices, same[np.sort(first)])


def compact(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vertices that faces use, and faces renumbered to them."""
    used, faces = np.unique(faces, return_inverse=True)
    return vertices[used], faces.reshape(-1, 3).astype(np.int32)


def drop_small_parts(vertices: np.ndarray, faces: np.ndarray, share: float, most: int) -> tuple[np.ndarray, int]:
    """Faces [K,3] of the parts large enough by area, and how many parts went. Ties keep the lower part."""
    parts = components(faces)
    if len(parts) == 0 or parts.max() == 0:
        return faces, 0
    corners = vertices[faces].astype(np.float64)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    sizes = np.bincount(parts, weights=areas)
    keep = sizes >= share * sizes.max()
    if most and keep.sum() > most:
        ranked = np.argsort(-sizes, kind="stable")[:most]
        keep = np.isin(np.arange(len(sizes)), ranked) & keep
    return faces[keep[parts]], int((~keep).sum())


def decimate(vertices: np.ndarray, faces: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Quadric edge collapse to about `target` faces: low aggression first, which follows the surface best."""
    import fast_simplification

    for aggression in (3, 5, 7):
        points, triangles = fast_simplification.simplify(
            np.ascontiguousarray(vertices, np.float32), faces, target_count=target, agg=aggression
        )
        if len(triangles) <= 1.05 * target:
            break
    return weld(np.asarray(points, np.float32), np.asarray(triangles, np.int64))
