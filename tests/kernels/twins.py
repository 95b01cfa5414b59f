"""Slow, readable twins of the fast kernels, in numpy and float64, and the shapes they are compared on."""

import numpy as np

# ---- the twins ----------------------------------------------------------------------------------------------------


def farthest_points(points, count, start=0):
    """The greedy definition."""
    points = points.astype(np.float32)
    nearest = np.full(len(points), np.inf, np.float32)
    chosen = [start]
    while len(chosen) < count:
        gap = points - points[chosen[-1]]
        nearest = np.minimum(nearest, (gap[:, 0] * gap[:, 0] + gap[:, 1] * gap[:, 1]) + gap[:, 2] * gap[:, 2])
        chosen.append(int(nearest.argmax()))
    return np.array(chosen[:count])


def segment_distance(points, a, b):
    """Distances [P] of points [P, 3] to the segment ab."""
    along = b - a
    length2 = along @ along
    t = np.clip((points - a) @ along / length2, 0, 1) if length2 > 0 else np.zeros(len(points))
    return np.linalg.norm(points - a - t[:, None] * along, axis=1)


def triangle_distance(points, a, b, c):
    """Distances [P] of points [P, 3] to the triangle: inside its prism the height, else the nearest side."""
    sides = np.min([segment_distance(points, *side) for side in ((a, b), (b, c), (c, a))], axis=0)
    normal = np.cross(b - a, c - a)
    if np.linalg.norm(normal) <= 1e-12 * max(np.sum((b - a) ** 2), np.sum((c - b) ** 2), np.sum((a - c) ** 2)):
        return sides
    normal /= np.linalg.norm(normal)
    within = np.all([np.cross(q - p, points - p) @ normal >= 0 for p, q in ((a, b), (b, c), (c, a))], axis=0)
    return np.where(within, np.abs((points - a) @ normal), sides)


def mesh_distance(vertices, faces, points):
    """Distances [P] of points [P, 3] to the mesh; infinite when it has no face."""
    best = np.full(len(points), np.inf)
    for a, b, c in np.asarray(vertices, np.float32).astype(np.float64)[faces]:
        best = np.minimum(best, triangle_distance(points, a, b, c))
    return best


def voxel_distances(vertices, faces, resolution):
    """Distance [R, R, R] of each voxel's centre to the mesh, in voxels."""
    in_voxels = (np.asarray(vertices, np.float32).astype(np.float64) + 1) * resolution / 2 - 0.5
    grid = np.stack(np.meshgrid(*[np.arange(float(resolution))] * 3, indexing="ij"), axis=-1)
    best = np.full((resolution,) * 3, np.inf)
    for a, b, c in in_voxels[faces]:
        best = np.minimum(best, triangle_distance(grid.reshape(-1, 3), a, b, c).reshape(best.shape))
    return best


def touched_voxels(vertices, faces, resolution):
    """Which voxels [R, R, R] bool hold a part of a triangle: clip it by the six planes of each cube in turn."""
    in_voxels = (np.asarray(vertices, np.float32).astype(np.float64) + 1) * resolution / 2
    touched = np.zeros((resolution,) * 3, bool)
    for triangle in in_voxels[faces]:
        low = np.maximum(np.ceil(triangle.min(axis=0)).astype(int) - 1, 0)
        high = np.minimum(np.floor(triangle.max(axis=0)).astype(int), resolution - 1)
        for voxel in np.ndindex(*np.maximum(high - low + 1, 0)):
            cube = low + voxel
            if not touched[tuple(cube)]:
                touched[tuple(cube)] = _clip(triangle, cube)
    return touched


def _clip(polygon, cube):
    """Whether anything of the polygon is left in the closed cube [cube, cube + 1]."""
    for axis in range(3):
        for sign, bound in ((1.0, cube[axis] + 1.0), (-1.0, -float(cube[axis]))):
            height = sign * polygon[:, axis] - bound
            kept = []
            for i in range(len(polygon)):
                p, q, hp, hq = polygon[i - 1], polygon[i], height[i - 1], height[i]
                if hp * hq < 0:
                    kept.append(p + (q - p) * (hp / (hp - hq)))
                if hq <= 0:
                    kept.append(q)
            if not kept:
                return False
            polygon = np.array(kept)
    return True


def dense_grid(query, resolution, lower=-1.0, upper=1.0):
    """The query on every lattice point [R + 1, R + 1, R + 1], indexed x, y, z."""
    import torch

    lower, upper = np.broadcast_to(lower, 3), np.broadcast_to(upper, 3)
    axes = [np.linspace(low, high, resolution + 1) for low, high in zip(lower, upper, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.float32)
    return np.asarray(query(torch.from_numpy(points))).reshape((resolution + 1,) * 3)


def crossing_cells(grid, level=0.0):
    """Cells [C, 3] of the grid with corners on both sides of the level, in lexicographic order."""
    inside = grid > level
    corners = [inside[x : x - 1 or None, y : y - 1 or None, z : z - 1 or None] for x, y, z in np.ndindex(2, 2, 2)]
    return np.argwhere(np.any(corners, axis=0) & ~np.all(corners, axis=0))


def edge_multiplicities(faces):
    """How many edges have 0, 1, 2, ... faces."""
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    return np.bincount(np.unique(sides, axis=0, return_counts=True)[1])


def volume(vertices, faces):
    """Signed volume, positive when the faces look outward."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


# ---- shapes -------------------------------------------------------------------------------------------------------


def box_mesh(half=0.5):
    """A cube of 12 triangles facing outward."""
    vertices = half * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return vertices, np.array(faces, np.int32)


def sphere_mesh(rings=12, radius=0.7):
    """A latitude-longitude sphere facing outward; the poles are single vertices."""
    theta = np.linspace(0, np.pi, rings + 1)[1:-1]
    phi = np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False)
    ring = np.stack(
        [
            np.outer(np.sin(theta), np.cos(phi)),
            np.outer(np.sin(theta), np.sin(phi)),
            np.outer(np.cos(theta), 1 + 0 * phi),
        ],
        axis=-1,
    ).reshape(-1, 3)
    vertices = radius * np.concatenate([ring, [[0, 0, 1], [0, 0, -1]]]).astype(np.float32)
    n, north, south = 2 * rings, len(ring), len(ring) + 1
    faces = [[(north, j, (j + 1) % n), (south, len(ring) - n + (j + 1) % n, len(ring) - n + j)] for j in range(n)]
    for i in range(rings - 2):
        for j in range(n):
            a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + (j + 1) % n, i * n + (j + 1) % n
            faces.append([(a, b, c), (a, c, d)])
    return vertices, np.array(faces, np.int32).reshape(-1, 3)


def half_sphere(rings=24, radius=0.4):
    """The upper half of a sphere in [-0.5, 0.5]^3, open at its rim."""
    vertices, faces = sphere_mesh(rings, radius)
    kept = (vertices[faces][:, :, 2] > -1e-6).all(axis=1)
    return vertices + np.float32([0.013, 0.021, -0.157]), faces[kept]


def soup(seed=0, count=40, reach=1.2):
    """Random triangles, some of them degenerate, some outside the box."""
    rng = np.random.default_rng(seed)
    vertices = rng.uniform(-reach, reach, (30, 3)).astype(np.float32)
    return vertices, rng.integers(0, 30, (count, 3)).astype(np.int32)


def ball(points, centre=(0.0, 0.0, 0.0), radius=0.6):
    """Distance field of a ball, positive inside; torch [P, 3] -> [P]."""
    return radius - (points - points.new_tensor(centre)).norm(dim=1)


def knobs(points):
    """A ball with waves, which has curvature of both signs at every scale of the tests."""
    wave = 0.05 * (9 * points[:, 0]).sin() * (8 * points[:, 1]).sin() * (7 * points[:, 2]).cos()
    return ball(points, (0.03, -0.02, 0.01), 0.63) + wave
