"""Writes a mesh as binary STL. The mesh is already in the file's axes and unit."""

from __future__ import annotations

import numpy as np

from ...artifacts import Mesh


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
