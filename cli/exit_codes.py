"""From an error's code to the exit code of the process: the one table, and the rule for a run of many items."""

from collections.abc import Iterable

OK = 0
ITEM_FAILED = 1
USAGE = 2
MODEL = 3
DEVICE = 4
QUALITY = 5
NOTHING = 6
INTERRUPTED = 130
TERMINATED = 143

# Every `code` of the exception tree (kernels/errors.py and below) has a line here; a test compares the two sets.
EXIT_CODES: dict[str, int] = {
    "bad_input": ITEM_FAILED,
    "no_subject": ITEM_FAILED,
    "bad_mesh": ITEM_FAILED,
    "empty_field": ITEM_FAILED,
    "output": ITEM_FAILED,
    "timeout": ITEM_FAILED,
    "worker_died": ITEM_FAILED,
    "internal": ITEM_FAILED,
    "usage": USAGE,
    "missing_dependency": USAGE,
    "model_missing": MODEL,
    "licence_not_accepted": MODEL,
    "bad_checkpoint": MODEL,
    "device_unavailable": DEVICE,
    "out_of_memory": DEVICE,
    "quality_gate": QUALITY,
    "nothing_matched": NOTHING,
    "interrupted": INTERRUPTED,
    "terminated": TERMINATED,
}

# What each exit code means, for `--help`, the documentation and the tests that compare both.
MEANINGS: dict[int, str] = {
    OK: "everything done (skipped items count as done)",
    ITEM_FAILED: "at least one item failed",
    USAGE: "a flag, setting or config value is wrong, or an optional package is missing",
    MODEL: "a model is missing, its licence is not accepted, or its hash does not fit",
    DEVICE: "the device or its memory cannot satisfy the plan",
    QUALITY: "a requirement given with --require is not met",
    NOTHING: "the inputs matched nothing",
    INTERRUPTED: "stopped by Ctrl-C (SIGINT)",
    TERMINATED: "stopped by SIGTERM",
}

# Causes that lie in the machine and not in one picture: when all failures share one of them, it names the exit code.
_SHARED = (MODEL, DEVICE, QUALITY, USAGE)


def exit_code(code: str) -> int:
    """The exit code of a command that ends with the error `code`; unknown codes count as internal errors."""
    return EXIT_CODES.get(code, ITEM_FAILED)


def run_exit_code(failures: Iterable[str]) -> int:
    """The exit code of a run whose failed items have these error codes (empty: 0).

    One bad picture among many is 1. When every failure has the same cause in the machine (a model missing, memory),
    the run as a whole could not work and answers with that cause.
    """
    found = {exit_code(code) for code in failures}
    if not found:
        return OK
    if len(found) == 1:
        only = found.pop()
        return only if only in _SHARED else ITEM_FAILED
    return ITEM_FAILED
