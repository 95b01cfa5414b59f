"""Key manifests of full-size files: our networks, built on the meta device, must claim every key with its shape.

A manifest is {key: [shape, dtype]} as <name>.json.gz; index.json beside it holds each file's published config. Nothing
is loaded: this proves that a real file of that structure would load strictly.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..checkpoints.conversion.configs import (
    DINO_VERSIONS,
    class_name,
    clip_text_config,
    dino_config,
    flux_config,
    skip_config,
    triposg_dit_config,
    triposg_vae_config,
    vecset_config,
)
from ..checkpoints.conversion.convert import (
    CLIP_TEXT,
    DINO,
    DINO_GATED,
    FLUX,
    HUNYUAN21,
    TRIPOSG,
    VECSET,
    VECSET_VOXEL,
    Layout,
    claim,
    triposg_vae,
)
from ..checkpoints.conversion.direct3d import NETWORKS as DIRECT3D_NETWORKS
from ..checkpoints.conversion.direct3d import direct3d_networks
from ..checkpoints.conversion.trellis import DINO_HUB, dino_hub_config, trellis_network
from ..checkpoints.conversion.trellis import NETWORKS as TRELLIS_NETWORKS
from ..checkpoints.conversion.trellis2 import is_trellis2, trellis2_network
from ..generators.hunyuan import image_encoder
from ..networks.dit import SkipDit
from ..networks.encoders.clip_text import ClipText
from ..networks.encoders.dino import Dino
from ..networks.flux_dit import FluxDit
from ..networks.vecset_vae import VecSetVae
from ..painters.hunyuan.network20 import Network20
from ..painters.hunyuan.network21 import Network21
from ..painters.mvadapter.attention import AdapterConfig, install
from ..painters.mvadapter.network import (
    ConditionConfig,
    adapter_shapes,
    condition_config,
    condition_encoder,
    reads_reference,
)
from ..painters.sdxl import PLAIN, plain_network

Shapes = dict[str, tuple[int, ...]]
Network = tuple["partial[nn.Module]", Layout]


@dataclass(frozen=True)
class ManifestOutcome:
    """Result of one manifest: the number of claimed keys, and the keys that are not."""

    name: str
    keys: int
    claimed: int
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem and self.keys > 0 and self.claimed == self.keys

    def line(self) -> str:
        verdict = "ok" if self.ok else "FAIL"
        return f"{self.name:36s} {self.claimed:5d} of {self.keys:5d} keys  {verdict}  {self.problem}".rstrip()


def check_manifests(folder: Path) -> Iterator[ManifestOutcome]:
    """One outcome per *.json.gz in `folder`, in order of name."""
    paths = sorted(folder.glob("*.json.gz"))
    index: dict[str, Any] = {}
    if paths:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    built = Built()
    for path in paths:
        name = path.name.removesuffix(".json.gz")
        try:
            stored = {key: tuple(value[0]) for key, value in json.loads(gzip.decompress(path.read_bytes())).items()}
            yield check_manifest(name, stored, index.get(name, {}).get("config"), built)
        except Exception as error:  # one unreadable manifest must not hide the others
            yield ManifestOutcome(name, 0, 0, f"{type(error).__name__}: {error}")


class Built(dict[tuple[Any, ...], nn.Module]):
    """Networks on the meta device by class and config; the same image encoder is in many files."""

    def of(self, build: "partial[nn.Module]") -> nn.Module:
        key = (build.func, *build.args)
        if key not in self:
            with torch.device("meta"):
                self[key] = build()
        return self[key]


def check_manifest(name: str, stored: Shapes, config: Mapping[str, Any] | None, built: Built) -> ManifestOutcome:
    """Claim every key of one file by the networks that its config describes."""
    if "cond_encoder" in (config or {}):
        return painter_manifest(name, stored, config or {})
    claimed, problems, rest = 0, [], dict(stored)
    for prefix, (build, layout) in networks_of(name, stored, config or {}).items():
        part = {key[len(prefix) :]: shape for key, shape in stored.items() if key.startswith(prefix)}
        for key in part:
            rest.pop(prefix + key, None)
        found = claim(built.of(build), part, layout)
        claimed += len(part) - len(found.unexpected) - len(found.misshapen)
        if not found.fits:
            problems.append(f"{prefix or 'file'}: {found.describe()}")
    if rest:
        problems.append(f"{len(rest)} keys belong to no network: {', '.join(sorted(rest)[:4])}")
    return ManifestOutcome(name, len(stored), claimed, "; ".join(problems))


def networks_of(name: str, stored: Shapes, config: Mapping[str, Any]) -> dict[str, Network]:
    """Return the networks in a file, by the prefix of their keys (empty: the whole file)."""
    if "model" in config:
        return pipeline_networks(stored, config)
    if any(part.get("class") in DIRECT3D_NETWORKS for part in config.values() if isinstance(part, Mapping)):
        return direct3d_networks(config)
    kind = class_name(config.get("target", "") or config.get("_class_name", "") or "")
    if kind == "ShapeVAE":
        return {"": vecset_network(config["params"], any(key.startswith("encoder.") for key in stored))}
    if kind == "TripoSGDiTModel":
        return {"": (partial(SkipDit, triposg_dit_config(config)), TRIPOSG)}
    if kind in ("TripoSGVAEModel", "Tripo2VAEModel"):
        vae = triposg_vae_config(config)
        return {"": (partial(VecSetVae, vae), triposg_vae(vae.layers))}
    if is_trellis2(config):
        return {"": trellis2_network(config)}
    if class_name(config.get("name", "")).removeprefix("Elastic") in TRELLIS_NETWORKS:
        return {"": trellis_network(config)}
    if "num_register_tokens" in config:
        return {"": (partial(Dino, dino_hub_config(config)), DINO_HUB)}
    if "CLIPTextModelWithProjection" in config.get("architectures", ()):
        return {"": (partial(ClipText, clip_text_config(config)), CLIP_TEXT)}
    if any(key.startswith("unet_dual.") for key in stored):
        return {"": (partial(hunyuan_paint, json.dumps(config), tuple(sorted(stored.items()))), PLAIN)}
    if {"block_out_channels", "latent_channels"} <= set(config):
        return {"": (partial(plain_vae, json.dumps(config)), PLAIN)}
    if {"down_block_types", "cross_attention_dim"} <= set(config):
        return {"": (partial(plain_unet, json.dumps(config)), PLAIN)}
    if "Dinov2Model" in config.get("architectures", ()) or f"facebook/{name}" in DINO_VERSIONS:
        return {"": dino_network(config or DINO_VERSIONS[f"facebook/{name}"])}
    raise ValueError("its config names nothing we know")


def plain_unet(config: str) -> nn.Module:
    """Build a published diffusers UNet from its settings, as JSON."""
    return plain_network("UNet2DConditionModel", json.loads(config))


def plain_vae(config: str) -> nn.Module:
    """Build a published diffusers VAE by its settings, as JSON, with plain blocks where they name none."""
    told = json.loads(config)
    blocks = len(told["block_out_channels"])
    kinds = {"down_block_types": ["DownEncoderBlock2D"] * blocks, "up_block_types": ["UpDecoderBlock2D"] * blocks}
    return plain_network("AutoencoderKL", {**kinds, **told})


def hunyuan_paint(config: str, stored: tuple[tuple[str, tuple[int, ...]], ...]) -> nn.Module:
    """Build Hunyuan3D-Paint by the settings of its inner UNet, as JSON; 2.1 is the one that projects DINO tokens."""
    shapes = dict(stored)
    network = Network21 if any(".image_proj_model_dino." in key for key in shapes) else Network20
    return network(json.loads(config), shapes)


def painter_manifest(name: str, stored: Shapes, config: Mapping[str, Any]) -> ManifestOutcome:
    """Check an adapter file: attention put into its base's UNet, and the condition encoder."""
    unet = plain_unet(json.dumps(config["unet"]))  # not shared: it is changed
    pattern = "row-column" if "RowCol" in config["processor"] else "row"
    installed = install(unet, AdapterConfig(pattern, reads_reference(list(stored))))
    told = dict(config["cond_encoder"])
    told.pop("class", None)
    condition = ConditionConfig(**{**told, "channels": tuple(told["channels"])})
    wanted = adapter_shapes(condition_encoder(condition), installed)
    claimed = sum(wanted.get(key) == shape for key, shape in stored.items())
    problems = [f"{len(keys)} {word}: {', '.join(sorted(keys)[:4])}" for word, keys in (
        ("missing", set(wanted) - set(stored)),
        ("unexpected", set(stored) - set(wanted)),
        ("misshapen", {key for key, shape in stored.items() if key in wanted and wanted[key] != shape}),
    ) if keys]  # fmt: skip
    if condition != condition_config(unet):
        problems.append("its condition encoder is not the one that its base asks for")
    return ManifestOutcome(name, len(stored), claimed, "; ".join(problems))


def pipeline_networks(stored: Shapes, config: Mapping[str, Any]) -> dict[str, Network]:
    """Hunyuan3D (model, vae, conditioner) and UltraShape (dit, vae, conditioner), joined by '.' or '/'."""
    mark = "/" if any("/" in key for key in stored) else "."
    params = config["model"]["params"]
    if class_name(config["model"]["target"]) == "UltraShapePipeline":
        top, vae, conditioner = "dit", params["vae_config"], params["conditioner_config"]
        dit: Network = (partial(SkipDit, skip_config(params["dit_cfg"]["params"], lattice=True)), HUNYUAN21)
    else:
        top, vae, conditioner = "model", config["vae"], config["conditioner"]
        if class_name(config["model"]["target"]) == "Hunyuan3DDiT":
            dit = (partial(FluxDit, flux_config(params)), FLUX)
        else:
            dit = (partial(SkipDit, skip_config(params, lattice=False)), HUNYUAN21)
    kwargs = image_encoder(conditioner)[1]
    image = kwargs.get("config") or DINO_VERSIONS[kwargs["version"]]
    encodes = any(key.startswith(f"vae{mark}encoder.") for key in stored)
    return {
        f"{top}{mark}": dit,
        f"vae{mark}": vecset_network(vae["params"], encodes),
        f"conditioner{mark}main_image_encoder.model.": dino_network(image),
    }


def vecset_network(params: Mapping[str, Any], encodes: bool) -> Network:
    layout = VECSET_VOXEL if params.get("voxel_query") else VECSET
    return partial(VecSetVae, vecset_config(params, encodes)), layout


def dino_network(params: Mapping[str, Any]) -> Network:
    config = dino_config(params)
    return partial(Dino, config), DINO_GATED if config.swiglu else DINO
