"""Runs the cases of one part in a process of its own: worker.py PART --out FILE.

Each case becomes a line of JSON. A case that fails is a line with its error. One that hangs ends the process, and the
caller starts the next one.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import json
import time
from pathlib import Path

from bench import Bench

PARTS = ("kernels", "networks", "chain")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--device", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--skip", type=int, default=0, help="cases that an earlier process has done")
    parser.add_argument("--case-seconds", type=float, default=60.0)
    parser.add_argument("--small", action="store_true")
    args = parser.parse_args()
    bench = Bench(args.device, args.small)
    listed = importlib.import_module(f"{args.part[:-1] if args.part.endswith('s') else args.part}_cases").cases(
        args.small
    )
    with args.out.open("a") as lines:
        for number, case in list(enumerate(listed))[args.skip :]:
            faulthandler.dump_traceback_later(args.case_seconds, exit=True)
            head = {"part": args.part, "number": number, "of": len(listed), "table": case.heading, "case": case.name}
            began = time.perf_counter()
            try:
                found = case.run(bench)
            except Exception as error:
                found = {"error": f"{type(error).__name__}: {error}"[:500]}
            faulthandler.cancel_dump_traceback_later()
            lines.write(json.dumps({**head, **found, "took_s": round(time.perf_counter() - began, 2)}) + "\n")
            lines.flush()


if __name__ == "__main__":
    main()
