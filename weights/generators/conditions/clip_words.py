"""CLIP's byte-pair tokenizer: a prompt becomes token ids, from the vocab.json and merges.txt of the model's hub."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ....errors import ModelMissingError

START, END = "<|startoftext|>", "<|endoftext|>"
# Contractions, runs of letters, single digits, runs of anything else.
PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+", re.IGNORECASE)


def byte_letters() -> dict[int, str]:
    """Return a printable letter for each byte: itself where it prints, else one from 256 on."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    letters = {byte: chr(byte) for byte in plain}
    hidden = [byte for byte in range(256) if byte not in letters]
    return letters | {byte: chr(256 + place) for place, byte in enumerate(hidden)}


@dataclass(frozen=True)
class ClipWords:
    """vocabulary: piece -> id; ranks: pair of pieces -> how early they are joined."""

    vocabulary: Mapping[str, int]
    ranks: Mapping[tuple[str, str], int]

    @classmethod
    def load(cls, folder: Path) -> "ClipWords":
        """Raise ModelMissingError when the two files are not in `folder`."""
        try:
            vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
            lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise ModelMissingError(
                f"no tokenizer in {folder}: {error}", "It needs vocab.json and merges.txt."
            ) from error
        pairs = [tuple(line.split()) for line in lines if line and not line.startswith("#version")]
        return cls(vocabulary, {(pair[0], pair[1]): rank for rank, pair in enumerate(pairs) if len(pair) == 2})

    def ids(self, prompt: str, length: int) -> list[int]:
        """Exactly `length` ids: start, the prompt's pieces (cut to fit), end, and the end again as padding."""
        unknown = self.vocabulary[END]
        text = " ".join(html.unescape(prompt).split()).lower()
        words = [self.vocabulary.get(piece, unknown) for word in PIECES.findall(text) for piece in self.pieces(word)]
        row = [self.vocabulary[START], *words[: length - 2], self.vocabulary[END]]
        return row + [self.vocabulary[END]] * (length - len(row))

    def pieces(self, word: str) -> Iterator[str]:
        """Return the word's letters, joined pair by pair, the earliest-learned pair first."""
        letters = byte_letters()
        parts = [letters[byte] for byte in word.encode("utf-8")]
        parts[-1] += "</w>"
        while len(parts) > 1:
            known = [pair for pair in pairwise(parts) if pair in self.ranks]
            if not known:
                break
            first, second = min(known, key=lambda pair: self.ranks[pair])
            joined: list[str] = []
            for part in parts:
                if joined and joined[-1] == first and part == second:
                    joined[-1] = first + second
                else:
                    joined.append(part)
            parts = joined
        return iter(parts)
