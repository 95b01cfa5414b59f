"""Toy checkpoints: small files with the shape of the real ones, made on the spot."""

import numpy as np
from safetensors.numpy import save

from varco3d.weights.checkpoints.identify import fingerprint
from varco3d.weights.checkpoints.zoo import ModelFile, ModelSpec

SHAPES = {"model.a.weight": (8, 4), "model.a.bias": (8,), "vae.b.weight": (300, 1000)}


def tensors(seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {key: generator.standard_normal(shape).astype(np.float16) for key, shape in SHAPES.items()}


def safetensors_bytes(seed: int = 0) -> bytes:
    """About 600 kB."""
    return save(tensors(seed))


def make_spec(name: str = "toy", **more: object) -> ModelSpec:
    """A checkpoint of the toy repository, with an Apache licence unless told otherwise."""
    given: dict = {
        "family": "toy",
        "part": "pipeline",
        "licence": "apache-2.0",
        "repo": "owner/toys",
        "weights": (ModelFile(f"{name}/model.fp16.safetensors"), ModelFile(f"{name}/model.fp16.ckpt")),
        "sides": (ModelFile(f"{name}/config.yaml"),),
        "tensors": len(SHAPES),
        "structure": fingerprint(SHAPES),
    }
    return ModelSpec(name=name, **{**given, **more})
