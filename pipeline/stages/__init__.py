"""The ten stages, one file each: prepare, coarse, voxelize, sample, refine, decode, extract, clean, texture, export.

generate stands in for coarse where one generator makes the final shape. sparse/ holds the stages of generators whose
latents stand on sparse voxels. settings.py holds what can be set of each.
"""
