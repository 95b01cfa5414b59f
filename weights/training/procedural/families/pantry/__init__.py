"""Sweets, meals, drinks and produce."""

from . import bakery, cookware, cups, dishes, drinks, glasses, greens, meals, produce, roasts, roots, sweets, utensils

KINDS = (
    bakery,
    cookware,
    cups,
    dishes,
    drinks,
    glasses,
    greens,
    meals,
    produce,
    roasts,
    roots,
    sweets,
    utensils,
)
