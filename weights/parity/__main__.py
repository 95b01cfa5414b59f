"""`python -m varco3d.weights.parity FOLDER`: compare our networks with recorded ones; `--manifests DIR`: claim keys."""

import argparse
import sys
import warnings
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when everything agrees, 1 when anything fails or is not understood, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m varco3d.weights.parity", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="a fixture, or a folder with fixtures somewhere below")
    parser.add_argument("--manifests", type=Path, metavar="DIR", help="folder of *.json.gz key manifests, index.json")
    parser.add_argument("-v", "--verbose", action="store_true", help="every quantity, not only the worst")
    chosen = parser.parse_args(arguments)
    if chosen.folder is None and chosen.manifests is None:
        parser.error("give a folder of fixtures, --manifests DIR, or both")
    for path in (chosen.folder, chosen.manifests):
        if path is not None and not path.is_dir():
            parser.error(f"{path} is no folder")
    warnings.filterwarnings("ignore", message=".*not writable.*")
    failed = 0
    if chosen.folder is not None:
        failed += compare_fixtures(chosen.folder, chosen.verbose)
    if chosen.manifests is not None:
        failed += compare_manifests(chosen.manifests)
    return 1 if failed else 0


def compare_fixtures(folder: Path, verbose: bool) -> int:
    """Print a line per fixture; returns how many failed (1 when there are none at all)."""
    from .run import run_all

    count = failed = 0
    for outcome in run_all(folder):
        count += 1
        failed += not outcome.ok
        print(outcome.line(), flush=True)
        if verbose:
            for check in outcome.checks:
                print(f"    {check.quantity:40s} {check.error:.3g} of {check.allowed:.2g}")
    print(f"{count} fixtures, {failed} failed" if count else f"no fixture below {folder}", flush=True)
    return failed if count else 1


def compare_manifests(folder: Path) -> int:
    """Print a line per manifest; returns how many are not claimed whole (1 when there are none at all)."""
    from .manifests import check_manifests

    count = failed = 0
    for outcome in check_manifests(folder):
        count += 1
        failed += not outcome.ok
        print(outcome.line(), flush=True)
    print(f"{count} manifests, {failed} failed" if count else f"no manifest in {folder}", flush=True)
    return failed if count else 1


if __name__ == "__main__":
    sys.exit(main())
