"""Memory of the painters: figures that their plans share, and the slices of attention that a budget allows."""

from __future__ import annotations

from ..._text import GIB

LOADING = 1.05  # weights while they are read, one tensor at a time
LIBRARIES = 0.42 * GIB  # of the process beside weights and activations, measured
# Bytes of activations of one view in the UNet per latent pixel and byte of a number, without attention scores: measured
# with SDXL's full size at 256 px.
ACTIVATIONS = 20_000
DECODING = 90_000  # the same in the decoder of the VAE, one view at a time, at 512 px
LEAST_LIMIT = 1 << 26  # bytes for attention scores; below this, slices are too thin to be worth it


def number_bytes(dtype: str) -> int:
    """Return the bytes of a number of float32, float16 or bfloat16."""
    return 4 if dtype == "float32" else 2


def scores_limit(budget: float, need: float, reserved: float) -> int | None:
    """Return the bytes that the scores of one attention call may take; None without a budget.

    budget, need: bytes; need holds what is reserved for the scores. Half of what is left is added, since kernels that
    hold scores copy them.
    """
    if budget == float("inf"):
        return None
    return max(LEAST_LIMIT, int(reserved + (budget - need) / 2))
