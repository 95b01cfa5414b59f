"""Writes the tables of docs/cli.md from the code: verbs, flags, settings of the stages, exit and error codes.

python scripts/reference.py          # update docs/cli.md
python scripts/reference.py --check  # exit 1 when it is out of date
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from varco3d.cli.app import VERBS
from varco3d.cli.exit_codes import EXIT_CODES, MEANINGS
from varco3d.cli.options.flag import Flag
from varco3d.cli.options.panels import RunOptions
from varco3d.pipeline.settings import describe_settings
from varco3d.pipeline.stage import ORDER, load_stage

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"

# What each error code says, for people who look it up.
CODES = {
    "bad_input": "a file cannot be read, is of the wrong kind, or is damaged",
    "no_subject": "the picture shows no foreground object",
    "input_changed": "a picture was written to while the run was at it",
    "bad_mesh": "a mesh is empty, not finite, or names missing vertices",
    "empty_field": "the decoded field has no surface",
    "output": "a result cannot be written: disk full, read-only",
    "timeout": "an item took longer than `--timeout`",
    "worker_died": "a worker process ended in the middle of an item",
    "internal": "a bug; run again with `-v` and report it",
    "usage": "a flag, setting, recipe or config value that does not exist or is out of range",
    "missing_dependency": "an optional package is needed; the hint holds the pip line",
    "model_missing": "weights that the recipe needs are not on this machine",
    "licence_not_accepted": "the licence of these weights has not been accepted",
    "bad_checkpoint": "a checkpoint is damaged, or its hash or its keys do not fit",
    "device_unavailable": "the device does not exist here",
    "out_of_memory": "a stage needs more memory than there is, also with reduced settings",
    "quality_gate": "a mesh does not meet `--require`",
    "nothing_matched": "the inputs name no picture",
    "interrupted": "Ctrl-C",
    "terminated": "SIGTERM",
}


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table; `|` in cells is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def verbs() -> str:
    return table(("verb", "what it does"), [(f"`{name}`", text) for name, text in VERBS.items()])


def flags() -> str:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for panel in RunOptions().panels():
        rows.setdefault(panel.title or type(panel).__name__, []).extend(flag_row(flag) for flag in panel.flags())
    head = ("flag", "default", "allowed", "meaning", "sets")
    return "\n\n".join(f"**{title}**\n\n{table(head, found)}" for title, found in rows.items())


def flag_row(flag: Flag) -> tuple[str, ...]:
    names = f"`{flag.short}`, `{flag.option}`" if flag.short else f"`{flag.option}`"
    default = f"`{flag.default_text()}`" if flag.default_text() else ""
    return names, default, allowed(flag), flag.help, ", ".join(f"`{target}`" for target in flag.sets)


def allowed(flag: Flag) -> str:
    """Choices or range."""
    bounds = [*_bound(flag.minimum, "from"), *_bound(flag.maximum, "to")]
    return ", ".join(f"`{choice}`" for choice in flag.choices) or " ".join(bounds)


def settings() -> str:
    parts = []
    for name in ORDER:
        rows = []
        for row in describe_settings(load_stage(name).Settings):
            bounds = [text for key, text in (("min", "from"), ("max", "to")) for text in _bound(row.get(key), text)]
            allowed = ", ".join(f"`{c}`" for c in row["choices"]) if row.get("choices") else " ".join(bounds)
            rows.append((f"`{name}.{row['name']}`", f"`{row['default']}`", allowed, str(row.get("help", ""))))
        parts.append(table(("setting", "default", "allowed", "meaning"), rows))
    return "\n\n".join(parts)


def _bound(value: float | None, word: str) -> list[str]:
    return [] if value is None else [f"{word} {value:g}"]


def exit_codes() -> str:
    return table(("exit code", "meaning"), [(str(code), text) for code, text in MEANINGS.items()])


def error_codes() -> str:
    rows = [(f"`{name}`", str(number), CODES[name]) for name, number in EXIT_CODES.items()]
    return table(("error code", "exit code", "meaning"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "verbs": verbs,
    "flags": flags,
    "settings": settings,
    "exit codes": exit_codes,
    "error codes": error_codes,
}


def render(text: str) -> str:
    """Return the page with each `<!-- name -->` ...

    `<!-- end -->` block filled anew. Raises KeyError for an unknown block.
    """

    def fill(match: re.Match[str]) -> str:
        return f"<!-- {match[1]} -->\n\n{TABLES[match[1]]()}\n\n<!-- end -->"

    return re.sub(r"<!-- ([a-z ]+) -->\n.*?<!-- end -->", fill, text, flags=re.S)


def main() -> int:
    old = PAGE.read_text(encoding="utf-8")
    new = render(old)
    if "--check" in sys.argv:
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
