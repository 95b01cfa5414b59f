"""Held-out objects as the cameras of their pictures see them: what predictions are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from ....kernels.fields.decode_octree import decode_octree
from ....kernels.fields.marching_cubes import marching_cubes
from ....kernels.views.cameras import Camera
from ..objects import SignedDistance, TrainingObject
from ..posed_views import PosedViews
from ..renders import Pose, framed_camera
from ..train_vae import frame_transform, yaw_matrix
from .metrics import ShapeJudge, Triangles, silhouette_iou

HULL_GRID = 128  # cells per side of the hull that counts as truth


@dataclass(frozen=True)
class Case:
    """One held-out object in the frame of one view.

    row: of the shards; view: which of its pictures. publisher: who made the object. truth: its outer hull. surface
    [S,6]: points and normals on it. rgba: the picture, uint8 [P,P,4]. camera: the picture's, of the object turned by
    azimuth (degrees); scale, offset: from there to the frame.
    """

    row: int
    view: int
    name: str
    publisher: str
    obj: TrainingObject
    truth: Triangles
    surface: np.ndarray
    rgba: np.ndarray
    camera: Camera
    azimuth: float
    scale: float
    offset: np.ndarray

    @cached_property
    def judge(self) -> ShapeJudge:
        return ShapeJudge(self.truth)

    def silhouette(self, mesh: Triangles) -> float:
        """Overlap of a prediction's silhouette with the picture's, from the picture's own camera."""
        vertices = ((mesh[0] - self.offset) / self.scale).astype(np.float32)
        return silhouette_iou((vertices, mesh[1]), self.camera, self.rgba[..., 3] > 127)

    def framed_vertices(self) -> np.ndarray:
        """Return the object's own vertices [V,3] in the frame."""
        turned = self.obj.vertices @ yaw_matrix(self.azimuth).T
        return (turned * self.scale + self.offset).astype(np.float32)


def object_hull(views: PosedViews, row: int, view: int) -> tuple[Triangles, float, np.ndarray]:
    """Return the outer hull of an object in the frame of a view, with the frame's scale and offset."""
    obj = views.object(row)
    turn, stretch = yaw_matrix(views.pose(row, view)[0]), views.stretch(row, view)
    raw = views.shards.raw_surface(row) * stretch @ turn.T
    scale, offset = frame_transform(raw)
    field = SignedDistance(obj.vertices * stretch, obj.faces)

    def query(points: torch.Tensor) -> torch.Tensor:
        canonical = ((points.numpy() - offset) / scale) @ turn
        return torch.from_numpy(field(canonical.astype(np.float32)) * np.float32(scale))

    seeds = np.unique(np.floor((raw * scale + offset + 1) * 32).clip(0, 63).astype(np.int32), axis=0)
    vertices, faces = marching_cubes(decode_octree(query, HULL_GRID, seeds=(seeds, 64)))
    return (np.asarray(vertices, np.float32), np.asarray(faces, np.int32)), scale, offset


def make_case(views: PosedViews, row: int, view: int) -> Case:
    truth, scale, offset = object_hull(views, row, view)
    azimuth, elevation, fov = views.pose(row, view)
    obj = views.object(row)
    turn = yaw_matrix(azimuth)
    return Case(
        row=row,
        view=view,
        name=f"{obj.name} #{row}",
        publisher=obj.source.split("_")[0],
        obj=obj,
        truth=truth,
        surface=views.shards.pose(row, turn).surface,
        rgba=np.array(views.views[row, view]),
        camera=framed_camera(obj.vertices @ turn.T, Pose(azimuth, elevation, fov or None)),
        azimuth=azimuth,
        scale=scale,
        offset=offset,
    )
