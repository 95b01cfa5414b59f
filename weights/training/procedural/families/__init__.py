"""Families by kind, each a function of a random generator; every module lists its own in FAMILIES."""

from . import home, living, places, things, vehicles

KINDS = (*vehicles.KINDS, *home.KINDS, *things.KINDS, *living.KINDS, *places.KINDS)
