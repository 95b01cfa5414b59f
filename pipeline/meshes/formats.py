"""Mesh formats that can be written, with the up axis and the length unit of each."""

MESH_FORMATS = ("glb", "obj", "ply", "stl", "3mf")
MESH_SUFFIXES = tuple(f".{kind}" for kind in MESH_FORMATS)
PREVIEW_FORMATS = ("png", "gif", "webp")
# Suffixes that look like a file and are none that can be written: refused, because a folder of that name is a surprise.
NOT_FOLDERS = (
    ".gltf", ".fbx", ".usd", ".usda", ".usdc", ".usdz", ".dae", ".blend", ".off", ".3ds", ".abc", ".amf", ".x3d",
    ".wrl", ".step", ".stp", ".iges", ".igs", ".dxf", ".xyz", ".pcd", ".las", ".mtl", ".npz", ".png", ".jpg", ".jpeg",
    ".webp", ".gif", ".bmp", ".tif", ".tiff", ".svg", ".pdf", ".mp4", ".mov", ".zip", ".gz", ".tar", ".json", ".jsonl",
    ".html", ".txt", ".csv",
)  # fmt: skip
_OPENED = "Blender, Unity, Unreal, Godot and Maya open GLB"
ADVICE = {
    "fbx": f"{_OPENED}, with its texture inside.",
    "gltf": "GLB is the same in one file.",
    "usd": f"{_OPENED}; usdzip and Reality Converter make USDZ of it.",
    "usdz": "Reality Converter and Blender make USDZ of GLB.",
    "dae": f"{_OPENED}.",
    "blend": "Blender opens GLB: File > Import > glTF.",
}
"""Format that is not written -> what to take instead."""
PRINTED = ("stl", "3mf")  # made for printers: Z up, millimetres
PER_METRE = {"m": 1.0, "cm": 100.0, "mm": 1000.0}  # units of a file in one metre


def up_of(kind: str, up: str = "auto") -> str:
    """Return the up axis of a file of format `kind`: `up`, or the format's own for auto."""
    return up if up != "auto" else "z" if kind in PRINTED else "y"


def unit_of(kind: str, unit: str = "auto") -> str:
    """Return the length unit of a file of format `kind`: `unit`, or the format's own for auto."""
    return unit if unit != "auto" else "mm" if kind in PRINTED else "m"
