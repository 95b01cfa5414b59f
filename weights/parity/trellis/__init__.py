"""Recordings of TRELLIS: its networks one by one, and its pipelines."""
