"""Recordings of Direct3D-S2: its networks, its other functions, and its pipeline."""
