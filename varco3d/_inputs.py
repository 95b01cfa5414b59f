"""Pictures and meshes as a caller has them, turned into the files and meshes that the chain takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ._places import user_path
from .errors import BadInputError
from .pipeline.artifacts import Mesh
from .pipeline.meshes.reading import load_mesh
from .pipeline.pictures.formats import existing_picture

if TYPE_CHECKING:
    import trimesh
    from PIL import Image

Picture: TypeAlias = "str | PathLike[str] | Image.Image | np.ndarray"
"""A path, a PIL image, or an array [H,W], [H,W,3] or [H,W,4]: uint8 0..255 or float 0..1, straight alpha."""

MeshLike: TypeAlias = "str | PathLike[str] | Mesh | trimesh.Trimesh | trimesh.Scene | tuple[Any, Any]"
"""A path, a Mesh, a trimesh object, or the arrays (vertices [V,3], faces [F,3])."""


def refuse_missing(pictures: Iterable[Picture | None]) -> None:
    """Raise BadInputError for a path that is no file."""
    for picture in pictures:
        if isinstance(picture, str | PathLike):
            existing_picture(user_path(picture))


def picture_file(picture: Picture, folder: Path, name: str) -> Path:
    """Return the path of `picture`; images and arrays are written as `folder/name.png`. Raises BadInputError."""
    if isinstance(picture, str | PathLike):
        return existing_picture(user_path(picture))
    from PIL import Image

    image = Image.fromarray(_pixels(picture)) if isinstance(picture, np.ndarray) else picture
    if not isinstance(image, Image.Image):
        raise BadInputError(f"a {type(picture).__name__} is no picture", "Give a path, a PIL image or an array.")
    path = folder / f"{name}.png"
    image.save(path, compress_level=1)
    return path


def _pixels(array: np.ndarray) -> np.ndarray:
    """uint8 pixels of an array. Raises BadInputError for other shapes, types and ranges."""
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise BadInputError(f"an array of shape {array.shape} is no picture", "Give [H,W], [H,W,3] or [H,W,4].")
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise BadInputError(f"pixels of type {array.dtype} are not known", "Give uint8 or float from 0 to 1.")
    if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
        raise BadInputError("the pixels do not lie in 0..1", "Give uint8 from 0 to 255 or float from 0 to 1.")
    return np.rint(array * 255).astype(np.uint8)


def mesh_of(mesh: MeshLike, warn: Callable[[str], None]) -> Mesh:
    """Return the product's Mesh of whatever the caller has. warn: called with each thing that a file's mesh loses.

    Raises BadInputError, BadMeshError.
    """
    if isinstance(mesh, Mesh):
        return mesh
    if isinstance(mesh, str | PathLike):
        return load_mesh(user_path(mesh), warn=warn)
    if isinstance(mesh, tuple):
        if len(mesh) != 2:
            raise BadInputError(f"{len(mesh)} arrays are no mesh", "Give (vertices [V,3], faces [F,3]).")
        import trimesh

        vertices, faces = np.asarray(mesh[0]), np.asarray(mesh[1])
        if vertices.ndim != 2 or vertices.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
            raise BadInputError(
                f"arrays of shape {vertices.shape} and {faces.shape} are no mesh",
                "Give (vertices [V,3], faces [F,3]).",
            )
        if len(faces) and not 0 <= faces.min() <= faces.max() < len(vertices):
            raise BadInputError("a face names a vertex that does not exist", "Count vertices from 0.")
        return Mesh.from_trimesh(trimesh.Trimesh(vertices, faces, process=False))
    return Mesh.from_trimesh(mesh)
