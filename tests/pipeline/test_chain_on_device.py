"""`tiny` on a device against the CPU, float32, one example picture: `pytest ... --device cuda`."""

from pathlib import Path

import numpy as np
import torch

from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe

PICTURE = Path(__file__).parents[2] / "examples" / "fluent3d_chair.png"
SHARED = 0.995  # of the voxels: a surface that rounds to the other side of a voxel's wall is no error
MEAN, LARGEST = 5e-4, 0.02  # box units between the decoded surfaces
UNTIL = ("prepare", "coarse", "voxelize", "sample", "refine", "decode", "extract")


def made(device: str) -> Asset:
    recipe = load_recipe("tiny", overrides={"decode": {"resolution": "96"}})
    chain = Chain(recipe, NetworkPool(recipe.models, device, "float32"), UNTIL, device, "float32")
    return chain.run(ItemState("chair", Asset(source=PICTURE), seed=0), lambda event: None)


def test_same_voxels_and_the_same_surface(named_device):
    torch.manual_seed(0)
    here, there = made("cpu"), made(named_device)
    sets = [set(map(tuple, asset.voxels.indices.tolist())) for asset in (here, there)]
    assert len(sets[0] & sets[1]) >= SHARED * len(sets[0] | sets[1])
    assert isinstance(there.mesh.vertices, np.ndarray)
    for one, other in ((here.mesh, there.mesh), (there.mesh, here.mesh)):
        distance, _, _ = closest_point(one.vertices, one.faces, other.vertices)
        assert distance.mean() <= MEAN and distance.max() <= LARGEST
