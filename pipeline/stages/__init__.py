"""The ten stages, one file each: prepare, coarse, voxelize, sample, refine, decode, extract, clean, texture, export.

settings.py holds what can be set of each.
"""
