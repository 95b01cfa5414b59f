"""Mesh files: reading (readers, joining, atlas_of_materials), outputs (glb, writers), converting, levels, meshlab,
report, glb_check, preview."""
