"""A store with tiny random models of Hunyuan3D-Paint under the names of the zoo, and an object for them to paint."""

import json
import shutil
from pathlib import Path

import numpy as np
import torch
import trimesh
from safetensors.torch import save_file

from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.weights.painters import PaintTask
from varco3d.weights.painters.hunyuan.network20 import Network20
from varco3d.weights.painters.hunyuan.network21 import Network21
from varco3d.weights.painters.sdxl import plain_network

RECORDED = Path(__file__).parents[1] / "parity" / "fixtures"
UNET = json.loads((RECORDED / "hypaint21_unet" / "config.json").read_text())["params"]
BLOCKS = 4
VAE = {
    "block_out_channels": [8] * BLOCKS,
    "down_block_types": ["DownEncoderBlock2D"] * BLOCKS,
    "up_block_types": ["UpDecoderBlock2D"] * BLOCKS,
    "layers_per_block": 1,
    "norm_num_groups": 4,
}
SCHEDULER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "steps_offset": 1,
}
FOLDERS20 = ("hunyuan3d-paint-v2-0", "hunyuan3d-paint-v2-0-turbo")
FOLDER21 = "hunyuan3d-paintpbr-v2-1"


def random_tensors(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Weights under which every layer passes on as much as it gets."""
    random, out = torch.Generator().manual_seed(5), {}
    for name, each in network.named_parameters():
        drawn = torch.randn(each.shape, generator=random)
        if each.ndim == 1:
            out[name] = 0.1 * drawn + float(name.endswith("weight"))
        else:
            out[name] = drawn if "learned" in name else drawn * 1.5 / each[0].numel() ** 0.5
    return out


def fill_store20(root: Path) -> None:
    """Puts both models of 2.0 below `root`."""
    words = {f"unet.learned_text_clip_{name}": (1, 5, 24) for name in ("gen", "ref")}
    networks = {"unet": (Network20(UNET, words), UNET), "vae": (plain_network("AutoencoderKL", VAE), VAE)}
    for folder in FOLDERS20:
        base = root / "tencent" / "Hunyuan3D-2" / folder
        for name, (network, config) in networks.items():
            _folder(base / name, config)
            save_file(random_tensors(network), base / name / "diffusion_pytorch_model.safetensors")
        _folder(base / "scheduler", SCHEDULER, "scheduler_config.json")


def fill_delight(root: Path) -> Path:
    """Puts the network that takes light out below `root`; returns its folder."""
    base = root / "tencent" / "Hunyuan3D-2" / "hunyuan3d-delight-v2-0"
    unet = {**UNET, "in_channels": 8, "cross_attention_dim": 8}
    networks = {"unet": ("UNet2DConditionModel", unet), "vae": ("AutoencoderKL", VAE)}
    for name, (kind, config) in networks.items():
        _folder(base / name, config)
        save_file(random_tensors(plain_network(kind, config)), base / name / "diffusion_pytorch_model.safetensors")
    _folder(base / "scheduler", {**SCHEDULER, "timestep_spacing": "leading"}, "scheduler_config.json")
    for name in ("text_encoder", "tokenizer"):
        shutil.copytree(RECORDED / "mvadapter_pipeline" / "base" / name, base / name)
    return base


def fill_store21(root: Path) -> None:
    """Puts the model of 2.1 below `root`, as pickles like the published ones, and DINOv2 with gated layers."""
    shapes = {f"unet.learned_text_clip_{name}": (5, 24) for name in ("albedo", "mr", "ref")}
    shapes["unet.image_proj_model_dino.proj.weight"] = (4 * 24, 32)
    base = root / "tencent" / "Hunyuan3D-2.1" / FOLDER21
    networks = {"unet": (Network21(UNET, shapes), UNET), "vae": (plain_network("AutoencoderKL", VAE), VAE)}
    for name, (network, config) in networks.items():
        _folder(base / name, config)
        torch.save(random_tensors(network), base / name / "diffusion_pytorch_model.bin")
    _folder(base / "scheduler", SCHEDULER, "scheduler_config.json")
    recorded = RECORDED / "dinov2_swiglu_interp"
    dino = root / "facebook" / "dinov2-giant"
    _folder(dino, json.loads((recorded / "config.json").read_text())["params"])
    shutil.copy(recorded / "weights.safetensors", dino / "model.safetensors")


def _folder(folder: Path, config: dict, name: str = "config.json") -> None:
    folder.mkdir(parents=True)
    (folder / name).write_text(json.dumps(config))


def egg() -> PaintTask:
    """A task whose mesh has no axis of symmetry in the middle of its box, with a plain picture."""
    made = trimesh.creation.icosphere(subdivisions=2, radius=0.5)
    vertices, faces = (
        (made.vertices * [1, 1.5, 0.8] + [0.1, 0.05, -0.1]).astype(np.float32),
        made.faces.astype(np.int32),
    )
    picture = np.ones((40, 30, 4), np.float32)
    picture[..., 1] = 0.2
    return PaintTask(vertices, faces, smooth_normals(vertices, faces), picture, size=64, seed=3)
