"""The licences of the weights the zoo knows, their territory clauses, and who accepted what on this machine.

These are summaries to decide by, not the texts: `url` names the text. Sources: the LICENSE files of the public
repositories, as recorded with the key manifests.
"""

import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ..._files import read_bounded, write_json
from ...errors import LicenceNotAcceptedError, OutputError, UsageError


@dataclass(frozen=True)
class Licence:
    """One licence. `excludes`: territories in which it grants nothing. `ask`: needs a yes before a download."""

    name: str
    title: str
    url: str
    excludes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    ask: bool = False

    @property
    def territory(self) -> str:
        """One phrase for tables: where it does not apply."""
        return f"not in {', '.join(self.excludes)}" if self.excludes else "everywhere"

    def notice(self) -> str:
        """Return the lines that a person must know before accepting."""
        lines = [self.title, f"  text: {self.url}"]
        if self.excludes:
            lines.append(f"  TERRITORY: grants no rights in {_and(self.excludes)}, neither to the weights nor to")
            lines.append("  what is made with them. Do not use them there.")
        lines += [f"  - {term}" for term in self.terms]
        return "\n".join(lines)


def _and(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


_TENCENT_TERRITORY = ("the European Union", "the United Kingdom", "South Korea")
_TENCENT_TERMS = (
    "more than 1 million monthly active users at the release date: a separate licence is needed",
    "outputs may not be used to improve other AI models",
    "the notice and the acceptable use policy must be passed on",
)

# Attachment A of the licence, shortened.
_RAIL_USES = (
    "not for: breaking the law; harming minors; false information meant to harm; personal data that can harm; "
    "defaming or harassing; decisions by machine about a person's legal rights; discrimination; exploiting the weak; "
    "medical advice; justice, law enforcement, immigration or asylum",
    "these use restrictions must be passed on, with the licence, to whoever gets the model or what is derived from it",
    "the licensor may restrict uses that break the licence; it claims no rights in what you generate",
)

_ALL = (
    Licence("mit", "MIT License", "https://opensource.org/license/mit"),
    Licence(
        "openrail++-m",
        "CreativeML Open RAIL++-M License (Stable Diffusion XL)",
        "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
        terms=_RAIL_USES,
        ask=True,
    ),
    Licence(
        "apache-2.0",
        "Apache License 2.0",
        "https://www.apache.org/licenses/LICENSE-2.0",
    ),
    Licence(
        "dinov3",
        "DINOv3 License (Meta)",
        "https://ai.meta.com/resources/models-and-libraries/dinov3-license/",
        terms=(
            "Meta reviews every request for access: ask on the page of the weights and wait for its answer",
            "the licence text must travel with copies of the weights",
            "these are its own terms, no open-source licence: read which uses it excludes",
        ),
        ask=True,
    ),
    Licence(
        "tencent-hunyuan3d-2.0",
        "Tencent Hunyuan 3D 2.0 Community License",
        "https://huggingface.co/tencent/Hunyuan3D-2/blob/main/LICENSE",
        excludes=_TENCENT_TERRITORY,
        terms=_TENCENT_TERMS,
        ask=True,
    ),
    Licence(
        "tencent-hunyuan3d-2.1",
        "Tencent Hunyuan 3D 2.1 Community License",
        "https://huggingface.co/tencent/Hunyuan3D-2.1/blob/main/LICENSE",
        excludes=_TENCENT_TERRITORY,
        terms=_TENCENT_TERMS,
        ask=True,
    ),
    Licence(
        "ultrashape",
        "UltraShape 1.0: Tencent Hunyuan 3D 2.1 Community License (by the LICENSE file of its repository)",
        "https://huggingface.co/infinith/UltraShape",
        excludes=_TENCENT_TERRITORY,
        terms=(*_TENCENT_TERMS, "its README says Apache-2.0, its LICENSE file does not: the stricter one is assumed"),
        ask=True,
    ),
    Licence(
        "triposg",
        "TripoSG: MIT (by its model card)",
        "https://huggingface.co/VAST-AI/TripoSG",
        excludes=("the European Union",),
        terms=(
            "the card says MIT; the reference code of the transformer carries the Tencent Hunyuan Community License, "
            "which excludes the European Union: whether that reaches the weights is not settled, so you are asked",
        ),
        ask=True,
    ),
)

LICENCES: dict[str, Licence] = {licence.name: licence for licence in _ALL}


class Acceptances:
    """The licences accepted on this machine: one JSON file, name -> when. Read at every question, never cached."""

    def __init__(self, path: Path):
        self.path = path

    def names(self) -> frozenset[str]:
        """Names accepted so far. A damaged file counts as nothing accepted: asking twice is the safe side."""
        try:
            read = json.loads(read_bounded(self.path).decode())
        except (OSError, ValueError, RecursionError):
            return frozenset()
        return frozenset(read) if isinstance(read, dict) else frozenset()

    def add(self, name: str) -> None:
        """Remembers a yes. Raises UsageError for an unknown licence, OutputError when it cannot be written."""
        if name not in LICENCES:
            raise UsageError(f"there is no licence {name!r}", f"Known: {', '.join(sorted(LICENCES))}.")
        try:
            read = json.loads(read_bounded(self.path).decode())
        except (OSError, ValueError, RecursionError):
            read = {}
        kept = read if isinstance(read, dict) else {}
        kept.setdefault(name, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self.path, kept, durable=True)
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror}", "Set VARCO3D_MODELS.") from error


def require(licence: Licence, accepted: Collection[str]) -> None:
    """Raise LicenceNotAcceptedError when `licence` needs a yes and `accepted` does not hold its name."""
    if licence.ask and licence.name not in accepted:
        where = f", which grants nothing in {_and(licence.excludes)}," if licence.excludes else ""
        raise LicenceNotAcceptedError(
            f"the licence {licence.title!r}{where} has not been accepted",
            f"Read {licence.url}, then pass `accept_licence` {licence.name}.",
        )
