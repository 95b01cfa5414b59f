"""Machines, tools and small things of home and office."""

from . import (
    consoles,
    entertainment,
    everyday,
    handtools,
    kitchen_machines,
    kitchen_room,
    laundry,
    office,
    packages,
    vaults,
    worktop,
)

KINDS = (
    consoles,
    entertainment,
    everyday,
    handtools,
    kitchen_machines,
    kitchen_room,
    laundry,
    office,
    packages,
    vaults,
    worktop,
)
