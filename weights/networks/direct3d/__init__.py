"""The networks of Direct3D-S2, picture to active voxels to signed distances; read them in the order they run.

The dense stage is TRELLIS's with other settings: trellis.structure_flow (noise on 16^3 -> latents) and
trellis.structure_vae (latents <-> occupancy of 64^3). Then

    sparse_flow        noise on active voxels -> latents of 16 channels, at 64^3 or 128^3
    sparse_attention   its attention: compression, selection and window
    sdf_vae            signed distances of fine voxels <-> latents
    refiner            dense UNets that smooth signed distances, or find the sign where there are none
    sampler            noise levels of all flows
    voxelize           active voxels of a mesh
    kernel_conv        convolution with weights as its files hold them
"""
