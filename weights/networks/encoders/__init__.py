"""Encoders of the condition: DINOv2, DINOv3, CLIP's text encoder, and the picture encoder of the tiny family."""
