"""O-Voxel: mesh -> flexible dual grid (dual_grid), grid -> mesh (grid_mesh), both in a row (remesh)."""
