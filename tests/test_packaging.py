"""The wheel holds every module and data file, and the project's metadata hangs together."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
LAYERS = ("varco3d", "cli", "pipeline", "weights", "kernels")


def tracked() -> list[str]:
    """Files of the package that git knows, or all files when this is no checkout."""
    done = subprocess.run(["git", "ls-files", *LAYERS], cwd=ROOT, capture_output=True, text=True)
    names = done.stdout.splitlines() if done.returncode == 0 else []
    if not names:
        names = [str(p.relative_to(ROOT)) for layer in LAYERS for p in (ROOT / layer).rglob("*") if p.is_file()]
    return [name for name in names if "__pycache__" not in name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names inside a wheel built from a copy of the files that git knows, with the build backend installed here."""
    source = tmp_path_factory.mktemp("source")
    for name in [*tracked(), "pyproject.toml", "README.md", "LICENSE"]:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    out = source / "dist"
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--quiet",
        "-w",
        str(out),
        ".",
    ]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    if "No module named 'setuptools'" in done.stderr or "BackendUnavailable" in done.stderr:
        pytest.skip("setuptools is not installed in this environment")
    assert done.returncode == 0, done.stderr
    (path,) = out.glob("varco3d-*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_file(wheel: set[str]) -> None:
    missing = [name for name in tracked() if f"varco3d/{name.removeprefix('varco3d/')}" not in wheel]
    assert not missing, f"add these to packages or package-data of pyproject.toml: {missing}"


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    extra = [n for n in wheel if not n.startswith("varco3d/") and ".dist-info/" not in n]
    assert not extra


def test_every_package_is_mapped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setuptools = project["tool"]["setuptools"]
    folders = {str(Path(name).parent) for name in tracked() if Path(name).name == "__init__.py"}
    assert set(setuptools["package-dir"].values()) == folders
    assert set(setuptools["packages"]) == set(setuptools["package-dir"])


def test_constraints_pin_torch_within_the_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line)
    assert pins["torch"] == "2.13.0"
    (torch,) = [text for text in project["project"]["dependencies"] if re.match(r"torch\b", text)]
    low = tuple(int(part) for part in torch.partition(">=")[2].split("."))
    assert low <= (2, 13)


def test_gpl_code_is_imported_in_one_file() -> None:
    importing = [
        name
        for name in tracked()
        if name.endswith(".py") and re.search(r"^\s*(import|from) pymeshlab\b", (ROOT / name).read_text(), re.M)
    ]
    assert importing == ["pipeline/meshes/meshlab.py"]


@pytest.mark.parametrize(
    ("system", "machine", "installed"),
    [
        ("linux", "x86_64", True), ("darwin", "arm64", True), ("darwin", "x86_64", True), ("win32", "AMD64", True),
        ("linux", "aarch64", False), ("win32", "ARM64", False),
    ],
)  # fmt: skip
def test_gpl_code_is_installed_only_where_every_system_has_a_wheel(system: str, machine: str, installed: bool) -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (wanted,) = [found for text in project["dependencies"] if (found := Requirement(text)).name == "pymeshlab"]
    assert wanted.marker is not None and wanted.specifier.contains("2023.12.post3")
    assert wanted.marker.evaluate({"sys_platform": system, "platform_machine": machine}) is installed


def test_the_product_runs_without_gpl_code(tmp_path: Path) -> None:
    """As if pymeshlab were not installed: meshes are converted, and only what needs it says so."""
    program = (
        "import importlib.abc, sys\n"
        "class Missing(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pymeshlab': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "import importlib.util\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: None if name == 'pymeshlab' else find(name, package)\n"
        "from varco3d.cli.main import main\n"
        "sys.exit(main())\n"
    )
    (tmp_path / "tetra.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert run("convert", "tetra.obj", "tetra.glb", "--faces", "3").returncode == 0
    assert run("inspect", "tetra.glb").returncode == 0
    for arguments in (("tetra.glb", "quads.obj", "--quads"), ("tetra.glb", "closed.glb", "--watertight")):
        answer = run("convert", *arguments)
        assert answer.returncode == 2 and "error[missing_dependency]" in answer.stderr, answer.stderr
        assert "pip install 'pymeshlab" in answer.stderr
