"""glTF 2.0. Read gltf (the document), buffers (accessors), meshopt (compression), nodes, materials."""
