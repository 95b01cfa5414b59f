"""Training of the shipped weights: data, losses and loops; evaluation on held-out objects in a room of its own."""
