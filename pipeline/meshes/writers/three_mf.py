"""Writes a mesh as a 3MF package. The mesh is already in the file's axes and unit."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from ...artifacts import Mesh
from ..report import digits_lost, far_origin, weld_exact

UNIT_NAMES = {"m": "meter", "cm": "centimeter", "mm": "millimeter"}


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
