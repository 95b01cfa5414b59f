"""Messages of the library name settings in backticks, as in `decode.resolution`; a person types flags."""

import re
from collections.abc import Iterator
from functools import cache

_NAMED = re.compile(r"`([a-z_]+(?:\.[a-z_]+)?)`")


def spoken(text: str) -> str:
    """`text` with settings as one types them: `decode.resolution` is --octree-resolution, `timeout` is --timeout.

    A setting of a stage without its own flag becomes `--set stage.key`. Other words in backticks stay.
    """
    return _NAMED.sub(lambda found: _spoken(found[1]) or found[0], text) if "`" in text else text


def _spoken(name: str) -> str | None:
    """Return the flag of a setting, or --set; None for another word. A recipe's stage may be any implementation."""
    from ...pipeline.stages.settings import SETTINGS

    stage, dot, _ = name.partition(".")
    return _flags().get(name) or (f"--set {name}" if dot and stage in SETTINGS else None)


@cache
def _flags() -> dict[str, str]:
    return dict(_names())


def _names() -> Iterator[tuple[str, str]]:
    """(name of a setting, flag), weakest first."""
    from .globals import GlobalFlags
    from .panels import RunOptions

    yield "as", "--as NAME"  # of `models import`
    for name in ("accept_licence", "accept_changed", "revision"):  # of `models pull`
        yield name, "--" + name.replace("_", "-")
    for flag in (*RunOptions.flags(), *GlobalFlags.flags()):
        yield flag.field, flag.option
        yield from ((target, flag.option) for target in flag.sets)
