"""From pictures to a texture: registering the input picture, making the other views, blending, filling."""
