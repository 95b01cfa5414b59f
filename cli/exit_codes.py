"""The table from error codes to exit codes of the process, and the rule for a run of many items."""

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

# Every `code` of the exception tree (varco3d/errors.py and below) has a line here; a test compares the two sets.
EXIT_CODES: dict[str, int] = {
    "bad_input": ITEM_FAILED,
    "input_changed": ITEM_FAILED,
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
    USAGE: "a flag, setting or config value is wrong, or a package is missing",
    MODEL: "a model is missing, its licence not accepted, or its hash does not fit",
    DEVICE: "the device or its memory cannot satisfy the plan",
    QUALITY: "a requirement given with --require is not met",
    NOTHING: "the inputs matched nothing",
    INTERRUPTED: "stopped by Ctrl-C (SIGINT)",
    TERMINATED: "stopped by SIGTERM",
}


def exit_code(code: str) -> int:
    """Return the exit code of a command that ends with the error `code`; unknown codes count as internal errors."""
    return EXIT_CODES.get(code, ITEM_FAILED)


def run_exit_code(failures: Iterable[str], succeeded: int = 0) -> int:
    """Return the exit code of a run whose failed items have these error codes (none.

    0) and in which `succeeded` items worked.

    One bad picture among many is 1. When nothing worked and every failure has the same cause in the machine (a model
    missing, memory), the run answers with that cause. Meshes that only fail --require answer with 5.
    """
    found = {exit_code(code) for code in failures}
    if not found:
        return OK
    if found == {QUALITY} or (len(found) == 1 and not succeeded and found < {MODEL, DEVICE, USAGE}):
        return found.pop()
    return ITEM_FAILED
