"""Docstrings of the product begin with a noun or an imperative verb."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUESTION = re.compile(r"\s*(What|Where|Which|Of|When|How)\b")


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and text of each docstring; a string below an assignment counts, as it documents a name."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)  # an expression in a lambda, statements elsewhere
        for statement in body if isinstance(body, list) else []:
            if (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
            ):
                yield statement.lineno, statement.value.value


@pytest.mark.parametrize("room", ["varco3d", "cli", "pipeline", "weights", "kernels", "scripts"])
def test_no_docstring_begins_like_a_question(room: str) -> None:
    files = sorted((ROOT / room).glob("*.py") if room == "varco3d" else (ROOT / room).rglob("*.py"))
    assert files
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text.strip().splitlines()[0]}"
        for path in files
        if "node_modules" not in path.parts
        for line, text in docstrings(ast.parse(path.read_text(encoding="utf-8")))
        if QUESTION.match(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        '"""What a module holds."""',
        'class A:\n    """How it goes."""',
        'def f():\n    """\n    Where it lies."""',
        'X = 1\n"""Which of them."""',
    ],
)
def test_the_search_sees_every_kind_of_docstring(source: str) -> None:
    assert any(QUESTION.match(text) for _, text in docstrings(ast.parse(source)))


def test_a_word_that_only_begins_alike_is_no_question() -> None:
    assert not QUESTION.match("Offsets of the rows.")
