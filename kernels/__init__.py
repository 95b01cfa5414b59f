"""Geometry with no learned parameter: arrays in, arrays out, on CPU and CUDA; no file access, no printing."""
