"""The image of docs/containers.md, as far as it goes without a daemon: its text, and its lines run as another user."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warp as wp

from varco3d.kernels.parallel import borrow_compiled, start_warp

PAGE = Path(__file__).parents[2] / "docs" / "containers.md"
NOBODY = 65534


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of the page's Dockerfile, continued lines joined."""
    (text,) = re.findall(r"```dockerfile\n(.*?)```", PAGE.read_text(), re.S)
    lines = text.replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def environment() -> dict[str, str]:
    """The variables that the image sets."""
    pairs = [pair for word, rest in instructions() if word == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_image_is_not_roots_and_names_its_caches() -> None:
    words = [word for word, _ in instructions()]
    assert words[0] == "FROM" and set(words) <= {"FROM", "ARG", "ENV", "RUN", "COPY", "USER", "WORKDIR", "ENTRYPOINT"}
    (user,) = (rest for word, rest in instructions() if word == "USER")
    assert int(user.partition(":")[0]) > 0  # a number, so that Kubernetes can tell that it is not root
    after = instructions()[words.index("USER") + 1 :]
    assert not any("pip " in rest or "chown" in rest for _, rest in after)
    owned = next(rest for word, rest in instructions() if "chown" in rest)
    for name in ("XDG_CACHE_HOME", "WARP_CACHE_PATH", "VARCO3D_MODELS"):
        assert environment()[name].startswith("/opt/varco3d/") and f"chown -R {user} /opt/varco3d" in owned
    source = PAGE.parents[1]
    assert all((source / Path(name).name).exists() for name in re.findall(r"/src/(\S+)", PAGE.read_text()))


def unprivileged() -> tuple[list[str], dict[str, Any]]:
    """(words before a call, arguments of subprocess.run) that make root a user whom permissions hold.

    Another user where that one may run this Python, else root without the right to pass over permissions.
    """
    if os.getuid() != 0:
        return [], {}
    other: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        if (
            subprocess.run([sys.executable, "-c", "import varco3d"], cwd="/", capture_output=True, **other).returncode
            == 0
        ):
            return [], other
    except PermissionError:
        pass
    if shutil.which("setpriv") is None:
        pytest.skip("root can neither become another user here nor give up its rights")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override"], {}


def varco3d(command: str, environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the image, with `varco3d` being this very source, as a user without a home."""
    words = shlex.split(command)
    assert words[0] == "varco3d"
    before, other = unprivileged()
    call = [*before, sys.executable, "-m", "varco3d.cli", *words[1:]]
    return subprocess.run(call, env=environ, cwd=folder, capture_output=True, text=True, timeout=600, **other)


def give(folder: Path, files: int, folders: int) -> None:
    """Set the permissions of everything below a folder, and its owner to whoever the lines run as."""
    owner = unprivileged()[1].get("user", -1)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner)
        path.chmod(folders if path.is_dir() else files)


def test_its_lines_run_as_another_user_and_then_read_only(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):  # pytest's own, which are closed to others
        folder.chmod(folder.stat().st_mode | 0o055)
    root, scratch = tmp_path / "image", tmp_path / "tmp"
    places = {name: str(root / value.lstrip("/")) for name, value in environment().items() if value.startswith("/")}
    for place in (*places.values(), scratch):
        Path(place).mkdir(parents=True, exist_ok=True)
    start_warp()
    ours = Path(str(wp.config.kernel_cache_dir))  # what is compiled here need not be compiled for the test
    shutil.copytree(ours, Path(places["WARP_CACHE_PATH"]) / ours.name, dirs_exist_ok=True)
    give(root, 0o644, 0o755)
    give(scratch, 0o644, 0o755)
    kept = ("PATH", "LANG", "PYTHONPATH", "OMP_NUM_THREADS")
    environ = {**{name: os.environ[name] for name in kept if name in os.environ}, **places, "TMPDIR": str(scratch)}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    (warm,) = (rest for word, rest in instructions() if word == "RUN" and rest.startswith("varco3d "))
    built = varco3d(warm, environ, scratch)
    assert built.returncode == 0, built.stdout + built.stderr
    assert (Path(places["XDG_CACHE_HOME"]) / "varco3d" / "speed.json").is_file()
    give(root, 0o444, 0o555)
    again = varco3d("varco3d doctor --warm --no-self-test", environ, scratch)
    (line,) = (line for line in again.stdout.splitlines() if line.startswith("ok    kernels") and "compiled" in line)
    assert "all compiled before" in line and str(scratch) in line, again.stdout + again.stderr
    give(root, 0o644, 0o755)


def test_a_read_only_cache_is_borrowed_from(tmp_path: Path) -> None:
    (tmp_path / "image" / "module_1").mkdir(parents=True)
    (tmp_path / "image" / "module_1" / "m.o").write_text("binary")
    for _ in range(2):
        assert borrow_compiled(tmp_path / "image", tmp_path / "own") == 1
    assert (tmp_path / "own" / "module_1" / "m.o").read_text() == "binary"
    assert borrow_compiled(tmp_path / "missing", tmp_path / "own") == 0
