"""Charts and packing by xatlas, for those who want its atlas: slower, with some denser textures.

Needs the optional package xatlas (pip install "varco3d[texture]").
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import BadMeshError, MissingDependencyError


def xatlas_charts(
    vertices: np.ndarray, faces: np.ndarray, resolution: int, gap: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Charts grown and packed by xatlas.

    vertices [V, 3], faces [F, 3]. Returns the source vertex [V'] int64 of each atlas vertex, faces [F, 3] int32 in the
    same order, and uv [V', 2] float32 in 0..1, v down. Some charts are mirrored. Raises MissingDependencyError,
    BadMeshError.
    """
    xatlas = _xatlas()
    atlas = xatlas.Atlas()
    atlas.add_mesh(np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(faces, np.uint32))
    return _packed(xatlas, atlas, faces, resolution, gap)


def xatlas_pack(
    flat: np.ndarray, faces: np.ndarray, chart: np.ndarray, owner: np.ndarray, resolution: int, gap: int
) -> np.ndarray:
    """Texel positions [V, 2], rows upwards, of charts laid out by others and packed by xatlas.

    flat [V, 2]: places in each chart's own plane, one scale for all; faces [F, 3]; chart [F]; owner [V]: the chart of
    each vertex. Raises MissingDependencyError, BadMeshError.
    """
    xatlas = _xatlas()
    # Charts come apart by their material, and lie apart so that none is welded to another.
    width = float(np.ptp(flat, axis=0).max()) * 1.1 + 1e-9
    spread = flat + np.stack([owner * width, np.zeros(len(owner))], 1)
    atlas = xatlas.Atlas()
    atlas.add_uv_mesh(
        np.ascontiguousarray(spread, np.float32),
        np.ascontiguousarray(faces, np.uint32),
        np.ascontiguousarray(chart[:, None], np.uint32),
    )
    vertex, new_faces, uv = _packed(xatlas, atlas, faces, resolution, gap)
    out = np.zeros((len(flat), 2))
    out[faces.reshape(-1)] = uv[new_faces.reshape(-1)]
    if not np.array_equal(vertex[new_faces], faces):
        raise BadMeshError("xatlas cut a chart in two", "Use the default atlas.")
    out[:, 1] = 1.0 - out[:, 1]
    return out * resolution


def _packed(xatlas: Any, atlas: Any, faces: np.ndarray, resolution: int, gap: int) -> tuple:
    options = xatlas.PackOptions()
    options.resolution, options.padding, options.bilinear = resolution, gap, True
    atlas.generate(pack_options=options)
    if atlas.atlas_count != 1:
        raise BadMeshError(f"the charts do not fit {resolution} x {resolution} texels", "Raise the texture size.")
    vertex, new_faces, uv = atlas.get_mesh(0)
    if len(new_faces) != len(faces):
        raise BadMeshError("xatlas lost faces of the mesh", "Use the default atlas.")
    uv = np.clip(uv, 0.0, 1.0).astype(np.float32)
    uv[:, 1] = 1.0 - uv[:, 1]
    return vertex.astype(np.int64), new_faces.astype(np.int32), uv


def _xatlas() -> Any:
    try:
        import xatlas
    except ImportError as error:
        raise MissingDependencyError("this atlas needs xatlas", 'pip install "varco3d[texture]"') from error
    return xatlas
