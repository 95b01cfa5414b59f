"""Stage 6, decode: Latents -> Field, evaluated near the surface only, from coarse cells to fine ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import UsageError
from ..artifacts import Asset, Field, Latents, PictureCamera, VoxelGrid
from ..stage import Context, fitted_chunk
from .settings import DecodeSettings

if TYPE_CHECKING:
    from ...kernels.fields.field_function import FieldFunction


TRUNCATION = 0.1  # box units; of models that do not tell what a value of 1 means


class Decode:
    name = "decode"
    Settings = DecodeSettings
    needs = ("latents",)
    gives = ("field",)
    networks = ("refine",)

    def run(self, asset: Asset, settings: DecodeSettings, context: Context) -> Asset:
        from ...kernels.fields.decode_octree import decode_octree

        assert asset.latents is not None
        generator = context.networks["refine"]
        if settings.compat == "reference":
            return dataclasses.replace(asset, field=Field(reference_samples(generator, asset.latents, settings)))
        query, level = field_query(generator, asset.latents, context.device, settings.keys), settings.level
        if settings.solid and asset.voxels is not None:
            query = filled(query, asset.voxels, getattr(generator, "truncation", TRUNCATION))
        if (settings.smooth or settings.outline) and asset.camera is not None and asset.subject is not None:
            query, level = seen_by(query, generator, asset.camera, asset.subject.rgba[..., 3], settings, context), 0.0
        samples = decode_octree(
            query,
            settings.resolution,
            bounds=generator.field_bounds,
            level=level,
            start=min(settings.start, settings.resolution),
            seeds=None if asset.voxels is None else seed_cells(asset.voxels, generator.field_bounds),
            chunk=fitted_chunk(settings.chunk, generator, context),
            progress=lambda fraction: context.progress(round(100 * fraction), 100),
            device=context.device,
        )
        return dataclasses.replace(asset, field=Field(samples))


def filled(query: FieldFunction, voxels: VoxelGrid, truncation: float) -> FieldFunction:
    """Return the field without cavities: inside of what voxels of the box [-1,1]^3 enclose, as high as deep.

    truncation: box units that a value of 1 means.
    """
    import torch
    import torch.nn.functional as F
    from scipy import ndimage

    from ...kernels.views.silhouette import mask_distance

    surface = np.zeros((voxels.resolution,) * 3, bool)
    surface[tuple(voxels.indices.T)] = True
    enclosed = np.asarray(ndimage.binary_fill_holes(surface)) & ~surface
    if not enclosed.any():
        return query
    distance = mask_distance(enclosed)
    depth = (distance - 0.5 * np.sign(distance)) * (2 / voxels.resolution / truncation)
    grid = torch.from_numpy(depth.astype(np.float32))[None, None]

    def solid(points: Any) -> Any:
        places = points.flip(-1)[None, None, None].float()
        deep = F.grid_sample(grid.to(points.device), places, padding_mode="border", align_corners=False)[0, 0, 0, 0]
        values = query(points)
        return torch.where(deep > 0, torch.maximum(values, deep.clamp(max=1).to(values.dtype)), values)

    return solid


def seen_by(
    query: FieldFunction,
    generator: Any,
    camera: PictureCamera,
    alpha: np.ndarray,
    settings: DecodeSettings,
    context: Context,
) -> FieldFunction:
    """Return the field with its surface at 0, smoothed and held to the mask alpha [S,S], as the settings want.

    Raises UsageError for a model that does not tell what its values mean.
    """
    import torch

    from ...kernels.fields.outline import held_to_outline
    from ...kernels.fields.ray_grid import smoothed_field
    from ...weights.generators.generator import ScaledField, offers

    if not offers(generator, ScaledField):
        raise UsageError("`decode.outline` and `decode.smooth` are not for this model", "Leave them out.")
    affine = torch.from_numpy(camera.affine).to(context.device)
    bounds, truncation = generator.field_bounds, generator.truncation
    if settings.smooth:
        query = smoothed_field(query, affine, alpha, bounds, truncation, settings.smooth)
    levelled = (lambda points: query(points) - settings.level) if settings.level else query
    return held_to_outline(levelled, affine, alpha, bounds, truncation) if settings.outline else levelled


def reference_samples(generator: Any, latents: Latents, settings: DecodeSettings) -> Any:
    """Return the field as the public code would decode and place it. Raises UsageError for models that have none."""
    from ...weights.generators.generator import ReferenceDecoder, offers
    from ...weights.generators.reference_mesh import reference_field

    if not offers(generator, ReferenceDecoder):
        raise UsageError("`decode.compat` reference is for public checkpoints only", "Leave it out.")
    tokens, _ = latents.tensors()
    grid = generator.reference_grid(tokens, settings.resolution, chunk=settings.chunk)
    return reference_field(grid.numpy(), settings.level, generator.field_bounds, settings.resolution)


def seed_cells(voxels: VoxelGrid, bounds: float) -> tuple[np.ndarray, int]:
    """Return voxels of the box [-1,1]^3 as cells (indices [K,3], resolution) of [-bounds,bounds]^3."""
    if bounds == 1.0:
        return voxels.indices, voxels.resolution
    resolution = int(np.ceil(voxels.resolution * bounds))
    corners = np.array([[c & 1, c >> 1 & 1, c >> 2 & 1] for c in range(8)]) * 0.998 + 0.001  # just inside the voxel
    places = (voxels.indices[:, None] + corners) * (2.0 / voxels.resolution) - 1.0
    cells = np.floor((places + bounds) * (resolution / (2.0 * bounds))).astype(np.int32).reshape(-1, 3)
    inside = ((cells >= 0) & (cells < resolution)).all(axis=1)
    return np.unique(cells[inside], axis=0), resolution


def field_query(generator: Any, latents: Latents, device: str, keys: str) -> FieldFunction:
    """Return the function [P,3] -> [P] that the decoder answers for these latents, positive inside.

    Raises UsageError.
    """
    import torch

    from ...weights.generators.generator import KeySelecting, offers

    tokens, anchors = latents.tensors()
    tokens = tokens.to(device)
    with torch.inference_mode():
        if keys == "all":
            inner = generator.field(tokens, None if anchors is None else anchors.to(device))
        elif offers(generator, KeySelecting):
            inner = generator.selected_field(tokens, keys)
        else:
            raise UsageError(f"`decode.keys` {keys} is for public checkpoints only", "Leave it out.")

    def query(points: Any) -> Any:
        with torch.inference_mode():
            return inner(points.to(device))

    return query
