"""Scalar fields to surfaces: decode_octree (bricks, octree_bricks), field, marching_cubes (mc_tables).

Fields on the rays of a picture: ray_grid, ray_depths, outline.
"""
