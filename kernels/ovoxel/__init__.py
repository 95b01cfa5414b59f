"""O-Voxel: mesh -> flexible dual grid (dual_grid; crossings, near_records, dual_vertices), grid -> mesh (grid_mesh)."""
