"""Furnishings and fittings of rooms."""

from . import bathroom, bedroom, comfort, decor, hearth, lamps, lighting, loungers, shelving, storage

KINDS = (
    bathroom,
    bedroom,
    comfort,
    decor,
    hearth,
    lamps,
    lighting,
    loungers,
    shelving,
    storage,
)
