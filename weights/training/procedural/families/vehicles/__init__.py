"""Vehicles for land, air and water."""

from . import cars, carts, cycles, haulage, leisure, lorries, machines, service, sports, toys

KINDS = (
    cars,
    carts,
    cycles,
    haulage,
    leisure,
    lorries,
    machines,
    service,
    sports,
    toys,
)
