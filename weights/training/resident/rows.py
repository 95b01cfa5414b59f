"""Objects prepared by all cores while the device trains, and the tensors on the device that take them up.

Samples of the distance, surface points and pictures of an object take a core about a third of a second. So training
begins with the first few hundred objects, and the others join as they come.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ....errors import BadInputError
from ..objects import open_archive
from ..posed_views import affine_camera
from ..renders import VIEW_SIZE, Pose, object_views
from ..shards import (
    FAR_POINTS,
    NEAR_POINTS,
    SURFACE_POINTS,
    chosen_objects,
    field_samples,
    pack_samples,
    pack_surface,
)
from ..train_vae import FRAME, yaw_matrix
from ..variants import variant
from .plan import DataPlan

LEAST_INSIDE = 64  # samples inside of an object; with fewer it is a hollow shell
VIEW_SEED = 7


@dataclass(frozen=True)
class Job:
    """One object: its number in the archive and its variant (see variants)."""

    number: int
    variant: int
    training: bool


@dataclass(frozen=True)
class Prepared:
    """An object as it is learnt from.

    surface int16 [S,6], near [N,4], far [M,4]: see shards; views uint8 [K,128,128,4]; azimuths float32 [K]: degrees to
    turn the object by; cameras float32 [K,2,4]: from the frame of the turned object to the picture.
    """

    surface: np.ndarray
    near: np.ndarray
    far: np.ndarray
    views: np.ndarray
    azimuths: np.ndarray
    cameras: np.ndarray


def prepare(data: Path, views: int, job: Job) -> tuple[Job, Prepared | None]:
    """Return the object of a job; None when it is a hollow shell."""
    obj = variant(open_archive(data), job.number, job.variant)
    samples = field_samples(obj, seed=[job.number, job.variant])
    if (samples["near"][:, 3] > 0).sum() < LEAST_INSIDE:
        return job, None
    described = (0, job.number, job.variant, views, 0, job.training)
    _, pictures, poses = object_views(data, VIEW_SEED, described)
    cameras = []
    for azimuth, elevation, fov in poses[:, :3].tolist():
        turned = obj.vertices @ yaw_matrix(azimuth).T
        cameras.append(affine_camera(turned, Pose(azimuth, elevation, fov or None), 2 * FRAME))
    packed = pack_surface(samples["surface"]), pack_samples(samples["near"]), pack_samples(samples["far"])
    return job, Prepared(*packed, pictures, poses[:, 0], np.stack(cameras))


def jobs_of(data: Path, plan: DataPlan, seed: int) -> list[Job]:
    """Held-out objects first, then those to learn from in random order, made-up ones among them."""
    rng = np.random.default_rng(seed)
    archive = open_archive(data)
    training, held_out = chosen_objects(archive, 0, 0)
    if plan.objects:
        training = [training[k] for k in rng.permutation(len(training))[: plan.objects]]
    made = chosen_objects(archive, 0, plan.procedural)[0] if plan.procedural else []
    kept = [held_out[k] for k in rng.permutation(len(held_out))[: plan.held_out]]
    if not kept or not training + made:
        raise BadInputError(f"{data} leaves no object to learn from or none to evaluate on", "Give more objects.")
    mixed = training + made
    ordered = [mixed[k] for k in rng.permutation(len(mixed))]
    return [Job(i, k, False) for i, k in kept] + [Job(i, k, True) for i, k in ordered]


class Rows:
    """Prepared objects in tensors on one device, filled up to `count`."""

    def __init__(self, capacity: int, views: int, device: str):
        def held(*shape: int, dtype: torch.dtype) -> Tensor:
            return torch.zeros(capacity, *shape, dtype=dtype, device=device)

        self.device, self.views_each = device, views
        self.surface = held(SURFACE_POINTS, 6, dtype=torch.int16)
        self.near = held(NEAR_POINTS, 4, dtype=torch.int16)
        self.far = held(FAR_POINTS, 4, dtype=torch.int16)
        self.views = held(views, VIEW_SIZE, VIEW_SIZE, 4, dtype=torch.uint8)
        self.azimuths = held(views, dtype=torch.float32)
        self.cameras = held(views, 2, 4, dtype=torch.float32)
        self.count = 0

    def add(self, row: Prepared) -> None:
        for entry in dataclasses.fields(row):
            getattr(self, entry.name)[self.count].copy_(torch.from_numpy(getattr(row, entry.name)))
        self.count += 1

    @property
    def bytes(self) -> int:
        arrays = (self.surface, self.near, self.far, self.views, self.azimuths, self.cameras)
        return sum(array.numel() * array.element_size() for array in arrays)


class Stream:
    """Worker processes that prepare a run's objects, and the rows `training` and `held_out` that they fill."""

    def __init__(self, data: Path, plan: DataPlan, device: str, seed: int, workers: int | None = None):
        self.jobs = jobs_of(data, plan, seed)
        self.held_out = Rows(sum(not job.training for job in self.jobs), plan.views, device)
        self.training = Rows(sum(job.training for job in self.jobs), plan.views, device)
        self.taken, self.hollow = 0, 0
        count = workers or max(1, len(os.sched_getaffinity(0)) - 1)
        self._pool = multiprocessing.get_context("spawn").Pool(min(count, len(self.jobs)), _one_thread)
        self._found: Iterator = self._pool.imap_unordered(partial(prepare, data, plan.views), self.jobs)

    @property
    def done(self) -> bool:
        return self.taken == len(self.jobs)

    def take(self, seconds: float = 0.0) -> None:
        """Move what is ready to the device; waits up to `seconds` for the first one."""
        while not self.done:
            try:
                job, row = self._found.next(timeout=seconds)  # type: ignore[attr-defined]
            except multiprocessing.TimeoutError:
                return
            self.taken += 1
            seconds = 0.0
            if row is None:
                self.hollow += 1
            else:
                (self.training if job.training else self.held_out).add(row)

    def wait_for(self, objects: int, until: float) -> None:
        """Wait for the held-out objects and `objects` others.

        When the clock says `until` (monotonic), for one of each only. Raises BadInputError when all are hollow.
        """
        wanted = len(self.held_out.surface) + objects
        while not self.done:
            one_of_each = self.training.count > 0 and self.held_out.count > 0
            if one_of_each and (self.taken >= wanted or time.monotonic() >= until):
                return
            self.take(1.0)
        if not (self.training.count and self.held_out.count):
            raise BadInputError(f"{self.hollow} of {len(self.jobs)} objects are hollow shells", "Give other objects.")

    def close(self) -> None:
        self._pool.terminate()
        self._pool.join()


def _one_thread() -> None:
    torch.set_num_threads(1)
