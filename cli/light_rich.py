"""Typer's renderer of help, without the parts of rich that a help text never uses.

Typer imports rich.markdown and rich.traceback beside the tables: a quarter of the processor time of `VERB --help`.
"""

import contextlib
import importlib
import sys
from types import ModuleType
from typing import Any

UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}


class _Later(type):
    """A class of another module, imported when it is used."""

    module: str

    def real(cls) -> Any:
        """Return the class itself."""
        return getattr(importlib.import_module(cls.module), cls.__name__)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls.real()(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.real(), name)


def import_renderer() -> None:
    """Import typer.rich_utils. Stand-ins take the places of UNUSED meanwhile, and stay where Typer put them."""
    absent = [name for name in UNUSED if name not in sys.modules]
    for name in absent:
        sys.modules[name] = ModuleType(name)
        setattr(sys.modules[name], UNUSED[name], _Later(UNUSED[name], (), {"module": name}))
    try:
        with contextlib.suppress(ImportError):  # another version of Typer may want more of them: then it gets all
            importlib.import_module("typer.rich_utils")
    finally:
        for name in absent:
            del sys.modules[name]
