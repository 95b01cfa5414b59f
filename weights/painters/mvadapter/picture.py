"""The reference picture as MV-Adapter wants it: the subject centred on grey, filling nine tenths of a square."""

from __future__ import annotations

import numpy as np

FILLED = 0.9  # of the side
GREY = 0.5


def centred_on_grey(rgba: np.ndarray, tall: int, wide: int | None = None) -> np.ndarray:
    """Return uint8 [tall, wide, 3] of a picture uint8 [H, W, 4], straight alpha; square without `wide`.

    The box of alpha > 0, one pixel larger above and to the left, is scaled (bicubic, colours not weighted by alpha) so
    that its longer side fills FILLED of the picture's. A picture without any alpha becomes plain grey.
    """
    from PIL import Image

    rows, columns = np.nonzero(rgba[..., 3] > 0)
    wide = tall if wide is None else wide
    canvas = np.zeros((tall, wide, 4), np.uint8)
    if len(rows):
        top, left = max(int(rows.min()) - 1, 0), max(int(columns.min()) - 1, 0)
        crop = rgba[top : int(rows.max()) + 1, left : int(columns.max()) + 1]
        height, width = crop.shape[:2]
        # Both sides are cut to whole pixels, each from the exact length.
        length, longer = (tall if height > width else wide) * FILLED, max(height, width)
        height, width = (max(1, int(length if side == longer else side * length / longer)) for side in (height, width))
        scaled = np.asarray(Image.fromarray(crop).resize((width, height)))
        y, x = (tall - height) // 2, (wide - width) // 2
        canvas[y : y + height, x : x + width] = scaled
    share = canvas.astype(np.float32) / 255.0
    alpha = share[..., 3:]
    return ((share[..., :3] * alpha + GREY * (1 - alpha)) * 255).astype(np.uint8)
