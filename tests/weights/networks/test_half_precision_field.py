"""The decoder of public models in half precision: its field beside the float32 one, and what runs in which type."""

from pathlib import Path

import pytest
import torch

from varco3d.weights.generators.folders import generator_from_folder
from varco3d.weights.networks.layers import attend_all
from varco3d.weights.networks.vecset_vae import VecSetVae
from varco3d.weights.parity.fixture import Fixture
from varco3d.weights.parity.networks import build_vecset

FIXTURES = Path(__file__).parents[2] / "parity" / "fixtures"
FAMILIES = {  # the file, where the folder holds recordings beside it
    "hy20_pipeline": "model.fp16.safetensors",
    "hy21_pipeline": "model.fp16.ckpt",
    "ultra_pipeline": "ultrashape_v1.pt",
    "triposg_pipeline": None,
}
HALF = [torch.bfloat16, torch.float16]
# Largest root mean square error, as a share of the field's standard deviation, and of signs that turn.
ERROR = {torch.bfloat16: 0.02, torch.float16: 0.002}
TURNED = {torch.bfloat16: 0.016, torch.float16: 0.0016}


def lattice(cells: int = 24) -> torch.Tensor:
    axis = torch.linspace(-1.0, 1.0, cells + 1)
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).reshape(-1, 3)


def error_of(found: torch.Tensor, exact: torch.Tensor) -> float:
    return float((found - exact).square().mean().sqrt() / exact.std())


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_half_precision_field_follows_float32(name: str, dtype: torch.dtype) -> None:
    """As the product asks it, on the random weights of each family."""
    folder, file = FIXTURES / name, FAMILIES[name]
    fields = []
    for kind in (torch.float32, dtype):
        generator = generator_from_folder(
            folder, "cpu", str(kind).removeprefix("torch."), folder / file if file else None
        )
        latents = torch.randn(1, 16, generator.channels, generator=torch.Generator().manual_seed(0))
        fields.append(generator.field(latents, None)(lattice()))
    assert fields[0].dtype == fields[1].dtype == torch.float32
    exact, found = fields
    # Random weights give fields that need not pass zero: signs are those of the field without its median.
    level = exact.median()
    turned = float(((found > level) != (exact > level)).float().mean())
    assert 0 < error_of(found, exact) < ERROR[dtype] and turned < TURNED[dtype]


def trained(dtype: torch.dtype) -> tuple[VecSetVae, tuple[torch.Tensor, torch.Tensor]]:
    """The recorded autoencoder that was trained on a torus and a sphere, and the keys of their field."""
    fixture = Fixture(FIXTURES / "flashvdm_vae")
    vae = build_vecset(fixture).to(dtype)
    return vae, vae.geo.keys_of(vae.decode(fixture.number("in.latents") / vae.config.scale))


@pytest.mark.parametrize("dtype", HALF)
def test_a_trained_surface_stays_in_place(dtype: torch.dtype) -> None:
    with torch.inference_mode():
        found, exact = (vae.field(lattice()[None], keys)[0] for vae, keys in map(trained, (dtype, torch.float32)))
    turned = int(((found > 0) != (exact > 0)).sum())
    assert 0 < error_of(found, exact) < ERROR[dtype] and turned < TURNED[dtype] * float((exact > 0).sum())


@pytest.mark.parametrize("dtype", HALF)
def test_products_and_attention_are_halved_but_no_coordinates(dtype: torch.dtype) -> None:
    seen: set[torch.dtype] = set()

    def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        seen.update(part.dtype for part in (q, k, v))
        return attend_all(q, k, v)

    with torch.inference_mode():
        vae, keys = trained(dtype)
        # Nearer to each other than the steps of bfloat16 (0.004) and float16 (0.0005) there.
        points = torch.tensor([[0.7, 0.7, 0.7], [0.7001, 0.7001, 0.7001]])
        assert torch.equal(*points.to(dtype))
        features: list[torch.Tensor] = []
        vae.geo.query.register_forward_pre_hook(lambda module, inputs: features.append(inputs[0]))
        assert vae.field(points[None], keys, attend).dtype == torch.float32
    assert seen == {dtype} == {features[0].dtype}
    assert not torch.equal(*features[0][0])
