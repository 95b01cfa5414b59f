"""A fixture of Direct3D-S2 from picture to the signed distances of its last stage, in the layout of its hub folder.

Every stage is fed what was recorded before it, so that a difference is told where it arises.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any, cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ....kernels.voxels.bands import band_voxels
from ...checkpoints.conversion.configs import class_name
from ...checkpoints.conversion.containers import Tensors, open_tensors
from ...checkpoints.conversion.direct3d import NETWORKS
from ...checkpoints.conversion.settings_files import read_yaml
from ...checkpoints.conversion.trellis import DINO_HUB, dino_hub_config
from ...generators.conditions.direct3d_picture import encoder_input, square_picture
from ...generators.reference_mesh import reference_mesh
from ...networks.direct3d.refiner import Refiner, SignRefiner
from ...networks.direct3d.sampler import block_order, noise_levels
from ...networks.direct3d.sdf_vae import FINE, SdfDecoder
from ...networks.direct3d.sparse_flow import SparseFlow
from ...networks.encoders.dino import Dino
from ...networks.schedules import guided
from ...networks.sparse import SparseTensor, VoxelSet, axis_sinusoids, down
from ...networks.trellis.structure_flow import StructureFlow, whole_grid
from ...networks.trellis.structure_vae import StructureDecoder
from ..fixture import CHAIN, Fixture
from ..instrument import filled
from .functions import normalised
from .networks import DENSE_VAE, GRID, NETWORK, OCCUPIED, SIGNS, compare_inside, dense

LATENTS = 5e-5  # at the end of a flow
HEADS = 16  # most of an image encoder
NEAREST = 7  # fine voxels beyond a chunk that its published decoding gives once more


class Recording:
    """Files of a fixture and how its networks were changed."""

    def __init__(self, fixture: Fixture):
        self.fixture, self.device = fixture, fixture.device
        self.settings = read_yaml(fixture.folder / "config.yaml")
        changes = fixture.config["in_memory_changes"]
        self.changes = {
            "block_out_channels": changes["UNet widths"],
            "feature_channels": changes["refiner feature channels"],
        }

    def network(self, key: str, file: str, part: str, half: str = "", **told: Any) -> nn.Module:
        """Build the network of a key of config.yaml with the tensors of a part of a file."""
        about = self.settings[key]
        read, build, layout = NETWORKS[class_name(about["target"])][half]
        stored = open_tensors(self.fixture.folder / file).part(part)
        config = read({**about["params"], **told})
        return filled(partial(build, config), layout, stored.part(half) if half else stored, self.device)

    def stored(self, file: str, part: str) -> Tensors:
        """Return the tensors of a part of a file."""
        return open_tensors(self.fixture.folder / file).part(part)

    def shift(self, stage: str) -> float:
        """Return the shift of a stage's noise levels."""
        key = "dense_scheduler" if stage == "dense" else f"sparse_scheduler_{stage}"
        return float(self.settings[key]["params"]["shift"])


def pipeline(fixture: Fixture) -> None:
    """Compare all stages, from the picture to the signed grid."""
    recording = Recording(fixture)
    context = condition(recording)
    dense_stage(recording, context)
    voxels = VoxelSet(fixture.get("out.index_512"))
    latents = sparse_stage(recording, "512", 1, voxels, context)
    refined_mesh(recording, latents)
    voxels = VoxelSet(fixture.get("out.index_1024"))
    latents = sparse_stage(recording, "1024", 2, voxels, context)
    signed_grid(recording, latents)


def condition(recording: Recording) -> Tensor:
    """Compare the tokens of the picture, and return the recorded ones.

    No file tells the number of heads: it is that of which the tokens come nearest.
    """
    fixture = recording.fixture
    stored = open_tensors(fixture.folder / "dinov2_reg.pth")
    size = recording.settings["dense_image_encoder"]["params"]["size"]
    width = stored["cls_token"].shape[-1]
    colour, _ = square_picture(np.asarray(Image.open(fixture.folder / "image.png").convert("RGBA")))
    picture, recorded = encoder_input(colour, size).to(fixture.device), fixture.get("out.cond")

    def tokens(heads: int) -> Tensor:
        told = {
            "embed_dim": width,
            "depth": len({name.split(".")[1] for name in stored if name.startswith("blocks.")}),
            "num_heads": heads,
            "img_size": size,
            "num_register_tokens": stored["register_tokens"].shape[1],
            **fixture.config.get("dino", {}),
        }
        build = partial(Dino, dino_hub_config(told), "smooth")
        return cast(Dino, filled(build, DINO_HUB, stored, fixture.device))(picture)

    found = [tokens(heads) for heads in range(1, HEADS + 1) if width % heads == 0]
    fixture.close("out.cond", min(found, key=lambda x: float((x - recorded).abs().max())), NETWORK)
    return recorded


def walk(recording: Recording, stage: str, number: int, velocity: Callable[[Tensor, Tensor, bool], Tensor]) -> Tensor:
    """Follow a flow from the recorded noise; velocity(x, t [1], conditional)."""
    fixture, call = recording.fixture, recording.fixture.config["call"]
    x = fixture.get(f"in.noise_{stage}")
    path, velocities = [x], []
    levels = noise_levels(call["num_inference_steps"][number], recording.shift(stage)).tolist()
    for level, following in pairwise(levels):
        t = torch.tensor([1000 * level], device=x.device)
        velocities.append(guided(velocity(x, t, True), velocity(x, t, False), call["guidance_scale"][number]))
        x = x + (following - level) * velocities[-1]
        path.append(x)
    compare_inside(fixture, {f"out.velocity_{stage}": torch.stack(velocities)}, LATENTS)
    compare_inside(fixture, {f"out.trajectory_{stage}": torch.stack(path)}, LATENTS)
    return fixture.get(f"out.trajectory_{stage}")[-1]


@contextmanager
def stored_positions(flow: StructureFlow, stored: Tensors) -> Iterator[None]:
    """Use the positions of the file, which holds them rounded; ours are computed."""
    grid = whole_grid(1, flow.config.resolution, flow.input_layer.weight.device)
    table = axis_sinusoids(grid.coords[:, 1:], flow.config.width)
    change = stored["pos_emb"].read().float().to(grid.device) - table

    def moved(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        return output + change

    handle = flow.input_layer.register_forward_hook(moved)
    try:
        yield
    finally:
        handle.remove()


def dense_stage(recording: Recording, context: Tensor) -> None:
    """Compare the flow over the dense grid, and the occupied voxels in the order of their blocks."""
    fixture = recording.fixture
    flow = cast(StructureFlow, recording.network("dense_dit", "model_dense.ckpt", "dit"))
    nothing = torch.zeros_like(context)
    with stored_positions(flow, recording.stored("model_dense.ckpt", "dit")):
        latents = walk(recording, "dense", 0, lambda x, t, given: flow(x, t, context if given else nothing))
    decoder = cast(StructureDecoder, recording.network("dense_vae", "model_dense.ckpt", "vae", "decoder"))
    logits = decoder(scaled(recording.settings["dense_vae"]["params"], latents))
    fixture.close("out.dense_logits", logits, DENSE_VAE)
    threshold = fixture.config["call"].get("dense_occupancy_threshold", OCCUPIED)
    found = F.pad(torch.nonzero(torch.sigmoid(logits[0, 0]) >= threshold), (1, 0))
    fixture.exact("out.index_512", found[block_order(found, selection(recording, "512"))])


def scaled(params: Mapping[str, Any], latents: Tensor) -> Tensor:
    """Return latents as the decoder of a VAE reads them."""
    return latents / params.get("latents_scale", 1.0) + params.get("latents_shift", 0.0)


def selection(recording: Recording, stage: str) -> int:
    """Return the side of the blocks by which the voxels of a stage are ordered."""
    return recording.settings[f"sparse_dit_{stage}"]["params"]["selection_block_size"]


def sparse_stage(recording: Recording, stage: str, number: int, voxels: VoxelSet, context: Tensor) -> SparseTensor:
    """Compare the flow on voxels; return the recorded latents, scaled for the decoder."""
    flow = cast(SparseFlow, recording.network(f"sparse_dit_{stage}", f"model_sparse_{stage}.ckpt", "dit"))
    nothing = torch.zeros_like(context)

    def velocity(x: Tensor, t: Tensor, given: bool) -> Tensor:
        return flow(SparseTensor(x, voxels), t, context if given else nothing).features

    latents = walk(recording, stage, number, velocity)
    return SparseTensor(scaled(recording.settings[f"sparse_vae_{stage}"]["params"], latents), voxels)


def refined_mesh(recording: Recording, latents: SparseTensor) -> None:
    """Compare signed distances at 512, refined, their mesh, and its active voxels for the next stage."""
    fixture, call = recording.fixture, recording.fixture.config["call"]
    decoder = cast(SdfDecoder, recording.network("sparse_vae_512", "model_sparse_512.ckpt", "vae", "decoder"))
    sdf, features = decoder(latents)
    fixture.close("out.sdf_512", sdf.features, LATENTS)
    refiner = cast(Refiner, recording.network("refiner", "model_refiner.ckpt", "refiner", **recording.changes))
    side = refiner.config.resolution
    columns = [dense(features.coords, column[:, None], side, 0.0) for column in features.features.T]
    whole = refiner.whole(dense(sdf.coords, sdf.features, side, 1.0), torch.stack(columns))
    name, step = fixture.step("out.refined_512_step")
    fixture.close(name, whole[::step, ::step, ::step], LATENTS)
    vertices, faces = reference_mesh(whole.cpu().numpy(), call["level_512"], 1.0, side - 1)
    fixture.exact("out.mesh_512_f", faces)
    fixture.close("out.mesh_512_v", vertices, LATENTS)
    recorded = fixture.get("out.mesh_512_v").cpu().numpy()
    asked = call["mesh2index"]
    found = torch.from_numpy(band_voxels(normalised(recorded), faces, asked["size"], asked.get("factor", FINE)))
    rows = F.pad(found, (1, 0))
    fixture.exact("out.index_1024", rows[block_order(rows, selection(recording, "1024"))])


def signed_grid(recording: Recording, latents: SparseTensor) -> None:
    """Compare signed distances at 1024, decoded in chunks, and the signs around them."""
    fixture = recording.fixture
    params = recording.settings["sparse_vae_1024"]["params"]
    decoder = cast(SdfDecoder, recording.network("sparse_vae_1024", "model_sparse_1024.ckpt", "vae", "decoder"))
    sdf = decoder.in_chunks(latents, params["chunk_size"])
    side = FINE * params["resolution"]
    own = dense(sdf.coords, sdf.features, side, 1.0)
    x, y, z = fixture.get("out.sdf_1024_every_coords").long()[:, 1:].unbind(1)
    # Inside of the decoder values reach 337: the recording itself lies 9e-5 from the same in float64.
    fixture.close("out.sdf_1024_every", own[x, y, z][:, None], CHAIN)
    told = {**recording.changes, "res_net": side // 2}
    signs = cast(SignRefiner, recording.network("refiner_1024", "model_refiner_1024.ckpt", "refiner", **told))
    published = repeated(sdf, params["chunk_size"])
    counts = fixture.config["counts"]
    fixture.compare("rows", torch.tensor(len(published.voxels)), torch.tensor(counts["decoder_rows_1024"]), 0.0)
    coarse = down(published, merge="mean_with_zero")
    outside = signs.outside(dense(coarse.coords, coarse.features, side // 2, 1.0))
    for axis in range(3):
        outside = outside.repeat_interleave(2, axis)
    volume = torch.where(outside, own.abs(), -own.abs())
    x, y, z = sdf.coords.long()[:, 1:].unbind(1)
    volume[x, y, z] = sdf.features[:, 0]
    name, step = fixture.step("out.final_volume_step")
    found, recorded = volume[::step, ::step, ::step], fixture.get(name)
    fixture.compare("size of the final volume", found.abs(), recorded.abs(), LATENTS)
    other = ((found > 0) != (recorded > 0)) & (recorded.abs() > GRID)
    fixture.compare("voxels of the other sign", other.sum().float(), torch.tensor(0.0), SIGNS)


def repeated(sdf: SparseTensor, chunk: int) -> SparseTensor:
    """Repeat the rows that published chunks give twice: those of the next 7 fine voxels, along each axis."""
    place = sdf.coords[:, 1:]
    side = FINE * chunk
    twice = (place >= side) & (place % side < NEAREST)
    times = (1 + twice.int()).prod(1)
    return SparseTensor(sdf.features.repeat_interleave(times, 0), VoxelSet(sdf.coords.repeat_interleave(times, 0)))
