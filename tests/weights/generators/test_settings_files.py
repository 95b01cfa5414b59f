"""Damaged or odd settings of public models are errors that name the file, never bugs of ours."""

import json
from functools import partial

import pytest

from varco3d.errors import CheckpointError
from varco3d.weights.checkpoints.conversion.configs import dino_config
from varco3d.weights.checkpoints.conversion.settings_files import read_json, read_yaml
from varco3d.weights.generators.parts import Part, Parts
from varco3d.weights.generators.public import load_public
from varco3d.weights.networks.encoders.dino import Dino

TRELLIS, TRELLIS2 = "TrellisImageTo3DPipeline", "Trellis2ImageTo3DPipeline"


@pytest.mark.parametrize(("read", "bad"), [(read_json, b'{"a": '), (read_yaml, b"a: [1")])
def test_settings_that_cannot_be_parsed(tmp_path, read, bad):
    path = tmp_path / "settings"
    for content, reason in ((bad, "cannot be read"), (b"\xff\xfe", "cannot be read"), (b"[1, 2]", "holds no settings")):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=f"settings {reason}"):
            read(path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read(tmp_path / "absent")


@pytest.mark.parametrize("told", ["{", "[]", '"TrellisImageTo3DPipeline"'])
def test_a_damaged_pipeline_json(tmp_path, told):
    (tmp_path / "pipeline.json").write_text(told)
    with pytest.raises(CheckpointError, match=r"pipeline\.json"):
        load_public(str(tmp_path), "coarse", "cpu", "float32")


@pytest.mark.parametrize("name", [TRELLIS, TRELLIS2])
@pytest.mark.parametrize("args", [None, [], {"models": 3}, {"models": {"sparse_structure_flow_model": 3}}])
def test_odd_arguments_of_a_pipeline_json(tmp_path, name, args):
    (tmp_path / "pipeline.json").write_text(json.dumps({"name": name, "args": args}))
    with pytest.raises(CheckpointError, match=r"pipeline\.json"):
        load_public(str(tmp_path), "coarse", "cpu", "float32")


def test_a_network_whose_settings_do_not_fit(tmp_path):
    odd = dino_config({"hidden_size": 64, "num_attention_heads": 0})
    part = Part(partial(Dino, odd), (), tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"model\.safetensors do not fit"):
        Parts({"image": part}, "cpu", "float32").take("image")
