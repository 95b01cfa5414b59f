"""Two charts that share an edge in space, and textures of them."""

import numpy as np

SIZE = 64


def two_charts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two squares that share the edge x = 0 in space and lie apart in the atlas: columns 4..28 and 36..60."""
    place = [(-1, 0), (0, 0), (0, 1), (-1, 1), (0, 0), (1, 0), (1, 1), (0, 1)]
    vertices = np.array([(x, y, 0) for x, y in place], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], np.int32)
    column = [4, 28, 28, 4, 36, 60, 60, 36]
    uv = np.array([(c / SIZE, (60 - 56 * y) / SIZE) for c, (_, y) in zip(column, place, strict=True)], np.float32)
    return vertices, faces, uv


def painted(left: float, right: float) -> tuple[np.ndarray, np.ndarray]:
    texture = np.zeros((SIZE, SIZE, 3), np.float32)
    covered = np.zeros((SIZE, SIZE), bool)
    texture[2:62, 2:30], texture[2:62, 34:62] = left, right
    covered[2:62, 2:30] = covered[2:62, 34:62] = True
    return texture, covered
