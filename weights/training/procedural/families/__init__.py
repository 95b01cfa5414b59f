"""Families by kind, each a function of a random generator; every module lists its own in FAMILIES."""

from . import cars, chairs, farm, lorries, sofas, wild

KINDS = (cars, lorries, chairs, sofas, farm, wild)
