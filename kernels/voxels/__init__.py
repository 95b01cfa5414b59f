"""Shape to voxels and samples: voxelize (voxel_kernels, triangles), farthest_points, voxel_index."""
