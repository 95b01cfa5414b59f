"""The recipe tiny-softened."""

from pathlib import Path


def recipe() -> Path:
    """Path of the recipe's file."""
    return Path(__file__).with_name("tiny-softened.toml")
