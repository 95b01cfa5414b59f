"""Families by kind, each a function of a random generator; every module lists its own in FAMILIES."""

from . import (
    adventure,
    craft,
    creatures,
    equipment,
    home,
    interior,
    living,
    nature,
    pantry,
    places,
    scenery,
    things,
    vehicles,
)

ROOMS = (
    vehicles,
    craft,
    home,
    interior,
    equipment,
    pantry,
    things,
    adventure,
    living,
    creatures,
    nature,
    places,
    scenery,
)
KINDS = tuple(kind for room in ROOMS for kind in room.KINDS)
