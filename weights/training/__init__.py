"""How the shipped weights were made: data, losses, loops and evaluation."""
