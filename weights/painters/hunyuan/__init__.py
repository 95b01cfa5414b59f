"""Hunyuan3D-Paint: views of a mesh in colour (2.0), or in albedo and metallic-roughness (2.1).

Read unet (what both networks share), network20, network21, voxels (2.1's positions), maps, extra_views (2.1),
reference/ (the picture), steps (schedules), sampling, files, room (memory), painter (what both painters share),
painter20, painter21. Facts are those of the public systems; compared with
recordings of them.
"""
