"""The error registry: every code that can be raised has an exit code, and every registered code is raised somewhere."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from varco3d.cli.exit_codes import EXIT_CODES, MEANINGS, exit_code, run_exit_code

ROOT = Path(__file__).parents[2]
SOURCES = [
    path for layer in ("varco3d", "cli", "pipeline", "weights", "kernels") for path in (ROOT / layer).rglob("*.py")
]


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES if "node_modules" not in path.parts}


def error_classes() -> dict[str, str]:
    """Class name -> code, of every class whose body sets `code = "..."` and whose name ends in Error."""
    found = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
                continue
            for line in node.body:
                if isinstance(line, ast.Assign) and [t.id for t in line.targets if isinstance(t, ast.Name)] == ["code"]:
                    assert isinstance(line.value, ast.Constant)
                    found[node.name] = line.value.value
    return found


def test_every_code_is_registered() -> None:
    missing = {name: code for name, code in error_classes().items() if code not in EXIT_CODES}
    assert not missing, "add these to EXIT_CODES in cli/exit_codes.py"


def test_every_registered_code_is_raised() -> None:
    classes = error_classes()
    used: set[str] = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                used.add(classes.get(name, ""))
    never = set(EXIT_CODES) - used - {"internal", "interrupted", "terminated"}  # these three have no class of their own
    assert not never, "registered, but nothing raises them"


def test_every_exit_code_has_a_meaning() -> None:
    assert set(EXIT_CODES.values()) <= set(MEANINGS)


@pytest.mark.parametrize(
    ("failures", "succeeded", "code"),
    [
        ([], 3, 0),
        (["bad_input"], 0, 1),
        (["bad_input", "no_subject"], 5, 1),
        (["model_missing", "model_missing"], 0, 3),
        (["out_of_memory"], 0, 4),
        (["out_of_memory"], 7, 1),
        (["out_of_memory", "bad_input"], 0, 1),
        (["quality_gate"], 7, 5),
        (["quality_gate", "timeout"], 7, 1),
        (["never heard of"], 0, 1),
    ],
)
def test_exit_code_of_a_run(failures: list[str], succeeded: int, code: int) -> None:
    assert run_exit_code(failures, succeeded) == code


def test_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    for name, number in EXIT_CODES.items():
        assert re.search(rf"`{name}` \| {number} ", text), f"docs/cli.md lacks {name}"
    assert exit_code("usage") == 2
