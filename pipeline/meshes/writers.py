"""Writes a mesh as OBJ with MTL and PNG, PLY, STL or 3MF. The mesh is already in the file's axes and unit."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from ..artifacts import Mesh
from .glb import color_pixels, encode_image, see_through
from .report import digits_lost, far_origin, weld_exact
from .texture_lookup import sample_texture

UNIT_NAMES = {"m": "meter", "cm": "centimeter", "mm": "millimeter"}


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


def ply_bytes(mesh: Mesh) -> bytes:
    """Binary little-endian PLY with normals and colours per vertex; a texture is sampled at the vertices.

    Coordinates are double where the mesh has float64.
    """
    kind = "double" if mesh.vertices.dtype == np.float64 else "float"
    columns: list[tuple[str, str, np.ndarray]] = [(n, kind, mesh.vertices[:, k]) for k, n in enumerate("xyz")]
    if mesh.normals is not None:
        columns += [(n, "float", mesh.normals[:, k]) for k, n in enumerate(("nx", "ny", "nz"))]
    colors = vertex_colors(mesh)
    if colors is not None:
        columns += [(n, "uchar", colors[:, k]) for k, n in enumerate(("red", "green", "blue"))]
    kinds = {"float": "<f4", "double": "<f8", "uchar": "u1"}
    vertices = np.empty(len(mesh.vertices), [(name, kinds[kind]) for name, kind, _ in columns])
    for name, _, values in columns:
        vertices[name] = values
    faces = np.empty(len(mesh.faces), [("count", "u1"), ("index", "<i4", 3)])
    faces["count"], faces["index"] = 3, mesh.faces
    head = ["ply", "format binary_little_endian 1.0", "comment varco3d", f"element vertex {len(vertices)}"]
    head += [f"property {kind} {name}" for name, kind, _ in columns]
    head += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    return "\n".join(head).encode() + vertices.tobytes() + faces.tobytes()


def vertex_colors(mesh: Mesh) -> np.ndarray | None:
    """Colours uint8 [V,3]: the mesh's own times its texture at each vertex; None when it has neither."""
    if mesh.texture is None or mesh.uv is None:
        return mesh.colors
    texels = sample_texture(mesh.texture, mesh.uv.astype(np.float64), mesh.wrap)
    if mesh.colors is not None:
        texels = texels * (mesh.colors / np.float32(255))
    return np.rint(texels * 255).astype(np.uint8)


def stl_bytes(mesh: Mesh) -> bytes:
    """Binary STL."""
    corners = mesh.vertices.astype("<f4")[mesh.faces]
    a, b, c = np.moveaxis(corners.astype(np.float64), 1, 0)  # in float32 the lengths of large meshes overflow
    normal = np.cross(b - a, c - a)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    records = np.zeros(len(corners), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    records["normal"] = normal / np.where(length > 0, length, 1)
    records["corners"] = corners
    return b"varco3d".ljust(80, b"\0") + np.uint32(len(records)).astype("<u4").tobytes() + records.tobytes()


def three_mf_bytes(mesh: Mesh, unit: str = "mm") -> bytes:
    """Return a 3MF package of the welded surface. unit: m, cm or mm, of the coordinates."""
    box = np.stack([mesh.vertices.min(0), mesh.vertices.max(0)])
    digits = 7 + digits_lost(box)
    same = weld_exact(mesh.vertices - far_origin(*box) if mesh.vertices.dtype == np.float64 else mesh.vertices)
    used, faces = np.unique(same[mesh.faces], return_inverse=True)
    faces = faces.reshape(-1, 3)
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    points = "".join(
        f'<vertex x="{x:.{digits}g}" y="{y:.{digits}g}" z="{z:.{digits}g}"/>'
        for x, y, z in mesh.vertices[used].tolist()
    )
    palette, sides = _three_mf_sides(mesh, faces, distinct)
    model = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<model unit="{UNIT_NAMES[unit]}" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">'
        f'<metadata name="Application">varco3d</metadata><resources>{palette}<object id="1" type="model"><mesh>'
        f"<vertices>{points}</vertices><triangles>{sides}</triangles></mesh></object></resources>"
        '<build><item objectid="1"/></build></model>'
    )
    types = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Target="/3D/3dmodel.model" Id="rel0" '
        'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("[Content_Types].xml", types), ("_rels/.rels", relations), ("3D/3dmodel.model", model)):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the zip's oldest date: no clock in a file
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return buffer.getvalue()


def _three_mf_sides(mesh: Mesh, faces: np.ndarray, kept: np.ndarray) -> tuple[str, str]:
    """Return (a colour group or nothing, the triangles `faces` [F,3] that are `kept`, with a colour per corner)."""
    if mesh.colors is None or mesh.texture is not None:
        return "", "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in faces[kept].tolist())
    colors, entry = np.unique(mesh.colors, axis=0, return_inverse=True)
    entries = entry.reshape(-1)[mesh.faces[kept]]
    group = "".join(f'<m:color color="#{red:02X}{green:02X}{blue:02X}"/>' for red, green, blue in colors.tolist())
    rows = np.hstack([faces[kept], entries]).tolist()
    sides = (f'<triangle v1="{a}" v2="{b}" v3="{c}" pid="2" p1="{i}" p2="{j}" p3="{k}"/>' for a, b, c, i, j, k in rows)
    space = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
    return f'<m:colorgroup xmlns:m="{space}" id="2">{group}</m:colorgroup>', "".join(sides)


def obj_names(stem: str, texture_format: str = "png") -> tuple[str, str, str]:
    """Names of an OBJ, its MTL and its texture.

    OBJ and MTL end a name at white space, so that becomes `_` in the names they refer to; a texture is never called
    like the picture that the mesh was made from.
    """
    safe = "".join("_" if character.isspace() else character for character in stem)
    suffix = "jpg" if texture_format == "jpeg" else texture_format
    return f"{stem}.obj", f"{safe}.mtl", f"{safe}_texture.{suffix}"
