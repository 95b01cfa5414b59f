"""Fixtures of functions without weights: sampling, voxels, rotations, schedules, pictures, surfaces, extraction."""

import re

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..generators.conditions.picture import recentre, to_uint8
from ..generators.conditions.resample import resize_cubic, resize_nearest
from ..generators.reference_mesh import reference_mesh
from ..generators.surface import (
    SHARP_COSINE,
    farthest_rows,
    normalised_vertices,
    picked_count,
    sharp_edges,
    vertex_sharpness,
)
from ..generators.ultrashape import random_voxels, voxels_of_points
from ..networks.fourier import lattice_rotation, rotate_halves
from ..networks.schedules import (
    consistency_grid,
    consistency_times,
    data_estimate,
    flow_match_times,
    rectified_flow_noise_levels,
)
from .fixture import SINGLE, Fixture, NotUnderstoodError

ONE_SHADE = 1.0  # of 255: ties of the bicubic filter may round either way


def farthest(fixture: Fixture) -> None:
    for name in sorted({name.partition(".")[0] for name in fixture.names}):
        points, ratio = fixture.get(f"{name}.points"), fixture.config["cases"][name]["ratio"]
        fixture.exact(f"{name}.index", farthest_rows(points, picked_count(points.shape[1], ratio)))


def voxels(fixture: Fixture) -> None:
    points = fixture.get("in.points")
    for tag in sorted({name.partition(".")[0] for name in fixture.names if not name.startswith("in.")}):
        match = re.fullmatch(r"r(\d+)_k(\d+)", tag)
        if not match:
            raise NotUnderstoodError(f"the tag {tag}")
        resolution, tokens = int(match[1]), int(match[2])
        found = [voxels_of_points(part, resolution) for part in points]
        for index, part in enumerate(found):
            if f"{tag}.unique_b{index}" in fixture:
                fixture.exact(f"{tag}.unique_b{index}", part)
        chosen = random_voxels(found, fixture.get(f"{tag}.noise"), tokens)
        fixture.exact(f"{tag}.indices", chosen)
        fixture.close(f"{tag}.centers", (chosen.float() + 0.5) * (2.0 / resolution) - 1.0, SINGLE)


def rotation(fixture: Fixture) -> None:
    grid = fixture.get("in.grid")
    period = float(told(fixture, "theta", 10000.0))
    for name in fixture.starting("hd"):
        tag, _, kind = name.partition(".")
        if kind != "cos":
            continue
        cosine, sine = lattice_rotation(grid, int(tag.removeprefix("hd")), period)
        fixture.close(f"{tag}.cos", cosine, SINGLE)
        fixture.close(f"{tag}.sin", sine, SINGLE)
        if f"{tag}.rotated" in fixture:
            fixture.close(f"{tag}.rotated", rotate_halves(fixture.get(f"{tag}.x"), cosine, sine), SINGLE)


def schedulers(fixture: Fixture) -> None:
    """Check times, and the walk along recorded velocities (seeded, see the config)."""
    for tag, case in fixture.config["tags"].items():
        match = re.fullmatch(r"(?:(fm|rf)\.shift([\d.]+)|(cm)\.pcm(\d+))\.\d+", tag)
        if not match:
            raise NotUnderstoodError(f"the scheduler {tag}")
        steps = case["n"]
        if match[3]:
            times = levels = consistency_times(steps, phases=int(match[4]))
        elif match[1] == "fm":
            times = levels = flow_match_times(steps, float(match[2]))
        else:
            levels = rectified_flow_noise_levels(steps, float(match[2]))
            times = 1.0 - levels.double()
        fixture.close(f"{tag}.sigmas", levels, 1e-7)
        fixture.close(f"{tag}.timesteps", levels[:-1] * 1000, 1e-4)
        walk(fixture, tag, times)
    for tag in sorted({name.rpartition(".")[0] for name in fixture.names if name.endswith(".base_index")}):
        index, base = consistency_grid(phases=int(tag.rpartition("pcm")[2]))
        fixture.exact(f"{tag}.base_index", index)
        fixture.close(f"{tag}.base_sigmas", base, 1e-7)


def walk(fixture: Fixture, tag: str, times: Tensor) -> None:
    shape = fixture.get(f"{tag}.x").shape[1:]
    x = seeded_noise(7, shape)
    path, estimates = [x], []
    for step, (t, t_next) in enumerate(zip(times[:-1].tolist(), times[1:].tolist(), strict=True)):
        velocity = seeded_noise(1000 + step, shape)
        estimates.append(data_estimate(x, velocity, t))
        x = x + (t_next - t) * velocity
        path.append(x)
    fixture.close(f"{tag}.x", torch.stack(path), SINGLE)
    if f"{tag}.pred_x0" in fixture:
        fixture.close(f"{tag}.pred_x0", torch.stack(estimates), SINGLE)


def seeded_noise(seed: int, shape: torch.Size) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def pictures(fixture: Fixture) -> None:
    """Recentring and resizing; one shade of 255 is allowed, because OpenCV is not what resizes here."""
    for case, settings in fixture.config["cases"].items():
        image = np.asarray(Image.open(fixture.folder / f"{case}.png").convert("RGBA"))
        colour, mask = recentre(to_uint8(image), settings["border_ratio"])
        size = settings["size"]
        fixture.close(f"{case}.recenter_rgb", colour, ONE_SHADE)
        fixture.close(f"{case}.recenter_mask", mask, ONE_SHADE)
        fixture.close(f"{case}.image_u8", resize_cubic(colour, size, size).transpose(2, 0, 1), ONE_SHADE)
        fixture.close(f"{case}.mask_u8", resize_nearest(mask, size, size).transpose(2, 0, 1), ONE_SHADE)


def surface(fixture: Fixture) -> None:
    """Normalised vertices, and points on sharp edges with recorded random numbers."""
    import trimesh

    mesh = trimesh.load(fixture.folder / "mesh.ply", process=False, force="mesh")
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces)  # type: ignore[union-attr]
    fixture.exact("faces", faces)
    for name in fixture.starting("normalized_vertices_scale"):
        fixture.close(name, normalised_vertices(vertices, float(name.partition("scale")[2])), SINGLE)
    boxed = trimesh.Trimesh(normalised_vertices(vertices, 0.9999), faces, process=False)
    cosine = vertex_sharpness(faces, boxed.face_normals, boxed.vertex_normals)
    fixture.close("sharpness_per_vertex", cosine, SINGLE)
    sharp = cosine < SHARP_COSINE
    fixture.exact("sharp_vertex_mask", sharp)
    edges = sharp_edges(boxed.vertices, faces, boxed.vertex_normals, sharp)
    points, normals = edges.sample(fixture.get("sharp.rand_edge").numpy(), fixture.get("sharp.rand_w").numpy())
    fixture.close("sharp.points", points, SINGLE)
    fixture.close("sharp.normals", normals, SINGLE)


def extraction(fixture: Fixture) -> None:
    """Check the published coordinates of a dense grid, and where ours differ."""
    grid = fixture.get("in.grid").numpy()
    bounds, level = told(fixture, "bounds", 1.01), told(fixture, "mc_level", 0.0)
    resolution = int(told(fixture, "octree_resolution", grid.shape[0] - 1))
    vertices, faces = reference_mesh(grid, level, bounds, resolution)
    fixture.close("out.v", vertices, SINGLE)
    fixture.exact("out.f", faces)
    ours_against_published(fixture, grid, bounds, level, resolution)


def told(fixture: Fixture, option: str, otherwise: float) -> float:
    """Return a number that the config gives as a value, or within its text, as `option=1.01`."""
    if option in fixture.config:
        return float(fixture.config[option])
    words = " ".join(str(fixture.config.get(key, "")) for key in ("flow", "function"))
    match = re.search(rf"\b{option}=(-?\d+(?:\.\d+)?(?:e-?\d+)?)", words)
    return float(match[1]) if match else otherwise


def ours_against_published(fixture: Fixture, grid: np.ndarray, bounds: float, level: float, resolution: int) -> None:
    """Our own marching cubes on the same grid finds the same surface once the off-by-one is taken back."""
    from scipy.spatial import KDTree

    from ...kernels.fields.field import field_from_grid
    from ...kernels.fields.marching_cubes import marching_cubes

    cells = grid.shape[0] - 1
    ours, _ = marching_cubes(field_from_grid(grid, bounds, level))
    theirs = (fixture.get("out.v").numpy().astype(np.float64) + bounds) * ((resolution + 1) / cells) - bounds
    distance = np.maximum(KDTree(theirs).query(ours)[0].max(), KDTree(np.asarray(ours)).query(theirs)[0].max())
    fixture.compare("our vertices, corrected", torch.tensor(float(distance)), torch.tensor(0.0), 1e-5)
