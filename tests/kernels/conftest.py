"""Kernels called where the tests run (see tests/conftest.py)."""

import numpy as np
import pytest


@pytest.fixture
def run(device):
    """Calls a kernel with its numpy arguments on the device under test, and brings the results back as numpy."""
    if device == "cpu":
        return lambda kernel, *arguments, **keywords: kernel(*arguments, **keywords)
    import torch

    from varco3d.kernels.fields.field import Field
    from varco3d.kernels.parallel import has_cuda

    if not has_cuda(device):
        pytest.skip(f"Warp sees no {device}")

    def there(value):
        if isinstance(value, Field):
            return value.on_device(device)
        return torch.from_numpy(np.ascontiguousarray(value)).to(device) if isinstance(value, np.ndarray) else value

    def back(value):
        if isinstance(value, tuple):
            return tuple(back(part) for part in value)
        return value.cpu().numpy() if isinstance(value, torch.Tensor) else value

    return lambda kernel, *arguments, **keywords: back(kernel(*map(there, arguments), **keywords))
