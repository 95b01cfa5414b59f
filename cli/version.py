"""The version of the installed package."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """Like "0.1.0"; "0+unknown" when run from a source folder that is not installed."""
    try:
        return installed("varco3d")
    except PackageNotFoundError:
        return "0+unknown"
