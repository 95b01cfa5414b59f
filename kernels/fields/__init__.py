"""Scalar fields to surfaces: decode_octree (bricks, octree_bricks), field, marching_cubes (mc_tables).

Sparse cubes that describe themselves to surfaces: flexicubes, dual_mesh (flexi_cases).

Fields on the rays of a picture: ray_grid, ray_depths, outline.
"""
