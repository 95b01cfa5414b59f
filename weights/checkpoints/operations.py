"""Work of the zoo's models in floating-point operations, from their sizes: what `plan` divides by a machine's speed.

A product of a matrix of P parameters with T tokens is 2 * P * T operations. What is counted: matrix products and
attention of the networks. An estimate, compared with measured steps in docs/speed.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from .zoo import ModelSpec

PICTURE_TOKENS = 1370  # of a picture of 518 pixels in patches of 14, and one for the whole
POINTS_PER_SQUARE = 7.4  # points asked by an octree per square of its resolution, on a ball that fills half the box
BLOCK_VOXELS, READ_BLOCKS = 67, 9  # voxels of a surface in a block of 8^3; blocks read in full, with the window
TWO_STREAMS = 0.55  # share of the parameters of a two-stream transformer that a token meets; the rest modulates
_BLOCK = 12  # parameters of a transformer's block in squares of its width: attention 4, perceptron 8
_POINT = 10  # and of the decoder's block that every point goes through: its query and output, a perceptron


@dataclass(frozen=True)
class Effort:
    """Settings that the work grows with.

    steps: denoising steps; guided: whether a step calls the network twice; tokens: of the latents, 0 for the model's
    own; resolution: cells per side of the decoded field, 0 when no points are decoded; pictures: of the object.
    """

    steps: int
    guided: bool = True
    tokens: int = 0
    resolution: int = 0
    pictures: int = 1


def operations(spec: ModelSpec, effort: Effort) -> float:
    """Floating-point operations of a checkpoint for one object: its condition, denoising and decoding parts."""
    tokens = effort.tokens or spec.tokens
    made = 2.0 * spec.parameters.get("condition", 0) * PICTURE_TOKENS * effort.pictures
    if "denoise" in spec.parameters:
        calls = effort.steps * (2 if effort.guided and not distilled(spec) else 1)
        made += calls * _call(spec, tokens)
    if "decode" in spec.parameters and effort.resolution:
        point = 2 * _POINT * 1024**2 + 4 * tokens * 1024  # every public decoder is 1024 wide
        made += POINTS_PER_SQUARE * effort.resolution**2 * point
    return made


def distilled(spec: ModelSpec) -> bool:
    """Return True for weights that take the guidance as an input, so that a step is one call."""
    return "'guidance_embed': True" in str(spec.config)


def _call(spec: ModelSpec, tokens: int) -> float:
    """Operations of one call of the transformer on `tokens` latent tokens."""
    met, seen = _met_parameters(spec), tokens
    if spec.family == "hunyuan3d-2.0":  # the picture's tokens go through the network too
        met, seen = met * TWO_STREAMS, tokens + PICTURE_TOKENS
    layers = met / (_BLOCK * spec.width**2)
    # Spatial sparse attention reads a token for each occupied block, and few blocks in full.
    read = seen / BLOCK_VOXELS + READ_BLOCKS * BLOCK_VOXELS if spec.part.startswith("sparse-") else seen
    return 2 * met * seen + 4 * seen * read * spec.width * layers


def _met_parameters(spec: ModelSpec) -> float:
    """Parameters of the transformer that one token meets: of a mixture, the experts that it is sent to."""
    model = (spec.config or {}).get("model", {})
    params = model.get("params", model) if isinstance(model, dict) else {}
    experts, chosen = params.get("num_experts", 0), params.get("moe_top_k", 0)
    idle = params.get("num_moe_layers", 0) * max(experts - chosen, 0) * 8 * spec.width**2
    return max(spec.parameters["denoise"] - idle, 0.2 * spec.parameters["denoise"])
