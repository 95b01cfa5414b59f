"""Geometry with no learned parameter: arrays in, arrays out, on CPU and CUDA; no file access, no printing.

One module per function, named like it. Read arrays (what goes in and out) and parallel (how a kernel is launched), then

    shape to tokens    voxelize (voxel_kernels), farthest_points, sample_surface, closest_point; voxels/voxel_index
    field to shape     decode_octree (bricks, octree_bricks), field, marching_cubes (mc_tables)
    shape to shape     clean (topology), decimate, normals
    shape to picture   cameras, render_maps (rasterize, raster_kernels), cast_rays
    picture to shape   unwrap (chart_faces, pack_charts, xatlas_charts), bake (texel_maps, texel_rims), fill,
                       surface_graph (split_edges)
    shared             errors, triangles
"""
