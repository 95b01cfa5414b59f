"""Training of the shipped weights: data, losses, loops and evaluation."""
