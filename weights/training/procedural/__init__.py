"""Training objects made by short functions instead of data: read shape, curves, parts, paint, families, registry."""

from .registry import families, make_object, sample_object

__all__ = ["families", "make_object", "sample_object"]
