"""The ten stages, one file each: prepare, coarse, voxelize, sample, refine, decode, extract, clean, texture, export."""
