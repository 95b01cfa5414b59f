"""The ten stages, one file each, in the order prepare, coarse, voxelize, sample, refine, decode, extract, clean, texture, export."""
