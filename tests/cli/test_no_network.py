"""Nothing but `models pull` (and `generate --pull`) touches the network: every other verb runs with sockets blocked."""

import json
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from standin import install


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every attempt to reach an address or to look up a name; each of them fails."""
    attempts: list[str] = []

    def blocked(name: str):
        def refuse(*arguments: object, **more: object):
            attempts.append(name)
            raise OSError(f"{name} is blocked")

        return refuse

    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_UNIX:  # between processes of this machine
            return real(self, address)  # type: ignore[arg-type]
        attempts.append(f"connect {address}")
        raise OSError("connect is blocked")

    monkeypatch.setattr(socket.socket, "connect", connect)
    for name in ("connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, blocked(name))
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, blocked(name))
    return attempts


def test_a_whole_run_and_every_verb_on_its_results(run, touched, monkeypatch, tmp_path: Path) -> None:
    recipe = install(monkeypatch, tmp_path)
    pixels = np.zeros((48, 48, 4), np.uint8)
    pixels[8:40, 8:40] = (200, 40, 40, 255)
    Path("in").mkdir()
    for name in ("cat", "dog"):
        Image.fromarray(pixels).save(f"in/{name}.png")
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert run("generate", "in", "-o", "out", "-m", recipe, "--preview", "png").code == 0
    for verb in (
        ("plan", "in", "-o", "out", "-m", recipe),
        ("report", "out"),
        ("inspect", "out/cat.glb"),
        ("convert", "out/cat.glb", "cat.obj"),
        ("config", "show"),
        ("cache", "info"),
        ("models", "list"),
        ("models", "show", "hunyuan3d-2.1"),
        ("models", "verify", "u2netp"),
        ("--version",),
    ):
        answer = run(*verb)
        assert answer.code == 0, (verb, answer.err)
    table = json.loads(run("report", "out", "--no-page", "--json").out)
    assert table["counts"]["ok"] == 2
    assert touched == []


def test_a_model_that_is_not_here_is_an_error_not_a_download(run, touched, monkeypatch, tmp_path: Path) -> None:
    Image.new("RGB", (32, 32), (9, 9, 9)).save("a.png")
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HY3DGEN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    for arguments in (("-m", "triposg"), ("-m", "triposg", "--pull", "--offline"), ("-m", "triposg", "--pull")):
        answer = run("generate", "a.png", "--no-input", *arguments)
        assert answer.code == 3, answer.err
        assert not Path("a.glb").exists()
    assert touched == []


def test_the_block_blocks(touched) -> None:
    with pytest.raises(OSError, match="blocked"), socket.socket() as open_one:
        open_one.connect(("127.0.0.1", 9))
    assert touched
