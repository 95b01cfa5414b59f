"""Tools, clothes, luggage, containers, keepsakes."""

from . import blades, containers, garden, headwear, keepsakes, luggage, tools, wear

KINDS = (tools, blades, wear, headwear, luggage, containers, keepsakes, garden)
