"""Everything learned: networks, checkpoints and their conversion, the shipped weights and how they were trained."""
