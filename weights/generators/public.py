"""Public checkpoints by name, from wherever the store finds them, or from a folder, as generators."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..._places import user_path
from ...errors import ModelMissingError, UsageError
from ..checkpoints.conversion.settings_files import settings_beside
from ..checkpoints.locations import Located
from ..checkpoints.store import Store
from .base import PublicGenerator
from .direct3d.files import direct3d_from_parts
from .direct3d.model import Direct3D
from .folders import generator_from_folder, pipeline_generator
from .trellis import Trellis, trellis_from_parts
from .trellis2.files import trellis2_from_parts
from .trellis2.generator import Trellis2
from .triposg import triposg_generator

# Parts of a model that comes in several files, by the word the zoo has for them.
PARTS = {"dit": "dit", "vae": "vae", "image-encoder": "image", "text-encoder": "text"}


def load_public(
    model: str, part: str, device: str, dtype: str, store: Store | None = None
) -> PublicGenerator | Trellis | Trellis2 | Direct3D:
    """Return the generator of `model`: a name of the zoo, a folder or file, or NAME+VAE.

    VAE names another decoder (turbo). part: what it is for; a model that cannot start from a picture refuses "coarse".
    Raises UsageError, ModelMissingError, CheckpointError. Tensors are read when they are first needed.
    """
    path = user_path(model)
    if path.exists():
        return generator_from_folder(path, device, dtype)
    store = store or Store()
    name, _, decoder = model.partition("+")
    located = store.locate(name)
    vae = store.locate(decoder)[0] if decoder else None
    if any(found.spec.part == "structure-flow" and found.spec.family == "trellis2" for found in located):
        return trellis2_from_parts(located, device, dtype)
    if any(found.spec.family == "trellis" for found in located):
        return trellis_from_parts(located, device, dtype)
    if any(found.spec.family == "direct3d-s2" for found in located):
        return direct3d_from_parts(located, device, dtype)
    pipelines = [found for found in located if found.spec.part == "pipeline"]
    if len(pipelines) > 1:
        # A bundle that chains two models: the refiner is one of them.
        refiner = part == "refine"
        pipelines = [found for found in pipelines if (found.spec.family == "ultrashape") == refiner]
    if pipelines:
        if part == "coarse" and pipelines[0].spec.family == "ultrashape":
            raise UsageError(f"{model} refines a coarse mesh and cannot make one", "Name another model for coarse.")
        return from_pipeline(pipelines[0], device, dtype, vae)
    if any(found.spec.part == "dit" for found in located):
        return from_parts(located, device, dtype)
    raise ModelMissingError(f"{model} is no generator", "See `varco3d models list`.")


def from_pipeline(located: Located, device: str, dtype: str, vae: Located | None) -> PublicGenerator:
    """Return a one-file pipeline; the config beside it wins over the published one."""
    return pipeline_generator(
        located.path, config_of(located), device, dtype, None if vae is None else (vae.path, config_of(vae))
    )


def config_of(located: Located) -> Mapping[str, Any]:
    """Return settings of a checkpoint: config.yaml or config.json beside it, else as published."""
    config = settings_beside(located, "config.yaml", "config.json")
    if located.spec.family == "ultrashape" and config is located.spec.config:
        # Published to run with a library that resizes the position table by factor.
        return {**config, "position_resize": "scale"}
    return config


def from_parts(located: Sequence[Located], device: str, dtype: str) -> PublicGenerator:
    """TripoSG: transformer, autoencoder, image encoder and, for scribble, text encoder with its words."""
    folders, configs = {}, {}
    for found in located:
        name = PARTS.get(found.spec.part)
        if name is None:
            continue
        folders[name], configs[name] = found.path, config_of(found)
        if "vocab.json" in found.sides:
            folders["words"] = found.sides["vocab.json"].parent
    return triposg_generator(folders, configs, device, dtype)
