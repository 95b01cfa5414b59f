"""Foreign mesh files, one adapter per format, each into the neutral `Scene`.

Read: scene (the neutral form), textures, polygons, then gltf/, obj (mtl), ply (ply_elements), stl, off, three_mf
(three_mf_model). `joining` above makes a Scene a Mesh.
"""
