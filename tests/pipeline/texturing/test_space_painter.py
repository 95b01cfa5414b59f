"""A painter in space in the texture stage: where it is shown the mesh, and what becomes of its voxels."""

import numpy as np
import pytest
from fakes import cutout
from trimesh.creation import icosphere

from varco3d.errors import BadMeshError
from varco3d.pipeline.artifacts import Asset, Mesh, Subject
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import Texture, TextureSettings
from varco3d.weights.painters import PaintedVoxels


class HeightPainter:
    """Paints red by height and green by x; everything is half rough."""

    def __init__(self, empty: bool = False):
        self.empty, self.task = empty, None

    def materials(self, task):
        self.task = task
        cells = np.unique(np.floor((task.vertices + 1) * 16).astype(np.int32), axis=0)[: 0 if self.empty else None]
        values = np.full((len(cells), 6), 255, np.uint8)
        values[:, 0], values[:, 1] = cells[:, 1] * 8, cells[:, 0] * 8
        values[:, 3], values[:, 4] = 0, 128
        return PaintedVoxels(cells, 32, values, {"resolution": 32})


def ball() -> Mesh:
    """A ball far from the origin, flattened in z."""
    made = icosphere(subdivisions=4, radius=3.0)
    vertices = made.vertices * [1, 1, 0.5] + [50, -20, 7]
    return Mesh(vertices.astype(np.float32), made.faces.astype(np.int32), double_sided=True)


def painted(painter: HeightPainter, **settings) -> Asset:
    subject = Subject(cutout(np.ones((8, 8), np.float32)), np.eye(3), (8, 8))
    context = Context(load=lambda part, name: painter)
    chosen = TextureSettings(painter="trellis2", size=256, **settings)
    return Texture().run(Asset(subject=subject, mesh=ball()), chosen, context)


def test_the_mesh_fills_the_box_and_gets_its_materials_where_they_are() -> None:
    painter = HeightPainter()
    asset = painted(painter, painter_steps=3, painter_size=512)
    task, mesh = painter.task, asset.mesh
    assert task is not None and (task.steps, task.size) == (3, 512)
    np.testing.assert_allclose(np.ptp(task.vertices, axis=0), [2, 2, 1], atol=1e-3)
    assert mesh is not None and mesh.uv is not None and mesh.texture is not None and mesh.double_sided
    column, row = np.clip((mesh.uv * 256).astype(int), 0, 255).T
    colour = mesh.texture[row, column].astype(float)
    np.testing.assert_allclose(colour[:, 0], ((mesh.vertices[:, 1] + 20) / 3 + 1) * 16 * 8 - 4, atol=16)
    np.testing.assert_allclose(colour[:, 1], ((mesh.vertices[:, 0] - 50) / 3 + 1) * 16 * 8 - 4, atol=16)
    assert mesh.metallic_roughness is not None and (mesh.roughness, mesh.metallic) == (1.0, 1.0)
    assert (mesh.metallic_roughness[row, column] == (0, 128, 0)).all()
    told = asset.report["texture"]
    assert told["painter"] == "trellis2" and told["painter_settings"] == {"resolution": 32}


def test_a_painter_without_an_answer_is_an_error() -> None:
    with pytest.raises(BadMeshError, match="no voxel to paint"):
        painted(HeightPainter(empty=True))
