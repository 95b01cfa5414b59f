"""The published extraction: marching cubes of scikit-image on a dense grid, with its published off-by-one."""

import numpy as np

from ...errors import EmptyFieldError
from ...kernels.fields.field import Field, field_from_grid


def reference_mesh(grid: np.ndarray, level: float, bounds: float, resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices [V, 3] and faces [F, 3] as published.

    Index / (resolution + 1) of the box, though it has that many points, not cells. Faces with a vertex at a hole (NaN)
    are dropped. Raises EmptyFieldError.
    """
    from skimage import measure

    try:
        vertices, faces, _, _ = measure.marching_cubes(grid, level, method="lewiner")
    except (ValueError, RuntimeError) as error:
        raise EmptyFieldError(f"the field never crosses {level}", "Try another seed.") from error
    broken = np.isnan(vertices).any(axis=1)
    if broken.any():
        faces = faces[~broken[faces].any(axis=1)]
        kept, flat = np.unique(faces, return_inverse=True)
        vertices, faces = vertices[kept], flat.reshape(-1, 3)
    return vertices / (resolution + 1) * (2 * bounds) - bounds, np.ascontiguousarray(faces)


def reference_field(grid: np.ndarray, level: float, bounds: float, resolution: int) -> Field:
    """Return the grid as a field whose box carries the published off-by-one, for our own extraction.

    Cells with holes out.
    """
    cells = grid.shape[0] - 1
    upper = -bounds + 2 * bounds * cells / (resolution + 1)
    field = field_from_grid(
        np.nan_to_num(grid, nan=-np.inf), ((-bounds, -bounds, -bounds), (upper, upper, upper)), level
    )
    all_corners, values = np.asarray(field.corners), np.asarray(field.values)
    whole = np.isfinite(values[all_corners]).all(axis=1)
    used, corners = np.unique(all_corners[whole], return_inverse=True)
    return Field(
        resolution=field.resolution,
        bounds=field.bounds,
        cells=np.asarray(field.cells)[whole],
        corners=corners.reshape(-1, 8).astype(np.int32),
        points=np.asarray(field.points)[used],
        values=values[used],
        level=field.level,
    )
