"""Entry points by which other packages add stages, painters, synthesizers and recipes."""

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points

STAGES = "varco3d.stages"
PAINTERS = "varco3d.painters"
SYNTHESIZERS = "varco3d.synthesizers"
RECIPES = "varco3d.recipes"
GROUPS = {"stage": STAGES, "painter": PAINTERS, "synthesizer": SYNTHESIZERS, "recipe": RECIPES}
"""Kind of a plug-in -> its entry-point group."""


def plugins(group: str) -> dict[str, EntryPoint]:
    """Entry points of one group by name, sorted by name."""
    points = _entry_points(group, tuple(sys.path))
    return {point.name: point for point in sorted(points, key=lambda point: point.name)}


@lru_cache(maxsize=16)
def _entry_points(group: str, path: tuple[str, ...]) -> EntryPoints:
    """Return what the packages on a path declare; to look at all of them takes longer than many a stage."""
    return entry_points(group=group)


def package_of(point: EntryPoint) -> str:
    """Name and version of the package that brings an entry point; empty when it does not say."""
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
