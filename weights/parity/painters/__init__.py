"""Recordings of painters: MV-Adapter, Hunyuan3D-Paint 2.0 and 2.1."""
