"""Deliberate mistakes in MV-Adapter that its recordings must show."""

import pytest
import torch
from recordings import FIXTURES

from varco3d.weights.painters.mvadapter import attention as mvadapter_attention
from varco3d.weights.painters.mvadapter import network as mvadapter_network
from varco3d.weights.parity.run import run_fixture


@pytest.mark.parametrize(
    "mistake", ["reference left out of the negative half", "all views in a row", "front not mirrored"]
)
def test_likely_mistakes_are_seen(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if mistake == "front not mirrored":
        monkeypatch.setattr(mvadapter_attention, "_front_mirrored", lambda x: x)
    elif mistake == "all views in a row":
        monkeypatch.setattr(
            mvadapter_attention, "_row_column", lambda q, k, v, *more: mvadapter_attention._along_rows([q, k, v], *more)
        )
    else:
        predict_rows = mvadapter_network._predict_rows

        def without(network, x, time, given, rows, limit):
            if rows == [0]:
                given = mvadapter_network.Conditioning(given.tokens, given.pooled, given.states, None, given.size)
            return predict_rows(network, x, time, given, rows, limit)

        monkeypatch.setattr(
            mvadapter_network, "_predict_rows", lambda *a: torch.cat([without(*a[:4], [row], a[5]) for row in a[4]])
        )
    outcome = run_fixture(FIXTURES / "mvadapter_pipeline")
    assert (
        not outcome.ok
        and outcome.worst is not None
        and "out.noise_pred" in str([check.quantity for check in outcome.checks if not check.ok])
    )
