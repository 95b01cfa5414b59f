"""CONTRIBUTING.md: its example of a kernel runs, and the check of commit messages finds what it is for."""

import importlib.util
import re
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_kernel_of_the_guide_equals_its_twin(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    source = tmp_path / "guide_kernel.py"  # Warp reads the source of its kernels from a file
    source.write_text("\n\n".join(re.findall(r"```python\n(.*?)```", text, re.S)), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("guide_kernel", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guide_kernel"] = module
    spec.loader.exec_module(module)
    module.test_vertex_valence_equals_its_twin()


def test_every_path_that_the_guides_name_exists() -> None:
    for page in ("CONTRIBUTING.md", "docs/architecture.md", "docs/extending.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:cli|pipeline|weights|kernels|tests|varco3d|scripts|examples)/[\w/.-]+)`", text):
            assert "NAME" in path or "FAMILY" in path or (ROOT / path).exists(), f"{page} names {path}"


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("Add a stage that evens surfaces out\n\nReasons.", None),
        ("x", "says nothing"),
        ("Add " + "a" * 80, "characters"),
        ("Add a stage.", "full stop"),
        ("add a stage", "small letter"),
        ("Added a stage", "imperative"),
        ("Add a stage\nwith a body", "empty line"),
    ],
)
def test_commit_messages_are_checked(message: str, fault: str | None) -> None:
    path = str(ROOT / "scripts" / "check_commits")
    loader = SourceFileLoader("check_commits", path)
    spec = importlib.util.spec_from_loader("check_commits", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    found = module.faults(message)
    assert (not found) if fault is None else any(fault in text for text in found)
