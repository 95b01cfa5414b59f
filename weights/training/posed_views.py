"""Training samples of the flow stages: pictures with the objects as their cameras see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from ..networks.anchored_dit import lattice_grouping
from ..networks.anchored_vae import lattice_anchors
from ..networks.encoders.image_encoder import picture_planes
from .objects import ObjectArchive, TrainingObject
from .renders import Pose, framed_camera
from .shards import unpack_surface
from .train_vae import LATTICE, VAE_CONFIG, FieldShards, disturb, vae_sample, voxel_anchors, yaw_matrix
from .variants import variant

FIELD_POINTS = (320, 192)  # near the surface and anywhere, where the decoded field is compared
ROUGH_POINTS = 4096
ROUGH_SHARE = 0.8  # of the refiner's samples, at least, that see a shape of the coarse stage


def grouped_lattice() -> np.ndarray:
    """Return the coarse anchors in token order: 2x2x2 neighbours together, [512,3]."""
    return lattice_anchors(LATTICE)[lattice_grouping(LATTICE)].numpy()


def augment(rgba: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """[S,S,4] uint8 -> float32 in 0..1: other brightness, contrast and saturation; soft, noisy or badly cut out."""
    picture = rgba.astype(np.float32) / 255
    colour = picture[..., :3]
    grey = colour.mean(-1, keepdims=True)
    colour = grey + (colour - grey) * rng.uniform(0.6, 1.3)
    colour = (colour - 0.5) * rng.uniform(0.7, 1.25) + 0.5 + rng.uniform(-0.12, 0.12)
    if rng.random() < 0.3:
        colour = colour + rng.normal(size=colour.shape).astype(np.float32) * rng.uniform(0, 0.05)
    picture = np.concatenate([np.clip(colour, 0, 1), picture[..., 3:]], -1)
    if rng.random() < 0.3:  # a soft picture that was enlarged
        soft = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1) + np.roll(picture, (1, 1), (0, 1))) / 4
        picture = soft
    if rng.random() < 0.2:  # a mask that is a pixel too wide or too narrow, and rounder than the object
        alpha = ndimage.gaussian_filter(picture[..., 3], rng.uniform(0.5, 1.5))
        picture[..., 3] = np.clip((alpha - rng.uniform(0.35, 0.65)) * 4 + 0.5, 0, 1)
    return picture.astype(np.float32)


def disturbed(surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a surface [P,6] smoothly displaced, now and then with a hole and with strays, [ROUGH_POINTS,6]."""
    points = disturb(surface[:, :3], rng)
    normals = surface[:, 3:]
    if rng.random() < 0.5:
        keep = ((points - points[rng.integers(len(points))]) ** 2).sum(1) > rng.uniform(0, 0.25) ** 2
        points, normals = points[keep], normals[keep]
    pick = rng.integers(0, len(points), ROUGH_POINTS)
    points, normals = points[pick], normals[pick]
    strays = rng.integers(0, 60)
    points[:strays] += rng.normal(size=(strays, 3)) * 0.06
    return np.concatenate([points, normals], 1)


def affine_camera(vertices: np.ndarray, pose: Pose, extent: float, mirrored: bool = False) -> np.ndarray:
    """Least-squares affine map [2,4] from the product's frame to a picture (x right, y up, -1..1).

    vertices [V,3]: of the object turned to azimuth 0; extent: its longest side in the frame.
    """
    camera = framed_camera(vertices, pose)
    low, high = vertices.min(0), vertices.max(0)
    corners = np.stack(np.meshgrid(*np.stack([low, high], 1), indexing="ij"), -1).reshape(-1, 3)
    places = camera.project(corners, 2, 2)[:, :2] * (1, -1) + (-1, 1)
    centre, scale = (low + high) / 2, extent / (high - low).max()
    framed = (corners - centre) * scale
    if mirrored:
        framed, places = framed * (-1, 1, 1), places * (-1, 1)
    framed = np.concatenate([framed, np.ones((8, 1))], 1)
    ridge = 1e-6 * np.eye(4)  # flat objects leave one direction open
    return np.linalg.solve(framed.T @ framed + ridge, framed.T @ places).T.astype(np.float32)


class PosedViews:
    """Pictures with the objects as their cameras see them."""

    def __init__(self, data: Path, shards: Path):
        self.shards = FieldShards(shards)
        self.archive = ObjectArchive(data)
        self.views = np.load(shards / "views.npy", mmap_mode="r")
        self.poses = np.load(shards / "poses.npy", mmap_mode="r")
        roughs = shards / "roughs.npy"
        self.roughs = np.load(roughs, mmap_mode="r") if roughs.exists() else None

    def random_picks(self, rows: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
        """Endless (row, view) of any view, or, in ROUGH_SHARE of them, of one whose coarse shape is known."""
        found = np.empty((0, 2), np.int64) if self.roughs is None else np.argwhere(self.roughs[:, :, :8].any((2, 3)))
        found = found[np.isin(found[:, 0], rows)]
        while True:
            if len(found) and rng.random() < ROUGH_SHARE:
                row, view = found[rng.integers(len(found))]
            else:
                row, view = rng.choice(rows), rng.integers(self.views.shape[1])
            yield int(row), int(view)

    def object(self, row: int) -> TrainingObject:
        index = self.shards.index
        return variant(self.archive, index["objects"][row], index["variants"][row])

    def vertices(self, row: int) -> np.ndarray:
        """[V,3] of the row's object; a texture is not decoded for those of objects as they are."""
        index = self.shards.index
        return self.object(row).vertices if index["variants"][row] else self.archive.vertices(index["objects"][row])

    def pose(self, row: int, view: int) -> tuple[float, float, float]:
        """Azimuth, elevation, vertical field of view (0: orthographic), degrees."""
        azimuth, elevation, fov = (float(v) for v in self.poses[row, view, :3])
        return azimuth, elevation, fov

    def stretch(self, row: int, view: int) -> np.ndarray:
        return np.array(self.poses[row, view, 3:])

    def plain_views(self) -> int:
        """Return the number of leading views that show every object with its own proportions."""
        plain = (self.poses[:, :, 3:] == 1).all((0, 2))
        return len(plain) if plain.all() else int(plain.argmin())

    def camera_map(self, row: int, view: int, posed: np.ndarray, mirrored: bool) -> np.ndarray:
        """Least-squares affine map [2,4] from the frame to the picture (x right, y up, -1..1); posed [P,3]."""
        azimuth, elevation, fov = self.pose(row, view)
        vertices = self.vertices(row) * self.stretch(row, view)
        vertices = vertices @ yaw_matrix(azimuth).T
        extent = float(np.ptp(posed, axis=0).max())
        return affine_camera(vertices, Pose(azimuth, elevation, fov or None), extent, mirrored)

    def rough(self, row: int, view: int, flip: np.ndarray, surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a rough surface [ROUGH_POINTS,6] in the frame of the view, inside the box."""
        if self.roughs is not None and view < self.roughs.shape[1] and self.roughs[row, view].any():
            rough = unpack_surface(self.roughs[row, view]) * np.tile(flip, 2)
        else:
            rough = disturbed(surface, rng)
        rough[:, :3] = np.clip(rough[:, :3], -0.999, 0.999)
        return rough.astype(np.float32)

    def sample(
        self, row: int, view: int, mirrored: bool, tokens: int, rng: np.random.Generator, training: bool
    ) -> dict:
        """tokens 0: the coarse lattice; otherwise that many voxel anchors."""
        flip = np.array([-1 if mirrored else 1, 1, 1], np.float32)
        turn = yaw_matrix(self.pose(row, view)[0])
        posed = self.shards.pose(row, turn * flip[:, None], self.stretch(row, view))
        rgba = self.views[row, view]
        if mirrored:
            rgba = rgba[:, ::-1]
        picture = picture_planes(augment(rgba, rng) if training else rgba.astype(np.float32) / 255)
        sample = {"picture": picture, "camera": self.camera_map(row, view, posed.surface[:, :3], mirrored)}
        if not tokens:
            return sample | vae_sample(posed, grouped_lattice(), 2048, *FIELD_POINTS, rng)
        rough = self.rough(row, view, flip, posed.surface, rng)
        anchors = voxel_anchors(rough[:, :3], tokens, rng, jitter=False)
        sample["rough"] = rough
        sample["rough_neighbours"] = np.asarray(KDTree(rough[:, :3]).query(anchors, VAE_CONFIG.points_per_anchor)[1])
        return sample | vae_sample(posed, anchors, 4096, *FIELD_POINTS, rng)
