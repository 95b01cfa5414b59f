"""Vehicles for land, air and water."""

from . import aircraft, cars, cycles, lorries, machines, ships

KINDS = (cars, lorries, cycles, aircraft, ships, machines)
