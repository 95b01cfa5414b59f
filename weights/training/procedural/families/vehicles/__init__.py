"""What drives, flies and swims."""

from . import aircraft, cars, cycles, lorries, ships

KINDS = (cars, lorries, cycles, aircraft, ships)
