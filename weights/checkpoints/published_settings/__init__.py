"""Settings of the public networks. vecset: Hunyuan3D, UltraShape, TripoSG; then trellis, trellis2, direct3d."""
