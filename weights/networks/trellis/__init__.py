"""The networks of TRELLIS, picture to sparse voxels to mesh, one file each; read them in the order they run.

structure_flow    noise on a dense latent grid -> latents of the occupancy
structure_vae     those latents <-> occupied voxels of 64^3
latent_flow       noise on the occupied voxels -> structured latents
latent_vae        features of voxels -> structured latents -> mesh description at 256^3
modulated         the blocks that both flows share
"""
