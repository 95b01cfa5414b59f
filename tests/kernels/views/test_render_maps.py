"""render_maps against a slow per-pixel ray cast in float64, and the conventions of the cameras."""

import numpy as np
import pytest
import warp as wp

from varco3d.errors import BadMeshError, UsageError
from varco3d.kernels.arrays import to_warp
from varco3d.kernels.meshes.normals import face_normals, smooth_normals, vertex_normals
from varco3d.kernels.views.cameras import Camera, six_cameras
from varco3d.kernels.views.rasterize import rasterize
from varco3d.kernels.views.render_maps import render_maps

CUBE_V = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32) * 0.5
QUADS = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32)
CUBE_F = QUADS[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def soup(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centre = rng.uniform(-0.6, 0.6, (count, 1, 3))
    vertices = (centre + rng.normal(0, 0.25, (count, 3, 3))).astype(np.float32).reshape(-1, 3)
    return vertices, np.arange(3 * count, dtype=np.int32).reshape(-1, 3)


def slow_render(vertices, faces, camera: Camera, size: int):
    """Nearest ray-triangle hit per pixel, float64. Returns face [H, W] and depth [H, W]."""
    right, up, back = camera.axes()
    face = np.full((size, size), -1)
    depth = np.full((size, size), np.inf)
    t = vertices.astype(np.float64)[faces]
    for j in range(size):
        for i in range(size):
            x = (i + 0.5) / size * 2 - 1 - camera.shift[0]
            y = 1 - (j + 0.5) / size * 2 - camera.shift[1]
            if camera.fov is None:
                origin = camera.position() + (right * x + up * y) * camera.half_height
                ray = -back
            else:
                origin = camera.position()
                ray = -back + (right * x + up * y) * np.tan(np.radians(camera.fov) / 2)
            e1, e2 = t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]
            p = np.cross(ray, e2)
            determinant = (e1 * p).sum(1)
            determinant[np.abs(determinant) < 1e-14] = np.nan
            s = origin - t[:, 0]
            u = (s * p).sum(1) / determinant
            q = np.cross(s, e1)
            v = (q @ ray) / determinant
            hit = (q * e2).sum(1) / determinant
            hit[~((u >= 0) & (v >= 0) & (u + v <= 1))] = np.inf
            best = int(np.argmin(hit))
            if np.isfinite(hit[best]):
                face[j, i], depth[j, i] = best, hit[best]
    return face, depth


@pytest.mark.parametrize(
    "camera",
    [
        Camera(),
        Camera(37, 22, 1.3, shift=(0.1, -0.2)),
        Camera(200, -35, fov=45, distance=3.0),
        Camera(90, 90, fov=60, distance=2.5, shift=(-0.1, 0.1)),
    ],
)
def test_equals_ray_cast(camera):
    vertices, faces = soup(150, 3)
    size = 40
    slow_face, slow_depth = slow_render(vertices, faces, camera, size)
    maps = render_maps(vertices, faces, camera, size)
    # only pixel centres on an edge, within rounding, may differ
    assert (maps.face != slow_face).mean() < 0.002
    same = (maps.face == slow_face) & (slow_face >= 0)
    assert same.mean() > 0.3
    assert np.abs(maps.depth[same] - slow_depth[same]).max() < 1e-5
    assert np.isinf(maps.depth[~maps.mask]).all()
    rows, columns = np.nonzero(maps.mask)
    pixels = camera.project(maps.position[rows, columns], size, size)
    assert np.abs(pixels[:, 0] - columns - 0.5).max() < 1e-3
    assert np.abs(pixels[:, 1] - rows - 0.5).max() < 1e-3
    corners = vertices[faces[maps.face[rows, columns]]]
    rebuilt = (maps.barycentrics[rows, columns][:, :, None] * corners).sum(1)
    assert np.abs(rebuilt - maps.position[rows, columns]).max() < 1e-5


def test_conventions_of_azimuth_and_elevation():
    marker = np.array([[0.5, 0.25, 0.75]])
    assert np.allclose(Camera().project(marker, 100, 100)[0, :2], [75, 37.5])
    assert np.allclose(Camera().project(marker, 100, 100)[0, 2], 4 - 0.75)
    # from the object's +X side the front (+Z) lies to the left of the picture
    assert np.allclose(Camera(90).project(marker, 100, 100)[0], [50 - 37.5, 37.5, 3.5])
    # from above the front is at the bottom
    assert np.allclose(Camera(0, 90).project(marker, 100, 100)[0], [75, 50 + 37.5, 3.75])
    assert np.allclose(Camera(shift=(0.5, 0.5)).project(np.zeros((1, 3)), 100, 100)[0, :2], [75, 25])


def test_wide_picture_keeps_square_pixels():
    maps = render_maps(CUBE_V, CUBE_F, Camera(), (50, 100))
    rows, columns = np.nonzero(maps.mask)
    assert np.ptp(rows) == np.ptp(columns) == 24


def test_normals_of_the_six_views():
    maps = render_maps(CUBE_V, CUBE_F, six_cameras(), 32)
    assert maps.face.shape == (6, 32, 32)
    expected = [(0, 0, 1), (0, 0, -1), (-1, 0, 0), (1, 0, 0), (0, 1, 0), (0, -1, 0)]
    for mask, normal, wanted in zip(maps.mask, maps.normal, expected, strict=True):
        assert mask.sum() == 16 * 16
        assert np.allclose(normal[mask], wanted)


def test_nothing_hides_a_crack():
    """A fine sheet of shared edges has no hole, whatever the camera."""
    n = 40
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij"), -1).reshape(-1, 2)
    vertices = np.concatenate([grid, np.sin(3 * grid[:, :1]) * 0.05], 1).astype(np.float32)
    i = np.arange(n * n).reshape(n, n)
    a, b, c, d = i[:-1, :-1].ravel(), i[1:, :-1].ravel(), i[1:, 1:].ravel(), i[:-1, 1:].ravel()
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    for camera in (Camera(half_height=0.9), Camera(0, 5, fov=20, distance=4.0)):
        assert render_maps(vertices, faces, camera, 257, maps=()).mask.all()


def test_faces_behind_the_camera_are_left_out():
    vertices = np.array([[0, 0, 3.5], [1, 0, 5], [0, 1, 5], [-1, -1, 0], [1, -1, 0], [0, 1, 0]], np.float32)
    maps = render_maps(vertices, np.array([[0, 1, 2], [3, 4, 5]]), Camera(fov=50, distance=4), 32)
    assert set(np.unique(maps.face)) == {-1, 1}


def test_tiles_equal_bands():
    """The GPU's division of the work, run here on the CPU, gives the same pixels to the same faces."""
    rng = np.random.default_rng(8)
    corners = rng.uniform(-20, 150, (300, 3)).astype(np.float32)
    corners[:30] = rng.uniform(-400, 600, (30, 3))  # some triangles span many tiles
    device = "cpu"
    screen, faces = to_warp(corners, wp.vec3, device), to_warp(np.arange(300).reshape(-1, 3), int, device)
    ones = wp.full(300, 1.0, dtype=float, device=device)
    bands, tiles = (rasterize(screen, ones, faces, 97, 131, tiles=kind) for kind in (False, True))
    assert np.array_equal(bands.face.numpy(), tiles.face.numpy())
    assert np.array_equal(bands.barycentrics.numpy(), tiles.barycentrics.numpy())
    assert len(np.unique(bands.face.numpy())) > 10


@pytest.mark.parametrize("kind", ["huge", "slivers", "flat", "upright", "fans"])
def test_rows_are_cut_where_the_triangles_end(kind):
    """Slow twin: every pixel against every triangle in float64. Only pixels on a side, within rounding, may differ."""
    rng = np.random.default_rng(3)
    size, count = 64, 60
    middle = rng.uniform(-10, size + 10, (count, 1, 2))
    reach = {"huge": (3000, 3000), "slivers": (40, 40), "flat": (60, 0.4), "upright": (0.4, 60), "fans": (30, 30)}[kind]
    corners = middle + rng.uniform(-1, 1, (count, 3, 2)) * reach
    if kind == "slivers":
        corners[:, 2] = corners[:, 0] + (corners[:, 1] - corners[:, 0]) * 0.5 + rng.normal(0, 0.05, (count, 2))
    if kind == "fans":
        corners[:, 0] = (31.5, 31.5)  # a corner on a pixel's centre, sides through many of them
        corners = np.round(corners * 2) / 2
    corners = np.concatenate([corners, rng.uniform(0, 1, (count, 3, 1))], 2).astype(np.float32)
    flat = to_warp(corners.reshape(-1, 3), wp.vec3, "cpu")
    faces, ones = to_warp(np.arange(3 * count).reshape(-1, 3), int, "cpu"), wp.full(3 * count, 1.0, device="cpu")
    found = rasterize(flat, ones, faces, size, size).face.numpy().reshape(size, size)
    a, b, c = corners.astype(np.float64).transpose(1, 0, 2)
    y, x = np.mgrid[:size, :size][..., None] + 0.5

    def twice_area(p, q):
        return (q[:, 0] - p[:, 0]) * (y - p[:, 1]) - (q[:, 1] - p[:, 1]) * (x - p[:, 0])

    with np.errstate(divide="ignore", invalid="ignore"):
        whole = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        weights = np.stack([twice_area(b, c), twice_area(c, a), twice_area(a, b)]) / whole
        depth = (weights * np.stack([a[:, 2], b[:, 2], c[:, 2]])[:, None, None]).sum(0)
    inner = np.where((weights > 1e-4).all(0), depth, np.inf)
    outer = np.where((weights > -1e-4).all(0), depth, np.inf)
    expected = np.where(np.isfinite(inner).any(2), inner.argmin(2), -1)
    sure = (inner.min(2) == outer.min(2)) & (np.sort(outer, axis=2)[..., 1] > inner.min(2) + 1e-4)
    sure |= ~np.isfinite(outer).any(2)
    assert sure.mean() > 0.5 and (expected[sure] >= 0).any()
    assert np.array_equal(found[sure], expected[sure])


def test_torch_in_torch_out():
    torch = pytest.importorskip("torch")
    maps = render_maps(torch.from_numpy(CUBE_V), torch.from_numpy(CUBE_F), [Camera(), Camera(20, 10)], 16)
    assert isinstance(maps.depth, torch.Tensor) and maps.normal.shape == (2, 16, 16, 3)
    assert np.array_equal(maps.face[1].numpy(), render_maps(CUBE_V, CUBE_F, Camera(20, 10), 16).face)


@pytest.mark.parametrize(
    ("vertices", "faces"),
    [
        (CUBE_V[:4], CUBE_F),
        (np.where(np.arange(24).reshape(8, 3) == 5, np.nan, CUBE_V), CUBE_F),
        (CUBE_V[:, :2], CUBE_F),
    ],
)
def test_bad_meshes(vertices, faces):
    with pytest.raises(BadMeshError):
        render_maps(vertices, faces, Camera(), 16)


def test_no_face_gives_empty_maps():
    maps = render_maps(CUBE_V, CUBE_F[:0], Camera(), 8)
    assert not maps.mask.any() and np.isinf(maps.depth).all() and not maps.normal.any()


def test_bad_arguments():
    with pytest.raises(UsageError):
        render_maps(CUBE_V, CUBE_F, Camera(), 0)
    with pytest.raises(UsageError):
        render_maps(CUBE_V, CUBE_F, Camera(), 16, maps=("colour",))
    for bad in ({"half_height": 0}, {"fov": 180}, {"elevation": 91}, {"azimuth": float("nan")}):
        with pytest.raises(UsageError):
            Camera(**bad)


def test_normals():
    unit, area = face_normals(CUBE_V, CUBE_F)
    assert np.allclose(area, 0.5)
    centres = CUBE_V[CUBE_F].mean(1)
    assert ((unit * centres).sum(1) > 0).all()
    # by angle, so that the diagonals of the cube's sides do not tilt the corner normals
    assert np.allclose(vertex_normals(CUBE_V, CUBE_F), CUBE_V / np.linalg.norm(CUBE_V, axis=1)[:, None], atol=1e-6)
    split = CUBE_V[CUBE_F].reshape(-1, 3)
    apart = smooth_normals(split, np.arange(36).reshape(-1, 3))
    assert np.allclose(apart, split / np.linalg.norm(split, axis=1)[:, None], atol=1e-6)
