"""Find the camera the input picture was taken from: the one whose silhouette of the mesh fits the picture's alpha.

Coarse search over azimuth and elevation (scale and shift follow from the bounding boxes), then a simplex refinement of
all values at a higher resolution, on a decimated mesh. A picture that fits nowhere is not forced: the plain front
camera is taken and `accepted` is false.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from ...kernels.cameras import Camera
from ...kernels.render_maps import render_maps

COARSE_SIZE = 64
FINE_SIZE = 160
SEARCH_FACES = 4000
ELEVATIONS = tuple(range(-15, 46, 6))
CHECKED = (Camera(0, 0), Camera(90, 0), Camera(0, 89))  # a simplified mesh must look the same from these
SAME_IOU = 0.95
BEYOND = 8.0  # degrees that the refinement may leave the searched range: a wrong shape would fit better from anywhere
PERSPECTIVE = 28.0  # degrees; tried beside the orthographic camera, typical of product pictures


@dataclass(frozen=True)
class Registration:
    """camera: for the square picture. iou: overlap of the silhouettes, 0..1. accepted: false = plain front camera."""

    camera: Camera
    iou: float
    accepted: bool


def register(
    vertices: np.ndarray, faces: np.ndarray, alpha: np.ndarray, spread: float = 30.0, lowest_iou: float = 0.6
) -> Registration:
    """Camera of a picture with a square alpha [S, S] (0..1) of a mesh that fronts +Z.

    spread: azimuths from -spread to spread degrees are searched; 180 searches all around. lowest_iou: below it the
    plain front camera, fitted to the alpha's bounding box, is returned.
    """
    vertices, faces = _lighter(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
    small, fine = _resized(alpha, COARSE_SIZE), _resized(alpha, FINE_SIZE)
    if not (small > 0.5).any():
        return Registration(Camera(), 0.0, False)
    search = _Search(vertices, faces, spread)
    starts = []
    step = 10.0 if spread <= 60 else 15.0
    count = max(1, round(spread / step))
    azimuths = np.unique(np.linspace(-spread, spread, 2 * count + 1))
    for azimuth in azimuths:
        for elevation in ELEVATIONS:
            camera = search.fitted(Camera(float(azimuth), float(elevation)), small)
            starts.append((search.loss(camera, small), camera))
    starts.sort(key=lambda pair: pair[0])
    candidates = [search.refined(camera, small, 60) for _, camera in _distinct(starts, 3)]
    best = min(candidates, key=lambda camera: search.loss(camera, fine))
    perspective = search.fitted(
        best.moved(fov=PERSPECTIVE, distance=best.half_height / math.tan(math.radians(PERSPECTIVE / 2))), fine
    )
    best = min(
        (search.refined(best, fine, 90), search.refined(perspective, fine, 90)),
        key=lambda camera: search.loss(camera, fine) + (0.004 if camera.perspective else 0.0),
    )
    iou = search.iou(best, fine)
    if iou >= lowest_iou:
        return Registration(best, iou, True)
    return plain_front(vertices, faces, alpha)


def plain_front(vertices: np.ndarray, faces: np.ndarray, alpha: np.ndarray) -> Registration:
    """The camera straight in front, fitted to the alpha's bounding box; not accepted, whatever its overlap."""
    fine = _resized(alpha, FINE_SIZE)
    if not (fine > 0.5).any():
        return Registration(Camera(), 0.0, False)
    search = _Search(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
    camera = search.fitted(Camera(), fine)
    return Registration(camera, search.iou(camera, fine), False)


class _Search:
    def __init__(self, vertices: np.ndarray, faces: np.ndarray, spread: float = 180.0):
        self.vertices, self.faces, self.spread = vertices, faces, spread

    def mask(self, camera: Camera, size: int) -> np.ndarray:
        """Soft silhouette [size, size]: rendered at twice the size and averaged."""
        mask = render_maps(self.vertices, self.faces, camera, 2 * size, maps=()).mask
        return mask.reshape(size, 2, size, 2).mean((1, 3), dtype=np.float32)

    def iou(self, camera: Camera, alpha: np.ndarray) -> float:
        """Overlap of soft masks: sum of minima over sum of maxima."""
        mask = self.mask(camera, len(alpha))
        return float(np.minimum(mask, alpha).sum() / max(np.maximum(mask, alpha).sum(), 1e-9))

    def loss(self, camera: Camera, alpha: np.ndarray) -> float:
        """1 - IoU, plus a slight pull to the usual camera, which decides where the silhouette cannot."""
        unusual = (camera.azimuth / 30.0) ** 2 + ((camera.elevation - 12.0) / 30.0) ** 2
        return 1.0 - self.iou(camera, alpha) + 0.003 * unusual

    def fitted(self, camera: Camera, alpha: np.ndarray) -> Camera:
        """The camera with scale and shift such that the mesh's bounding box in the picture meets the alpha's."""
        size = len(alpha)
        rows, columns = np.nonzero(alpha > 0.5)
        left, right = columns.min() / size * 2 - 1, (columns.max() + 1) / size * 2 - 1
        top, bottom = 1 - rows.min() / size * 2, 1 - (rows.max() + 1) / size * 2
        still = camera.moved(shift=(0.0, 0.0))
        points = still.project(self.vertices, 2, 2)[:, :2] - 1.0  # picture units, rows down
        low, high = points.min(0), points.max(0)
        grow = math.sqrt(max((right - left) * (top - bottom), 1e-9) / max(float((high - low).prod()), 1e-9))
        shift = ((left + right) / 2 - grow * (low[0] + high[0]) / 2, (top + bottom) / 2 + grow * (low[1] + high[1]) / 2)
        return _scaled(camera, grow).moved(shift=(float(shift[0]), float(shift[1])))

    def refined(self, start: Camera, alpha: np.ndarray, evaluations: int) -> Camera:
        """Simplex search around `start` over azimuth, elevation, scale, shift."""

        def camera_at(x: np.ndarray) -> Camera:
            elevation = float(np.clip(start.elevation + 10 * x[1], ELEVATIONS[0] - BEYOND, ELEVATIONS[-1] + BEYOND))
            azimuth = float(np.clip(start.azimuth + 10 * x[0], -self.spread - BEYOND, self.spread + BEYOND))
            moved = _scaled(start, float(np.exp(0.1 * x[2])))
            shift = (start.shift[0] + 0.1 * float(x[3]), start.shift[1] + 0.1 * float(x[4]))
            return moved.moved(azimuth=azimuth, elevation=elevation, shift=shift)

        simplex = np.concatenate([np.zeros((1, 5)), np.diag([0.6, 0.5, 0.25, 0.25, 0.25])])
        found = minimize(
            lambda x: self.loss(camera_at(x), alpha),
            np.zeros(5),
            method="Nelder-Mead",
            options={"maxfev": evaluations, "initial_simplex": simplex, "xatol": 5e-3, "fatol": 1e-4},
        )
        return camera_at(found.x)


def _scaled(camera: Camera, grow: float) -> Camera:
    """A camera in which the object appears `grow` times as large (a perspective camera changes its distance)."""
    if camera.fov is None:
        return camera.moved(half_height=camera.half_height / grow)
    return camera.moved(distance=max(camera.distance / grow, 1.8))


def _distinct(starts: list[tuple[float, Camera]], count: int) -> list[tuple[float, Camera]]:
    """The best `count` starts that are not direct neighbours of a better one."""
    kept: list[tuple[float, Camera]] = []
    for loss, camera in starts:
        near = [
            other
            for _, other in kept
            if abs(other.azimuth - camera.azimuth) < 15 and abs(other.elevation - camera.elevation) < 10
        ]
        if not near:
            kept.append((loss, camera))
        if len(kept) == count:
            break
    return kept


def _resized(alpha: np.ndarray, size: int) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(np.asarray(alpha, np.float32))
    return np.asarray(picture.resize((size, size), Image.Resampling.BOX), np.float32)


def _lighter(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A mesh of a few thousand faces with the same silhouettes; the mesh itself when simplifying changes them."""
    if len(faces) <= 2 * SEARCH_FACES:
        return vertices, faces
    import fast_simplification

    light_vertices, light_faces = fast_simplification.simplify(vertices, faces, target_count=SEARCH_FACES, agg=7)  # type: ignore[misc]
    light = light_vertices.astype(np.float32), light_faces.astype(np.int32)
    # It may swallow whole parts: large flat ones are cheap to collapse.
    alike = len(light_faces) > 0 and all(_same_silhouette((vertices, faces), light, camera) for camera in CHECKED)
    return light if alike else (vertices, faces)


def _same_silhouette(mesh: tuple[np.ndarray, np.ndarray], light: tuple[np.ndarray, np.ndarray], camera: Camera) -> bool:
    frame = _Search(*mesh).fitted(camera, np.ones((COARSE_SIZE, COARSE_SIZE), np.float32))
    return _Search(*light).iou(frame, _Search(*mesh).mask(frame, COARSE_SIZE)) > SAME_IOU
