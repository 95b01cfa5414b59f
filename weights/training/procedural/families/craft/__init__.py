"""Ships, aircraft and spacecraft."""

from . import aircraft, orbit, rafts, seafaring, ships, space

KINDS = (
    aircraft,
    orbit,
    rafts,
    seafaring,
    ships,
    space,
)
