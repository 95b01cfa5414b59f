"""Buildings."""

from . import houses, street, towers

KINDS = (houses, towers, street)
