"""Imports run downward only (cli -> pipeline -> weights -> kernels), and light commands stay light."""

import ast
import importlib.util
import os
import resource
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("kernels", "weights", "pipeline", "cli")
SHARED = {
    "errors",
    "_files",
    "_memory",
    "_places",
    "_text",
    "_toml",
    "_version",
    "_plugins",
}  # modules of varco3d/ that every layer uses
FRONT = {path.stem for path in (ROOT / "varco3d").glob("*.py")} - SHARED
HEAVY = {
    "torch", "trimesh", "warp", "skimage", "onnxruntime", "scipy", "huggingface_hub", "ray", "pymeshlab", "pydantic",
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py") if "node_modules" not in path.parts)


def imported_layers(path: Path, among: Collection[str] = LAYERS) -> set[str]:
    """Top names of the package that a module imports, anywhere in the file, of those in `among`."""
    package = path.relative_to(ROOT).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - (node.level - 1)]
            names = [*base, *(node.module or "").split(".")] if node.module else [*base]
            tops = [names[0]] if names and names[0] else [alias.name for alias in node.names]
            found.update(tops)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            targets = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            for target in targets:
                parts = target.split(".")
                assert parts[0] not in LAYERS, f"{path}: {target} must be imported relatively"
                assert parts[0] != "varco3d", f"{path}: {target} must be imported relatively"
    return found & set(among)


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_run_downward_only(layer: str) -> None:
    allowed = set(LAYERS[: LAYERS.index(layer) + 1])
    for path in modules():
        if path.relative_to(ROOT).parts[0] == layer:
            above = imported_layers(path) - allowed
            assert not above, f"{path.relative_to(ROOT)} imports {above}, which lies above {layer}"


def test_layers_use_only_the_shared_modules_of_the_front_door() -> None:
    for path in modules():
        above = imported_layers(path, FRONT)
        assert not above, f"{path.relative_to(ROOT)} imports {above} of the front door"


def test_shared_modules_import_only_each_other() -> None:
    for path in (ROOT / "varco3d" / f"{name}.py" for name in SHARED):
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
        used = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level}
        assert used <= SHARED, f"{path.name} imports {used - SHARED}"


def test_the_check_sees_an_upward_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernels").mkdir()
    bad = tmp_path / "kernels" / "bad.py"
    bad.write_text("def f():\n    from ..pipeline.chain import Chain\n")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert imported_layers(bad) == {"pipeline"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["config", "show"], ["models", "list"], ["generate", "--help"], ["inspect", "-h"],
     ["report", "-h"], ["bench", "-h"], ["generate", "--nope"], ["completion", "bash"]],
    ids=" ".join,
)  # fmt: skip
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from varco3d.cli.main import main\n"
        f"code = main({arguments!r})\n"
        f"assert code == {2 if '--nope' in arguments else 0}, code\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        f"print('HEAVY', sorted(loaded & {HEAVY!r}), code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    last = done.stdout.splitlines()[-1]
    assert last.startswith("HEAVY []"), f"{last}\n{done.stderr}"


def test_the_help_of_the_program_reads_no_setting_of_a_stage() -> None:
    code = "import sys; from varco3d.cli.main import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = ast.literal_eval(done.stdout.splitlines()[-1])
    assert not {"varco3d.cli.options.panels", "varco3d.pipeline.stages.settings"} & set(loaded)


def test_help_in_panels_imports_no_markdown_and_no_traceback() -> None:
    code = (
        "import sys; from varco3d.cli.main import main; main(['generate', '--help']); names = sorted(sys.modules)\n"
        "from typer import rich_utils; made = rich_utils.Markdown('# title'); print(type(made).__module__)\n"
        "print(callable(rich_utils.Traceback.from_exception)); print(names)"
    )
    environ = {**os.environ, "FORCE_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environ
    )
    *_, markdown, callable_, loaded = done.stdout.splitlines()
    assert "rich.table" in loaded and not {"markdown_it", "rich.traceback"} & set(ast.literal_eval(loaded))
    assert (markdown, callable_) == ("rich.markdown", "True"), "whoever uses them later gets the real ones"


FIRST_LINE = """
import sys

class Watched:
    def __init__(self, stream):
        self.stream, self.loaded = stream, None
    def write(self, text):
        if text.strip() and self.loaded is None:
            self.loaded = {name.partition(".")[0] for name in sys.modules}
        return self.stream.write(text)
    def __getattr__(self, name):
        return getattr(self.stream, name)

sys.stderr = Watched(sys.stderr)
from varco3d.cli.main import main
main(sys.argv[1:])
print(sorted(sys.stderr.loaded))
"""


@pytest.mark.parametrize(
    "arguments",
    [["generate", "no.png"], ["refine", "no.obj", "no.png"], ["texture", "no.obj", "no.png"], ["plan", "no.png"],
     ["convert", "no.obj", "no.glb"], ["inspect", "no.obj"], ["report", "."]],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_the_first_line_of_a_run_waits_for_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_LINE, *arguments], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    loaded = set(ast.literal_eval(done.stdout.splitlines()[-1]))
    assert "varco3d" in loaded and not loaded & {*HEAVY, "numpy", "PIL"}, f"{loaded & HEAVY}\n{done.stderr}"


def test_a_request_is_made_without_what_only_the_work_needs() -> None:
    code = "import sys, varco3d.cli.requests.request, varco3d.cli.requests.mesh_request; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {name.partition(".")[0] for name in ast.literal_eval(done.stdout)} & HEAVY


@pytest.mark.parametrize("arguments", [[], ["generate"], ["models"]], ids=str)
def test_help_answers_at_once(arguments: list[str]) -> None:
    """Processor time of the best of five calls: other processes may hold the cores, so the clock says little."""
    command = [sys.executable, "-m", "varco3d.cli", *arguments, "--help"]
    environ = {**os.environ, "FORCE_COLOR": "1"}  # with panels, as on a terminal
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True, env=environ)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.35


def programs() -> list[Path]:
    """Python files of scripts/ and examples/, those without an ending included."""
    files = (
        path for folder in ("scripts", "examples") for path in sorted((ROOT / folder).rglob("*")) if path.is_file()
    )
    return [path for path in files if path.suffix == ".py" or path.read_bytes().startswith(b"#!/usr/bin/env python3")]


def is_submodule(package: ModuleType, name: str) -> bool:
    return hasattr(package, "__path__") and importlib.util.find_spec(f"{package.__name__}.{name}") is not None


@pytest.mark.parametrize("path", programs(), ids=lambda path: path.name)
def test_what_scripts_and_examples_import_from_the_package_is_there(path: Path) -> None:
    """No type checker reads them, and some run once in months."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "varco3d":
            module = importlib.import_module(node.module or "")
            for name in node.names:
                there = hasattr(module, name.name) or is_submodule(module, name.name)
                assert there, f"{path.name} imports {name.name} from {node.module}"
