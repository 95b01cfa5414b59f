"""Docstrings of the product begin with a noun or an imperative verb, and their first sentence is short."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("varco3d", "cli", "pipeline", "weights", "kernels", "scripts")
QUESTION = re.compile(r"\s*(What|Where|Which|Of|When|How|Whether)\b")
LONGEST = 20  # words of a first sentence


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


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", " ".join(text.strip().split()), maxsplit=1)[0]


def words(sentence: str) -> int:
    """Words of a sentence; code in backticks is one, shapes in brackets, numbers and signs are none."""
    plain = re.sub(r"\[[^\]]*\]", " ", re.sub(r"`[^`]*`", "code", sentence))
    return len(re.findall(r"[A-Za-z][\w'/.-]*[\w']|\ba\b", plain))


@cache
def written(room: str) -> list[tuple[str, str]]:
    """(place, text) of each docstring of a room."""
    files = sorted((ROOT / room).glob("*.py") if room == "varco3d" else (ROOT / room).rglob("*.py"))
    return [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for path in files
        if "node_modules" not in path.parts
        for line, text in docstrings(ast.parse(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_no_docstring_begins_like_a_question(room: str) -> None:
    assert written(room)
    found = [f"{place}: {first_sentence(text)}" for place, text in written(room) if QUESTION.match(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room", ROOMS)
def test_no_docstring_begins_with_a_long_sentence(room: str) -> None:
    found = [
        f"{place}: {count} words: {first_sentence(text)}"
        for place, text in written(room)
        if (count := words(first_sentence(text))) > LONGEST
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        '"""What a module holds."""',
        'class A:\n    """How it goes."""',
        'def f():\n    """\n    Where it lies."""',
        'X = 1\n"""Which of them."""',
        'def f():\n    """Whether it is so."""',
    ],
)
def test_the_search_sees_every_kind_of_docstring(source: str) -> None:
    assert any(QUESTION.match(text) for _, text in docstrings(ast.parse(source)))


def test_a_word_that_only_begins_alike_is_no_question() -> None:
    assert not QUESTION.match("Offsets of the rows.")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Return rows [N, 3] of `faces.a b`, 2 * x.\n\nMore of it follows.", 4),
        ("One two\nthree four. Five.", 4),
        (" ".join(["word"] * 21) + ".", 21),
    ],
)
def test_words_of_a_first_sentence(text: str, count: int) -> None:
    assert words(first_sentence(text)) == count


@pytest.mark.parametrize("room", ROOMS)
def test_what_returns_nothing_does_not_say_return(room: str) -> None:
    files = sorted((ROOT / room).glob("*.py") if room == "varco3d" else (ROOT / room).rglob("*.py"))
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"
        for path in files
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and isinstance(node.returns, ast.Constant)
        and node.returns.value is None
        and (ast.get_docstring(node) or "").startswith("Return")
    ]
    assert not found, "\n".join(found)
