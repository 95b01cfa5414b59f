"""Fourier features of positions, and sinusoids of time. Pure functions; always computed in float32."""

import math
from functools import cache

import torch
from torch import Tensor


def fourier_width(octaves: int, channels: int = 3) -> int:
    """Channels that `fourier_features` gives for positions of `channels` coordinates."""
    return channels * (2 * octaves + 1)


def octaves(x: Tensor, count: int, times_pi: bool = True) -> Tensor:
    """Sines, then cosines, of f_k x with f_k = 2^k, times pi when `times_pi`: [..., D] -> [..., 2 * D * count].

    Within each the octave runs fastest: x f0..f7, y f0..f7, z f0..f7.
    """
    frequencies = 2.0 ** torch.arange(count, dtype=x.dtype, device=x.device)
    if times_pi:
        frequencies = frequencies * math.pi
    phases = (x[..., None] * frequencies).flatten(-2)
    return torch.cat([phases.sin(), phases.cos()], dim=-1)


def fourier_features(points: Tensor, count: int, times_pi: bool) -> Tensor:
    """Positions [..., 3] -> [..., 3 * (2 * count + 1)]: the position, then its octaves.

    float32 throughout: the top octave turns a half-precision coordinate step into 0.125 rad.
    """
    points = points.float()
    return torch.cat([points, octaves(points, count, times_pi)], dim=-1)


@cache
def sinusoid_frequencies(count: int, period: float, device: torch.device | None = None) -> Tensor:
    """`count` frequencies falling from 1 towards 1/period, each the float32 nearest to the exponential.

    Kept by arguments, so that no step of a sampler moves them to its device again; not to be written to.
    """
    if device is not None:
        return sinusoid_frequencies(count, period).to(device)
    exponents = -math.log(period) * torch.arange(count, dtype=torch.float32) / count
    return exponents.double().exp().float()  # through float64, so that every machine has the same table


def time_sinusoid(t: Tensor, frequencies: Tensor, cosine_first: bool) -> Tensor:
    """Embed times [B] with frequencies [F] -> [B, 2 F] sines and cosines, in float32."""
    phases = t.float()[:, None] * frequencies.to(t.device)
    parts = (phases.cos(), phases.sin()) if cosine_first else (phases.sin(), phases.cos())
    return torch.cat(parts, dim=-1)


def lattice_rotation(indices: Tensor, head_width: int, period: float = 10000.0) -> tuple[Tensor, Tensor]:
    """Cosine and sine tables [..., head_width] that rotate a head by a 3D position, for `rotate_halves`.

    indices: [..., 3] positions in voxels (0..127 in the published refiner). The head's channels are split x, y, z as
    head_width // 3, head_width // 3 and the rest; each axis of n channels has ceil(n / 2) frequencies. For some head
    widths (16, 40, 64, ...) this makes a table wider than the head: `rotate_halves` then refuses it.
    """
    third = head_width // 3
    phases = []
    for axis, channels in enumerate((third, third, head_width - 2 * third)):
        exponents = torch.arange(0, channels, 2, dtype=torch.float32, device=indices.device) / channels
        phases.append(indices[..., axis, None].float() * (1.0 / period**exponents))
    phase = torch.cat(phases, dim=-1)
    phase = torch.cat([phase, phase], dim=-1)
    return phase.cos(), phase.sin()


def rotate_halves(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotate channel pairs (i, i + d/2) of x [B, H, N, d] by tables [B, N, d]; the dtype of x is kept."""
    if cosine.shape[-1] != x.shape[-1]:
        raise ValueError(f"a head of {x.shape[-1]} channels does not fit a rotation table of {cosine.shape[-1]}")
    first, second = x.float().chunk(2, dim=-1)
    turned = torch.cat([-second, first], dim=-1)
    return (x.float() * cosine[:, None] + turned * sine[:, None]).to(x.dtype)


def rotate_pairs(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotate channel pairs (2 i, 2 i + 1) of x [..., d] by tables [..., d / 2]; the dtype of x is kept."""
    first, second = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack([first * cosine - second * sine, first * sine + second * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)
