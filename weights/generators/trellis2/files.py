"""The networks of TRELLIS.2 from a folder of the hub's layout, or from files of the store."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ....errors import CheckpointError, ModelMissingError, Varco3DError
from ...checkpoints.conversion.settings_files import fitting_settings, pipeline_arguments, read_json, settings_beside
from ...checkpoints.conversion.trellis import trellis_network
from ...checkpoints.conversion.trellis2 import DINOV3, dinov3_config, is_trellis2, trellis2_network
from ...checkpoints.locations import Located
from ...checkpoints.published_settings.trellis2 import PIPELINE2
from ...networks.encoders.dinov3 import Dinov3
from ..parts import Part, Parts
from .generator import Trellis2

# Names of the networks in pipeline.json, and what we call them.
ROLES = {
    "sparse_structure_flow_model": "structure_flow",
    "sparse_structure_decoder": "structure_decoder",
    "shape_slat_flow_model_512": "shape_flow",
    "shape_slat_flow_model_1024": "shape_flow_fine",
    "shape_slat_decoder": "shape_decoder",
    "tex_slat_flow_model_512": "texture_flow",
    "tex_slat_flow_model_1024": "texture_flow_fine",
    "tex_slat_decoder": "texture_decoder",
    "shape_slat_encoder": "shape_encoder",
}
UNNAMED = {"shape_slat_encoder": "ckpts/shape_enc_next_dc_f16c32_fp16"}  # in a pipeline.json that only generates
IMAGE = "image"
# Without these there is no picture to 3D; an encoder is for painting alone.
GENERATING = tuple(name for name in (*ROLES.values(), IMAGE) if name != "shape_encoder")
PAINTING = ("shape_encoder", "texture_flow", "texture_flow_fine", "texture_decoder", IMAGE)
# Parts of the zoo, and what we call them.
ZOO_PARTS = {
    "structure-flow": "structure_flow",
    "structure-decoder": "structure_decoder",
    "shape-flow": "shape_flow",
    "shape-flow-fine": "shape_flow_fine",
    "shape-decoder": "shape_decoder",
    "texture-flow": "texture_flow",
    "texture-flow-fine": "texture_flow_fine",
    "texture-decoder": "texture_decoder",
    "shape-encoder": "shape_encoder",
    "image-encoder": IMAGE,
}
PULL = "Pull it whole with `models pull trellis2`."

Config = Mapping[str, Any]


def parts_of(
    files: Mapping[str, Path], configs: Mapping[str, Config], wanted: Sequence[str], device: str, dtype: str
) -> tuple[Parts, dict[str, Config]]:
    """Return the networks, and the arguments of each, by our names. Raises CheckpointError when one is missing."""
    lost = [name for name in wanted if name not in files or name not in configs]
    if lost:
        raise CheckpointError(f"the model lacks its {', '.join(lost)}", PULL)
    parts, arguments = {}, {}
    for name in wanted:
        config = configs[name]
        with fitting_settings(files[name]):
            if name == IMAGE:
                parts[name] = Part(partial(Dinov3, dinov3_config(config)), DINOV3, files[name])
                continue
            build, layout = trellis2_network(config) if is_trellis2(config) else trellis_network(config)
            parts[name], arguments[name] = Part(build, layout, files[name]), config.get("args", {})
    return Parts(parts, device, dtype), arguments


def trellis2_generator(
    files: Mapping[str, Path], configs: Mapping[str, Config], pipeline: Config, device: str, dtype: str
) -> Trellis2:
    """Build from weight files and settings by our names, and `args` of pipeline.json. Raises CheckpointError."""
    parts, arguments = parts_of(files, configs, GENERATING, device, dtype)
    with fitting_settings("the model"):
        return Trellis2(parts, arguments, pipeline)


def read_folder(folder: Path) -> tuple[dict[str, Path], dict[str, Config], Config]:
    """Return weight files and settings in a folder of the hub's layout, and `args` of its pipeline.json.

    The decoder of the structure and the picture encoder live in other repositories: they are looked for in the folder,
    then in the store. Raises ModelMissingError without a picture encoder.
    """
    told = pipeline_arguments(folder / "pipeline.json")
    files: dict[str, Path] = {}
    configs: dict[str, Config] = {}
    with fitting_settings(folder / "pipeline.json"):
        for key, name in ROLES.items():
            for stem in _stems(folder, told.get("models", {}).get(key, UNNAMED.get(key, ""))):
                weights, settings = stem.with_name(f"{stem.name}.safetensors"), stem.with_name(f"{stem.name}.json")
                if weights.is_file() and settings.is_file():
                    files[name], configs[name] = weights, read_json(settings)
                    break
        encoder = str(told.get("image_cond_model", {}).get("args", {}).get("model_name", ""))
    if "structure_decoder" not in files:
        _from_store("trellis-ss-dec", "structure_decoder", files, configs)
    for below in (folder / encoder, folder / encoder.rpartition("/")[2], *sorted(folder.glob("dinov3*"))):
        if encoder and (below / "model.safetensors").is_file() and (below / "config.json").is_file():
            files[IMAGE] = below / "model.safetensors"
            configs[IMAGE] = read_json(below / "config.json")
            break
    if IMAGE not in files and not _from_store("dinov3-vitl16", IMAGE, files, configs):
        raise ModelMissingError(
            f"{folder} holds no picture encoder",
            "Ask for access to DINOv3 on its page, then: varco3d models pull dinov3-vitl16.",
        )
    return files, configs, told


def _stems(folder: Path, named: str) -> list[Path]:
    """Return where a network of pipeline.json may lie: as named, or by its last name in ckpts."""
    return [folder / named, folder / "ckpts" / named.rpartition("/")[2]] if named else []


def _from_store(model: str, name: str, files: dict[str, Path], configs: dict[str, Config]) -> bool:
    """Take a network of another repository from the store, where it is there."""
    from ...checkpoints.store import Store

    try:
        found = Store().locate(model)[0]
    except Varco3DError:
        return False
    files[name], configs[name] = found.path, _settings(found)
    return True


def _settings(found: Located) -> Config:
    return settings_beside(found, f"{found.path.stem}.json", "config.json")


def read_store(located: Sequence[Located]) -> tuple[dict[str, Path], dict[str, Config], Config]:
    """Return weight files and settings of checkpoints of the store, and `args` of a pipeline.json or as published."""
    files: dict[str, Path] = {}
    configs: dict[str, Config] = {}
    pipeline: Config = PIPELINE2["args"]
    for found in located:
        name = ZOO_PARTS[found.spec.part]
        files[name], configs[name] = found.path, _settings(found)
        if "pipeline.json" in found.sides and found.spec.family == "trellis2":
            pipeline = {**pipeline, **pipeline_arguments(found.sides["pipeline.json"])}
    return files, configs, pipeline


def trellis2_from_folder(folder: Path, device: str, dtype: str) -> Trellis2:
    """Return the model in a folder of the hub's layout. Raises CheckpointError, ModelMissingError."""
    return trellis2_generator(*read_folder(folder), device, dtype)


def trellis2_from_parts(located: Sequence[Located], device: str, dtype: str) -> Trellis2:
    """Return the model from checkpoints of the store. Raises CheckpointError."""
    return trellis2_generator(*read_store(located), device, dtype)
