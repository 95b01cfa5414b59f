"""Predicted O-Voxel grids without their tears: edges that voxels agree on (mend), and the mesh (sheets)."""
