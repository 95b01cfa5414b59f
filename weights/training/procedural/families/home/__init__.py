"""Furniture, devices, instruments, kitchen things and food."""

from . import chairs, devices, food, fruit, furniture, household, instruments, kitchen, sofas, vessels

KINDS = (chairs, sofas, furniture, household, devices, instruments, vessels, kitchen, fruit, food)
