"""docs/cli.md says what the code does."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
    import re

    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
