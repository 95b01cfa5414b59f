"""Stage 4, sample: VoxelGrid -> Queries: the voxels that get a token, spread out by farthest point sampling."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..artifacts import Asset, Queries
from ..stage import Context
from .settings import SampleSettings


class Sample:
    name = "sample"
    Settings = SampleSettings
    needs = ("voxels",)
    gives = ("queries",)
    networks = ()

    def run(self, asset: Asset, settings: SampleSettings, context: Context) -> Asset:
        voxels = asset.voxels
        assert voxels is not None
        chosen = choose(voxels.indices, settings, context.seed)
        return dataclasses.replace(asset, queries=Queries(voxels.indices[chosen], voxels.resolution))


def choose(indices: np.ndarray, settings: SampleSettings, seed: int) -> np.ndarray:
    """Rows [N] int64 of indices [M,3], in the order picked; all of them, in order, when M <= tokens or so asked."""
    count = len(indices)
    if settings.method == "all" or count <= settings.tokens:
        return np.arange(count)
    if settings.method == "random":
        return np.random.default_rng(seed).permutation(count)[: settings.tokens]
    from ...kernels.voxels.farthest_points import farthest_points

    # Voxel units keep squared distances whole, so that ties are exact. The start follows the seed.
    return np.asarray(farthest_points(indices.astype(np.float32), settings.tokens, start=seed % count), np.int64)
