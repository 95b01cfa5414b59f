"""Families by kind, each a function of a random generator; every module lists its own in FAMILIES."""

from . import aircraft, cars, chairs, cycles, farm, lorries, ships, sofas, wild

KINDS = (cars, lorries, cycles, aircraft, ships, chairs, sofas, farm, wild)
