"""Pictures and words as each family's encoder takes them: crops, sizes, resampling, normalisation, CLIP's tokens."""
