"""Views to texture: look up, blend, fill along the surface, pad.

Detail comes almost only from the best view, so it is not doubled. Where views differ (in exposure, say) the difference
is smoothed along the surface and added, so that one view passes into the other over a wide zone without an edge. Being
measured on the surface, it is nothing where the views agree, whatever lies beside a place in a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.spatial import KDTree

from ...kernels.arrays import beside, is_tensor, namespace, on_device, positions, to_numpy
from ...kernels.atlas.bake import Baker, View
from ...kernels.atlas.fill import fill_gutters
from ...kernels.atlas.level_seams import level_seams
from ...kernels.atlas.mix_views import Rule, mix_views
from ...kernels.atlas.texel_maps import Texels, texel_maps
from ...kernels.atlas.unwrap import default_padding
from ...kernels.meshes.normals import face_normals
from ...kernels.meshes.split_edges import split_long_edges
from ...kernels.meshes.surface_graph import SurfaceGraph
from ...kernels.parallel import thread_count

Values: TypeAlias = Any  # an array of NumPy, or a tensor where a device is named

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
    device: str | None = None,
) -> Painted:
    """Texture of a mesh whose vertices are cut for `uv` [V, 2]. Every texel inside a face gets a colour.

    base: colours [V, 3] in 0..1 for what no view shows, in the light of the views around it. two_sided: of open
    surfaces; a view from behind paints them too. device: torch device on which texels and pictures lie meanwhile;
    None: NumPy on the CPU.
    """
    surface = replace(_surface(_Cut(vertices, faces, uv, normals), size, base, device), two_sided=two_sided)
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
class _Cut:
    """A mesh cut for its atlas, on the host."""

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    normals: np.ndarray


@dataclass(frozen=True)
class _Surface:
    """A mesh cut for its atlas, in faces `pieces` [F', 3] that are small enough to spread colours over.

    cut: of the host; vertices, faces: the same where texels and pictures lie, as all that follows. texels: know pieces,
    with normals [T, 3] to be lit by. base: colours of the pieces' vertices [V', 3] when the mesh has some. graph: of
    the pieces, on the host. extent: longest side of the surface's box.
    """

    cut: _Cut
    vertices: Values
    faces: Values
    pieces: Values
    texels: Texels
    normal: Values
    base: Values | None
    graph: SurfaceGraph
    extent: float
    two_sided: bool = False

    def baker(self, which: slice, exponent: float) -> Baker:
        """Return the look-up of some of the texels."""
        points = self.texels.position[which], self.normal[which]
        return Baker(self.vertices, self.faces, *points, exponent=exponent, two_sided=self.two_sided)

    def at_texels(self, values: Values, which: Values | slice) -> Values:
        """Values at vertices of the pieces [V', C] -> at some of the texels."""
        corner, share = self.pieces[self.texels.face[which]], self.texels.barycentrics[which]
        out = values[corner[:, 0]] * share[:, :1]
        for k in (1, 2):
            out += values[corner[:, k]] * share[:, k : k + 1]
        return out

    def at_vertices(self, values: np.ndarray, trust: np.ndarray | None = None) -> Values:
        """Values of the graph's nodes at the vertices of the pieces, where the texels lie."""
        return beside(self.graph.at_vertices(values, trust), self.pieces)

    def gathered(self, values: Values, weight: Values, some: slice) -> tuple[np.ndarray, np.ndarray]:
        """Means of values of some of the texels at the graph's nodes, on the host."""
        points = to_numpy(self.texels.face[some]), to_numpy(self.texels.barycentrics[some])
        return self.graph.gather(*points, to_numpy(values), to_numpy(weight))


def _surface(cut: _Cut, size: int, base: np.ndarray | None, device: str | None) -> _Surface:
    def there(array: np.ndarray) -> Values:
        return array if device is None else on_device(array, device)

    points, pieces = _fine_mesh(cut.vertices, cut.faces, cut.uv, cut.normals, base)
    place = points[:, :3]
    held, own = there(points), there(pieces)
    texels = texel_maps(held[:, :3], own, held[:, 3:5], size, held[:, 5:8], rims=True)
    normal = _honest_normals(there(face_normals(place, pieces)[0]), texels)
    ends = _largest(texels.position) + _largest(-texels.position) if len(texels.index) else np.zeros(3)
    colours = None if base is None else held[:, 8:]
    vertices, faces = there(cut.vertices), there(cut.faces)
    return _Surface(cut, vertices, faces, own, texels, normal, colours, SurfaceGraph(place, pieces), float(ends.max()))


def _largest(values: Values) -> Values:
    """Return the largest of each column of [T, 3]."""
    return values.amax(0) if is_tensor(values) else values.max(0)


def _paint(surface: _Surface, views: Sequence[View], exponent: float) -> Painted:
    texels, size, like = surface.texels, surface.texels.size, surface.normal
    count = len(texels.index)
    xp = namespace(like)
    colour, mixed = xp.zeros_like(like), xp.zeros_like(like)  # sharp and wide blend
    sure = xp.zeros_like(like[:, 0])
    seen = xp.zeros_like(texels.index, dtype=xp.int8)
    ready = _with_depths(surface, views)
    support = _support(surface, ready, exponent)
    priorities = [view.priority for view in views]

    for part in (slice(start, start + CHUNK) for start in range(0, count, CHUNK)):
        baker = surface.baker(part, exponent)
        where = texels.face[part], texels.barycentrics[part]
        made = mix_views(baker.look_ups(ready), priorities, support, surface.pieces, *where, Rule(FAINT, STAND_IN))
        colour[part], mixed[part], sure[part], seen[part] = made.sharp, made.wide, made.sure, made.seen
    shown = int((sure > 0).sum())
    own = None if surface.base is None else surface.at_texels(surface.base, slice(None))
    if shown:
        _level_and_fill(surface, colour, mixed - colour, sure, own)
    elif own is not None:
        colour[:] = own
    else:  # too small for the pictures' pixels, say
        colour[:] = beside(_mean_colour(max(views, key=lambda view: view.priority)), like)
    texture = _in_atlas(surface, colour, size)
    return Painted(texture, int((seen > 0).sum()) / max(count, 1), shown / max(count, 1))


def _in_atlas(surface: _Surface, colour: Values, size: int) -> np.ndarray:
    """Return the texture uint8 [size, size, 3] of the texels' colours [T, 3]: seams levelled, gutters filled."""
    xp = namespace(colour)
    index, cut = surface.texels.index, surface.cut
    flat = colour.new_zeros(size * size, 3) if is_tensor(colour) else np.zeros((size * size, 3), np.float32)
    covered = flat[:, 0] > 0  # nowhere yet
    flat[index], covered[index] = colour, True
    whole, mask = flat.reshape(size, size, 3), covered.reshape(size, size)
    level = level_seams(whole, mask, cut.vertices, cut.faces, cut.uv)
    padded = fill_gutters(level, mask, 2 * default_padding(size))
    return to_numpy(xp.asarray((padded.clip(0.0, 1.0) * 255).round(), dtype=xp.uint8))


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


def _honest_normals(flat: Values, texels: Texels) -> Values:
    """Return shading normals [T, 3] where they are near the face's own [F, 3], else the face's.

    On a box with shared corners they lean by up to 55 degrees, and a side in full view would count as turned away.
    """
    own = flat[texels.face]
    return namespace(own).where((own * texels.normal).sum(1)[:, None] > LEAN, texels.normal, own)


def _with_depths(surface: _Surface, views: Sequence[View]) -> list[tuple[View, Values]]:
    """Return views, little trusted along edges of depth, with their depth maps, where the surface lies.

    Views of one camera and size share theirs.
    """
    baker = Baker(surface.vertices, surface.faces, surface.normal[:0], surface.normal[:0])
    known: dict[tuple, tuple[Values, Values]] = {}
    out = []
    for view in views:
        key = (view.camera, view.picture.shape[:2])
        if key not in known:
            depth = baker.depth(view)
            known[key] = depth, _trust_beside_edges(depth, view.camera.pixel_size(len(depth)))
        depth, trust = known[key]
        if view.confidence is not None:
            trust = trust * beside(view.confidence, trust)
        out.append((replace(view, picture=beside(view.picture, depth), confidence=trust), depth))
    return out


def _trust_beside_edges(depth: Values, pixel: float) -> Values:
    """Return 1, and EDGE_TRUST near places where the depth [H, W] jumps.

    There one part's colour may lie on another, because the picture is soft or the mesh is not quite the object. pixel:
    world units.
    """
    xp = namespace(depth)
    reach = max(1, round(EDGE * max(depth.shape)))
    known = xp.isfinite(depth)
    furthest = xp.where(known, depth, 0.0).max()
    filled = xp.where(known, depth, furthest)  # outlines are not meant
    window = 2 * reach + 1
    span = _span(filled, window)
    # more than a slope of 80 degrees explains
    return xp.asarray(xp.where(span > window * 6.0 * pixel, EDGE_TRUST, 1.0), dtype=xp.float32)


def _span(plane: Values, window: int) -> Values:
    """Return the largest less the smallest value in the square window around each pixel [H, W]."""
    if not is_tensor(plane):
        return maximum_filter(plane, window) - minimum_filter(plane, window)
    from torch.nn import functional as F

    both = F.max_pool2d(namespace(plane).stack([plane, -plane])[:, None], window, 1, window // 2)
    return (both[0] + both[1])[0]


def _support(surface: _Surface, ready: Sequence[tuple[View, Values]], exponent: float) -> Values:
    """Return how well each view shows the surroundings of the pieces' vertices, [V', K].

    Trust * cosine^k, 0 where hidden, averaged along the surface. The choice between views stays the same from bump to
    bump of a rough surface.
    """
    texels = surface.texels
    some = slice(None, None, max(1, len(texels.index) // SAMPLES))
    baker = surface.baker(some, exponent)
    weights = namespace(surface.normal).stack([look[:, 3] for look in baker.look_ups(ready)], 1)
    mean, known = surface.gathered(weights, np.ones(len(weights), np.float32), some)
    return surface.at_vertices(surface.graph.smooth(mean, known, CALM * surface.extent), known)


def _level_and_fill(surface: _Surface, colour: Values, correction: Values, sure: Values, own: Values | None) -> None:
    """Add the smoothed `correction` [T, 3] to the colours [T, 3], then fill the unsure ones [T]; in place.

    With the surface's own colours [T, 3] it is the difference to them that spreads: how the views are lit.
    """

    def held(values: Values, which: Values) -> Values:
        """Values at texels, so that they and the own colours stay in 0..1."""
        return values.clip(0.0, 1.0) if own is None else values.clip(-own[which], 1.0 - own[which])

    if own is not None:
        colour -= own
    texels, graph = surface.texels, surface.graph
    at_texels = surface.at_texels
    some = slice(None, None, max(1, len(sure) // SAMPLES))
    shown = positions(sure > 0)
    if float(abs(correction[shown]).max()) > 1 / 255:
        mean, trust = surface.gathered(correction[some], sure[some] > 0, some)
        level = surface.at_vertices(graph.smooth(mean, trust, ZONE * surface.extent), trust)
        colour[shown] = held(colour[shown] + at_texels(level, shown), shown)
    certain = (sure / SURE).clip(max=1.0)
    mean, trust = surface.gathered(colour[some], certain[some], some)
    calm = surface.at_vertices(graph.spread(mean, trust), trust)
    # Faces with a corner around which some texels are known and some are not.
    known = surface.at_vertices(trust[:, None])[:, 0]
    mixed = (known > 0.01) & (known < 0.99)
    border = mixed[surface.pieces].any(1)[texels.face]
    # What is filled begins with the very colours that it borders on: doubtful texels first, then those nobody saw.
    source = positions(border & (certain == 1.0))
    for which in (positions((certain > 0.0) & (certain < 1.0)), positions(certain == 0.0)):
        around = at_texels(calm, which)
        near = positions(border[which])
        source = source[:: max(1, len(source) // SOURCES)]
        detail = colour[source] - at_texels(calm, source)
        around[near] += _carried_over(texels.position, detail, source, which[near], 0.5 * graph.step)
        mix = certain[which, None]
        mix = mix * mix * (3.0 - 2.0 * mix)
        colour[which] = held(mix * colour[which] + (1.0 - mix) * around, which)
        source = positions(border & (certain > 0.0))
    if own is not None:
        colour += own


def _carried_over(position: Values, detail: Values, source: Values, target: Values, reach: float) -> Values:
    """Detail [T, 3] at the texels `target`, from the nearest of `source`, fading out over `reach`."""
    out = np.zeros((len(target), 3), np.float32)
    if len(source) and len(target):
        tree = KDTree(to_numpy(position[source]), compact_nodes=False, balanced_tree=False)  # twice as fast to build
        distance, nearest = tree.query(to_numpy(position[target]), distance_upper_bound=reach, workers=thread_count())
        hit = np.isfinite(distance)
        share = (1.0 - distance[hit] / reach)[:, None]
        out[hit] = to_numpy(detail)[np.asarray(nearest)[hit]] * (share * share * (3.0 - 2.0 * share))
    return beside(out, detail)
