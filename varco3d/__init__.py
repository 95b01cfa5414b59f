"""One picture in, a textured 3D mesh out."""
