"""Every setting of every stage changes something that can be seen from outside, or stands in a list with the reason."""

import ast
import dataclasses
import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from fakes import FakeGenerator, cube, cutout, picture
from PIL import Image

import varco3d.pipeline
from varco3d.errors import UsageError, Varco3DError
from varco3d.kernels.fields.field import field_from_grid
from varco3d.kernels.ovoxel.dual_grid import mesh_to_grid
from varco3d.pipeline.artifacts import Asset, Field, Latents, Mesh, PictureCamera, Queries, Subject, VoxelGrid
from varco3d.pipeline.stage import Context, load_stage
from varco3d.pipeline.stages.settings import SETTINGS
from varco3d.weights.generators.generator import DecodedGrid

NEEDS_MORE = {
    "clean.watertight": "needs pymeshlab, which is not installed everywhere: tests/pipeline/meshes/test_export.py",
    "export.quads": "needs pymeshlab: tests/pipeline/meshes/test_export.py",
}
QUICK: dict[str, dict[str, Any]] = {
    "prepare": {"size": 64},
    "coarse": {"steps": 2, "resolution": 16, "candidates": 2},
    "generate": {"steps": 2, "resolution": 16},
    "voxelize": {"resolution": 8},
    "sample": {"tokens": 30},
    "refine": {"steps": 2},
    "cascade": {"steps": 2},
    "decode_grid": {"steps": 2},
    "decode": {"resolution": 32, "start": 16},
    "clean": {"faces": 200},
    "export": {"formats": ("obj",)},
}
OTHER: dict[str, Any] = {
    "prepare.size": 96, "prepare.method": "network", "coarse.combine": "mean",
    "coarse.resolution": 24, "coarse.chunk": 512, "generate.resolution": 24,
    "coarse.preview_steps": (1,), "generate.preview_steps": (1,), "coarse.tokens": 5, "generate.tokens": 5,
    "generate.prompt": "red", "structure.voxels": 64, "voxelize.resolution": 12, "voxelize.fit": 0.9,
    "structure_mesh.voxels": 64, "voxelize.voxels": 100, "decode_voxels.level": 0.1,
    "voxelize.band": 3.0, "sample.tokens": 20, "decode.resolution": 48, "decode.start": 8, "decode.chunk": 512,
    "decode.level": 0.1, "coarse.level": 0.1, "clean.faces": 100, "clean.min_part": 0.0, "clean.tolerance": 0.1,
    "decode.smooth": 0.1, "export.formats": ("stl",), "export.size": 2.0, "export.lod": (1.0, 0.5),
}  # fmt: skip
WITH: dict[str, dict[str, Any]] = {
    "voxelize.band": {"rule": "distance"}, "voxelize.voxels": {"fit": 0.9}, "export.extras": {"formats": ("glb",)},
    "export.texture_format": {"formats": ("glb",)}, "generate.resolution": {"preview_steps": (1,)},
    "coarse.combine": {"combine": "best"}, "prepare.method": {"method": "plain"},
}  # fmt: skip


class Whole(FakeGenerator):
    """Has every ability that a setting asks for, and writes down what it is asked."""

    truncation = 1.0
    structure_tokens = 4
    trained_voxels = 10_000

    def __init__(self) -> None:
        super().__init__()
        self.structure = self
        self.asked: list[Any] = []

    def condition(self, rgba):
        return float(rgba.mean())

    def condition_views(self, pictures):
        return float(sum(rgba.mean() for rgba in pictures.values()))

    def condition_prompted(self, rgba, prompt):
        self.asked.append(prompt)
        return self.condition(rgba)

    def velocity(self, x, t, condition, anchors, guidance):
        self.asked.append((tuple(x.shape), t, condition, guidance))
        return torch.zeros_like(x)

    def field(self, latents, anchors):
        inner = super().field(latents, anchors)

        def query(points):
            self.asked.append(len(points))
            return inner(points)

        return query

    def selected_field(self, latents, select):
        self.asked.append(str(select))
        return self.field(latents, None)

    def second_look(self, field, condition):
        self.asked.append("second look")
        return field

    def camera(self, condition):
        return torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0]])

    def reference_grid(self, latents, resolution, chunk):
        axis = torch.linspace(-1, 1, resolution + 1)
        return 0.5 - torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).norm(dim=-1)

    def occupied(self, latents):
        return np.argwhere(np.ones((5, 5, 5))).astype(np.int32), 16

    def voxel_bytes(self):
        return 1

    def finer(self, latents, anchors, resolution, most):
        self.asked.append((resolution, most))
        return np.zeros((1, 3), np.int32), resolution // 16

    def dual_grid(self, latents, anchors):
        grid = mesh_to_grid(cube(0.4).vertices, cube().faces, 8)
        arrays = [torch.from_numpy(array) for array in (grid.coords, grid.local, grid.crossed)]
        return DecodedGrid(8, *arrays, torch.ones(len(grid.coords), 1))

    def placed(self, vertices):
        return 2 * vertices

    def texture(self, latents, anchors):
        return self

    def materials(self, texture, anchors, grid):
        return grid.coords.numpy(), np.zeros((len(grid.coords), 6), np.uint8)

    def mesh(self, latents, anchors, published=False):
        self.asked.append(published)
        return SimpleNamespace(vertices=cube().vertices, faces=cube().faces, colours=None)

    def sparse_field(self, latents, anchors, level=None, refine=None, chunk=32, progress=None):
        self.asked.append((level, refine, chunk))
        return field_from_grid(np.zeros((2, 2, 2)), 1.0, 0.5)


class Anchored(Whole):
    """Draws at the places of a lattice, so that several draws have a mean."""

    def anchors(self, indices, resolution):
        return super().anchors(np.argwhere(np.ones((2, 2, 2))) if indices is None else indices, resolution or 2)


def asset_for(stage: str, folder: Path, opaque: bool) -> Asset:
    """Return an asset with all that the stage reads."""
    y, x = (np.mgrid[:32, :32] + 0.5) / 16 - 1
    rgba = cutout((np.hypot(x, y) < 0.5).astype(np.float32))
    shell = np.argwhere(np.pad(np.zeros((4, 4, 4)), 1, constant_values=1)).astype(np.int32) + 5
    source = picture(folder / "a.png")
    if opaque:
        Image.alpha_composite(Image.new("RGBA", (96, 96), "white"), Image.open(source)).convert("RGB").save(source)
    whole = Asset(
        source=source,
        subject=Subject(rgba, np.eye(3), (32, 32), {"left": rgba * 0.5}),
        queries=Queries(shell, 16),
        latents=Latents(np.zeros((8, 4), np.float32), np.zeros((8, 3), np.float32)),
        voxels=VoxelGrid(shell, 16),
        camera=PictureCamera(np.eye(2, 4, dtype=np.float32)),
    )
    if stage in ("coarse", "generate"):
        return dataclasses.replace(whole, subject=Subject(rgba, np.eye(3), (32, 32)))
    if stage == "voxelize":
        return Asset(coarse=cube(0.4))
    if stage == "clean":
        return Asset(mesh=sheet())
    if stage == "export":
        painted = dataclasses.replace(
            sheet(), uv=np.zeros((len(sheet().vertices), 2), np.float32), texture=np.full((4, 4, 3), 99, np.uint8)
        )
        return Asset(mesh=painted)
    return whole


def sheet() -> Mesh:
    """A ball of many triangles beside a grain of dust."""
    from trimesh.creation import icosphere

    ball, dust = icosphere(subdivisions=3, radius=0.4), icosphere(subdivisions=0, radius=0.02)
    vertices = np.concatenate([ball.vertices, dust.vertices + np.array([0.7, 0, 0])]).astype(np.float32)
    return Mesh(vertices, np.concatenate([ball.faces, dust.faces + len(ball.vertices)]).astype(np.int32))


def seen(stage: str, folder: Path, key: str = "", **settings: Any) -> str:
    """Return all that a run shows: the asset or the error, what the network was asked, warnings, files."""
    said: list[str] = []
    generator = (Anchored if key == "coarse.combine" else Whole)()
    (folder / "out").mkdir(parents=True)
    context = Context(
        networks={
            "coarse": generator,
            "refine": generator,
            "cutout": lambda rgb: (said.append("cutout"), rgb[..., 0])[1],
        },
        warn=said.append,
        folder=folder / "out",
        output=folder / "out" / "made",
        about={"seed": 1},
    )
    kind = SETTINGS[stage]
    try:
        made: Any = load_stage(stage).run(
            asset_for(stage, folder, key == "prepare.method"), kind(**{**QUICK.get(stage, {}), **settings}), context
        )
    except Varco3DError as error:
        made = error.message
    files = {path.name: path.read_bytes() for path in sorted((folder / "out").rglob("*")) if path.is_file()}
    with np.printoptions(threshold=10**9):
        return repr((_plain(made), generator.asked, said, files)).replace(str(folder), "")


def _plain(value: Any) -> Any:
    if isinstance(value, Field):
        return [(name, _plain(part)) for name, part in vars(value.samples).items()]
    if dataclasses.is_dataclass(value):
        return [(field.name, _plain(getattr(value, field.name))) for field in dataclasses.fields(value)]
    if hasattr(value, "numpy"):
        value = value.numpy()
    return value.tobytes() if isinstance(value, np.ndarray) else value


def others(stage: str, field: dataclasses.Field[Any], base: Any) -> Any:
    """Return another value than the one that the stage is tried with."""
    key, now = f"{stage}.{field.name}", getattr(base, field.name)
    if key in OTHER:
        return OTHER[key]
    if isinstance(now, bool):
        return not now
    if field.metadata["choices"]:
        return next(choice for choice in reversed(field.metadata["choices"]) if choice != now)
    if now is None:
        return field.metadata["min"] + 2.0
    return now + (1 if isinstance(now, int) else 0.25)


@pytest.mark.parametrize("stage", [name for name in SETTINGS if name not in ("texture", "extract")])
def test_every_setting_changes_something(stage: str, tmp_path: Path) -> None:
    base = SETTINGS[stage](**QUICK.get(stage, {}))
    plain = seen(stage, tmp_path / "plain")
    idle = []
    for field in dataclasses.fields(base):
        key = f"{stage}.{field.name}"
        if key in NEEDS_MORE:
            continue
        before = plain
        if key in WITH:
            before = seen(stage, tmp_path / f"{field.name}-before", key, **WITH[key])
        more = {**WITH.get(key, {}), field.name: others(stage, field, base)}
        if seen(stage, tmp_path / field.name, key, **more) == before:
            idle.append(key)
    assert not idle, "these settings reach nothing"


def test_every_setting_of_the_texture_is_read() -> None:
    """A run of the texture takes seconds and some settings a learned painter: here each is read off `settings`."""
    folder = Path(varco3d.pipeline.__file__).parent
    read = set()
    for path in [folder / "stages" / "texture.py", *(folder / "texturing").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] in (
                "settings",
                "_settings",
            ):
                read.add(node.attr)
    names = {field.name for field in dataclasses.fields(SETTINGS["texture"])}
    assert names <= read, f"{sorted(names - read)} reach nothing"


def test_the_search_for_the_camera_keeps_to_its_settings(monkeypatch, tmp_path: Path) -> None:
    # What takes `register` when it is first imported must not take the stand-in for good.
    importlib.import_module("varco3d.pipeline.texturing.painters.agree")
    told = []

    def register(vertices, faces, rgba, *rest):
        told.extend(rest[:2])
        raise UsageError("as far as this", "")

    monkeypatch.setattr("varco3d.pipeline.texturing.register.register", register)
    asset = dataclasses.replace(asset_for("refine", tmp_path, False), mesh=cube())
    settings = SETTINGS["texture"](size=64, spread=12.0, lowest_iou=0.3)
    with pytest.raises(UsageError, match="as far as this"):
        load_stage("texture").run(asset, settings, Context())
    assert told == [12.0, 0.3]
