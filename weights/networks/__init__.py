"""The networks, one file each, read from top to bottom.

sparse: layers on sparse voxels. trellis: the networks of TRELLIS. trellis2: those of TRELLIS.2.
"""
