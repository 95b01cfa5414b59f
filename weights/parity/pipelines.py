"""Fixtures of whole pipelines, run through the generators that the product runs.

Each stage is fed what was recorded before it, so that a difference is told where it arises: picture, condition,
every step of the flow, the grid, the mesh.
"""

from dataclasses import replace
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...kernels.fields.field_function import FieldFunction
from ..checkpoints.conversion.containers import TORCH_SUFFIXES
from ..generators.base import PublicGenerator
from ..generators.conditions.picture import encoder_pixels
from ..generators.folders import generator_from_folder
from ..generators.generator import Condition
from ..generators.hunyuan import HunyuanGenerator, published_times
from ..generators.reference_mesh import reference_mesh
from ..generators.triposg import TripoSG
from ..generators.ultrashape import UltraShape, random_voxels, voxels_of_points
from ..networks.flashvdm import decode_dense, decode_reference
from ..networks.key_selection import Query
from ..networks.layers import Attend
from .fixture import CHAIN, SINGLE, Fixture, NotUnderstoodError
from .half_precision import decode_in_half, half_step

SHADE = 2.0 / 255 * 1.001  # one shade of a picture in -1..1
PIXEL = 0.02  # the same after normalisation, smoothed


def load(fixture: Fixture) -> PublicGenerator:
    """Load the generator from the weights beside the recorded tensors."""
    endings = (".safetensors", *TORCH_SUFFIXES)
    files = [path for path in sorted(fixture.folder.iterdir()) if path.suffix in endings]
    weights = [path for path in files if path.name != "io.safetensors"]
    return cast(
        PublicGenerator, generator_from_folder(fixture.folder, "cpu", "float32", weights[0] if weights else None)
    )


def picture_of(fixture: Fixture) -> np.ndarray:
    return np.asarray(Image.open(fixture.folder / "image.png"))


def hunyuan(fixture: Fixture) -> None:
    """Hunyuan3D-2.0 family and 2.1."""
    generator = cast(HunyuanGenerator, load(fixture))
    call = fixture.config["call"]
    picture, mask = generator.picture(np.asarray(Image.open(fixture.folder / "image.png").convert("RGBA")))
    fixture.close("out.image", picture, SHADE)
    if "out.mask" in fixture:
        fixture.close("out.mask", mask, SHADE)
    picture = fixture.get("out.image")
    if "out.dino_pixels" in fixture:
        fixture.close("out.dino_pixels", encoder_pixels(picture, generator.encoder_size), SINGLE)
    condition = generator.condition_picture(picture)
    expected = fixture.get("out.cond_main")
    both = [condition.tokens, condition.null] if len(expected) == 2 else [condition.tokens]
    fixture.compare("out.cond_main", torch.cat(both), expected, SINGLE * 2)
    times = published_times(generator.scheduler, call["num_inference_steps"])
    guidance = number_of(call["guidance_scale"])
    # As published, a negative scale switches guidance off.
    walk(fixture, generator, condition, times, 1.0 if guidance < 0 else guidance, None)
    bounds = float(call.get("bounds", generator.field_bounds))
    dense(fixture, generator, fixture.get("out.latents"), bounds)
    mesh(fixture, float(call.get("mc_level", 0.0)), bounds)


def number_of(told: object) -> float:
    """Return the number of a setting that is one or ends in one: 5.0, "pipeline default 5.0"."""
    try:
        return float(str(told).split()[-1])
    except (ValueError, IndexError) as error:
        raise NotUnderstoodError(f"the setting {told!r}") from error


def walk(
    fixture: Fixture,
    generator: PublicGenerator,
    condition: Condition,
    times: Tensor,
    guidance: float,
    anchors: Tensor | None,
) -> None:
    """Follow the flow along every published time, the idle last one too; then again as the product does, without it."""
    x = fixture.get("in.noise")
    path, velocities = [x], []
    for t, t_next in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
        velocities.append(generator.velocity(x, t, condition, anchors, guidance))
        x = x + (t_next - t) * velocities[-1]
        path.append(x)
    fixture.close("out.velocity", torch.stack(velocities), CHAIN)
    fixture.close("out.trajectory", torch.stack(path), CHAIN)
    x = path[0]
    for t, t_next in pairwise(generator.schedule(len(times) - 1).tolist()):
        x = x + (t_next - t) * generator.velocity(x, t, condition, anchors, guidance)
    fixture.close("out.latents", x, CHAIN)


def dense(fixture: Fixture, generator: PublicGenerator, latents: Tensor, bounds: float) -> None:
    for name in fixture.starting("out.grid_logits_res"):
        resolution = int(name.removeprefix("out.grid_logits_res"))
        grid = decode_dense(plain(generator.field(latents, None)), resolution, bounds, 8000)
        fixture.close(name, grid[None], CHAIN)


def plain(field: FieldFunction) -> Query:
    """Return a field as the volume decoders ask it, always with every key."""
    return lambda points, attend: field(points)


def mesh(fixture: Fixture, level: float, bounds: float) -> None:
    """Check the published extraction of the recorded grid: faces exactly, vertices closely."""
    for name in fixture.starting("out.grid_logits_res"):
        if "out.mesh_v_raw" not in fixture:
            return
        resolution = int(name.removeprefix("out.grid_logits_res"))
        vertices, faces = reference_mesh(fixture.get(name)[0].numpy(), level, bounds, resolution)
        fixture.close("out.mesh_v_raw", vertices, SINGLE)
        fixture.exact("out.mesh_f_raw", faces)
        if "out.mesh_v" in fixture:
            exported_mesh(fixture, vertices, faces)


def exported_mesh(fixture: Fixture, vertices: np.ndarray, faces: np.ndarray) -> None:
    """Check the exported mesh: faces turned round, vertices in another order.

    It comes from a run of its own whose grid differs in the last bits, and with them the choice of triangles in a few
    ambiguous cells; so vertices are compared as a set, and two triangles in a hundred may be others.
    """
    from scipy.spatial import KDTree

    theirs, their_faces = fixture.get("out.mesh_v").numpy(), fixture.get("out.mesh_f").numpy()
    distance, nearest = KDTree(vertices).query(theirs)
    back = KDTree(theirs).query(vertices)[0]
    fixture.compare("out.mesh_v as a set", torch.tensor(max(distance.max(), back.max())), torch.tensor(0.0), CHAIN)
    ours, recorded = triangle_set(faces[:, ::-1]), triangle_set(np.asarray(nearest)[their_faces])
    other = len(recorded ^ ours) / max(len(recorded) + len(ours), 1)
    fixture.compare("out.mesh_f, share of other triangles", torch.tensor(other), torch.tensor(0.0), 0.02)


def triangle_set(faces: np.ndarray) -> set[tuple[int, ...]]:
    """Triangles with their direction kept and their first corner made the smallest."""
    turned = (np.argmin(faces, axis=1)[:, None] + np.arange(3)) % 3
    return set(map(tuple, np.take_along_axis(faces, turned, axis=1).tolist()))


def ultrashape(fixture: Fixture) -> None:
    """UltraShape: voxels from the recorded surface, masked tokens, flow with positions, dense and flash grids."""
    generator = cast(UltraShape, load(fixture))
    call = fixture.config["call"]
    surface_box(fixture, float(call["normalize_scale"]))
    points = fixture.get("in.surface_fp16")[..., :3]
    voxels = [voxels_of_points(part, int(call["voxel_res"])) for part in points]
    index = random_voxels(voxels, fixture.get("aux.voxel_noise"), int(call["num_latents"]))
    fixture.exact("aux.voxel_idx", index)
    picture, mask = generator.picture(np.asarray(Image.open(fixture.folder / "image.png").convert("RGBA")))
    fixture.close("out.image", picture, SHADE)
    fixture.close("out.mask", mask, SHADE)
    condition = generator.condition_foreground(fixture.get("out.image"), fixture.get("out.mask"))
    fixture.close("out.cond_main", torch.cat([condition.tokens, condition.null]), SINGLE * 2)
    anchors = generator.anchors(fixture.get("aux.voxel_idx")[0].numpy(), int(call["voxel_res"]))
    times = published_times(generator.scheduler, call["num_inference_steps"])
    guidance = number_of(fixture.config.get("guidance", call["guidance_scale"]))
    walk(fixture, generator, condition, times, guidance, anchors)
    latents, bounds = fixture.get("out.latents"), float(call["box_v"])
    dense(fixture, generator, latents, bounds)
    for name in fixture.starting("out.flash_coarse_only_res"):
        resolution = int(name.removeprefix("out.flash_coarse_only_res"))
        volume = replace(generator.volume, bounds=bounds)
        fixture.close(name, generator.reference_grid(latents, resolution, volume)[None], CHAIN)


def surface_box(fixture: Fixture, scale: float) -> None:
    """Check that the recorded points lie in the box that normalising the coarse mesh gives."""
    import trimesh

    from ..generators.surface import normalised_vertices

    coarse = trimesh.load(fixture.folder / "coarse.obj", process=False, force="mesh")
    vertices = normalised_vertices(np.asarray(coarse.vertices), scale)  # type: ignore[union-attr]
    points = fixture.get("in.surface_fp16")[0, :, :3].float().numpy()
    distance = max(
        np.linalg.norm(
            trimesh.triangles.closest_point(triangles, np.broadcast_to(point, (len(triangles), 3))) - point, axis=1
        ).min()
        for triangles in [vertices[coarse.faces]]  # type: ignore[union-attr]
        for point in points
    )
    fixture.compare("points on the coarse mesh", torch.tensor(float(distance)), torch.tensor(0.0), 1e-3)


def triposg(fixture: Fixture) -> None:
    generator = cast(TripoSG, load(fixture))
    call = fixture.config["call"]
    picture = np.asarray(Image.open(fixture.folder / "image.png").convert("RGB"))
    fixture.close("out.pixels", generator.pixels(picture), SINGLE)
    condition = generator.condition_picture(picture)
    fixture.close("out.cond", condition.tokens, SINGLE * 2)
    times = 1.0 - published_noise(generator, call["num_inference_steps"])
    walk(fixture, generator, condition, times, float(call["guidance_scale"]), None)
    latents = fixture.get("out.latents")
    vae, keys = generator.vae(), generator.decoded_keys(latents)

    def query(points: Tensor, attend: Attend) -> Tensor:
        return vae.field(points[None], keys, attend)[0]

    for name in grid_names(fixture):
        if name.startswith("out.hier_grid"):
            settings = fixture.config["hier"]
            grid = decode_in_half(query, settings["depths"], float(settings["bounds"]))
            # The recorded logits were rounded to half precision, ours were not.
            fixture.grid(name, grid, half_step(grid[~grid.isnan()]) + CHAIN)
        elif name == "out.flash_grid":
            settings = fixture.config["flash"]
            volume = replace(generator.volume, min_resolution=settings["min_resolution"])
            side = 2 ** settings["octree_depth"]
            # What is recorded is the distance handed to the extractor times the resolution. That distance is the
            # logit over the resolution left when the levels had been counted, not the one asked for.
            left = side
            while left >= volume.min_resolution:
                left //= 2
            fixture.grid(name, decode_reference(query, side, volume) * (side / left), CHAIN)
        else:
            raise NotUnderstoodError(f"the grid {name}")


def grid_names(fixture: Fixture) -> list[str]:
    names = [name for name in fixture.starting("out.") if "grid" in name]
    return sorted({name.removesuffix(".valid_bits").removesuffix(".values") for name in names})


def published_noise(generator: TripoSG, steps: int) -> Tensor:
    from ..networks.schedules import rectified_flow_noise_levels

    return rectified_flow_noise_levels(steps, generator.shift).double()
