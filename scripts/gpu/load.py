"""Loads every n-th kernel module on a device and says of each whether the cache held it: load.py --part 0 --of 8."""

from __future__ import annotations

import argparse

from varco3d.kernels.ahead import kernel_modules, load_ahead


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", required=True)
    parser.add_argument("--part", type=int, required=True)
    parser.add_argument("--of", type=int, required=True)
    args = parser.parse_args()
    for name in kernel_modules()[args.part :: args.of]:
        there = load_ahead(name, args.device)
        print("cached" if there else "compiled", flush=True)


if __name__ == "__main__":
    main()
