"""Writes a mesh as OBJ with MTL and a picture. The mesh is already in the file's axes and unit."""

from __future__ import annotations

import numpy as np

from ...artifacts import Mesh
from ..report import digits_lost
from .glb import color_pixels, encode_image, see_through


def obj_files(
    mesh: Mesh, stem: str, texture_format: str = "png", polygons: list[tuple[int, ...]] | None = None
) -> dict[str, bytes]:
    """Name -> bytes of the .obj and, when the mesh has colours on a texture, its .mtl and picture (obj_names).

    polygons: faces with any number of corners, in place of the mesh's triangles.
    """
    digits = 7 + digits_lost(np.stack([mesh.vertices.min(0), mesh.vertices.max(0)]))
    lines = ["# varco3d"]
    files: dict[str, bytes] = {}
    if mesh.texture is not None and mesh.uv is not None:
        _, library, picture = obj_names(stem, texture_format)
        pixels = color_pixels(mesh, texture_format)
        files[picture] = encode_image(mesh.texture if pixels is None else pixels, texture_format, signed=True)
        cut_out = see_through(mesh) and texture_format != "jpeg"
        maps = f"map_Kd {picture}\n" + (f"map_d {picture}\n" if cut_out else "")
        files[library] = f"# varco3d\n{_mtl(mesh)}{maps}".encode()
        lines.append(f"mtllib {library}")
    corner = "{0}"
    if mesh.colors is not None and mesh.texture is None:
        rows = np.hstack([mesh.vertices, mesh.colors.astype(np.float64) / 255])
        lines += [
            f"v {x:.{digits}g} {y:.{digits}g} {z:.{digits}g} {r:.4g} {g:.4g} {b:.4g}"
            for x, y, z, r, g, b in rows.tolist()
        ]
    else:
        lines += [f"v {x:.{digits}g} {y:.{digits}g} {z:.{digits}g}" for x, y, z in mesh.vertices.tolist()]
    if mesh.uv is not None:
        upward = np.column_stack([mesh.uv[:, 0], 1.0 - mesh.uv[:, 1]])  # OBJ counts v from the bottom
        lines += [f"vt {u:.7g} {v:.7g}" for u, v in upward.tolist()]
        corner = "{0}/{0}"
    if mesh.normals is not None:
        lines += [f"vn {x:.5g} {y:.5g} {z:.5g}" for x, y, z in mesh.normals.tolist()]
        corner = "{0}/{0}/{0}" if mesh.uv is not None else "{0}//{0}"
    if files:
        lines.append("usemtl surface")
    for face in mesh.faces.tolist() if polygons is None else polygons:
        lines.append("f " + " ".join(corner.format(index + 1) for index in face))
    files[f"{stem}.obj"] = ("\n".join(lines) + "\n").encode()
    return files


def _mtl(mesh: Mesh) -> str:
    alpha = f"d {mesh.alpha:g}\n" if mesh.alpha < 1 and mesh.alpha_mode != "opaque" else ""
    return f"newmtl surface\nKd 1 1 1\n{alpha}Ks 0 0 0\nillum 1\nPr {mesh.roughness:g}\nPm {mesh.metallic:g}\n"


def obj_names(stem: str, texture_format: str = "png") -> tuple[str, str, str]:
    """Names of an OBJ, its MTL and its texture.

    OBJ and MTL end a name at white space, so that becomes `_` in the names they refer to; a texture is never called
    like the picture that the mesh was made from.
    """
    safe = "".join("_" if character.isspace() else character for character in stem)
    suffix = "jpg" if texture_format == "jpeg" else texture_format
    return f"{stem}.obj", f"{safe}.mtl", f"{safe}_texture.{suffix}"
