"""MV-Adapter on SDXL: six views of a mesh from a picture (ig2mv) or from words (tg2mv).

Read network, attention (what the adapter adds to each layer), maps (positions and normals as control), picture, files,
room (memory), painter.
"""
