"""`pytest tests/kernels tests/parity --device cuda`: the same tests, with tensors on that device, and a table.

`--device cpu` prints the table too, for comparison. Tests that run nothing on a device are left out.
"""

import platform
from collections import defaultdict

import pytest


def pytest_addoption(parser):
    parser.addoption("--device", help="where kernels and networks run: cpu, cuda or cuda:i; prints a table")


def pytest_collection_modifyitems(config, items):
    """With --device, only what runs where it says: the rest would tell of the CPU what is known."""
    if not config.getoption("--device"):
        return
    chosen = [item for item in items if "device" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture
def device(request):
    """Name of the device under test, "cpu" or "cuda:i". Products of matrices keep to float32: no TF32."""
    name = request.config.getoption("--device") or "cpu"
    if name == "cpu":
        return name
    import torch

    if not torch.cuda.is_available():
        pytest.skip(f"torch sees no {name}")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return "cuda:0" if name == "cuda" else name


@pytest.fixture
def named_device(request, device):
    """The device that was named, to be compared with the CPU; skips where none was."""
    if not request.config.getoption("--device"):
        pytest.skip("compares a device with the CPU: name one with --device")
    return device


def pytest_terminal_summary(terminalreporter, config):
    """Where a device was named: one table to paste into an issue."""
    if not config.getoption("--device"):
        return
    import torch
    import warp as wp

    rows = defaultdict(lambda: [0, 0, 0, 0.0])
    for column, outcome in enumerate(("passed", "failed", "skipped")):
        for report in terminalreporter.stats.get(outcome, []):
            row = rows[report.nodeid.split("::")[0]]
            row[column] += 1
            row[3] += getattr(report, "duration", 0.0)
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    terminalreporter.write_line(f"\n{name}, torch {torch.__version__}, warp {wp.__version__}, {platform.platform()}\n")
    terminalreporter.write_line("| file | passed | failed | skipped | seconds |\n|---|---|---|---|---|")
    for path, (passed, failed, skipped, seconds) in sorted(rows.items()):
        terminalreporter.write_line(f"| {path} | {passed} | {failed} | {skipped} | {seconds:.1f} |")
