"""A store with a tiny SDXL base and MV-Adapter, recorded for the parity tests, under the names of the zoo."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from varco3d.weights.painters import attention

RECORDED = Path(__file__).parents[1] / "parity" / "fixtures" / "mvadapter_pipeline"


def fill_store(root: Path, words: bool = False) -> None:
    """Puts the base and the adapter for pictures below `root`; words: the adapter for words, too.

    The latter is the former without its attention to a reference, which is all that tells the two apart.
    """
    base = root / "stabilityai" / "stable-diffusion-xl-base-1.0"
    shutil.copytree(RECORDED / "base", base)
    shutil.copytree(RECORDED / "base" / "vae", root / "madebyollin" / "sdxl-vae-fp16-fix")
    adapter = root / "huanngzh" / "mv-adapter"
    adapter.mkdir(parents=True)
    shutil.copy(RECORDED / "mvadapter_ig2mv_sdxl.safetensors", adapter)
    if words:
        stored = load_file(RECORDED / "mvadapter_ig2mv_sdxl.safetensors")
        kept = {name: tensor for name, tensor in stored.items() if "_ref." not in name}
        save_file(kept, adapter / "mvadapter_tg2mv_sdxl.safetensors", metadata={"format": "pt"})


def scores_of_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Returns a list that takes the bytes of the scores of every attention call from now on."""
    calls: list[int] = []
    attend = F.scaled_dot_product_attention

    def noted(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        calls.append(q.shape[0] * q.shape[1] * q.shape[2] * k.shape[2] * q.element_size())
        return attend(q, k, v)

    monkeypatch.setattr(attention, "F", SimpleNamespace(scaled_dot_product_attention=noted))
    return calls
