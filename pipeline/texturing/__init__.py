"""From pictures to a texture: registering the input picture, making the other views, blending, filling.

register, synthesis and paint are the backbone, in this order; painters/ holds the way of learned painters.
"""
