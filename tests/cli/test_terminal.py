"""What a person at a terminal sees: a progress bar that leaves the results alone, and completion in a real shell."""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from standin import plugin

PROGRAM = "import sys; from varco3d.cli.main import main; sys.argv[0] = 'varco3d'; sys.exit(main())"


def read_all(descriptor: int) -> str:
    """What a process writes to its terminal until it closes it."""
    text = b""
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # Linux says so when the other side is gone
            part = b""
        if not part:
            return text.decode(errors="replace")
        text += part


def test_a_terminal_shows_a_bar_on_stderr_and_nothing_of_it_on_stdout(tmp_path: Path) -> None:
    environ = {**plugin(tmp_path), "TERM": "xterm-256color", "COLUMNS": "100"}
    picture = Image.new("RGBA", (48, 48))
    picture.paste((200, 40, 40, 255), (8, 8, 40, 40))
    for name in ("cat", "dog"):
        picture.save(tmp_path / f"{name}.png")
    call = [sys.executable, "-m", "varco3d.cli", "generate", "cat.png", "dog.png", "-o", "out", "-m", "standin.toml"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*call, "--set", "ball.seconds=1"], cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=theirs
    ) as child:
        os.close(theirs)
        screen = read_all(ours)
        os.close(ours)
        assert child.stdout is not None
        results = child.stdout.read().decode()
    assert child.returncode == 0, screen
    assert results.split() == ["out/cat.glb", "out/dog.glb"], "the results, without a trace of the bar"
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    assert re.search(r"cat  ball\b.*\d+/10", plain), "the item, its stage and how far it is"
    assert re.search(r"all\b.*1/2", plain), "how far the run is"
    assert "[2/2] dog: ok" in plain and "2 ok in" in plain
    assert "\x1b[?25h" in screen, "the cursor is shown again"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_through_the_script_we_print(tmp_path: Path) -> None:
    program = tmp_path / "varco3d"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}\n")
    program.chmod(0o755)
    script = """
        eval "$(varco3d completion bash)"
        complete -p varco3d
        COMP_WORDS=(varco3d generate --until vox) COMP_CWORD=3
        _varco3d_completion varco3d vox --until
        echo "${COMPREPLY[@]}"
    """
    environ = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    answer = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    registered, found = answer.stdout.splitlines()
    assert "_varco3d_completion" in registered and found == "voxelize"
