"""scripts/mutants on a package of two functions, one of which is tested."""

import ast
import runpy
from pathlib import Path

import pytest

MUTANTS = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "mutants"))
TESTED = """def difference(a, b):
    return a - b
"""
UNTESTED = """def grown(values):
    values.append(3)
    return values
"""
TESTS = """from toy.tested import difference
from toy.grown import grown


def test_difference():
    assert difference(5, 3) == 2
    grown([])
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    for name, text in (("toy/__init__.py", ""), ("toy/tested.py", TESTED), ("toy/grown.py", UNTESTED)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_toy.py").write_text(TESTS)
    return tmp_path


def test_what_no_test_sees_is_printed_and_the_rest_is_caught(toy, capsys) -> None:
    words = ["--root", str(toy), "--package", "toy", "--loaded", "", "--count", "9", "--least", "0.9"]
    assert MUTANTS["main"](words) == 1
    said = capsys.readouterr().out
    assert "survived  toy/grown.py:2 call left out: values.append(3) -> None" in said
    assert "survived  toy/grown.py:2 constant: 3 -> (4)" in said
    assert "toy/tested.py" not in said and "1 of 3 caught (33%), 0 not tried" in said
    assert (toy / "toy/tested.py").read_text() == TESTED, "faults are planted in a copy"


def test_tests_that_fail_anyway_and_time_that_is_up_count_for_nothing(toy, capsys) -> None:
    (toy / "tests" / "test_toy.py").write_text(TESTS.replace("== 2", "== 7"))
    words = ["--root", str(toy), "--package", "toy", "--loaded", ""]
    assert MUTANTS["main"](words) == 1 and "0 of 0 caught" in capsys.readouterr().out
    assert MUTANTS["main"]([*words, "--minutes", "0"]) == 1 and "3 not tried" in capsys.readouterr().out


def test_every_fault_is_code_that_differs(toy) -> None:
    text = '''def all_kinds(a: int, b=1) -> float:
    """Ten of 10."""
    if a < b and not (a is b) and len(a) < 3:
        close(b, a)
    return a * 2.0 if f"{a + 1}" else True
'''
    faults = MUTANTS["faults_of"](text.encode(), "x.py")
    kinds = {"boundary", "comparison", "condition", "call left out", "arguments exchanged", "operator", "constant"}
    assert {fault.kind for fault in faults} == kinds
    for fault in faults:
        planted = fault.planted(text.encode()).decode()
        assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(text)) and "Ten of 10" in planted
        assert 'f"{a + 1}"' in planted


def test_the_nearest_tests_are_the_mirror_and_those_that_import() -> None:
    root, nearest = MUTANTS["ROOT"], MUTANTS["nearest_tests"]
    assert nearest(root, "varco3d/pipeline/stages/prepare.py", 1) == ["tests/pipeline/stages/test_prepare.py"]
    assert "tests/pipeline/stages/test_stages.py" in nearest(root, "varco3d/pipeline/stages/clean.py", 4)
    home = nearest(root, "varco3d/weights/training/procedural/families/home/kitchen.py", 2)
    assert "tests/weights/training/test_recorded_objects.py" in home, "it imports the package"
    raster = nearest(root, "varco3d/kernels/views/raster_kernels.py", 1)
    assert raster == ["tests/kernels/views/test_render_maps.py"], "render_maps imports it"


def test_a_file_that_no_test_imports_has_those_of_the_folders_above() -> None:
    near = MUTANTS["nearest_tests"](MUTANTS["ROOT"], "varco3d/pipeline/meshes/readers/obj.py", 4)
    assert len(near) == 4 and all(path.startswith("tests/pipeline/meshes/") for path in near)
