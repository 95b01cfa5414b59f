"""Animals, people, figures and plants."""

from . import birds, farm, figures, insects, people, plants, reptiles, trees, water, wild

KINDS = (farm, wild, birds, insects, water, reptiles, people, figures, trees, plants)
