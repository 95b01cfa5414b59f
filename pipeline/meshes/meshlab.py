"""The one file that imports pymeshlab, which is GPL-3; without it everything else runs.

pip installs it with varco3d where wheels are; pyproject.toml says where. Used where it is the better tool: filling
holes, wrapping a broken mesh into a closed one (CGAL's alpha wrap), pairing triangles to quads; and by the bench, which
compares with it.
"""

import importlib.metadata
import importlib.util
from typing import Any

import numpy as np

from ...errors import MissingDependencyError
from ..artifacts import Mesh


def wrap(mesh: Mesh, detail: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    """Return a closed, orientable mesh around `mesh`: vertices float32 [V,3], faces int32 [F,3].

    detail: size of the holes it does not enter, as a share of the box's diagonal; the surface lies a tenth of that
    outside. Raises MissingDependencyError.
    """
    ml, meshes = _load(mesh)
    if importlib.metadata.version("pymeshlab") < "2025":  # the last one with wheels for glibc 2.31
        meshes.generate_alpha_wrap(alpha_fraction=detail, offset_fraction=detail / 10)
    else:
        meshes.generate_alpha_wrap(alpha=ml.PercentageValue(100 * detail), offset=ml.PercentageValue(10 * detail))
    made = meshes.current_mesh()
    return made.vertex_matrix().astype(np.float32), made.face_matrix().astype(np.int32)


def fill_holes(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Return the welded mesh with every hole filled that its edges go round once.

    Vertices float32 [V,3], faces int32 [F,3]. The caller checks whether it is closed then. Raises
    MissingDependencyError.
    """
    from ...kernels.meshes.clean import weld  # brings Warp, which a run needs a second to load

    _, meshes = _load(Mesh(*weld(mesh.vertices, mesh.faces)))
    meshes.meshing_close_holes(maxholesize=len(mesh.faces))
    made = meshes.current_mesh()
    return made.vertex_matrix().astype(np.float32), made.face_matrix().astype(np.int32)


def quads(mesh: Mesh) -> list[tuple[int, ...]]:
    """Return the faces of `mesh` with neighbouring triangles paired to quads where that makes good ones.

    The rest stay triangles. Indices into mesh.vertices. Raises MissingDependencyError.
    """
    _, meshes = _load(mesh)
    meshes.meshing_tri_to_quad_by_smart_triangle_pairing()
    made = meshes.current_mesh()
    if made.vertex_number() != len(mesh.vertices):
        raise AssertionError("pairing does not change vertices")
    return [tuple(int(index) for index in face) for face in made.polygonal_face_list()]


def decimated(vertices: np.ndarray, faces: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """About `count` faces by quadric edge collapse, with the settings that public pipelines use; for comparison."""
    _, meshes = _load(Mesh(vertices, faces))
    meshes.meshing_decimation_quadric_edge_collapse(targetfacenum=count, qualitythr=1.0, preservenormal=True)
    made = meshes.current_mesh()
    return made.vertex_matrix().astype(np.float32), made.face_matrix().astype(np.int32)


def require_meshlab() -> None:
    """Raise MissingDependencyError when pymeshlab is not installed."""
    if importlib.util.find_spec("pymeshlab") is None:
        raise MissingDependencyError(
            "this needs pymeshlab (GPL-3), which is not installed here", "pip install 'pymeshlab>=2023.12.post3'"
        )


def _load(mesh: Mesh) -> tuple[Any, Any]:
    require_meshlab()
    import pymeshlab

    ml: Any = pymeshlab  # it is a compiled module without types
    meshes = ml.MeshSet()
    meshes.add_mesh(ml.Mesh(mesh.vertices.astype(np.float64), mesh.faces.astype(np.int32)))
    return ml, meshes
