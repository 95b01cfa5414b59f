"""Writes a mesh as binary PLY. The mesh is already in the file's axes and unit."""

from __future__ import annotations

import numpy as np

from ...artifacts import Mesh
from ..texture_lookup import sample_texture


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
