"""Measure sparse convolution and neighbour tables: `python scripts/measure_sparse.py [--threads 2] [--dense]`.

Compares the submanifold convolution of 64 channels on about 100,000 surface voxels with the plain loop of 27 gathers,
products and index_add (and, on demand, conv3d of the dense grid), and times the neighbour table of a million voxels
against sorting and searching in torch. Best of several runs, all in one process.
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from varco3d.kernels.voxels.voxel_index import VoxelIndex, kernel_offsets
from varco3d.weights.networks import sparse

CHANNELS = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dense", action="store_true", help="conv3d of the filled grid too (seconds)")
    parser.add_argument("--device", default="cpu")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    with torch.inference_mode():
        convolution(chosen.device, chosen.runs, chosen.dense)
        tables(chosen.device, chosen.runs)


def convolution(device: str, runs: int, dense: bool) -> None:
    """Print times of one 3^3 convolution and how far the ways differ."""
    voxels = sparse.VoxelSet(shell(130, 1.6).to(device))
    x = sparse.SparseTensor(torch.randn(len(voxels), CHANNELS, device=device), voxels)
    conv = sparse.SubmanifoldConv(CHANNELS, CHANNELS, 3).to(device)
    table = voxels.table(3)
    pairs = [(rows := torch.nonzero(table[:, k] < len(voxels))[:, 0], table[rows, k].long()) for k in range(27)]
    kernels = conv.weight.flatten(1, 3).permute(1, 2, 0).contiguous()  # [27, in, out]
    print(f"{len(voxels)} voxels, {sum(len(rows) for rows, _ in pairs) / len(voxels):.1f} pairs a voxel, float32")

    def loop() -> Tensor:
        out = conv.bias.expand(len(voxels), -1).clone()
        for (target, source), kernel in zip(pairs, kernels, strict=True):
            out.index_add_(0, target, x.features[source] @ kernel)
        return out

    ours, theirs = best(lambda: conv(x), runs, device), best(loop, runs, device)
    print(f"submanifold convolution   {ours * 1e3:8.1f} ms")
    print(f"loop of 27 products       {theirs * 1e3:8.1f} ms   {theirs / ours:.2f} times as long")
    print(f"largest difference        {float((conv(x).features - loop()).abs().max()):8.1e}")
    if dense:
        grid = torch.zeros(1, CHANNELS, 130, 130, 130, device=device)
        places = voxels.coords[:, 1:].long().T
        grid[0, :, places[0], places[1], places[2]] = x.features.T
        weight = conv.weight.permute(0, 4, 1, 2, 3).contiguous()
        filled = best(lambda: F.conv3d(grid, weight, conv.bias, padding=1), 1, device)
        print(f"conv3d of the grid        {filled * 1e3:8.1f} ms   {filled / ours:.2f} times as long")


def tables(device: str, runs: int) -> None:
    """Print times of the 27 neighbours of a million voxels."""
    coords = shell(464, 1.1).to(device)
    offsets = torch.from_numpy(kernel_offsets(3)).long().to(device)

    def searched() -> Tensor:
        def key(c: Tensor) -> Tensor:
            return (c[..., 0] * 512 + c[..., 1] + 1) * 512 + c[..., 2] + 1

        keys, order = key(coords[:, 1:].long()).sort()
        found = torch.empty(len(coords), 27, dtype=torch.int32, device=device)
        for k, offset in enumerate(offsets):
            wanted = key(coords[:, 1:].long() + offset)
            place = torch.searchsorted(keys, wanted).clamp_(max=len(keys) - 1)
            found[:, k] = torch.where(keys[place] == wanted, order[place], -1)
        return found

    def ours() -> Tensor:
        return VoxelIndex(coords).neighbours(kernel_offsets(3))

    print(f"\n{len(coords)} voxels: index and 27 neighbours")
    print(f"bricks and hash           {best(ours, runs, device) * 1e3:8.1f} ms")
    print(f"sort and search in torch  {best(searched, 2, device) * 1e3:8.1f} ms")
    assert torch.equal(ours(), searched())


def shell(side: int, half: float) -> Tensor:
    """Voxels [N, 4] within `half` voxels of a sphere that fills most of side^3, x slowest."""
    axis = torch.arange(side) - (side - 1) / 2
    layers = []
    for x, place in enumerate(axis.tolist()):
        distance = (axis[:, None].square() + axis.square() + place**2).sqrt() - 0.41 * side
        yz = torch.nonzero(distance.abs() < half)
        layers.append(torch.cat([torch.tensor([[0, x]]).expand(len(yz), -1), yz], dim=1))
    return torch.cat(layers).to(torch.int32)


def best(call: Callable[[], object], runs: int, device: str) -> float:
    """Shortest of several calls after a first one, in seconds."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        if device != "cpu":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
