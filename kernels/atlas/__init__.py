"""Textures: unwrap (chart_faces, pack_charts, xatlas_charts), bake (texel_maps, texel_rims), fill, level_seams."""
