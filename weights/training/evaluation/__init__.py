"""Evaluation of trained weights on held-out objects: cases, metrics, baselines, tables; evaluate runs them."""
