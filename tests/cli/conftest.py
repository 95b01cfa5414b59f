"""Runs the program in this process and gives back what it wrote."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from varco3d.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What one call of the program did."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """run("config", "show", ...) in an empty folder, with no variables and no user config of the person who tests."""
    for name in ("VARCO3D_CONFIG", "VARCO3D_LOG_FILE", "VARCO3D_SEED", "VARCO3D_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def picture(run: Run) -> Path:
    """A picture in the folder that commands run in."""
    image = Image.new("RGBA", (80, 80))
    image.paste((200, 60, 30, 255), (25, 10, 55, 70))
    image.save("a.png")
    return Path("a.png")
