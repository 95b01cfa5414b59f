"""The version of varco3d, read by pyproject.toml, records, GLB extras and `varco3d --version`."""

__version__ = "0.1.0"
