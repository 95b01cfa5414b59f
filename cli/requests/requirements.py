"""The little language of --require: `watertight,faces<=50000,components==1`."""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._text import did_you_mean
from ...errors import QualityGateError, UsageError

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_NO_NUMBERS = ("bbox",)
_PATTERN = re.compile(r"^(!?)([a-z_]+)\s*(?:(<=|>=|==|!=|<|>|=)\s*(\S+))?$")


@dataclass(frozen=True)
class Requirement:
    """One condition on a number or truth value of the mesh report."""

    text: str
    key: str
    test: Callable[[Any, Any], bool]
    bound: Any

    def met_by(self, report: Mapping[str, Any]) -> bool:
        """Return True when the report's value satisfies the condition; a value that is not known (None) never does."""
        value = report.get(self.key)
        if value is None:
            return False
        return self.test(value, self.bound)


def parse_requirements(texts: Iterable[str], known: Iterable[str]) -> tuple[Requirement, ...]:
    """Conditions from --require (each text may hold several, comma-separated).

    known: the keys of a mesh report. Raises UsageError on a wrong form, with a suggestion on an unknown key.
    """
    keys = list(known)
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    return tuple(_parse(part, keys) for part in parts)


@dataclass(frozen=True)
class Gate:
    """Called with each finished mesh's report; can be sent to worker processes. Raises QualityGateError."""

    texts: tuple[str, ...]

    def __call__(self, report: Mapping[str, Any]) -> None:
        missed = unmet(parse_requirements(self.texts, report), report)
        if missed:
            raise QualityGateError(f"the mesh does not meet {', '.join(missed)}", "The mesh was written.")


def _parse(text: str, keys: list[str]) -> Requirement:
    match = _PATTERN.match(text)
    if match is None:
        raise UsageError(f"--require: cannot read {text!r}", "Write e.g. watertight, !degenerate or faces<=50000.")
    negated, key, sign, raw = match.groups()
    if key not in keys:
        raise UsageError(
            f"--require: a mesh report has no {key!r}{did_you_mean(key, keys)}", f"Known: {', '.join(keys)}."
        )
    if key in _NO_NUMBERS:
        raise UsageError(f"--require: {key} is no number to compare", "Use volume, area, faces, ...")
    if sign is None:
        return Requirement(text, key, _is_falsy if negated else _is_truthy, None)
    return Requirement(text, key, _OPERATORS[sign], _bound(raw, text))


def unmet(requirements: Iterable[Requirement], report: Mapping[str, Any]) -> list[str]:
    """Return the conditions a mesh fails, each with what it has instead: `faces<=50000 (has 81230)`."""
    return [f"{r.text} (has {report.get(r.key)})" for r in requirements if not r.met_by(report)]


def _bound(raw: str, text: str) -> Any:
    if raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    try:
        bound = float(raw)
    except ValueError:
        bound = math.nan
    if math.isnan(bound):  # with which nothing can be compared
        raise UsageError(f"--require: {raw!r} in {text!r} is no number", "Write e.g. faces<=50000.")
    return bound


def _is_truthy(value: Any, _: Any) -> bool:
    return bool(value)


def _is_falsy(value: Any, _: Any) -> bool:
    return not value
