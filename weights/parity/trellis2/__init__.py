"""Recordings of TRELLIS.2: its networks, O-Voxel, and its pipelines."""
