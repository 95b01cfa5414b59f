"""Deliberate mistakes in Direct3D-S2 that its recordings must show."""

import pytest
import torch
from recordings import FIXTURES
from torch.nn import functional as F

from varco3d.weights.networks.direct3d import refiner, sparse_attention
from varco3d.weights.networks.direct3d.kernel_conv import KernelConv
from varco3d.weights.networks.direct3d.sparse_attention import SpatialSparseAttention
from varco3d.weights.networks.sparse import resample
from varco3d.weights.parity.run import run_fixture


def test_a_true_mean_of_a_block_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse_attention, "down", lambda x, factor, merge: resample.down(x, factor, "mean"))
    assert not run_fixture(FIXTURES / "d3ds2_ssa_v11").ok


def test_one_block_more_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    askers = sparse_attention.askers
    monkeypatch.setattr(sparse_attention, "askers", lambda chosen, blocks: askers(chosen[..., 1:], blocks))
    assert not run_fixture(FIXTURES / "d3ds2_ssa_v11").ok


def test_gates_in_another_order_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    gates = SpatialSparseAttention.gates
    monkeypatch.setattr(SpatialSparseAttention, "gates", lambda self, x: gates(self, x)[:, [1, 0, 2]])
    assert not run_fixture(FIXTURES / "d3ds2_ssa_v11").ok


@pytest.mark.parametrize("name", ["d3ds2_sparse_ops", "d3ds2_sparse_dit_v10", "d3ds2_sparse_vae"])
def test_kernels_with_z_fastest_are_seen(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(KernelConv, "weight", lambda self: self.kernel.unflatten(0, (3, 3, 3)).permute(4, 0, 1, 2, 3))
    assert not run_fixture(FIXTURES / name).ok


def test_filters_of_another_norm_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Euclidean:
        relu = staticmethod(F.relu)
        silu = staticmethod(F.silu)

        @staticmethod
        def normalize(x: torch.Tensor, p: float, dim: int) -> torch.Tensor:
            return F.normalize(x, dim=dim)

        @staticmethod
        def pad(x: torch.Tensor, widths: tuple[int, ...]) -> torch.Tensor:
            return F.pad(x, widths)

    monkeypatch.setattr(refiner, "F", Euclidean)
    assert not run_fixture(FIXTURES / "d3ds2_refiner").ok


def test_a_mesh_of_another_size_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("varco3d.kernels.voxels.bands.BAND", 2)
    assert not run_fixture(FIXTURES / "d3ds2_voxelize").ok
