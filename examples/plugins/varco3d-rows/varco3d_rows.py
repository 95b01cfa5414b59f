"""A view synthesizer for turned objects: an unseen point takes the mean colour of the picture at its height."""

import numpy as np

from varco3d.kernels.atlas.bake import View
from varco3d.pipeline.texturing.synthesis import Conditions

SIZE = 256  # pixels of a view
TRUST = 0.1  # weight beside the input picture's 1, so that the picture wins where both see a point


class Rows:
    name = "rows"

    def synthesize(self, conditions: Conditions) -> list[View]:
        colours = row_colours(conditions.rgba)
        maps = conditions.maps(SIZE)
        low, high = conditions.vertices[:, 1].min(), conditions.vertices[:, 1].max()
        views = []
        for index, camera in enumerate(conditions.cameras.values()):
            height = (maps.position[index][..., 1] - low) / max(high - low, 1e-6)
            picture = colours[np.clip(((1 - height) * len(colours)).astype(int), 0, len(colours) - 1)]
            views.append(View(camera, picture.astype(np.float32), maps.mask[index].astype(np.float32) * TRUST))
        return views


def row_colours(rgba: np.ndarray) -> np.ndarray:
    """Mean colour [R,3] of every row of the subject, from its top to its bottom."""
    alpha = rgba[..., 3:]
    rows = np.flatnonzero(alpha[..., 0].max(1) > 0.5)
    seen = rgba[rows[0] : rows[-1] + 1]
    weight = seen[..., 3:]
    return (seen[..., :3] * weight).sum(1) / np.maximum(weight.sum(1), 1e-6)
