"""How each family of checkpoints becomes a Generator."""
