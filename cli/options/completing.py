"""Words that the shell is offered for a flag, from what was typed so far."""

from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path


def model_names(typed: str) -> Iterable[str]:
    """Return the recipes that -m takes by name, and folders that hold one."""
    from ...pipeline.recipe import recipe_names

    return [*recipe_names(), *recipe_folders(typed)]


def recipe_folders(typed: str) -> Iterator[str]:
    """Yield folders with a recipe.toml, and recipe files, whose path begins with what was typed."""
    head, _, start = typed.rpartition("/")
    folder = Path(f"{head}/") if "/" in typed else Path()
    try:
        found = sorted(path for path in folder.iterdir() if path.name.startswith(start) and path.name[0] != ".")
    except OSError:
        return
    before = typed.removesuffix(start)
    for path in found:
        if (path.suffix == ".toml" and "/" in typed) or (path / "recipe.toml").is_file():
            yield f"{before}{path.name}"
        elif path.is_dir() and any(path.glob("*/recipe.toml")):
            yield f"{before}{path.name}/"


def painters(typed: str) -> Iterable[str]:
    """Return the names that --painter takes."""
    from ...pipeline.texturing.painters.choice import PLAIN
    from ...weights.painters import painter_names

    return ("auto", *PLAIN, *painter_names())


def stage_names(typed: str) -> Iterable[str]:
    """Return the names of the built-in stages; a recipe may have others."""
    from ...pipeline.stages.settings import ORDER

    return ORDER


def stage_values(typed: str) -> Iterator[str]:
    """Yield STAGE.KEY=VALUE with every choice of a setting, else with its default to be changed."""
    from ...pipeline.settings import describe_settings
    from ...pipeline.stages.settings import SETTINGS

    for stage, kind in SETTINGS.items():
        for row in describe_settings(kind):
            values = row["choices"] or (("on", "off") if row["type"] == "bool" else (_plain(row["default"]),))
            yield from (f"{stage}.{row['name']}={value}" for value in values)


def _plain(default: object) -> str:
    if isinstance(default, list):
        return ",".join(map(str, default))
    return "" if default is None else str(default)


def join_at_equals(environ: MutableMapping[str, str]) -> str:
    """Put the words together that bash split at `=`.

    Returns the part of the last one that bash will leave as it is. bash counts `=` as a word of its own, and replaces
    what stands behind it by an answer.
    """
    text, place = environ.get("COMP_WORDS", ""), int(environ.get("COMP_CWORD", "0"))
    words = text.split("\n" if "\n" in text else " ")
    joined: list[str] = []
    kept = ""
    for number, word in enumerate(words[: place + 1]):
        if number > 1 and "=" in (word, words[number - 1]):
            kept = joined[-1] + (word if word == "=" else "")
            joined[-1] += word
        else:
            kept = ""
            joined.append(word)
    environ["COMP_WORDS"], environ["COMP_CWORD"] = "\n".join(joined), str(len(joined) - 1)
    return kept.partition("=")[2] if kept.startswith("-") else kept


def behind(kept: str, answers: str) -> str:
    """Return bash's answers, one a line, without what stays on the command line anyway."""
    return "".join(f"{answer.removeprefix(kept)}\n" for answer in answers.splitlines())
