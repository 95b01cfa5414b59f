"""Seeds that depend on content only, so that order, jobs, shards and resume change nothing.

item_seed = blake2b(run_seed, sha256 of the input); stage_seed = blake2b(item_seed, stage name).
"""

from __future__ import annotations

import hashlib

_BITS = 63  # fits a signed 64-bit integer, which torch, numpy and JSON readers all take


def _digest(*parts: str) -> int:
    joined = "\0".join(parts).encode()
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big") >> (64 - _BITS)


def item_seed(run_seed: int, input_sha256: str) -> int:
    """Seed of one item, 0 <= seed < 2**63. input_sha256: hex digest of the input file's bytes."""
    return _digest(str(run_seed), input_sha256)


def stage_seed(seed_of_item: int, stage: str) -> int:
    """Seed of one stage of one item, 0 <= seed < 2**63."""
    return _digest(str(seed_of_item), stage)
