"""Deliberate mistakes in Hunyuan3D-Paint that its recordings must show."""

import pytest
import torch
from recordings import FIXTURES

from varco3d.weights.painters.hunyuan import maps, network20, network21, sampling, voxels
from varco3d.weights.parity.painters import hypaint21
from varco3d.weights.parity.run import run_fixture


def half_split(x, cosine, sine):
    first, second = x.chunk(2, -1)
    return x * cosine[:, None] + torch.cat([-second, first], -1) * sine[:, None]


def values_apart(layer, x, context, limit=None):
    out = [
        last(network20.attention(_Values(layer, values), x, context))
        for values, last in ((layer.to_v, layer.to_out[0]), (layer.processor.to_v_mr, layer.processor.to_out_mr[0]))
    ]
    return torch.stack(out, 1)


class _Values:
    """An attention layer with other values, and nothing after it."""

    def __init__(self, layer, values):
        self.to_q, self.to_k, self.to_v, self.heads = layer.to_q, layer.to_k, values, layer.heads
        self.to_out = [torch.nn.Identity()]


@pytest.mark.parametrize(
    ("room", "member", "mistake"),
    [
        (network21, "rotate_pairs", half_split),
        (network21, "rotate_pairs", lambda x, cosine, sine: x),
        (network21.ReferenceAttention, "forward", values_apart),
        (hypaint21, "token_voxels", lambda position, side, overwrite: voxels.token_voxels(position, side, False)),
    ],
    ids=["halves turned", "no positions", "values apart", "background kept"],
)
def test_mistakes_in_the_materials_network_are_seen(room, member, mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, member, mistake)
    outcome = run_fixture(FIXTURES / "hypaint21_unet")
    assert not outcome.ok and outcome.worst is not None and outcome.worst.quantity.startswith("out.noise_pred")


def test_mirrored_or_turned_maps_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = maps.Frame.camera
    monkeypatch.setattr(maps.Frame, "camera", lambda frame, place, size: sides(frame, (-place[0], place[1]), size))
    outcome = run_fixture(FIXTURES / "hypaint20_maps")
    assert {"out.w2c", "out.position_u8", "out.normal_u8"} <= {
        check.quantity for check in outcome.checks if not check.ok
    }


def test_the_middle_row_and_the_unread_reference_are_left_out() -> None:
    fixture = hypaint21.Fixture(FIXTURES / "hypaint21_unet")
    network = hypaint21.network21(fixture.config["params"], FIXTURES / "hypaint21_unet" / "weights.safetensors")
    tokens, views = fixture.get("in.dino_hidden_states")[:1], fixture.get("in.sample")[:1]
    with torch.inference_mode():
        given = network21.Given21(
            fixture.get("in.embeds_normal")[:1],
            fixture.get("in.embeds_position")[:1],
            voxels.token_voxels(fixture.get("in.position_maps")[:1], 8),
            None,
            network.read_reference(fixture.get("in.ref_latents")[:1]),
        )
        rows = sampling.rows21(network, given, tokens)
        left_out = network.predict(views, torch.tensor(500), network.text, rows[0])
        zero = network21.Given21(**{**vars(rows[0]), "features": given.features, "reference": torch.zeros(1)})
        assert torch.equal(left_out, network.predict(views, torch.tensor(500), network.text, zero))
    assert len(rows) == 2
