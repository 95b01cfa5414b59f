"""Mesh to picture: cameras, render_maps (rasterize, raster_kernels), cast_rays.

Picture to mesh: picture_places, silhouette.
"""
