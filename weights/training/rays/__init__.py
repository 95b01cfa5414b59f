"""The second look: coarse guesses on rays, rough surfaces for the refiner, and the training on them."""
