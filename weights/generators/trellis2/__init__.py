"""TRELLIS.2: from a picture to voxels, to a dual grid, to its materials; and materials for a mesh that is given.

flows       schedule, guidance and conditions of its flows, and the latent voxels they run on
materials   latents of texture and their decoder, which generator and painter share
generator   the whole model
files       folders of the hub's layout, and files of the store
"""
