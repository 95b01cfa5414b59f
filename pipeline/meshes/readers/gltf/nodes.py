"""The node tree of a glTF document: where each mesh stands, its instances, and the rest pose of skins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..scene import MAX_COPIES, Source, pick
from .buffers import Buffers, normalised
from .materials import numbers


@dataclass(frozen=True)
class Stand:
    """One mesh in the scene.

    places: float64 [N,4,4], one per instance; bones: float64 [J,4,4] of its skin, or None; weights: of its morph
    targets, when the node gives them.
    """

    mesh: Any
    places: np.ndarray
    bones: np.ndarray | None
    weights: Any


class Nodes:
    """Walks the nodes without recursion, so that neither depth nor circles matter."""

    def __init__(self, buffers: Buffers, source: Source):
        self._buffers, self._source = buffers, source
        self._document = buffers.document
        self._nodes = [self._get("nodes", index, "node") for index in range(len(self._document.get("nodes", [])))]
        self._world = self._placed()

    def stands(self) -> Iterator[Stand]:
        """Every mesh of the scene that is shown; of all nodes when the document names no scene."""
        for index in self._shown():
            node = self._nodes[index]
            if "mesh" not in node:
                continue
            bones = self._bones(node["skin"]) if "skin" in node else None
            places = self._instances(node, self._world[index])
            # A skin moves with its bones alone; the node's own place does not count.
            yield Stand(node["mesh"], np.eye(4)[None] if bones is not None else places, bones, node.get("weights"))

    def _placed(self) -> dict[int, np.ndarray]:
        """World matrices of all nodes that hang on a root; those of a circle are missing."""
        children = {index: self._children(node) for index, node in enumerate(self._nodes)}
        inner = [child for several in children.values() for child in several]
        hanging = set(inner)
        if len(hanging) < len(inner):
            raise self._source.bad("a node has two parents")
        world: dict[int, np.ndarray] = {}
        todo = [(index, np.eye(4)) for index in children if index not in hanging]
        while todo:
            index, above = todo.pop()
            world[index] = above @ self._local(self._nodes[index])
            todo += [(child, world[index]) for child in children[index]]
        return world

    def _shown(self) -> list[int]:
        scenes = self._document.get("scenes")
        if not scenes:
            roots = list(range(len(self._nodes)))
        else:
            scene = pick(self._source, scenes, self._document.get("scene", 0), "scene")
            roots = self._children(scene, "nodes") if isinstance(scene, dict) else []
        found: dict[int, None] = {}
        todo = list(reversed(roots))
        while todo:
            index = todo.pop()
            if index in found:
                continue
            if index not in self._world:
                raise self._source.bad("its nodes go round in a circle")
            visibility = self._buffers.of(self._buffers.of(self._nodes[index], "extensions"), "KHR_node_visibility")
            if visibility.get("visible") is False:
                self._source.warn("hidden parts were left out")
                continue
            found[index] = None
            todo += reversed(self._children(self._nodes[index]))
        return list(found)

    def _children(self, node: dict[str, Any], key: str = "children") -> list[int]:
        children = node.get(key, [])
        if not isinstance(children, list):
            raise self._source.bad(f"its '{key}' is malformed")
        for child in children:
            pick(self._source, self._nodes, child, "node")
        return children

    def _local(self, node: dict[str, Any]) -> np.ndarray:
        if "matrix" in node:
            return np.array(numbers(self._source, node, "matrix", [0.0] * 16)).reshape(4, 4).T
        move = np.array(numbers(self._source, node, "translation", [0.0] * 3))
        turn = np.array(numbers(self._source, node, "rotation", [0.0, 0.0, 0.0, 1.0]))
        size = np.array(numbers(self._source, node, "scale", [1.0] * 3))
        return _matrices(move[None], turn[None], size[None])[0]

    def _instances(self, node: dict[str, Any], world: np.ndarray) -> np.ndarray:
        """World matrices [N,4,4] of EXT_mesh_gpu_instancing, or the node's own alone."""
        about = self._buffers.of(self._buffers.of(node, "extensions"), "EXT_mesh_gpu_instancing")
        given = self._buffers.of(about, "attributes")
        rows = {name: normalised(self._buffers.accessor(index)) for name, index in given.items() if name[:1] != "_"}
        if not rows:
            return world[None]
        count = min(len(values) for values in rows.values())
        if count > MAX_COPIES:
            raise self._source.bad_mesh(f"it has {count} instances", "Split it first.")
        fill = {"TRANSLATION": [0, 0, 0], "ROTATION": [0, 0, 0, 1], "SCALE": [1, 1, 1]}
        parts = []
        for name, plain in fill.items():
            values = rows.get(name, np.broadcast_to(np.array(plain, np.float64), (count, len(plain))))
            if values.shape[1] != len(plain):
                raise self._source.bad("its instances are malformed")
            parts.append(values[:count].astype(np.float64))
        return world @ _matrices(*parts)

    def _bones(self, index: Any) -> np.ndarray:
        skin = self._get("skins", index, "skin")
        joints = self._children(skin, "joints")
        if not joints or any(joint not in self._world for joint in joints):
            raise self._source.bad(f"skin {index} has no joints that stand in the scene")
        world = np.stack([self._world[joint] for joint in joints])
        if "inverseBindMatrices" not in skin:
            return world
        inverse = self._buffers.accessor(skin["inverseBindMatrices"]).astype(np.float64)
        if inverse.shape[1] != 16 or len(inverse) < len(joints):
            raise self._source.bad(f"skin {index} has fewer matrices than joints")
        return world @ inverse[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)

    def _get(self, key: str, index: Any, what: str) -> dict[str, Any]:
        found = pick(self._source, self._document.get(key), index, what)
        if not isinstance(found, dict):
            raise self._source.bad(f"{what} {index} is malformed")
        return found


def _matrices(move: np.ndarray, turn: np.ndarray, size: np.ndarray) -> np.ndarray:
    """[N,4,4] from translations [N,3], quaternions [N,4] (x, y, z, w; need not be unit) and scales [N,3]."""
    x, y, z, w = (turn / np.maximum(np.linalg.norm(turn, axis=1, keepdims=True), 1e-30)).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    out = np.zeros((len(move), 4, 4))
    out[:, :3, :3] = np.moveaxis(np.array(rows), 2, 0) * size[:, None, :]
    out[:, :3, 3] = move
    out[:, 3, 3] = 1
    return out
