"""The networks, one file each, read from top to bottom.

encoders: what turns pictures and words into tokens. sparse: layers on sparse voxels. direct3d, trellis, trellis2: the
networks of Direct3D-S2, TRELLIS and TRELLIS.2.
"""
