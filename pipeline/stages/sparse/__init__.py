"""Stages whose latents stand on sparse voxels. Each stands in for stages of the chain.

For coarse: structure, structure_mesh. For voxelize: cascade. For decode: decode_voxels, and with extract decode_mesh,
decode_grid.
"""
