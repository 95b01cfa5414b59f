"""Mixture of experts: a router sends each token through its best MLPs, and all through a shared one."""

import torch
from torch import Tensor, nn

from .layers import Mlp


class Mixture(nn.Module):
    """Sum of probability * expert over the chosen experts, plus the shared expert.

    The probabilities of the chosen experts are used as they are: they are not scaled up to sum to one.
    """

    def __init__(self, width: int, experts: int, used: int):
        super().__init__()
        self.used = used
        self.gate = nn.Linear(width, experts, bias=False)
        self.experts = nn.ModuleList(Mlp(width, 4 * width) for _ in range(experts))
        self.shared = Mlp(width, 4 * width)

    def route(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """tokens [T, W] -> expert index [T, used] and its probability [T, used], best first."""
        weights, chosen = self.gate(tokens).softmax(dim=-1).topk(self.used, dim=-1)
        return chosen, weights

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(0, -2)
        chosen, weights = self.route(tokens)
        total = self.shared(tokens)
        # Sorted by expert, so that the host is told once, how many tokens each gets.
        numbers, order = chosen.flatten().sort(stable=True)
        counts = torch.bincount(numbers, minlength=len(self.experts)).tolist()
        for expert, places in zip(self.experts, order.split(counts), strict=True):
            if len(places):
                rows = places // self.used
                total.index_add_(0, rows, expert(tokens[rows]) * weights.flatten()[places, None])
        return total.unflatten(0, x.shape[:-1])
