"""Picture resizing as OpenCV does it, for uint8: the public image preparations are defined by it.

Area (shrinking: exact coverage; growing: a bilinear variant with its own phase), bicubic with a = -0.75 and nearest.
Written out so that OpenCV is no dependency; equal to version 5 but for ties of the bicubic filter (1 pixel in 10^5).
"""

import numpy as np

CUBIC_A = -0.75
FIXED = 2048  # the bilinear filter has weights in multiples of 1/2048
SLIVER = 1e-3  # parts of a pixel narrower than this do not count as covered

Taps = tuple[np.ndarray, np.ndarray]  # source index [new, taps] and weight [new, taps]


def resize_nearest(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8 [H, W, C] -> [height, width, C]: the pixel at floor(i * H / height)."""
    rows, columns = (
        np.minimum(np.floor(np.arange(new) * _scale(size, new)).astype(int), size - 1)
        for size, new in zip(image.shape[:2], (height, width), strict=True)
    )
    return image[rows][:, columns]


def resize_cubic(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8 [H, W, C] -> [height, width, C], bicubic, border pixels repeated, no smoothing when shrinking."""
    wide = _filter(image.astype(np.float64), _cubic(image.shape[1], width), axis=1)
    return _to_uint8(_filter(wide, _cubic(image.shape[0], height), axis=0))


def resize_area(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8 [H, W, C] -> [height, width, C]: mean over the area that falls on each pixel."""
    if height > image.shape[0] or width > image.shape[1]:
        return _area_growing(image, height, width)
    if (2 * height, 2 * width) == image.shape[:2]:
        total = image.reshape(height, 2, width, 2, -1).astype(np.int32).sum(axis=(1, 3))
        return ((total + 2) >> 2).astype(np.uint8)
    wide = _filter(image.astype(np.float32), _covered(image.shape[1], width), axis=1)
    return _to_uint8(_filter(wide, _covered(image.shape[0], height), axis=0))


def _scale(size: int, new: int) -> float:
    return 1.0 / (new / size)  # not size / new: the last bit decides where floor falls


def _to_uint8(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _filter(image: np.ndarray, taps: Taps, axis: int) -> np.ndarray:
    """Sum of weight * source along an axis, tap by tap, in the type of the image."""
    index, weight = taps
    shape = (-1, 1, 1) if axis == 0 else (1, -1, 1)
    total = np.zeros((), image.dtype)
    for tap in range(index.shape[1]):
        total = total + image.take(index[:, tap], axis=axis) * weight[:, tap].astype(image.dtype).reshape(shape)
    return total


def _covered(size: int, new: int) -> Taps:
    """Shares of the source pixels under each target pixel, when shrinking."""
    scale = _scale(size, new)
    low = np.arange(new) * scale
    high = low + scale
    width = np.minimum(scale, size - low)
    last = np.minimum(np.floor(high).astype(int), size - 1)
    first = np.minimum(np.ceil(low).astype(int), last)
    index = first[:, None] - 1 + np.arange(int(np.ceil(scale)) + 2)
    share = ((index >= first[:, None]) & (index < last[:, None])).astype(np.float64)
    share[:, 0] = np.where(first - low > SLIVER, first - low, 0)
    rest = np.where(high - last > SLIVER, np.minimum(np.minimum(high - last, 1), width), 0)
    share = np.where(index == last[:, None], rest[:, None], share)
    return np.clip(index, 0, size - 1), share / width[:, None]


def _area_growing(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear with the phase of the area filter; integers throughout, dropping low bits as OpenCV does."""
    rows, of_rows = _area_phase(image.shape[0], height)
    columns, of_columns = _area_phase(image.shape[1], width)
    wide = _filter(image.astype(np.int64), (columns, of_columns), axis=1) >> 4
    upper, lower = (wide[rows[:, tap]] * of_rows[:, tap, None, None] >> 16 for tap in range(2))
    return np.clip((upper + lower + 2) >> 2, 0, 255).astype(np.uint8)


def _area_phase(size: int, new: int) -> Taps:
    inverse = new / size
    index = np.arange(new)
    left = np.floor(index * _scale(size, new)).astype(int)
    part = (index + 1 - (left + 1) * inverse).astype(np.float32)
    part = np.where(part <= 0, np.float32(0), part - np.floor(part)).astype(np.float32)
    weight = np.rint(np.stack([np.float32(1) - part, part], axis=1) * FIXED).astype(np.int64)
    return np.clip(left[:, None] + np.arange(2), 0, size - 1), weight


def _cubic(size: int, new: int) -> Taps:
    centre = (np.arange(new) + 0.5) * _scale(size, new) - 0.5
    left = np.floor(centre)
    x, a = centre - left, CUBIC_A
    before = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a
    here = ((a + 2) * x - (a + 3)) * x * x + 1
    after = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1
    weight = np.stack([before, here, after, 1 - before - here - after], axis=1)
    return np.clip(left.astype(int)[:, None] - 1 + np.arange(4), 0, size - 1), weight
