"""Mesh files: reading (three_mf), outputs (glb, writers), levels, meshlab, report, glb_check, preview."""
