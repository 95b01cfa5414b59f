"""The networks of TRELLIS.2, picture to O-Voxel, in the order they run.

lattice_flow      noise -> latents of the structure on a dense grid, then of shape and of texture on its voxels
sampler           levels of noise, guidance within an interval of them, and its rescaling
cascade           voxels of a finer latent grid from the voxels of a decoded shape
sc_blocks         the blocks of the autoencoders, on one level of voxels and between two
sc_vae            dual grid or materials of voxels <-> latents of voxels sixteen times larger

The structure's own autoencoder is that of TRELLIS (`trellis.structure_vae`), the picture encoder is `dinov3`.
"""
