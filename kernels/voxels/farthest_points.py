# Kernels are Python in syntax only, their types are Warp's:
# pyright: reportArgumentType=false, reportCallIssue=false, reportOperatorIssue=false
"""Farthest point sampling, exact.

The rule makes the result unique: the first sample is `start`; the next is the point farthest from all samples so far
(squared float32 distance), ties to the lowest index. On a voxel lattice nearly every step is a tie, so the tie rule,
not the algorithm, decides which voxels are taken; squared distances are small integers there and exact in float32.

CPU: points in Morton order, cut into runs under two levels of boxes with cached maxima; a new sample only visits the
runs whose box it can improve. CUDA: one pass over all points per sample, block maximum, then one 64-bit atomic per
block.
"""

import numpy as np
import warp as wp

from ..arrays import Array, check_points, check_range, origin_of, to_numpy, to_warp
from ..parallel import announce_compiling, on_host, start_warp

# Without this the compiler may fuse multiply and add, and distances would differ from numpy's in the last bit.
wp.set_module_options({"enable_backward": False, "fuse_fp": False})

RUN = wp.constant(64)  # points per run
GROUP = wp.constant(32)  # runs per group
LOW_WORD = wp.constant(wp.uint64(0xFFFFFFFF))
WORD_BITS = wp.constant(wp.uint64(32))
CUDA_BLOCK = 256
SPREAD = ((16, 0xFF0000FF0000FF), (8, 0xF00F00F00F00F00F), (4, 0x30C30C30C30C30C3), (2, 0x9249249249249249))
GRAPH_STEPS = 64  # samples per captured graph


def farthest_points(points: Array, count: int, start: int = 0) -> Array:
    """Return indices [count] int64 of `count` of the points [N, 3], each the farthest from those before it.

    Raises BadInputError for points that are not finite, UsageError when count > N or start is no index.
    Once all distinct points are taken every distance is 0 and the rule returns index 0, as the greedy loop does.
    """
    check_points(points)
    check_range("count", count, 0, len(points))
    if count == 0:
        return origin_of(points).give(np.empty(0, np.int64))
    check_range("start", start, 0, len(points) - 1)
    origin = origin_of(points)
    start_warp()
    if on_host(origin.device):
        return origin.give(_by_runs(to_numpy(points, np.float32), count, start))
    return origin.give(_by_passes(points, count, start, origin.device))


def morton_codes(points: np.ndarray) -> np.ndarray:
    """Interleaved bits [N] uint64 of the points [N, 3] on a 1024^3 grid over their box: near in code, near in space."""
    if len(points) == 0:
        return np.empty(0, np.uint64)
    low = points.min(axis=0)
    extent = max(float((points.max(axis=0) - low).max()), 1e-30)
    # float64: the extent may be small enough for its inverse to overflow float32.
    cell = np.minimum((points.astype(np.float64) - low) * (1023.0 / extent), 1023.0).astype(np.uint64)
    # Spread the ten bits of a coordinate three apart, halving the distance moved each time.
    for shift, mask in SPREAD:
        cell = (cell | (cell << np.uint64(shift))) & np.uint64(mask)
    return (cell[:, 0] << np.uint64(2)) | (cell[:, 1] << np.uint64(1)) | cell[:, 2]


@wp.func
def squared_distance_to_box(point: wp.vec3, low: wp.vec3, high: wp.vec3) -> float:
    gap = wp.max(wp.max(low - point, point - high), wp.vec3(0.0, 0.0, 0.0))
    return wp.dot(gap, gap)


@wp.kernel
def sample_runs(
    points: wp.array(dtype=wp.vec3),
    index: wp.array(dtype=int),  # caller's index of each sorted point
    nearest: wp.array(dtype=float),  # squared distance of each point to the samples so far
    run_low: wp.array(dtype=wp.vec3),
    run_high: wp.array(dtype=wp.vec3),
    run_far: wp.array(dtype=float),  # largest `nearest` of a run, and the point that has it
    run_arg: wp.array(dtype=int),
    group_low: wp.array(dtype=wp.vec3),
    group_high: wp.array(dtype=wp.vec3),
    group_far: wp.array(dtype=float),
    group_arg: wp.array(dtype=int),
    start: int,
    samples: wp.array(dtype=int),
):
    # One serial item: every sample depends on the one before.
    current = start
    for s in range(samples.shape[0]):
        samples[s] = index[current]
        p = points[current]
        far = float(-1.0)
        arg = int(0)
        for g in range(group_low.shape[0]):
            if squared_distance_to_box(p, group_low[g], group_high[g]) < group_far[g]:
                g_far = float(-1.0)
                g_arg = int(0)
                for r in range(g * GROUP, wp.min(g * GROUP + GROUP, run_low.shape[0])):
                    if squared_distance_to_box(p, run_low[r], run_high[r]) < run_far[r]:
                        r_far = float(-1.0)
                        r_arg = int(0)
                        for q in range(r * RUN, wp.min(r * RUN + RUN, points.shape[0])):
                            d = points[q] - p
                            x = wp.min(nearest[q], wp.dot(d, d))
                            nearest[q] = x
                            if x > r_far or (x == r_far and index[q] < index[r_arg]):
                                r_far = x
                                r_arg = q
                        run_far[r] = r_far
                        run_arg[r] = r_arg
                    if run_far[r] > g_far or (run_far[r] == g_far and index[run_arg[r]] < index[g_arg]):
                        g_far = run_far[r]
                        g_arg = run_arg[r]
                group_far[g] = g_far
                group_arg[g] = g_arg
            if group_far[g] > far or (group_far[g] == far and index[group_arg[g]] < index[arg]):
                far = group_far[g]
                arg = group_arg[g]
        current = arg


def _by_runs(points: np.ndarray, count: int, start: int) -> np.ndarray:
    """CPU path: points [N, 3] float32 -> [count] int64."""
    index = np.argsort(morton_codes(points), kind="stable").astype(np.int32)
    ordered = points[index]
    runs = np.arange(0, len(points), int(RUN))
    run_low, run_high = np.minimum.reduceat(ordered, runs), np.maximum.reduceat(ordered, runs)
    groups = np.arange(0, len(runs), int(GROUP))
    group_low, group_high = np.minimum.reduceat(run_low, groups), np.maximum.reduceat(run_high, groups)

    def unseen(n: int) -> wp.array:
        return wp.full(n, np.inf, dtype=float, device="cpu")

    def boxes(corner: np.ndarray) -> wp.array:
        return to_warp(corner, wp.vec3, "cpu")

    samples = wp.empty(count, dtype=int, device="cpu")
    levels = []
    for low, high in ((run_low, run_high), (group_low, group_high)):
        levels += [boxes(low), boxes(high), unseen(len(low)), wp.zeros(len(low), dtype=int, device="cpu")]
    first = int(np.flatnonzero(index == start)[0])
    inputs = [boxes(ordered), to_warp(index, int, "cpu"), unseen(len(points)), *levels, first, samples]
    announce_compiling(sample_runs.module, "cpu")
    wp.launch(sample_runs, dim=1, inputs=inputs, device="cpu")
    return samples.numpy().astype(np.int64)


@wp.kernel
def sample_pass(
    points: wp.array(dtype=wp.vec3),
    nearest: wp.array(dtype=float),
    winners: wp.array(dtype=wp.uint64),  # [count + 1]: distance bits << 32 | ~index of each sample
    step: wp.array(dtype=int),
):
    i = wp.tid()
    s = step[0]
    key = wp.uint64(0)
    if i < points.shape[0]:
        d = points[i] - points[int(LOW_WORD - (winners[s] & LOW_WORD))]
        x = wp.min(nearest[i], wp.dot(d, d))
        nearest[i] = x
        # Distances are not negative, so their bits order like their values; ~index lets ties fall to the lowest.
        key = (wp.uint64(wp.cast(x, wp.uint32)) << WORD_BITS) | (LOW_WORD - wp.uint64(i))
    best = wp.tile_extract(wp.tile_max(wp.tile(key)), 0)
    if i % wp.block_dim() == 0:
        wp.atomic_max(winners, s + 1, best)


@wp.kernel
def next_step(step: wp.array(dtype=int)):
    step[0] = step[0] + 1


def _by_passes(points: Array, count: int, start: int, device: str) -> np.ndarray:
    """CUDA path; also runs on the CPU, where tests compare it with the other."""
    cloud = to_warp(points, wp.vec3, device)
    nearest = wp.full(len(cloud), np.inf, dtype=float, device=device)
    first = np.zeros(count + 1, np.uint64)
    first[0] = 0xFFFFFFFF - start
    winners = wp.array(first, dtype=wp.uint64, device=device)
    step = wp.zeros(1, dtype=int, device=device)
    block = 1 if str(device) == "cpu" else CUDA_BLOCK
    threads = -(-len(cloud) // block) * block

    def sample() -> None:
        wp.launch(sample_pass, threads, [cloud, nearest, winners, step], device=device, block_dim=block)
        wp.launch(next_step, 1, [step], device=device)

    left = count - 1
    if not on_host(device) and left >= GRAPH_STEPS:
        sample_pass.module.load(wp.get_device(device), block)
        with wp.ScopedCapture(device=device) as capture:
            for _ in range(GRAPH_STEPS):
                sample()
        for _ in range(left // GRAPH_STEPS):
            wp.capture_launch(capture.graph)
        left %= GRAPH_STEPS
    for _ in range(left):
        sample()
    return (0xFFFFFFFF - (winners.numpy()[:count] & np.uint64(0xFFFFFFFF))).astype(np.int64)
