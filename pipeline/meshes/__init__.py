"""Mesh files: reading, writing and conversion.

Reading: reading, readers/, joining, atlas_of_materials; writing: outputs, writers/; then converting, levels, meshlab,
report, glb_check, preview.
"""
