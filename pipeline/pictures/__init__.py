"""Picture files: reading, and masks of the subject (cutout)."""
