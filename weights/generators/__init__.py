"""Generators, one for each family of checkpoints."""
