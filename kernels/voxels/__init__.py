"""Voxels: shapes become grids of them, and grids are searched, thinned and joined."""
