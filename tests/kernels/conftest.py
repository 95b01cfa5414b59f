"""`pytest tests/kernels --device cuda`: the same tests, with tensors on that device, and a table at the end.

`--device cpu` prints the table too, for comparison.
"""

import platform
from collections import defaultdict

import numpy as np
import pytest


def pytest_addoption(parser):
    parser.addoption("--device", help="where kernels run: cpu, cuda or cuda:i; prints a table")


@pytest.fixture
def device(request):
    """Name of the device under test, "cpu" or "cuda:i"."""
    name = request.config.getoption("--device", default=None) or "cpu"
    return "cuda:0" if name == "cuda" else name


@pytest.fixture
def run(device):
    """Calls a kernel with its numpy arguments on the device under test, and brings the results back as numpy."""
    if device == "cpu":
        return lambda kernel, *arguments, **keywords: kernel(*arguments, **keywords)
    import torch

    from varco3d.kernels.parallel import has_cuda

    if not has_cuda(device):
        pytest.skip(f"Warp sees no {device}")

    def there(value):
        return torch.from_numpy(np.ascontiguousarray(value)).to(device) if isinstance(value, np.ndarray) else value

    def back(value):
        if isinstance(value, tuple):
            return tuple(back(part) for part in value)
        return value.cpu().numpy() if isinstance(value, torch.Tensor) else value

    return lambda kernel, *arguments, **keywords: back(kernel(*map(there, arguments), **keywords))


def pytest_terminal_summary(terminalreporter, config):
    """Where a device was named: one table to paste into an issue."""
    if not config.getoption("--device", default=None):
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
