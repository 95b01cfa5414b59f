"""Direct3D-S2 as generators: picture to active voxels to signed distances, at 512^3 and from a mesh at 1024^3.

Read model (the flows and what they draw), then surface (from latents to a field) and files (from a folder or the store
to a generator); conditions/direct3d_picture.py holds what the image encoder is given.
"""
