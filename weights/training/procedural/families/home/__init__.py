"""Furniture, devices, instruments, kitchen things and food."""

from . import (
    appliances,
    chairs,
    devices,
    food,
    fruit,
    furniture,
    gadgets,
    household,
    instruments,
    kitchen,
    snacks,
    sofas,
    vessels,
)

KINDS = (
    chairs,
    sofas,
    furniture,
    household,
    devices,
    gadgets,
    appliances,
    instruments,
    vessels,
    kitchen,
    fruit,
    food,
    snacks,
)
