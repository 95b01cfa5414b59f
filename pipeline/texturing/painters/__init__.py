"""Learned painters in the texture stage.

In the order of a run: choice (who paints), painting (the whole way of one mesh), bridge (what a painter is asked, and
its answer made ready), agree (is the picture where outlines put it), match (colours), passes (what views left out).
"""
