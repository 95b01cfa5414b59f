"""Buildings."""

from . import houses, towers

KINDS = (houses, towers)
