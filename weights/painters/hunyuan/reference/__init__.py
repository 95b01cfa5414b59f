"""The reference picture: pictures (cropped, encoded), delight (2.0: light taken out of it), dino (2.1: its tokens)."""
