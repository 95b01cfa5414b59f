"""The command line in a process that may take only so much of a device's memory: capped.py GIB DEVICE ARGUMENTS..."""

import sys

import torch

from varco3d.cli.main import main


def cap(gib: float, device: str) -> None:
    """On the CPU there is nothing to cap."""
    if device.startswith("cuda"):
        total = torch.cuda.get_device_properties(device).total_memory / (1 << 30)
        torch.cuda.set_per_process_memory_fraction(max(1e-6, gib / total), device)


if __name__ == "__main__":
    cap(float(sys.argv[1]), sys.argv[2])
    sys.argv[1:3] = []
    sys.exit(main())
