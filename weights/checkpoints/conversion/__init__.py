"""Published files into our networks: containers (files and tensors), configs (settings), convert (names of tensors).

One module each for the families with names of their own: trellis, trellis2, direct3d.
"""
