"""What drives, flies and swims."""

from . import aircraft, cars, cycles, lorries, machines, ships

KINDS = (cars, lorries, cycles, aircraft, ships, machines)
