"""Pictures of an object's sides by a person or another program: their files, their cameras, and the views they give.

A photo of a side is cut out and framed like the picture of the front, and its camera is searched near the side's own.
Pictures that were drawn over condition maps have exact cameras: `texture.views_framed`, or a cameras.json beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..._files import read_bounded
from ..._places import user_path
from ...errors import BadInputError, UsageError
from ...kernels.atlas.bake import View
from ...kernels.parallel import run_threads
from ...kernels.views.cameras import SIX_VIEWS, Camera
from ...kernels.views.render_maps import render_maps
from ..pictures.reading import open_rgba
from .picture import prepare_picture
from .register import Registration, register_side
from .synthesis import Conditions

FILE_TYPES = (".png", ".webp", ".jpg", ".jpeg")
CAMERAS = "cameras.json"  # as `write_conditions` writes it
PRIORITY = 0.3  # of a side's picture beside the input picture


def side_names(extra_views: int) -> tuple[str, ...]:
    """Return the names of the views that pictures may be given for."""
    return (*SIX_VIEWS, *(f"extra{number}" for number in range(1, extra_views + 1)))


def side_files(place: str, wanted: Iterable[str]) -> dict[str, Path]:
    """Return the file of each view, at least one.

    place: a folder with front.png, back.webp, ..., or a list "front.png,back=behind.png,...". Raises BadInputError.
    """
    known = ", ".join(wanted := tuple(wanted))
    folder = user_path(place)
    if folder.is_dir():
        named = {name: folder / f"{name}{suffix}" for name in wanted for suffix in reversed(FILE_TYPES)
                 if (folder / f"{name}{suffix}").exists()}  # fmt: skip
        if not named:
            raise BadInputError(f"{folder} holds no view", f"Name pictures {known} with {FILE_TYPES[0]}.")
        return named
    named = {}
    for text in place.split(","):
        view, equals, file = text.strip().rpartition("=")
        path = user_path(file)
        name = view if equals else path.stem
        if not path.is_file():
            raise BadInputError(
                f"{path} is no picture and no folder of views", "Give a folder with front.png, back.png, ..., or files."
            )
        if name not in wanted or name in named:
            raise BadInputError(
                f"{path} is no view of its own: '{name}'", f"Views are {known}, each once; write back={path.name}."
            )
        named[name] = path
    return named


def recorded_cameras(files: Mapping[str, Path]) -> dict[str, Camera] | None:
    """Return the cameras that a cameras.json beside the first picture names; None without one. Raises BadInputError."""
    path = next(iter(files.values())).parent / CAMERAS
    if not path.is_file():
        return None
    try:
        told = json.loads(read_bounded(path).decode())
        return {name: Camera(**{**about, "shift": tuple(about.get("shift", (0, 0)))}) for name, about in told.items()}
    except (ValueError, TypeError, AttributeError, UsageError, OSError) as error:
        hint = "Take the file that `save_stages` wrote, or remove it."
        raise BadInputError(f"{path} does not hold cameras: {error}", hint) from error


def check_sides(place: str, extra_views: int) -> None:
    """Read what is named as sides, without painting. Raises BadInputError."""
    files = side_files(place, side_names(extra_views))
    recorded_cameras(files)
    for path in files.values():
        open_rgba(path)


@dataclass
class SidePictures:
    """Pictures of sides as a ViewSynthesizer.

    place: as in `side_files`; framed: cameras are exact; cut_out: a picture's file -> its subject, float32 [S, S, 4];
    spread, lowest_iou: of the search for a camera, lowest_iou None keeps the nominal one; facts: of the last answer.
    """

    place: str
    framed: bool
    cut_out: Callable[[Path], np.ndarray]
    spread: float
    lowest_iou: float | None
    warn: Callable[[str], None]
    name: str = "folder"
    facts: dict[str, Any] = field(default_factory=dict)

    def synthesize(self, conditions: Conditions) -> list[View]:
        """Return one view for each picture. Raises BadInputError, NoSubjectError."""
        files = side_files(self.place, conditions.cameras)
        recorded = recorded_cameras(files)
        if self.framed or recorded is not None:
            cameras = {**conditions.cameras, **(recorded or {})}
            views: dict[str, View] = {}
            tasks = [partial(self._framed, conditions, name, files[name], cameras[name], views) for name in files]
            run_threads(tasks)
            return [views[name] for name in files]
        return [self._registered(conditions, name, path) for name, path in files.items()]

    def _framed(self, made_for: Conditions, name: str, path: Path, camera: Camera, views: dict[str, View]) -> None:
        """Put the view of one exactly framed picture into `views`; without alpha the mesh's silhouette is used."""
        rgba = open_rgba(path).astype(np.float32) / 255
        if (rgba[..., 3] > 0.99).all():
            rgba[..., 3] = render_maps(made_for.vertices, made_for.faces, camera, rgba.shape[:2], maps=()).mask
        self.facts[name] = {"file": path.name, "framed": True, "overlap": None, "registered": False}
        views[name] = View(camera, *prepare_picture(rgba), priority=PRIORITY)

    def _registered(self, conditions: Conditions, name: str, path: Path) -> View:
        nominal = conditions.cameras[name]
        rgba = self.cut_out(path)
        lowest = 2.0 if self.lowest_iou is None else self.lowest_iou  # no overlap reaches 2
        spread = 0.0 if self.lowest_iou is None else self.spread
        found: Registration = register_side(conditions.vertices, conditions.faces, rgba, nominal, spread, lowest)
        if self.lowest_iou is not None and not found.accepted:
            self.warn(
                f"the {name} picture {path.name} fits the mesh badly (IoU {found.iou:.2f}); "
                f"taken as seen straight from the {name}, scaled to its outline"
            )
        camera = found.camera
        self.facts[name] = {
            "file": path.name,
            "framed": False,
            "overlap": round(found.iou, 4),
            "registered": found.accepted,
            "azimuth": round(camera.azimuth, 2),
            "elevation": round(camera.elevation, 2),
        }
        return View(camera, *prepare_picture(rgba), priority=PRIORITY)
