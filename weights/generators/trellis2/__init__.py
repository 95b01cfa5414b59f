"""TRELLIS.2: from a picture to voxels, a dual grid and its materials; it also gives materials to a mesh.

flows       schedule, guidance and conditions of its flows, and the latent voxels they run on
materials   latents of texture and their decoder, which generator and painter share
generator   the whole model
files       folders of the hub's layout, and files of the store
"""
