"""Mesh files: reading, writing and conversion.

Reading: readers, joining, atlas_of_materials; writing: outputs, glb, writers; then converting, levels, meshlab, report,
glb_check, preview.
"""
