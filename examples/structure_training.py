"""Trains a toy of TRELLIS' sparse structure: a VAE of occupancy grids, then a flow on its latents, in minutes on a CPU.

    python examples/structure_training.py --out structure.png [--minutes 6]

Objects are made by functions, so no data is needed; the family of an object stands in for the picture that a real model
is conditioned on. The figure shows objects, their reconstructions and shapes that the flow draws.
Cells are marked with %%, as editors and Jupyter (jupytext) understand them.
"""

# %%
import argparse
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage.measure import marching_cubes
from torch import Tensor, nn
from torch.nn import functional as F

from varco3d.kernels import Camera, voxelize
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import render_view
from varco3d.weights.networks.trellis.sampler import FlowSettings, guided_velocity, noise_levels
from varco3d.weights.networks.trellis.structure_flow import StructureFlow, StructureFlowConfig
from varco3d.weights.networks.trellis.structure_vae import StructureDecoder, StructureEncoder, StructureVaeConfig
from varco3d.weights.training.procedural import families, make_object

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("structure.png"))
parser.add_argument("--minutes", type=float, default=6.0, help="of training, a third of them for the VAE")
parser.add_argument("--kinds", type=int, default=6, help="families of objects")
parser.add_argument("--each", type=int, default=24, help="objects of each family")
arguments = parser.parse_args()

SIDE, LATENT, CONTEXT = 32, 4, 64
KL_WEIGHT = 1e-3  # per latent number, against nats per cell
NOISE_FREE = 1e-5  # sigma_min of the published flow
torch.manual_seed(0)
generator = torch.Generator().manual_seed(0)

# %% Occupancy grids: the voxels that a surface touches, as TRELLIS has them
names = families()[:: max(1, len(families()) // arguments.kinds)][: arguments.kinds]
grids, kinds = [], []
for kind, name in enumerate(names):
    for seed in range(arguments.each):
        made = make_object(name, seed)
        indices, _ = voxelize(made.vertices * 0.95, made.faces, SIDE)
        grid = torch.zeros(SIDE, SIDE, SIDE)
        grid[tuple(np.asarray(indices).T)] = 1
        grids.append(grid)
        kinds.append(kind)
data, labels = torch.stack(grids)[:, None], torch.tensor(kinds)
print(f"{len(data)} objects of {', '.join(names)}; {float(data.mean()):.1%} of the cells are occupied")

# %% The VAE: three levels of residual blocks, strided convolutions down and pixel shuffles up
config = {"latent_channels": LATENT, "blocks": 1, "middle_blocks": 1}
encoder = StructureEncoder(StructureVaeConfig(channels=(8, 24, 48), **config))
decoder = StructureDecoder(StructureVaeConfig(channels=(48, 24, 8), **config))


def train(parameters: list[nn.Parameter], minutes: float, loss_of, what: str) -> None:
    """Adam with a cosine schedule over a span of time; `loss_of` takes rows of the data."""
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, betas=(0.9, 0.99))
    start, step, span, recent = time.monotonic(), 0, 60 * minutes, []
    while (done := (time.monotonic() - start) / span) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 20) * 0.5 * (1 + np.cos(np.pi * done))
        rows = torch.randint(len(data), (12,), generator=generator)
        loss = loss_of(rows)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        recent.append(loss.item())
        step += 1
        if step % 50 == 0:
            print(f"{what} step {step}: {np.mean(recent[-50:]):.4f}", flush=True)
    print(f"{what}: {step} steps, {np.mean(recent[:20]):.4f} -> {np.mean(recent[-20:]):.4f}")


def vae_loss(rows: Tensor) -> Tensor:
    """Cross entropy with occupied cells weighed up, dice, and the divergence of the latents from a normal."""
    mean, logvar = encoder(data[rows])
    latents = mean + torch.exp(0.5 * logvar) * torch.randn(mean.shape, generator=generator)
    logits = decoder(latents)
    target = data[rows]
    entropy = F.binary_cross_entropy_with_logits(logits, target, pos_weight=torch.tensor(5.0))
    soft = torch.sigmoid(logits)
    dice = 1 - 2 * (soft * target).sum() / (soft.sum() + target.sum())
    divergence = 0.5 * (mean.square() + logvar.exp() - logvar - 1).mean()
    return entropy + dice + KL_WEIGHT * divergence


train([*encoder.parameters(), *decoder.parameters()], arguments.minutes / 3, vae_loss, "vae")
with torch.inference_mode():
    latents = torch.cat([encoder(part)[0] for part in data.split(16)])
    rebuilt = torch.cat([decoder(part) for part in latents.split(16)])
both = ((rebuilt > 0) & (data > 0)).sum((1, 2, 3, 4)) / ((rebuilt > 0) | (data > 0)).sum((1, 2, 3, 4))
print(f"reconstruction: intersection over union {float(both.mean()):.3f}")

# %% The flow: x_t = (1 - t) data + (s + (1 - s) t) noise, the network learns (1 - s) noise - data
latents = latents.clone()
scale = float(latents.std())
side = latents.shape[-1]
flow = StructureFlow(StructureFlowConfig(side, LATENT, 96, CONTEXT, 4, 4, mlp_ratio=2, qk_norm=True))
for block in flow.blocks:  # blocks begin as if they were not there
    nn.init.zeros_(block.modulation.weight)
    nn.init.zeros_(block.modulation.bias)
nn.init.zeros_(flow.out_layer.weight)
nn.init.zeros_(flow.out_layer.bias)
words = nn.Embedding(len(names), CONTEXT)


def flow_loss(rows: Tensor) -> Tensor:
    """Squared error of the velocity at t = sigmoid(N(1, 1)); one in ten contexts is left out, for guidance."""
    x0 = latents[rows] / scale
    noise = torch.randn(x0.shape, generator=generator)
    t = torch.sigmoid(1 + torch.randn(len(rows), generator=generator))
    at = t.view(-1, 1, 1, 1, 1)
    x = (1 - at) * x0 + (NOISE_FREE + (1 - NOISE_FREE) * at) * noise
    kept = (torch.rand(len(rows), generator=generator) > 0.1).float()
    context = words(labels[rows])[:, None] * kept.view(-1, 1, 1)
    return F.mse_loss(flow(x, 1000 * t, context), (1 - NOISE_FREE) * noise - x0)


train([*flow.parameters(), *words.parameters()], arguments.minutes * 2 / 3, flow_loss, "flow")


# %% Sampling, as the product does it: from noise at 1 to data at 0, guided while the noise is high
@torch.inference_mode()
def drawn(count: int, steps: int = 25) -> Tensor:
    context = words(torch.arange(len(names)).repeat_interleave(count))[:, None]
    settings = FlowSettings(steps=steps, interval=(0.5, 1.0))
    x = torch.randn(len(context), LATENT, side, side, side, generator=torch.Generator().manual_seed(1))
    for level, following in pairwise(noise_levels(steps, settings.rescale).tolist()):
        null = torch.zeros_like(context)
        x = x - (level - following) * guided_velocity(flow, x, level, context, null, 2.0, settings)
    return decoder(x * scale)


samples = drawn(2)


# %% The figure: a column for each family; an object, its reconstruction, two drawn shapes
def picture(values: Tensor, level: float) -> np.ndarray:
    volume = F.pad(values, (1,) * 6, value=level - 1).numpy()
    if not (volume > level).any():
        return np.full((160, 160, 3), 255, np.uint8)
    vertices, faces, _, _ = marching_cubes(volume, level)
    mesh = Mesh(((vertices - 0.5) * 2 / SIDE - 1).astype(np.float32), faces[:, ::-1].astype(np.int32))
    return np.asarray(render_view(mesh, Camera(35, 20, 1.25), 160))[..., :3]


firsts = [int(torch.nonzero(labels == kind)[0]) for kind in range(len(names))]
rows = [
    [picture(data[i, 0], 0.5) for i in firsts],
    [picture(rebuilt[i, 0], 0.0) for i in firsts],
    [picture(samples[2 * kind, 0], 0.0) for kind in range(len(names))],
    [picture(samples[2 * kind + 1, 0], 0.0) for kind in range(len(names))],
]
Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in rows])).save(arguments.out)
print(f"wrote {arguments.out}")
