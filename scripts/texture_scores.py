"""Scores of a painted mesh against the object's own colours: error, seams, texels left black."""

from __future__ import annotations

import numpy as np

from varco3d.kernels.atlas.texel_maps import texel_maps
from varco3d.kernels.meshes.closest_point import closest_point
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import sample_texture


def psnr(truth: list[np.ndarray], painted: list[np.ndarray]) -> float:
    """Over the object's pixels of all views, dB."""
    error, count = 0.0, 0
    for a, b in zip(truth, painted, strict=True):
        both = (a[..., 3] == 255) & (b[..., 3] == 255)
        error += ((a[both].astype(np.float64) - b[both])[:, :3] ** 2).sum()
        count += 3 * int(both.sum())
    return float(10 * np.log10(255.0**2 / max(error / max(count, 1), 1e-9)))


def seam_energy(mesh: Mesh, source: np.ndarray, truth: Mesh) -> float:
    """Mean colour jump over UV seams divided by that over the other edges, half a texel to both sides.

    Only edges over which the truth itself has one colour count. source [V']: number of the uncut vertex of each vertex.
    """
    corners = mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    whole = source[corners]
    low, high = whole.min(1).astype(np.int64), whole.max(1).astype(np.int64)
    key = low * (int(source.max()) + 1) + high
    order = np.argsort(key, kind="stable")
    pairs = np.flatnonzero(key[order][1:] == key[order][:-1])
    pairs = np.random.default_rng(0).permutation(pairs)[:20_000]
    a, b = order[pairs], order[pairs + 1]
    size = mesh.texture.shape[0]

    def beside(edge: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
        """Painted and true colours next to the edges, `share` of the way from their lower vertex."""
        first = np.where(whole[edge, 0] < whole[edge, 1], corners[edge, 0], corners[edge, 1])
        second = np.where(whole[edge, 0] < whole[edge, 1], corners[edge, 1], corners[edge, 0])
        uv = mesh.uv[first] * (1 - share) + mesh.uv[second] * share
        inwards = mesh.uv[mesh.faces[edge // 3]].mean(1) - uv
        inwards *= (0.5 / size) / np.maximum(np.linalg.norm(inwards, axis=1), 1e-9)[:, None]
        place = mesh.vertices[first] * (1 - share) + mesh.vertices[second] * share
        place = place + 0.02 * (mesh.vertices[mesh.faces[edge // 3]].mean(1) - place)
        return sample_texture(mesh.texture, uv + inwards), true_colours(truth, place)

    jumps = []
    for share in (0.3, 0.7):
        (ours_a, true_a), (ours_b, true_b) = beside(a, share), beside(b, share)
        jump = np.abs(ours_a - ours_b).mean(1)
        jump[np.abs(true_a - true_b).max(1) > 0.02] = np.nan
        jumps.append(jump)
    jump = np.concatenate(jumps)
    seam = np.tile((np.sort(corners[a], 1) != np.sort(corners[b], 1)).any(1), 2)
    fair = np.isfinite(jump)
    inside = max(float(jump[fair & ~seam].mean()), 1 / 255)  # below one grey level nobody sees anything
    return float(jump[fair & seam].mean() / inside) if (fair & seam).any() else 1.0


def coverage(mesh: Mesh, truth: Mesh) -> float:
    """Share of the atlas' texels inside faces that hold a colour: not left black where the truth is not."""
    texels = texel_maps(mesh.vertices, mesh.faces, mesh.uv, len(mesh.texture))
    some = np.random.default_rng(0).permutation(len(texels.index))[:50_000]
    black = mesh.texture.reshape(-1, 3)[texels.index[some]].max(1) == 0
    black[black] = true_colours(truth, texels.position[some[black]]).max(1) > 0.02
    return float(1.0 - black.mean())


def true_colours(truth: Mesh, points: np.ndarray) -> np.ndarray:
    """Colours [N, 3] in 0..1 of the nearest points of the truth."""
    _, nearest, face = closest_point(truth.vertices, truth.faces, points.astype(np.float32))
    p, q, r = (truth.vertices[truth.faces[face][:, k]].astype(np.float64) for k in range(3))
    normal = np.cross(q - p, r - p)
    area = np.maximum((normal**2).sum(1), 1e-30)
    w1 = (np.cross(nearest - p, r - p) * normal).sum(1) / area
    w2 = (np.cross(q - p, nearest - p) * normal).sum(1) / area
    weights = np.stack([1 - w1 - w2, w1, w2], 1)[..., None]
    if truth.texture is not None:
        return sample_texture(truth.texture, (truth.uv[truth.faces[face]] * weights).sum(1))
    return (truth.colors[truth.faces[face]] / 255.0 * weights).sum(1)
