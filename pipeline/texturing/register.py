"""Find the camera the input picture was taken from: the one from which the mesh's outline and creases fit it.

Coarse search over azimuth and elevation by silhouettes (scale and shift follow from the bounding boxes), then a simplex
refinement of all values at a higher resolution, on a decimated mesh. Among cameras whose silhouettes fit alike, as
those of a box seen from the left and from the right do, the creases of the mesh and the edges in the picture decide. A
picture that fits nowhere is not forced: the plain front camera is taken and `accepted` is false.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ...kernels.arrays import check_mesh, is_tensor, namespace, on_device
from ...kernels.views.cameras import Camera
from ...kernels.views.render_maps import Maps, Scene
from .edges import PictureEdges

COARSE_SIZE = 64
FINE_SIZE = 160
SEARCH_FACES = 4000
ELEVATIONS = tuple(range(-15, 46, 6))
CHECKED = (Camera(0, 0), Camera(90, 0), Camera(0, 89))  # a simplified mesh must look the same from these
SAME_IOU = 0.95
NEAREST = 1.8  # distance of a perspective camera from the middle of the object
BEYOND = 8.0  # degrees that the refinement may leave the searched range: a wrong shape would fit better from anywhere
USUAL_ELEVATION = 12.0  # degrees, of pictures of an object's front
SIDE_ELEVATIONS = (-20, 36)  # degrees about a side's own elevation: side pictures are taken from above, too
PERSPECTIVE = 28.0  # degrees, typical of product pictures; where the search for a field of view begins
FIELDS = (8.0, 50.0)  # degrees, the range of that search
HINT_FITS = 0.9  # overlap from about the hinted camera above which it is believed
SURE = 0.96  # overlap above which there is nothing left to search for
RIVAL = 0.05  # a camera whose loss is higher than the best one's by this will not catch up
EDGE_WEIGHT = 0.06  # of the misfit of edges beside 1 - IoU
PERSPECTIVE_COST = 0.002  # so that what an orthographic camera explains is taken for one


@dataclass(frozen=True)
class Range:
    """The cameras that are searched, degrees.

    azimuth: the middle; spread: to both sides of it; elevations: of the grid, rising; usual: the elevation that decides
    where silhouettes cannot.
    """

    azimuth: float = 0.0
    spread: float = 180.0
    elevations: tuple[int, ...] = ELEVATIONS
    usual: float = USUAL_ELEVATION

    @classmethod
    def about(cls, nominal: Camera, spread: float) -> Range:
        """Return the range around the camera that a side is seen from."""
        low, high = (nominal.elevation + offset for offset in SIDE_ELEVATIONS)
        grid = tuple(e for e in range(round(low), round(high) + 1, 8) if -90 <= e <= 90)
        return cls(nominal.azimuth, spread, grid, nominal.elevation)

    def limited(self, azimuth: float, elevation: float) -> tuple[float, float]:
        """Return the nearest angles that the refinement may reach."""
        low, high = max(self.elevations[0] - BEYOND, -90.0), min(self.elevations[-1] + BEYOND, 90.0)
        reach = self.spread + BEYOND
        away = float(np.clip(azimuth - self.azimuth, -reach, reach))
        return self.azimuth + away, float(np.clip(elevation, low, high))

    def unusual(self, camera: Camera) -> float:
        """Return how far a camera is from the usual one, as a slight addition to a loss."""
        away, higher = camera.azimuth - self.azimuth, camera.elevation - self.usual
        return 0.003 * ((away / 30.0) ** 2 + (higher / 30.0) ** 2)


@dataclass(frozen=True)
class Registration:
    """camera: for the square picture. iou: overlap of the silhouettes, 0..1. accepted: false = plain front camera."""

    camera: Camera
    iou: float
    accepted: bool


def register(
    vertices: np.ndarray,
    faces: np.ndarray,
    rgba: np.ndarray,
    spread: float = 30.0,
    lowest_iou: float = 0.6,
    hint: Camera | None = None,
    device: str | None = None,
) -> Registration:
    """Camera of a square picture rgba [S, S, 4] (0..1) of a mesh that fronts +Z.

    spread: azimuths from -spread to spread degrees are searched; 180 searches all around. lowest_iou: below it the
    plain front camera, fitted to the alpha's bounding box, is returned. hint: about where the camera is; when the
    outline fits well from there, nothing else is searched. device: torch device that renders and compares; None: the
    CPU, by NumPy.
    """
    vertices, faces = _lighter(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
    picture = _resized(rgba, FINE_SIZE)
    small, fine = _resized(rgba[..., 3], COARSE_SIZE), picture[..., 3]
    if not (small > 0.5).any():
        return Registration(Camera(), 0.0, False)
    search = _Search(vertices, faces, Range(spread=spread), PictureEdges(picture), device)
    if hint is not None:
        near = search.refined(hint, fine, 110, full=True)
        iou = search.iou(near, fine)
        if iou >= HINT_FITS:
            return Registration(near, iou, True)
    best, iou = _searched(search, small, fine)
    return Registration(best, iou, True) if iou >= lowest_iou else plain_front(vertices, faces, rgba[..., 3])


def register_side(
    vertices: np.ndarray, faces: np.ndarray, rgba: np.ndarray, nominal: Camera, spread: float, lowest_iou: float
) -> Registration:
    """Return the camera of a square picture of one side, near the camera that the side is seen from.

    rgba: [S, S, 4], 0..1; spread: degrees of azimuth to both sides of `nominal`. Below lowest_iou the nominal
    direction is kept, fitted to the alpha's bounding box, with the overlap that the search found.
    """
    vertices, faces = _lighter(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
    picture = _resized(rgba, FINE_SIZE)
    small, fine = _resized(rgba[..., 3], COARSE_SIZE), picture[..., 3]
    if not (small > 0.5).any():
        return Registration(nominal, 0.0, False)
    search = _Search(vertices, faces, Range.about(nominal, spread), PictureEdges(picture))
    best, iou = _searched(search, small, fine)
    return (
        Registration(best, iou, True) if iou >= lowest_iou else Registration(search.fitted(nominal, fine), iou, False)
    )


def _searched(search: _Search, small: np.ndarray, fine: np.ndarray) -> tuple[Camera, float]:
    """Return the best camera of the searched range and the overlap it reaches."""
    best = _by_edges(search, _by_outline(search, small, fine), fine)
    iou = search.iou(best, fine)
    if iou < SURE:  # a simplex that has shrunk too early finds out more from a fresh start
        best = search.refined(best, fine, 90, full=True)
        iou = search.iou(best, fine)
    return best, iou


def _by_outline(search: _Search, small: np.ndarray, fine: np.ndarray) -> list[Camera]:
    """Orthographic cameras whose silhouettes fit the alpha, small and fine, from all over the searched range."""
    found = [search.refined(camera, small, 60) for camera in _starts(search, small)]
    # Boxes and other shapes with several mirror planes have one silhouette from two sides.
    best = min(found, key=lambda camera: search.loss(camera, fine))
    middle = search.range.azimuth
    azimuth, elevation = search.range.limited(2 * middle - best.azimuth, -best.elevation)
    mirrored = best.moved(azimuth=azimuth, elevation=elevation)
    return [*found, search.refined(search.fitted(mirrored, small), small, 60)]


def _by_edges(search: _Search, found: list[Camera], fine: np.ndarray) -> Camera:
    """Return the best of the cameras by outline and edges, in perspective where that explains more."""

    def loss(camera: Camera) -> float:
        return search.full_loss(camera, fine)

    losses = [loss(camera) for camera in found]
    ranked = sorted(zip(losses, found, strict=True), key=lambda pair: pair[0])
    rivals = [camera for value, camera in ranked if value < min(losses) + RIVAL]
    best = min((search.refined(camera, fine, 70, full=True) for camera in _distinct(rivals, 2)), key=loss)
    perspective = search.refined(search.fitted(_with_perspective(best), fine), fine, 110, full=True)
    return min(best, perspective, key=loss)


def _starts(search: _Search, alpha: np.ndarray) -> list[Camera]:
    """Return the three best cameras of a grid of azimuths and elevations, no two of them neighbours."""
    spread = search.range.spread
    step = 10.0 if spread <= 60 else 15.0
    count = max(1, round(spread / step))
    azimuths = search.range.azimuth + np.unique(np.linspace(-spread, spread, 2 * count + 1))
    cameras = [search.fitted(Camera(float(a), float(e)), alpha) for a in azimuths for e in search.range.elevations]
    return _distinct(sorted(cameras, key=lambda camera: search.loss(camera, alpha)), 3)


def plain_front(vertices: np.ndarray, faces: np.ndarray, alpha: np.ndarray) -> Registration:
    """Return the camera straight in front, fitted to the alpha's bounding box; not accepted, whatever its overlap."""
    fine = _resized(alpha, FINE_SIZE)
    if not (fine > 0.5).any():
        return Registration(Camera(), 0.0, False)
    search = _Search(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
    camera = search.fitted(Camera(), fine)
    return Registration(camera, search.iou(camera, fine), False)


class _Search:
    """The mesh, and how well cameras fit a picture of it. edges: of the picture, for `full_loss`."""

    def __init__(
        self, vertices: np.ndarray, faces: np.ndarray, range: Range | None = None, edges: PictureEdges | None = None,
        device: str | None = None,
    ):  # fmt: skip
        self.vertices, self.faces, self.range, self.edges = vertices, faces, range or Range(), edges
        check_mesh(vertices, faces)
        mesh = (vertices, faces) if device is None else (on_device(vertices, device), on_device(faces, device))
        self._outline = Scene(*mesh, maps=())
        self._full = None if edges is None else Scene(*mesh, maps=("depth", "normal"))

    def mask(self, camera: Camera, size: int) -> Any:
        """Soft silhouette [size, size]: rendered at twice the size and averaged."""
        return _softened(self._outline.maps_of(camera, 2 * size, 2 * size).mask)

    def iou(self, camera: Camera, alpha: np.ndarray) -> float:
        return _overlap(self.mask(camera, len(alpha)), alpha)

    def loss(self, camera: Camera, alpha: np.ndarray) -> float:
        """1 - IoU, plus a slight pull to the usual camera, which decides where the silhouette cannot."""
        return 1.0 - self.iou(camera, alpha) + self.range.unusual(camera)

    def full_loss(self, camera: Camera, alpha: np.ndarray) -> float:
        """`loss` with the misfit of the edges, and a little for perspective."""
        assert self.edges is not None and self._full is not None
        maps = self._full.maps_of(camera, 2 * len(alpha), 2 * len(alpha))
        coarser = Maps(*(plane[::2, ::2] for plane in (maps.face, maps.barycentrics, maps.depth, maps.normal)))
        misfit = self.edges.misfit(coarser, camera.pixel_size(len(alpha)))
        cost = PERSPECTIVE_COST if camera.perspective else 0.0
        return 1.0 - _overlap(_softened(maps.mask), alpha) + EDGE_WEIGHT * misfit + self.range.unusual(camera) + cost

    def fitted(self, camera: Camera, alpha: np.ndarray) -> Camera:
        """Return the camera with scale and shift such that the mesh's bounding box in the picture meets the alpha's."""
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

    def refined(self, start: Camera, alpha: np.ndarray, evaluations: int, full: bool = False) -> Camera:
        """Simplex search around `start` over azimuth, elevation, scale, shift and, in perspective, the field of view.

        full: by `full_loss`.
        """

        def camera_at(x: np.ndarray) -> Camera:
            azimuth, elevation = self.range.limited(
                start.azimuth + 10 * float(x[0]), start.elevation + 10 * float(x[1])
            )
            moved = _scaled(start, float(np.exp(0.1 * x[2])))
            shift = (start.shift[0] + 0.1 * float(x[3]), start.shift[1] + 0.1 * float(x[4]))
            moved = moved.moved(azimuth=azimuth, elevation=elevation, shift=shift)
            return _with_field(moved, moved.fov * math.exp(0.3 * float(x[5]))) if moved.fov is not None else moved

        steps = [0.6, 0.5, 0.25, 0.25, 0.25, 1.0][: 5 if start.fov is None else 6]
        loss = self.full_loss if full else self.loss
        found = minimize(
            lambda x: loss(camera_at(x), alpha),
            np.zeros(len(steps)),
            method="Nelder-Mead",
            options={
                "maxfev": evaluations,
                "initial_simplex": np.concatenate([np.zeros((1, len(steps))), np.diag(steps)]),
                "xatol": 5e-3,
                "fatol": 1e-4,
            },
        )
        return camera_at(found.x)


def _overlap(mask: Any, alpha: Any) -> float:
    """IoU of soft masks: sum of minima over sum of maxima."""
    if is_tensor(mask):
        both = mask, on_device(np.ascontiguousarray(alpha, np.float32), mask.device)
        xp = namespace(mask)
        return float(xp.minimum(*both).sum() / xp.maximum(*both).sum().clip(1e-9))
    return float(np.minimum(mask, alpha).sum() / max(np.maximum(mask, alpha).sum(), 1e-9))


def _softened(mask: Any) -> Any:
    size, xp = len(mask) // 2, namespace(mask)
    return xp.asarray(mask, dtype=xp.float32).reshape(size, 2, size, 2).mean((1, 3))


def _scaled(camera: Camera, grow: float) -> Camera:
    """Return a camera in which the object appears `grow` times as large (a perspective camera changes its distance)."""
    if camera.fov is None:
        return camera.moved(half_height=camera.half_height / grow)
    return camera.moved(distance=max(camera.distance / grow, NEAREST))


def _with_perspective(camera: Camera) -> Camera:
    """Return a perspective camera in which the object appears about as large as in an orthographic one."""
    half = math.tan(math.radians(PERSPECTIVE / 2))
    return camera.moved(fov=PERSPECTIVE, distance=max(camera.half_height / half, NEAREST))


def _with_field(camera: Camera, fov: float) -> Camera:
    """Another field of view, from a distance at which the object's middle appears as large as before."""
    assert camera.fov is not None
    fov = min(max(fov, FIELDS[0]), FIELDS[1])
    reach = camera.distance * math.tan(math.radians(camera.fov / 2))
    return camera.moved(fov=fov, distance=max(reach / math.tan(math.radians(fov / 2)), NEAREST))


def _distinct(cameras: list[Camera], count: int) -> list[Camera]:
    """Return the first `count` cameras that are not direct neighbours of one before."""
    kept: list[Camera] = []
    for camera in cameras:
        if not any(abs(k.azimuth - camera.azimuth) < 15 and abs(k.elevation - camera.elevation) < 10 for k in kept):
            kept.append(camera)
    return kept[:count]


def _resized(picture: np.ndarray, size: int) -> np.ndarray:
    """[S, S] or [S, S, 4] -> the same with side `size`, by area."""
    from PIL import Image

    def resize(plane: np.ndarray) -> np.ndarray:
        image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
        return np.asarray(image.resize((size, size), Image.Resampling.BOX), np.float32)

    if picture.ndim == 2:
        return resize(picture)
    return np.stack([resize(picture[..., k]) for k in range(picture.shape[2])], -1)


def _lighter(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a mesh of a few thousand faces with the same silhouettes.

    The mesh itself is returned when simplification changes them.
    """
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
