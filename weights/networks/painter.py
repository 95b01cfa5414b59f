"""The painter: colours of one view of a mesh from what a picture and its mirror images tell about it.

A small U-Net over the pixels of the view, with the input picture's tokens read at its lowest level. It says how far to
move a guess towards other colours that may be right (calmer ones, the nearest known, the picture's mean, black) and
what is still missing; it says so at a low resolution, and the moves are made at that of the view. An untrained painter
leaves the guess as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 15
"""Of a view: guess (3), nearest known colour (3), trust of the picture and of its mirror images, normal (3), position
(3), mask. Colours 0..1, trusts 0..1, positions in the box, all zero outside the mesh."""

CALM = (5 / 64, 17 / 64)  # windows, shares of the view's side, of the guess's local means
CHOICES = len(CALM) + 3


@dataclass(frozen=True)
class PainterConfig:
    view: int = 32  # side in pixels that the network works at
    picture: int = 64  # side of the RGBA input picture
    widths: tuple[int, ...] = (32, 64, 128, 192)  # channels at 1, 1/2, 1/4, 1/8 of the side
    heads: int = 6


class Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, channels), nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))


class PictureLook(nn.Module):
    """Lets every place of a map look at the tokens of the picture, wherever they lie."""

    def __init__(self, channels: int, heads: int, places: int):
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.place = nn.Parameter(0.02 * torch.randn(places, channels))
        self.attend = nn.MultiheadAttention(channels, heads, batch_first=True)

    def forward(self, x: Tensor, tokens: Tensor) -> Tensor:
        """x [B,C,h,w], tokens [B,M,C]."""
        query = self.norm(x).flatten(2).transpose(1, 2)
        found, _ = self.attend(query, tokens + self.place, tokens, need_weights=False)
        return x + found.transpose(1, 2).unflatten(2, x.shape[2:])


class Painter(nn.Module):
    def __init__(self, config: PainterConfig):
        super().__init__()
        self.config = config
        widths = config.widths
        depth = len(widths) - 1
        self.enter = nn.Conv2d(CHANNELS, widths[0], 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 2, 2) for a, b in pairwise(widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, 2) for a, b in pairwise(widths))
        self.before = nn.ModuleList(Residual(w) for w in widths[:-1])
        self.after = nn.ModuleList(Residual(w) for w in widths[:-1])
        stem = (4, *widths[1:])
        self.picture = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(stem))
        self.look = PictureLook(widths[-1], config.heads, (config.picture >> depth) ** 2)
        self.middle = nn.Sequential(Residual(widths[-1]), Residual(widths[-1]))
        self.leave = nn.Conv2d(widths[0], CHOICES + 3, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)  # type: ignore[arg-type]

    def forward(self, view: Tensor, picture: Tensor) -> Tensor:
        """view [B,CHANNELS,S,S], picture [B,4,P,P] straight alpha -> correction [B,3,S,S] to the guess."""
        said = self.say(pooled(view, self.config.view), picture)
        if said.shape[2:] != view.shape[2:]:
            said = F.interpolate(said, view.shape[2:], mode="bilinear")
        moves = torch.tanh(said[:, :CHOICES, None]) * (choices(view, picture) - view[:, None, :3])
        return (moves.sum(1) + said[:, CHOICES:]) * view[:, -1:]

    def say(self, view: Tensor, picture: Tensor) -> Tensor:
        """Moves (before tanh) and what to add, [B,CHOICES+3,S,S]; S: a multiple of 1 << (levels - 1)."""
        tokens = picture * 2 - 1
        for k, layer in enumerate(self.picture):
            tokens = layer(F.silu(tokens) if k else tokens)
        x = self.enter(view)
        kept = []
        for block, down in zip(self.before, self.down, strict=True):
            x = block(x)
            kept.append(x)
            x = down(x)
        x = self.middle(self.look(x, tokens.flatten(2).transpose(1, 2)))
        for block, up in zip(reversed(self.after), reversed(self.up), strict=True):
            x = block(up(x) + kept.pop())
        return self.leave(F.silu(x))


def pooled(view: Tensor, side: int) -> Tensor:
    """Facts [B,CHANNELS,S,S] at another size: means over the pixels that show the mesh."""
    if view.shape[-1] == side:
        return view
    small = F.adaptive_avg_pool2d(view, side)
    inside = small[:, -1:]
    return torch.cat([small[:, :-1] / inside.clamp(min=0.25), (inside > 0.25).to(small.dtype)], 1)


def choices(view: Tensor, picture: Tensor) -> Tensor:
    """Colours [B,CHOICES,3,S,S] that a pixel may have instead of its guess; arguments as the painter's."""
    guess, mask = view[:, :3], view[:, -1:]
    alpha = picture[:, 3:]
    mean = (picture[:, :3] * alpha).mean((2, 3), keepdim=True) / alpha.mean((2, 3), keepdim=True).clamp(min=1e-4)
    covered = torch.cat([guess * mask, mask], 1)
    widths = [2 * int(share * view.shape[-1] / 2) + 1 for share in CALM]
    means = [F.avg_pool2d(covered, width, 1, width // 2) for width in widths]
    calm = [mean[:, :3] / mean[:, 3:].clamp(min=1e-4) for mean in means]
    return torch.stack([view[:, 3:6], *calm, mean.expand_as(guess), torch.zeros_like(guess)], 1)
