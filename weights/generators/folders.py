"""A folder of public weights, in the layout of its hub, as a generator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import CheckpointError, ModelMissingError
from ..checkpoints.conversion.configs import class_name
from ..checkpoints.conversion.containers import find_weights
from ..checkpoints.conversion.settings_files import fitting_settings, read_json, read_yaml
from .base import PublicGenerator
from .direct3d.files import direct3d_from_folder, is_direct3d
from .direct3d.model import Direct3D
from .hunyuan import hunyuan_generator
from .trellis import Trellis, trellis_from_folder
from .trellis2.files import trellis2_from_folder
from .trellis2.generator import Trellis2
from .triposg import read_configs, triposg_generator
from .ultrashape import ultrashape_generator

# Folders of a diffusers layout, by what we call them.
TRIPOSG_FOLDERS = {
    "dit": "transformer",
    "vae": "vae",
    "image": "image_encoder_dinov2",
    "text": "text_encoder",
    "words": "tokenizer",
    "scheduler": "scheduler",
    "feature_extractor": "feature_extractor_dinov2",
}


def pipeline_generator(path: Path, config: Mapping[str, Any], device: str, dtype: str, vae=None) -> PublicGenerator:
    """Return a one-file pipeline (Hunyuan3D, UltraShape) by the class its config names."""
    with fitting_settings(path):
        if class_name(config["model"]["target"]) == "UltraShapePipeline":
            return ultrashape_generator(path, config, device, dtype)
        return hunyuan_generator(path, config, device, dtype, vae)


def generator_from_folder(
    folder: Path, device: str, dtype: str, weights: Path | None = None
) -> PublicGenerator | Trellis | Trellis2 | Direct3D:
    """Return the model in `folder`; weights: the file to take when it holds several.

    Raises ModelMissingError or CheckpointError when there is none we know.
    """
    if (folder / "pipeline.json").is_file():
        name = read_json(folder / "pipeline.json").get("name")
        if name == "Trellis2ImageTo3DPipeline":
            return trellis2_from_folder(folder, device, dtype)
        if name != "TrellisImageTo3DPipeline":
            raise CheckpointError(f"the pipeline {name!r} in {folder} is not supported", "See `varco3d models list`.")
        return trellis_from_folder(folder, device, dtype)
    if (folder / "model_index.json").is_file() or (folder / "transformer").is_dir():
        folders = {name: folder / below for name, below in TRIPOSG_FOLDERS.items() if (folder / below).is_dir()}
        configs = read_configs(folders)
        folders = {name: path for name, path in folders.items() if name not in ("scheduler", "feature_extractor")}
        return triposg_generator(folders, configs, device, dtype)
    path = weights or find_weights(folder)
    for name in ("config.yaml", "config.yml"):
        if (path.parent / name).is_file():
            config = read_yaml(path.parent / name)
            if is_direct3d(config):
                return direct3d_from_folder(folder, config, device, dtype)
            return pipeline_generator(path, config, device, dtype)
    return pipeline_generator(path, guessed_config(path), device, dtype)


def guessed_config(path: Path) -> Mapping[str, Any]:
    """Return the published settings of the checkpoint whose keys and shapes a file has. Raises ModelMissingError."""
    from ..checkpoints.identify import candidates

    for spec in candidates(path):
        if spec.config is not None and spec.part == "pipeline":
            return spec.config
    raise ModelMissingError(f"{path} has no config.yaml beside it and is no known pipeline", "Add its config.yaml.")
