"""Stones, plants and pieces of land."""

from . import blocks, fire_and_reef, meadow, stones, timber, woodland

KINDS = (
    blocks,
    fire_and_reef,
    meadow,
    stones,
    timber,
    woodland,
)
