"""Generators, one for each family of checkpoints; conditions: pictures and words as their encoders take them."""
