"""Mesh to mesh: clean (part_sheets, slivers, topology), decimate (split_edges), normals.

Questions to a mesh: closest_point, sample_surface, surface_graph, boxes.
"""
