"""Training of the shipped weights: data, losses and loops.

Rooms of their own: rays (the second look), resident (training from memory), evaluation (on held-out objects),
procedural (made objects).
"""
