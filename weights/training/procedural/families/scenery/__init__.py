"""Nature, buildings and street things of games and toys."""

from . import buildings, gates, industry, memorials, monuments, roadside, town, traffic, village, waste, works, yard

KINDS = (
    buildings,
    gates,
    industry,
    memorials,
    monuments,
    roadside,
    town,
    traffic,
    village,
    waste,
    works,
    yard,
)
