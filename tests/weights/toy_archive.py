"""A packed archive of three small objects, and the training commands called as a shell calls them."""

import json
import sys
from pathlib import Path

import numpy as np
import trimesh


def as_triangles(mesh: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32)


def run(command, *arguments) -> None:
    before = sys.argv
    sys.argv = ["command", *map(str, arguments)]
    try:
        command()
    finally:
        sys.argv = before


def write_archive(folder: Path) -> None:
    """Boxes in the layout of the packed archive; "Box 1" and "box2" are variants of each other."""
    meshes = [
        trimesh.creation.box((2, 1.0, 0.6)),
        trimesh.creation.box((1.0, 2, 0.8)),
        trimesh.creation.cylinder(0.5, 2, sections=16),
    ]
    faces = [m.faces for m in meshes]
    colours = [np.full((len(f), 3, 3), 60 * (k + 1), np.uint8) for k, f in enumerate(faces)]
    offsets = {
        "ov": np.cumsum([0] + [len(m.vertices) for m in meshes]),
        "of": np.cumsum([0] + [len(f) for f in faces]),
        "ou": np.zeros(4, np.int64),
        "ox": np.zeros(4, np.int64),
    }
    np.savez(
        folder / "objects.npz",
        v=np.round(np.concatenate([m.vertices for m in meshes]) * 32767).astype(np.int16),
        f=np.concatenate(faces).astype(np.uint16),
        cc=np.concatenate(colours),
        uv=np.zeros((0, 3, 2), np.uint16),
        tex=np.zeros(0, np.uint8),
        **offsets,
    )
    rows = [{"name": n, "source": "made", "leak": 0.0, "modular": False} for n in ("Box 1", "box2", "can")]
    (folder / "manifest.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
