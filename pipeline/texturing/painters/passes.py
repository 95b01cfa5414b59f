"""Further passes of a painter: its views turned towards what is still unseen, continuing what is painted already.

Unseen faces are grouped by position and normal; each group's mean normal, and what lies aslant beside it, are
directions from which to look. A painter knows its views only as one set, so the whole set is turned: the mesh stands
turned before it. Of the sets so found the one that shows most unseen surface is painted. (The idea of viewpoints
from groups of unseen surface: CaPa, Heo et al. 2025; there each view is painted by itself.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.ndimage import minimum_filter

from ....kernels.atlas.bake import Baker, View
from ....kernels.meshes.normals import face_normals
from ....kernels.views.cameras import Camera
from ....kernels.views.render_maps import render_maps
from ....weights.painters.base import Known
from ...meshes.preview import sample_texture
from ..paint import SURE, Painted
from ..synthesis import Conditions
from .bridge import LearnedSynthesizer

GROUPS = 6
SIDE = 256  # pixels of the depth maps that tell what a view sees
LOWEST_COSINE = 0.3  # a flatter look at a face does not count
LEAST = 0.02  # share of the surface that a pass must add
UPRIGHT = 1.4  # how much more the gain of a level set counts: painters know upright objects
TILT, ASLANT, ROUNDED = 35.0, 45.0, 15.0  # degrees
LATER = 0.5  # priority of a later pass beside the first
RIM = 5  # pixels beside the unseen that are painted again


class Unseen:
    """Surface that no view shows yet. share: of the surface's area."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray, views: Sequence[View]):
        self.vertices, self.faces = vertices, faces
        self.normal, self.area = face_normals(vertices, faces)
        self.middle = vertices[faces].mean(1)
        baker = Baker(vertices, faces, self.middle, self.normal)
        trust = np.max([baker.look_up(view, baker.depth(view))[:, 3] for view in views], axis=0)
        self.open = self.area * (trust <= SURE)

    @property
    def share(self) -> float:
        return float(self.open.sum() / max(self.area.sum(), 1e-12))

    def directions(self) -> list[np.ndarray]:
        """Return unit vectors [3] towards which groups of unseen faces look, the largest group first."""
        some = np.flatnonzero(self.open > 0)
        extent = max(float(np.ptp(self.vertices, axis=0).max()), 1e-9)
        features = np.concatenate([self.middle[some] / extent, self.normal[some]], 1).astype(np.float64)
        count = min(GROUPS, len(some))
        _, group = kmeans2(features, _spread_out(features, count), minit="matrix", missing="warn")
        sums = [(self.normal[some] * self.open[some, None])[group == k].sum(0) for k in range(count)]
        sums = [each for each in sums if np.linalg.norm(each) > 1e-9]
        return [each / np.linalg.norm(each) for each in sorted(sums, key=np.linalg.norm, reverse=True)]

    def gain(self, cameras: Sequence[Camera]) -> float:
        """Share of the surface that cameras add."""
        baker = Baker(self.vertices, self.faces, self.middle, self.normal, lowest_cosine=LOWEST_COSINE, exponent=1.0)
        blank = np.zeros((SIDE, SIDE, 3), np.float32)
        shown = np.zeros(len(self.faces), bool)
        for camera in cameras:
            view = View(camera, blank, margin=4.0 * camera.pixel_size(SIDE))
            shown |= baker.look_up(view, baker.depth(view))[:, 3] > 0
        return float(self.open[shown].sum() / max(self.area.sum(), 1e-12))


def _spread_out(points: np.ndarray, count: int) -> np.ndarray:
    """`count` of the points [N, D], each the farthest from those before it."""
    chosen = [points[0]]
    distance = np.full(len(points), np.inf)
    for _ in range(count - 1):
        distance = np.minimum(distance, ((points - chosen[-1]) ** 2).sum(1))
        chosen.append(points[int(distance.argmax())])
    return np.stack(chosen)


def turn_of(yaw: float, pitch: float) -> np.ndarray:
    """Return the rotation [3, 3] that turns azimuth `yaw`, elevation `pitch` (degrees) to the front."""
    c, s = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    about_y = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
    c, s = math.cos(math.radians(pitch)), math.sin(math.radians(pitch))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]) @ about_y


def turned_back(camera: Camera, turn: np.ndarray) -> Camera:
    """Return the camera that sees a mesh as `camera` sees it turned."""
    return Camera.from_axes(camera.axes() @ turn, camera)


def candidate_turns(unseen: Unseen) -> list[tuple[float, float]]:
    """Yaw and pitch, degrees, of sets of views: towards each group's normal and aslant beside it, level and tilted.

    Four views of a level set stand a quarter apart, so its yaw counts modulo 90.
    """
    found: dict[tuple[float, float], None] = {}
    for x, y, z in unseen.directions():
        yaw = math.degrees(math.atan2(x, z))
        pitch = TILT if y >= 0 else -TILT
        for beside in (0.0, ASLANT, -ASLANT):
            rounded = ROUNDED * round((yaw + beside) / ROUNDED)
            found[rounded % 90.0, 0.0] = None
            found[rounded % 360.0, pitch] = None
    return list(found)


def best_turn(unseen: Unseen, synthesizer: LearnedSynthesizer) -> np.ndarray | None:
    """Return the turn [3, 3] whose views add most, or None when none adds LEAST."""
    best, chosen = LEAST, None
    for yaw, pitch in candidate_turns(unseen):
        turn = turn_of(yaw, pitch)
        cameras = synthesizer.painter.cameras(unseen.vertices @ turn.T, SIDE).values()
        gain = unseen.gain([turned_back(camera, turn) for camera in cameras]) * (UPRIGHT if pitch == 0 else 1.0)
        if gain > best:
            best, chosen = gain, turn
    return chosen


def further_views(
    synthesizer: LearnedSynthesizer,
    conditions: Conditions,
    views: Sequence[View],
    cut: tuple[np.ndarray, np.ndarray, np.ndarray],
    painted: Painted,
    number: int,
) -> list[View]:
    """Return views of one more pass, or none when nothing worth it is unseen.

    views: all so far. cut: vertices, faces and uv of the mesh as cut for its atlas; painted: its textures from them.
    number: of the pass, for its seed and its folder.
    """
    unseen = Unseen(conditions.vertices, conditions.faces, views)
    if unseen.share < LEAST:
        return []
    turn = best_turn(unseen, synthesizer)
    if turn is None:
        return []
    task = synthesizer.task(conditions)
    turned = (conditions.vertices @ turn.T).astype(np.float32)
    normals = (conditions.normals @ turn.T).astype(np.float32)
    size = synthesizer.painter.size(task)
    cameras = [turned_back(camera, turn) for camera in synthesizer.painter.cameras(turned, size).values()]
    known = known_views(conditions, cameras, size, views, cut, painted)
    task = replace(task, vertices=turned, normals=normals, seed=task.seed + number, known=known)
    made = synthesizer.paint(task, f"painter_pass{number}")
    return [
        replace(view, camera=turned_back(view.camera, turn), priority=LATER * view.priority) for view in made.values()
    ]


def known_views(
    conditions: Conditions,
    cameras: Sequence[Camera],
    size: int,
    views: Sequence[View],
    cut: tuple[np.ndarray, np.ndarray, np.ndarray],
    painted: Painted,
) -> Known:
    """Render the painted mesh from the cameras, and the share of each pixel that a view has really shown.

    The background is grey and counts as shown. Materials are rendered where the texture has some.
    """
    vertices, faces, uv = cut
    pictures, shares, materials = [], [], []
    for camera in cameras:
        maps = render_maps(vertices, faces, camera, size, maps=("position", "normal"))
        mask = np.asarray(maps.mask)
        share = np.ones((size, size), np.float32)
        corner, weight = faces[maps.face[mask]], maps.barycentrics[mask]
        place = (uv[corner] * weight[..., None]).sum(1)
        baker = Baker(conditions.vertices, conditions.faces, maps.position[mask], maps.normal[mask])
        trust = np.max([baker.look_up(view, baker.depth(view))[:, 3] for view in views], axis=0)
        share[mask] = trust > SURE
        pictures.append(_shown(painted.texture, place, mask))
        shares.append(minimum_filter(share, 2 * RIM + 1))
        if painted.material is not None:
            materials.append(_shown(painted.material, place, mask)[..., 1:])
    return Known(np.stack(pictures), np.stack(shares), np.stack(materials) if materials else None)


def _shown(texture: np.ndarray, place: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a picture float32 [S, S, 3] of a texture uint8 at uv `place` [P, 2] of the pixels in `mask` [S, S]."""
    picture = np.full((*mask.shape, 3), 0.5, np.float32)
    picture[mask] = sample_texture(texture, place)
    return picture
