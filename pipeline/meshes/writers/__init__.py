"""Mesh files that are written, one file per format: glb, obj, ply, stl, three_mf."""
