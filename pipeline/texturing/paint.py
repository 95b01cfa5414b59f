"""Views to texture: look up, blend, fill along the surface, pad.

Detail comes almost only from the best view, so it is not doubled. Where views differ (in exposure, say) the difference
is smoothed along the surface and added, so that one view passes into the other over a wide zone without an edge. Being
measured on the surface, it is nothing where the views agree, whatever lies beside a place in a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.spatial import KDTree

from ...kernels.atlas.bake import Baker, View
from ...kernels.atlas.fill import fill_gutters
from ...kernels.atlas.level_seams import level_seams
from ...kernels.atlas.texel_maps import Texels, texel_maps
from ...kernels.atlas.unwrap import default_padding
from ...kernels.meshes.normals import face_normals
from ...kernels.meshes.split_edges import split_long_edges
from ...kernels.meshes.surface_graph import SurfaceGraph
from ...kernels.parallel import run_threads, thread_count

ZONE = 0.06  # share of the extent: how wide views pass into one another
CALM = 0.05  # share of the extent over which the choice between views is calmed
FAINT = 0.03  # a view that supports the surroundings less (trust * cosine^4) gives way to any other
STAND_IN = 0.2  # a view of less of the priority that the best one has is no substitute where that one is hidden
EDGE = 0.003  # share of the picture's side: how far colours may stray over an edge of depth
EDGE_TRUST = 0.1
SAMPLES = 400_000  # texels from which values at vertices are gathered
SOURCES = 200_000  # known texels from which colours are carried over
SURE = 0.02  # a weight (trust * cosine^4) from which a texel needs no fill
LEAN = 0.9  # cosine
SPREAD_FACES = 30_000  # about how many faces carry the colours that spread to unseen places, at least
CHUNK = 1 << 19  # texels looked up at once


@dataclass(frozen=True)
class Painted:
    """Texture of a mesh, with the shares of the surface that views show.

    texture: uint8 [size, size, 3]. seen: share of the surface's texels that a view of priority 1 shows; made: that any
    view shows. material: uint8 [size, size, 3] in glTF's packing, when views bring their own; else None.
    """

    texture: np.ndarray
    seen: float
    made: float
    material: np.ndarray | None = None


def paint(
    vertices: np.ndarray,
    faces: np.ndarray,
    uv: np.ndarray,
    normals: np.ndarray,
    views: Sequence[View],
    size: int,
    exponent: float = 4.0,
    base: np.ndarray | None = None,
    two_sided: bool = False,
) -> Painted:
    """Texture of a mesh whose vertices are cut for `uv` [V, 2]. Every texel inside a face gets a colour.

    base: colours [V, 3] in 0..1 for what no view shows, in the light of the views around it. two_sided: of open
    surfaces; a view from behind paints them too.
    """
    surface = replace(_surface(vertices, faces, uv, normals, size, base), two_sided=two_sided)
    painted = _paint(surface, views, exponent)
    with_material = [replace(view, picture=_packed(view.material)) for view in views if view.material is not None]
    if not with_material:
        return painted
    bare = replace(surface, base=None)  # the mesh's own colours say nothing of its material
    return replace(painted, material=_paint(bare, with_material, exponent).texture)


def _packed(material: np.ndarray) -> np.ndarray:
    """Roughness and metalness [H, W, 2] as glTF packs them, [H, W, 3]: green and blue."""
    return np.concatenate([np.zeros_like(material[..., :1]), material], 2)


@dataclass(frozen=True)
class _Surface:
    """A mesh cut for its atlas; `pieces` over `place`: the same surface in faces small enough to spread colours over.

    texels: know pieces, with normals [T, 3] to be lit by. graph: of the pieces. base: colours of the pieces' vertices
    [V', 3] when the mesh has some.
    """

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    place: np.ndarray
    pieces: np.ndarray
    texels: Texels
    normal: np.ndarray
    graph: SurfaceGraph
    base: np.ndarray | None = None
    two_sided: bool = False

    @property
    def extent(self) -> float:
        """Longest side of the surface's box."""
        return float(np.ptp(self.texels.position, axis=0).max(initial=0.0))

    def baker(self, which: slice, exponent: float) -> Baker:
        """Return the look-up of some of the texels."""
        points = self.texels.position[which], self.normal[which]
        return Baker(self.vertices, self.faces, *points, exponent=exponent, two_sided=self.two_sided)

    def at_texels(self, values: np.ndarray, which: np.ndarray | slice) -> np.ndarray:
        """Values at vertices of the pieces [V', C] -> at some of the texels."""
        corner, share = self.pieces[self.texels.face[which]], self.texels.barycentrics[which]
        out = values[corner[:, 0]] * share[:, :1]
        for k in (1, 2):
            out += values[corner[:, k]] * share[:, k : k + 1]
        return out


def _surface(
    vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray, normals: np.ndarray, size: int, base: np.ndarray | None
) -> _Surface:
    points, pieces = _fine_mesh(vertices, faces, uv, normals, base)
    place = points[:, :3]
    texels = texel_maps(place, pieces, points[:, 3:5], size, points[:, 5:8], rims=True)
    normal = _honest_normals(place, pieces, texels)
    own = None if base is None else points[:, 8:]
    return _Surface(vertices, faces, uv, place, pieces, texels, normal, SurfaceGraph(place, pieces), own)


def _paint(surface: _Surface, views: Sequence[View], exponent: float) -> Painted:
    texels, size = surface.texels, surface.texels.size
    count = len(texels.index)
    colour = np.zeros((count, 3), np.float32)  # sharp blend
    mixed = np.zeros((count, 3), np.float32)  # wide blend
    sure = np.zeros(count, np.float32)
    seen = np.zeros(count, bool)
    ready = _with_depths(surface.vertices, surface.faces, views)
    support = _support(surface, ready, exponent)
    priorities = [view.priority for view in views]

    def blend(part: slice) -> None:
        baker = surface.baker(part, exponent)
        found = [baker.look_up(view, depth) for view, depth in ready]
        colour[part], mixed[part], sure[part] = _blend(found, priorities, surface.at_texels(support, part))
        for full, priority in zip(found, priorities, strict=True):
            if priority >= 1.0:
                seen[part] |= full[:, 3] > 0

    run_threads([partial(blend, slice(start, start + CHUNK)) for start in range(0, count, CHUNK)])
    made = int((sure > 0).sum())
    own = None if surface.base is None else surface.at_texels(surface.base, slice(None))
    if (sure > 0).any():
        _level_and_fill(surface, colour, mixed - colour, sure, own)
    elif own is not None:
        colour[:] = own
    else:  # too small for the pictures' pixels, say
        colour[:] = _mean_colour(max(views, key=lambda view: view.priority))
    flat = np.zeros((size * size, 3), np.float32)
    covered = np.zeros(size * size, bool)
    flat[texels.index], covered[texels.index] = colour, True
    level = level_seams(
        flat.reshape(size, size, 3), covered.reshape(size, size), surface.vertices, surface.faces, surface.uv
    )
    padded = fill_gutters(level, covered.reshape(size, size), 2 * default_padding(size))
    texture = np.rint(np.clip(padded, 0.0, 1.0) * 255).astype(np.uint8)
    return Painted(texture, int(seen.sum()) / max(count, 1), made / max(count, 1))


def _mean_colour(view: View) -> np.ndarray:
    """Mean colour [3] of the pixels that are trusted."""
    trust = np.ones(view.picture.shape[:2]) if view.confidence is None else view.confidence + 1e-9
    return (view.picture * trust[..., None]).sum((0, 1)) / trust.sum()


def _fine_mesh(
    vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray, normals: np.ndarray, base: np.ndarray | None
) -> tuple:
    """Split the mesh's edges until they are short enough to spread colours over.

    Returns vertices with uv, normals and colours, [V', 8] or [V', 11], and faces.
    """
    area = float(face_normals(vertices, faces)[1].sum(dtype=np.float64))
    pitch = np.sqrt(2.3 * area / SPREAD_FACES)  # side of an equilateral triangle of the mean area
    values = [vertices, uv, normals] if base is None else [vertices, uv, normals, base]
    return split_long_edges(np.concatenate(values, 1), faces, 1.5 * pitch, 4 * SPREAD_FACES)


def _honest_normals(vertices: np.ndarray, faces: np.ndarray, texels: Texels) -> np.ndarray:
    """Return shading normals [T, 3] where they are near the face's own, else the face's.

    On a box with shared corners they lean by up to 55 degrees, and a side in full view would count as turned away.
    """
    flat = face_normals(vertices, faces)[0][texels.face]
    return np.where((flat * texels.normal).sum(1, keepdims=True) > LEAN, texels.normal, flat)


def _with_depths(vertices: np.ndarray, faces: np.ndarray, views: Sequence[View]) -> list[tuple[View, np.ndarray]]:
    """Return views, little trusted along edges of depth, with their depth maps.

    Views of one camera and size share theirs.
    """
    nothing = np.zeros((0, 3), np.float32)
    baker = Baker(vertices, faces, nothing, nothing)
    known: dict[tuple, tuple[np.ndarray, np.ndarray]] = {}
    out = []
    for view in views:
        key = (view.camera, view.picture.shape[:2])
        if key not in known:
            depth = baker.depth(view)
            known[key] = depth, _trust_beside_edges(depth, view.camera.pixel_size(len(depth)))
        depth, trust = known[key]
        if view.confidence is not None:
            trust = trust * view.confidence
        out.append((replace(view, confidence=trust), depth))
    return out


def _trust_beside_edges(depth: np.ndarray, pixel: float) -> np.ndarray:
    """Return 1, and EDGE_TRUST near places where the depth [H, W] jumps.

    There one part's colour may lie on another, because the picture is soft or the mesh is not quite the object. pixel:
    world units.
    """
    reach = max(1, round(EDGE * max(depth.shape)))
    filled = np.where(np.isfinite(depth), depth, depth[np.isfinite(depth)].max(initial=0.0))  # outlines are not meant
    window = 2 * reach + 1
    span = maximum_filter(filled, window) - minimum_filter(filled, window)
    # more than a slope of 80 degrees explains
    return np.where(span > (2 * reach + 1) * 6.0 * pixel, EDGE_TRUST, 1.0).astype(np.float32)


def _support(surface: _Surface, ready: Sequence[tuple[View, np.ndarray]], exponent: float) -> np.ndarray:
    """Return how well each view shows the surroundings of the pieces' vertices, [V', K].

    Trust * cosine^k, 0 where hidden, averaged along the surface. The choice between views stays the same from bump to
    bump of a rough surface.
    """
    texels = surface.texels
    some = slice(None, None, max(1, len(texels.index) // SAMPLES))
    baker = surface.baker(some, exponent)
    weights = np.stack([baker.look_up(view, depth)[:, 3] for view, depth in ready], 1)
    points = texels.face[some], texels.barycentrics[some]
    mean, known = surface.graph.gather(*points, weights, np.ones(len(weights), np.float32))
    return surface.graph.at_vertices(surface.graph.smooth(mean, known, CALM * surface.extent), known)


def _blend(found: Sequence[np.ndarray], priorities: Sequence[float], support: np.ndarray) -> tuple[np.ndarray, ...]:
    """Colours [T, 3] of looked-up points, sharp (the best view's almost alone) and wide (by weight), and sureness [T].

    found: K times [T, 4], colour and trust * cosine^k. support [T, K]: the same of the surroundings. Views are weighed
    by the geometric mean of both. Sureness is the largest, whatever the priority; it is lost where a view of far less
    priority would stand in for the one that shows the surroundings: a speck of a guess is worse than a filled hole.
    """
    order = np.asarray(priorities, np.float32)[:, None]
    around = np.maximum(support, 0.0).T * order
    around *= np.clip((support.T - FAINT) / (3.0 * FAINT), 0.01, 1.0)
    shown = np.stack([full[:, 3] for full in found])
    weights = np.sqrt(shown * order * around)  # sharp: relative weights to the fourth power
    relative = weights / np.maximum(weights.max(0), 1e-12)
    sharp, wide = np.zeros((weights.shape[1], 3), np.float32), np.zeros((weights.shape[1], 3), np.float32)
    total, square = np.zeros((2, weights.shape[1], 1), np.float32)
    for share, full in zip(relative, found, strict=True):
        hit = np.flatnonzero(share)
        part, colour = share[hit, None], full[hit, :3]
        wide[hit] += part * colour
        total[hit] += part
        part = part**2 * part**2
        sharp[hit] += part * colour
        square[hit] += part
    wide /= np.maximum(total, 1e-12)
    sharp /= np.maximum(square, 1e-12)
    rank = np.asarray(priorities, np.float32)
    usable = np.where(shown > 0, around, 0.0)
    stand_in = rank[usable.argmax(0)] / rank[around.argmax(0)] * (usable.max(0) > 0)
    sure = np.sqrt(shown * np.maximum(support, 0.0).T).max(0)
    return sharp, wide, sure * np.clip((stand_in - STAND_IN) / STAND_IN, 0.0, 1.0)


def _level_and_fill(
    surface: _Surface, colour: np.ndarray, correction: np.ndarray, sure: np.ndarray, own: np.ndarray | None
) -> None:
    """Add the smoothed `correction` [T, 3] to the colours [T, 3], then fill the unsure ones [T]; in place.

    With the surface's own colours [T, 3] it is the difference to them that spreads: how the views are lit.
    """

    def held(values: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Values at texels, so that they and the own colours stay in 0..1."""
        below = 0.0 if own is None else own[which]
        return np.clip(values, -below, 1.0 - below)

    if own is not None:
        colour -= own
    texels, graph, faces = surface.texels, surface.graph, surface.pieces
    at_texels = surface.at_texels
    some = slice(None, None, max(1, len(sure) // SAMPLES))
    points = texels.face[some], texels.barycentrics[some]
    shown = np.flatnonzero(sure > 0)
    if np.abs(correction[shown]).max(initial=0.0) > 1 / 255:
        mean, trust = graph.gather(*points, correction[some], (sure[some] > 0).astype(np.float32))
        level = graph.at_vertices(graph.smooth(mean, trust, ZONE * surface.extent), trust)
        colour[shown] = held(colour[shown] + at_texels(level, shown), shown)
    certain = np.minimum(sure / SURE, 1.0)
    mean, trust = graph.gather(*points, colour[some], certain[some])
    calm = graph.at_vertices(graph.spread(mean, trust), trust)
    # Faces with a corner around which some texels are known and some are not.
    known = graph.at_vertices(trust[:, None])[:, 0]
    mixed = np.flatnonzero((known > 0.01) & (known < 0.99))
    border = np.any(np.isin(faces, mixed), axis=1)[texels.face]
    # What is filled begins with the very colours that it borders on: doubtful texels first, then those nobody saw.
    source = np.flatnonzero(border & (certain == 1.0))
    for which in (np.flatnonzero((certain > 0.0) & (certain < 1.0)), np.flatnonzero(certain == 0.0)):
        around = at_texels(calm, which)
        near = np.flatnonzero(border[which])
        source = source[:: max(1, len(source) // SOURCES)]
        detail = colour[source] - at_texels(calm, source)
        around[near] += _carried_over(texels.position, detail, source, which[near], 0.5 * graph.step)
        mix = certain[which, None]
        mix = mix * mix * (3.0 - 2.0 * mix)
        colour[which] = held(mix * colour[which] + (1.0 - mix) * around, which)
        source = np.flatnonzero(border & (certain > 0.0))
    if own is not None:
        colour += own


def _carried_over(
    position: np.ndarray, detail: np.ndarray, source: np.ndarray, target: np.ndarray, reach: float
) -> np.ndarray:
    """Detail [T, 3] at the texels `target`, from the nearest of `source`, fading out over `reach`."""
    out = np.zeros((len(target), 3), np.float32)
    if len(source) == 0:
        return out
    tree = KDTree(position[source], compact_nodes=False, balanced_tree=False)  # twice as fast to build
    distance, nearest = tree.query(position[target], distance_upper_bound=reach, workers=thread_count())
    hit = np.isfinite(distance)
    share = (1.0 - distance[hit] / reach)[:, None]
    out[hit] = detail[np.asarray(nearest)[hit]] * (share * share * (3.0 - 2.0 * share))
    return out
