"""Every key of the full-size public files is claimed, with its shape, by networks on the meta device."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from varco3d.weights.parity.__main__ import main
from varco3d.weights.parity.manifests import check_manifests

MANIFESTS = Path(__file__).parent / "manifests"


def test_all_keys_are_claimed() -> None:
    outcomes = list(check_manifests(MANIFESTS))
    assert len(outcomes) == len(list(MANIFESTS.glob("*.json.gz"))) >= 52
    assert [outcome.line() for outcome in outcomes if not outcome.ok] == []


@pytest.mark.parametrize("change", ["missing", "unexpected", "misshapen"])
def test_a_changed_manifest_fails(tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(MANIFESTS / "index.json", tmp_path)
    keys = json.loads(gzip.decompress((MANIFESTS / "triposg-vae.json.gz").read_bytes()))
    if change == "missing":
        del keys["quant.bias"]
    elif change == "unexpected":
        keys["quant.extra"] = [[4], "F16"]
    else:
        keys["quant.bias"][0] = [129]
    (tmp_path / "triposg-vae.json.gz").write_bytes(gzip.compress(json.dumps(keys).encode()))
    assert main(["--manifests", str(tmp_path)]) == 1
    assert f"1 {change}" in capsys.readouterr().out
