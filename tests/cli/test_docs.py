"""The pages say what the code does: reference tables, links, commands and quoted messages."""

import ast
import re
import runpy
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from varco3d.cli.app import build_app
from varco3d.cli.exit_codes import EXIT_CODES
from varco3d.cli.options.spoken import spoken
from varco3d.cli.session import Session

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "weights/tiny/README.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))


def test_reference_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "reference.py"))
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, table in script["TABLES"].items():
        block = text.partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0].strip()
        assert block == table(), f"table {name!r} is out of date; run: python scripts/reference.py"


def test_every_error_code_is_explained() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "reference.py"))
    assert set(script["CODES"]) == set(script["EXIT_CODES"])


def test_links_of_the_pages_exist() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


# commands ------------------------------------------------------------------------------------------------------------


def commands(page: Path) -> list[list[str]]:
    """Arguments of each `varco3d ...` in the blocks of a page, without what the shell takes and what explains it."""
    found = []
    for block in re.findall(r"^ *```(?:sh|bash|console)?\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.S | re.M):
        for line in block.replace("\\\n", " ").splitlines():
            start = re.search(r"(?:^|[|;&(] ?|\$ )varco3d (.*)", line.strip())
            if start is not None:
                text = re.split(r"\s#|\s{3,}\w|\s[|>&;]|>>|\)\"", start[1])[0]
                found.append(shlex.split(text))
    return found


def parse(command, arguments: list[str], name: str = "varco3d", parent=None) -> None:
    """Parse without a call. Raises typer's usage errors and UsageError."""
    with command.make_context(name, list(arguments), parent=parent, obj=Session()) as context:
        if isinstance(command, TyperGroup):
            verb, below, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            assert verb is not None and below is not None
            parse(below, rest, verb, context)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_pages_parse(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in commands(page):
        try:
            parse(build_app(), arguments)
        except typer.BadParameter as error:  # files of the examples are not here
            assert "does not exist" in error.format_message(), f"{page.name}: varco3d {shlex.join(arguments)}: {error}"


def test_commands_are_found_and_wrong_ones_refused() -> None:
    assert sum(len(commands(page)) for page in PAGES) > 40
    assert ["generate", "chair.png", "-o", "-"] in commands(ROOT / "docs" / "cli.md")
    with pytest.raises(typer.TyperException):
        parse(build_app(), ["generate", "chair.png", "--no-such-flag"])
    with pytest.raises(typer.TyperException):
        parse(build_app(), ["generate", "chair.png", "--seed", "many"])


# messages ------------------------------------------------------------------------------------------------------------


@cache
def sentences() -> tuple[re.Pattern[str], ...]:
    """Every text of the product, as the command line says it; what is filled in may be anything."""
    rooms = [ROOT / room for room in ("cli", "pipeline", "weights", "kernels")]
    paths = [path for room in rooms for path in room.rglob("*.py")] + list((ROOT / "varco3d").glob("*.py"))
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(spoken(node.value).rstrip(".")))
            elif isinstance(node, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
                found.add(re.escape(spoken(text).rstrip(".")).replace("\0", ".+?").replace(r"\.+?", ".+?"))
    return tuple(re.compile(text) for text in sorted(found) if len(re.sub(r"\.\+\?|\W", "", text)) >= 8)


def is_said(text: str) -> bool:
    """Whether a message, perhaps after an item's name, and its hints are texts of the product."""
    return any(_follow(start) for start in (text.rstrip("."), text.rstrip(".").partition(": ")[2]) if start)


def _follow(text: str) -> bool:
    """Whether the text is one sentence of the product, or several with a full stop between them."""
    if any(sentence.fullmatch(text) for sentence in sentences()):
        return True
    cuts = [end for end in re.finditer(r"\. ", text) if _follow(text[end.end() :])]
    return any(sentence.fullmatch(text[: end.start()]) for end in cuts for sentence in sentences())


def quoted(page: Path) -> list[tuple[str, str]]:
    """(code, message) of each `error[code]: message` and `warning: message` of a page; a code may stand alone."""
    found: list[tuple[str, str]] = []
    for line in page.read_text(encoding="utf-8").splitlines():
        parts = [line] if re.match(r"error\[|warning: ", line) else re.findall(r"`([^`]+)`", line)
        for part in parts:
            match = re.fullmatch(r"(?:error\[(\w+)\]|warning)(?:: (.*))?", part)
            if match:
                found.append((match[1] or "", match[2] or ""))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_quoted_messages_are_said(page: Path) -> None:
    for code, message in quoted(page):
        assert not code or code in EXIT_CODES, f"{page.name}: error[{code}]"
        assert not message or is_said(message), f"{page.name}: no part of the program says: {message}"


def test_the_search_for_messages_knows_what_is_said() -> None:
    assert is_said("chair.png does not exist. Check the path of the picture.")
    assert not is_said("chair.png is a chair. Sit on it.") and not is_said("chair.png does not exist. Sit on it.")
    assert sum(len(quoted(page)) for page in PAGES) >= 4
