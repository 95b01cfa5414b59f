"""The global flags, which every verb takes, before its name and after."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .flag import GIVEN, Panel, flag


@dataclass(frozen=True)
class GlobalFlags(Panel):
    """Global flags: output format, verbosity, colours, prompts and access to the network."""

    title: ClassVar[str] = "Global"

    json: bool = flag(False, "Results as JSON on stdout (events, one a line, for runs).")
    quiet: bool = flag(False, "Errors only.", short="-q")
    verbose: bool = flag(False, "Details, and tracebacks of errors.", short="-v")
    no_color: bool = flag(False, "No colours; NO_COLOR does the same.")
    no_input: bool = flag(False, "Never ask.")
    dry_run: bool = flag(False, "Print what would be done, and stop.", short="-n")
    offline: bool = flag(False, "Never touch the network.")
    log_file: Path | None = flag(None, "Append everything to this file.", metavar="FILE", stored=True)
    config: Path | None = flag(None, "Use this config file only.", metavar="FILE", stored=True)

    def over(self, earlier: "GlobalFlags") -> "GlobalFlags":
        """Return these flags, and those of `earlier` that are not given here."""
        # A variable is read before the verb and after it; a flag on either side is stronger.
        given = [name for name, origin in self.origins.items() if origin == GIVEN or name not in earlier.origins]
        values = {name: getattr(self, name) for name in given}
        origins = {**earlier.origins, **{name: self.origins[name] for name in given}}
        return dataclasses.replace(earlier, **values, origins=origins)
