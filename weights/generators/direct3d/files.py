"""Direct3D-S2 from a folder in the layout of its hub, or from the store, as the generator of one level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ....errors import CheckpointError, ModelMissingError
from ...checkpoints.conversion.configs import class_name
from ...checkpoints.conversion.containers import TORCH_SUFFIXES
from ...checkpoints.conversion.direct3d import NETWORKS
from ...checkpoints.conversion.settings_files import fitting_settings, read_yaml
from ..conditions.dino_files import encoder_in_folder, register_encoder
from ..conditions.direct3d_picture import PICTURE
from ..parts import Part, Parts
from .model import DenseStage, Direct3D, Direct3D512, Scaling

COARSE, FINE = "512", "1024"  # levels, by the resolution of their signed distances
# Parts of a file: the key in config.yaml of each, by our word for the file.
SECTIONS = {
    "dense": {"vae": "dense_vae", "dit": "dense_dit", "scheduler": "dense_scheduler"},
    "sparse-512": {
        "vae": "sparse_vae_512", "dit": "sparse_dit_512", "scheduler": "sparse_scheduler_512",
        "image_encoder": "sparse_image_encoder",
    },
    "sparse-1024": {
        "vae": "sparse_vae_1024", "dit": "sparse_dit_1024", "scheduler": "sparse_scheduler_1024",
        "image_encoder": "sparse_image_encoder",
    },
    "refiner-512": {"refiner": "refiner"},
    "refiner-1024": {"refiner": "refiner_1024"},
}  # fmt: skip
NAMES = {
    "dense": "model_dense",
    "sparse-512": "model_sparse_512",
    "sparse-1024": "model_sparse_1024",
    "refiner-512": "model_refiner",
    "refiner-1024": "model_refiner_1024",
}


@dataclass(frozen=True)
class Source:
    """A file and its settings. config: per part of it {"class", "params"}, and of scheduler and image_encoder."""

    path: Path
    config: Mapping[str, Any]

    def params(self, part: str) -> Mapping[str, Any]:
        return self.config.get(part, {}).get("params", {})

    def network(self, part: str, half: str = "") -> Part:
        """Return the network of a part of the file, or one half of it."""
        read, build, layout = NETWORKS[self.config[part]["class"]][half]
        return Part(partial(build, read(self.params(part))), layout, self.path, (part,), half)

    @property
    def shift(self) -> float:
        return float(self.params("scheduler").get("shift", 1.0))

    @property
    def scaling(self) -> Scaling:
        params = self.params("vae")
        return Scaling(float(params.get("latents_scale", 1.0)), float(params.get("latents_shift", 0.0)))


def is_direct3d(config: Mapping[str, Any]) -> bool:
    """Return True for the settings of a hub folder of Direct3D-S2."""
    return SECTIONS["sparse-512"]["dit"] in config or SECTIONS["sparse-1024"]["dit"] in config


def settings_of(config: Mapping[str, Any], word: str) -> dict[str, Any]:
    """Return the settings of one file from the config.yaml of its folder. Raises CheckpointError."""
    found = {}
    for part, key in SECTIONS[word].items():
        if key not in config:
            raise CheckpointError(
                f"the config of Direct3D-S2 lacks {key}", "Use the config.yaml of the same hub folder."
            )
        about = config[key]
        with fitting_settings(f"Direct3D-S2 ({key})"):
            found[part] = {"class": class_name(about["target"]), "params": about.get("params", {})}
    return found


def direct3d_generator(
    level: str, sources: Mapping[str, Source], image: tuple[Path, Mapping[str, Any]], device: str, dtype: str
) -> Direct3D:
    """Build a level from its files, by our words for them.

    The lower one needs `dense`, and refiners may be missing. Raises CheckpointError when a file is missing or its
    settings are another model's.
    """
    needed = ("dense", "sparse-512") if level == COARSE else ("sparse-1024",)
    lost = [NAMES[word] for word in needed if word not in sources]
    if lost:
        raise CheckpointError(f"the model lacks its {', '.join(lost)}", "Pull it whole with `models pull`.")
    sparse = sources[f"sparse-{level}"]
    with fitting_settings("the model"):
        parts = {"flow": sparse.network("dit"), "decoder": sparse.network("vae", "decoder")}
        parts["image"] = register_encoder(*image)
        if f"refiner-{level}" in sources:
            parts["refiner"] = sources[f"refiner-{level}"].network("refiner")
        if level == COARSE:
            parts["structure_flow"] = sources["dense"].network("dit")
            parts["structure_decoder"] = sources["dense"].network("vae", "decoder")
        loaded, flow = Parts(parts, device, dtype), sparse.params("dit")
        size = int(sparse.params("image_encoder").get("size", PICTURE))
        about = (loaded, sparse.shift, int(flow["resolution"]), int(flow["in_channels"]), size, sparse.scaling)
        if level != COARSE:
            return Direct3D(*about)
        dense = sources["dense"]
        grid = dense.params("dit")
        stage = DenseStage(loaded, dense.shift, int(grid["in_channels"]), int(grid["resolution"]), dense.scaling)
        return Direct3D512(*about, stage)


def direct3d_from_folder(path: Path, config: Mapping[str, Any], device: str, dtype: str) -> Direct3D:
    """Return a level of the model in a folder, with the image encoder beside it; config: its config.yaml.

    path: the folder, for the lower level that is there; or one of its files, for the level of that file.
    Raises CheckpointError, ModelMissingError.
    """
    folder = path if path.is_dir() else path.parent
    sources = {}
    for word, name in NAMES.items():
        found = [folder / f"{name}{suffix}" for suffix in (".safetensors", *TORCH_SUFFIXES)]
        found = [file for file in found if file.is_file()]
        if found:
            sources[word] = Source(found[0], settings_of(config, word))
    fine = FINE in path.name if path.is_file() else "sparse-512" not in sources
    return direct3d_generator(FINE if fine else COARSE, sources, encoder_in_folder(folder), device, dtype)


def direct3d_from_parts(located: Sequence[Any], device: str, dtype: str) -> Direct3D:
    """Return the model from checkpoints of the store (`Located`), with settings beside them or as published."""
    sources, image = {}, None
    for found in located:
        word = found.spec.part
        if word not in SECTIONS:
            image = found.path, found.spec.config
        elif "config.yaml" in found.sides:
            sources[word] = Source(found.path, settings_of(read_yaml(found.sides["config.yaml"]), word))
        else:
            sources[word] = Source(found.path, found.spec.config)
    if image is None:
        raise ModelMissingError("the model lacks its image encoder", "Pull it whole with `models pull`.")
    return direct3d_generator(COARSE if "sparse-512" in sources else FINE, sources, image, device, dtype)
