"""Entry points by which other packages add stages, painters, synthesizers and recipes."""

from importlib.metadata import EntryPoint, entry_points

STAGES = "varco3d.stages"
PAINTERS = "varco3d.painters"
SYNTHESIZERS = "varco3d.synthesizers"
RECIPES = "varco3d.recipes"
GROUPS = {"stage": STAGES, "painter": PAINTERS, "synthesizer": SYNTHESIZERS, "recipe": RECIPES}
"""Kind of a plug-in -> its entry-point group."""


def plugins(group: str) -> dict[str, EntryPoint]:
    """Entry points of one group by name, sorted by name."""
    return {point.name: point for point in sorted(entry_points(group=group), key=lambda point: point.name)}


def package_of(point: EntryPoint) -> str:
    """Name and version of the package that brings an entry point; empty when it does not say."""
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
