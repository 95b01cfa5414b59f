"""Reports of meshes: size, topology, health, texture.

Topology is computed on welded positions, so UV seams do not count as holes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..artifacts import Mesh

_FAR = 100.0  # sizes of a mesh between it and the origin, from which its coordinates are split in two
REPORT_KEYS = (
    "vertices", "faces", "components", "boundary_edges", "boundary_loops", "non_manifold_edges", "watertight",
    "winding_consistent", "genus", "volume", "area", "bbox", "degenerate_faces",
    "uv_islands", "uv_coverage", "texture_coverage", "bytes",
)  # fmt: skip
"""Keys of a report. A value that does not apply is None (genus and volume of an open mesh, uv of a bare one)."""


def mesh_report(mesh: Mesh, offset: np.ndarray | None = None, **known: Any) -> dict[str, Any]:
    """Return a report of `mesh` in its units, with REPORT_KEYS in that order.

    offset: float64 [3], added to the box: where a mesh at map coordinates lies; known: values that the mesh alone does
    not tell (texture_coverage, bytes).
    """
    vertices, faces = mesh.vertices.astype(np.float64), mesh.faces.astype(np.int64)
    welded = weld_exact(mesh.vertices)[faces]
    solid, areas = _solid_faces(vertices, faces, welded)
    topology = edge_report(welded[solid])
    closed = topology["watertight"]
    used = np.unique(welded[solid])
    parts = components(welded[solid])
    values: dict[str, Any] = {
        "vertices": len(mesh.vertices),
        "faces": len(mesh.faces),
        "components": int(parts.max()) + 1 if len(parts) else 0,
        **topology,
        "genus": _genus(len(used), int(solid.sum()), int(parts.max()) + 1) if closed else None,
        "volume": _volume(vertices, faces) if closed else None,
        "area": float(areas.sum()),
        "bbox": [vertices[used].min(0).tolist(), vertices[used].max(0).tolist()] if len(used) else None,
        "degenerate_faces": int((~solid).sum()),
        "uv_islands": None,
        "uv_coverage": None,
        "texture_coverage": None,
        "bytes": None,
    }
    if mesh.uv is not None:
        values["uv_islands"] = int(components(faces).max(initial=-1)) + 1
        values["uv_coverage"] = _uv_coverage(mesh.uv, faces)
    values.update({key: value for key, value in known.items() if value is not None})
    rounded = {key: _rounded(value) for key, value in values.items()}
    if offset is not None and values["bbox"] is not None:
        box = np.array(values["bbox"]) + offset
        digits = 6 + digits_lost(box)
        rounded["bbox"] = [[float(f"{value:.{digits}g}") for value in corner] for corner in box.tolist()]
    return rounded


def digits_lost(box: np.ndarray) -> int:
    """Decimal digits that the distance from the origin takes of numbers as large as the box [2,3] itself."""
    far, size = float(np.abs(box).max()), float((box[1] - box[0]).max())
    return min(max(int(np.ceil(np.log10(far / size))), 0), 10) if far > 0 and size > 0 else 0


def far_origin(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return whole numbers float64 [3] near the middle of a box that float32 could not hold so far off.

    Zeros for every other box.
    """
    far = max(float(np.abs(low).max()), float(np.abs(high).max()))
    return np.rint((low + high) / 2) + 0.0 if far > _FAR * max(float((high - low).max()), 1e-12) else np.zeros(3)


def has_boundary(mesh: Mesh) -> bool:
    """Return whether the welded surface ends somewhere: an edge has one face alone."""
    welded = weld_exact(mesh.vertices)[mesh.faces.astype(np.int64)]
    solid, _ = _solid_faces(mesh.vertices.astype(np.float64), mesh.faces, welded)
    return edge_report(welded[solid])["boundary_edges"] > 0


def is_closed(mesh: Mesh) -> bool:
    """Tell whether the welded surface has neither holes nor edges of more than two faces."""
    welded = weld_exact(mesh.vertices)[mesh.faces.astype(np.int64)]
    solid, _ = _solid_faces(mesh.vertices.astype(np.float64), mesh.faces, welded)
    return bool(edge_report(welded[solid])["watertight"])


def weld_exact(vertices: np.ndarray) -> np.ndarray:
    """For each vertex the index [V] int64 of the first one at exactly the same position."""
    points = np.ascontiguousarray(vertices, np.float32) + np.float32(0)  # + 0 turns -0.0 into 0.0
    keys = points.view([("", np.uint32)] * 3).reshape(-1)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first[inverse.reshape(-1)]


def edge_report(faces: np.ndarray) -> dict[str, Any]:
    """Return the report's values from boundary_edges to winding_consistent of welded faces [F,3].

    A boundary loop is a connected line of edges that one face has.
    """
    if len(faces) == 0:
        counts = dict.fromkeys(("boundary_edges", "boundary_loops", "non_manifold_edges"), 0)
        return {**counts, "watertight": False, "winding_consistent": False}
    start, end = faces[:, [0, 1, 2]].reshape(-1), faces[:, [1, 2, 0]].reshape(-1)
    span = int(faces.max()) + 1
    key, index, count = np.unique(
        np.minimum(start, end) * span + np.maximum(start, end), return_inverse=True, return_counts=True
    )
    # An edge of two faces is consistent when they run along it in opposite directions.
    balance = np.bincount(index.reshape(-1), weights=np.where(start < end, 1.0, -1.0))
    rim = key[count == 1]
    loops = components(np.stack([rim // span, rim % span, rim % span], axis=1))
    boundary, crowded = int((count == 1).sum()), int((count > 2).sum())
    return {
        "boundary_edges": boundary,
        "boundary_loops": int(loops.max(initial=-1)) + 1,
        "non_manifold_edges": crowded,
        "watertight": boundary == 0 and crowded == 0,
        "winding_consistent": bool((balance[count == 2] == 0).all()),
    }


def components(faces: np.ndarray) -> np.ndarray:
    """Return the connected part of each face, [F] int, numbered from 0; connected = sharing a vertex."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if len(faces) == 0:
        return np.zeros(0, np.int64)
    used, local = np.unique(faces, return_inverse=True)
    local = local.reshape(-1, 3)
    pairs = np.concatenate([local[:, [0, 1]], local[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(used), len(used)))
    _, labels = connected_components(graph, directed=False)
    return labels[local[:, 0]]


def _solid_faces(vertices: np.ndarray, faces: np.ndarray, welded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mask [F] of faces with three different corners, and areas [F]; zero-area slivers stay, they close the surface."""
    corners = vertices[faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    a, b, c = welded.T
    return (a != b) & (b != c) & (a != c), areas


def _genus(vertices: int, faces: int, parts: int) -> int:
    """Sum of the genera of closed parts: V - E + F = 2 * (parts - genus), with E = 3 F / 2."""
    return parts - (vertices - faces * 3 // 2 + faces) // 2


def _volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def _uv_coverage(uv: np.ndarray, faces: np.ndarray) -> float:
    """Share of the unit square under UV triangles, overlaps counted twice, at most 1."""
    corners = uv.astype(np.float64)[faces]
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return min(1.0, float(np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]).sum() / 2))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return value
