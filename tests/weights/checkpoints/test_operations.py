"""Work of the models: what the plan's formula says against what torch counts in the networks at full size."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from varco3d.weights.checkpoints.conversion.configs import flux_config
from varco3d.weights.checkpoints.operations import PICTURE_TOKENS, Effort, distilled, operations
from varco3d.weights.checkpoints.zoo import MODELS
from varco3d.weights.networks.flux_dit import FluxDit


def one_call(name: str) -> float:
    """Operations of one call of a transformer."""
    spec = MODELS[name]
    return operations(spec, Effort(1, guided=False)) - operations(spec, Effort(0))


def test_a_call_of_the_full_network_is_counted_like_torch_counts_it() -> None:
    """On the meta device nothing is computed, so that the full size costs nothing."""
    spec = MODELS["hunyuan3d-dit-v2-mini"]
    assert spec.config is not None
    with torch.device("meta"):
        network = FluxDit(flux_config(spec.config["model"]["params"]))
        x, t, context = torch.zeros(1, spec.tokens, 64), torch.zeros(1), torch.zeros(1, PICTURE_TOKENS, 1536)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x, t, context)
    assert one_call(spec.name) == pytest.approx(counter.get_total_flops(), rel=0.05)


def test_steps_guidance_and_cells_count() -> None:
    spec, plain = MODELS["hunyuan3d-dit-v2-mini"], operations(MODELS["hunyuan3d-dit-v2-mini"], Effort(0))
    assert operations(spec, Effort(20)) - plain == pytest.approx(40 * one_call(spec.name))
    fast = MODELS["hunyuan3d-dit-v2-mini-turbo"]
    assert distilled(fast) and not distilled(spec)
    assert operations(fast, Effort(5)) == operations(fast, Effort(5, guided=False))
    fields = [operations(spec, Effort(0, resolution=cells)) - plain for cells in (192, 384)]
    assert fields[1] == pytest.approx(4 * fields[0])


def test_of_a_mixture_only_the_chosen_experts_work() -> None:
    """Hunyuan3D-2.1 holds 3.05 billion parameters; a token meets about 1.8 of them."""
    spec = MODELS["hunyuan3d-dit-v2-1"]
    met = 1.84e9
    layers = met / 12 / spec.width**2
    attention = 4 * spec.tokens**2 * spec.width * layers
    assert one_call(spec.name) == pytest.approx(2 * met * spec.tokens + attention, rel=0.05)


def test_sparse_attention_reads_blocks_and_not_all_of_all() -> None:
    """Linear layers lead: all to all would be ten times as much at 100,000 voxels."""
    spec = MODELS["direct3d-s2-v-1-1-model_sparse_1024"]
    linear = 2 * spec.parameters["denoise"] * spec.tokens
    assert linear < one_call(spec.name) < 2 * linear
    all_to_all = 4 * spec.tokens**2 * spec.width * 24
    assert all_to_all > 5 * one_call(spec.name)
