"""Writes finished runs as the shipped weights.

python -m varco3d.weights.training.export --vae RUNS/vae --coarse RUNS/coarse --refine RUNS/fine --rays RUNS/rays-run
python -m varco3d.weights.training.export --run OUT            # of training.run
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..generators.tiny import FOLDER, save_tiny
from ..networks.anchored_dit import COARSE_DIT, FINE_DIT
from .rays.loading import load_rays
from .resident.finished import networks_of
from .train_flow import load_flow, load_vae
from .train_vae import LATTICE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vae", type=Path)
    parser.add_argument("--coarse", type=Path)
    parser.add_argument("--refine", type=Path)
    parser.add_argument("--rays", type=Path)
    parser.add_argument("--run", type=Path, help="folder of a run in minutes; the others count more")
    parser.add_argument("--out", type=Path, default=FOLDER)
    args = parser.parse_args()
    networks: dict[str, torch.nn.Module] = networks_of(args.run) if args.run else {}
    if args.vae:
        networks["vae"] = load_vae(args.vae)
    for part, dit in (("coarse", COARSE_DIT), ("refine", FINE_DIT)):
        run = getattr(args, part)
        if run:
            networks[part] = load_flow(run, dit)
    if args.rays:
        networks["rays"] = load_rays(args.rays)
    save_tiny(networks, LATTICE, args.out)


if __name__ == "__main__":
    main()
