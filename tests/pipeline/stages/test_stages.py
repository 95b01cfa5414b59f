"""The geometric stages on shapes whose answer is known."""

import dataclasses

import numpy as np
import pytest
import torch
import trimesh
from fakes import FakeGenerator, cube, cutout
from PIL import Image

from varco3d.errors import BadInputError, BadMeshError, EmptyFieldError, UsageError
from varco3d.pipeline.artifacts import (
    ARTIFACTS,
    Asset,
    Field,
    Latents,
    Mesh,
    PictureCamera,
    Queries,
    Subject,
    VoxelGrid,
)
from varco3d.pipeline.meshes.report import mesh_report
from varco3d.pipeline.stage import LEAST_CHUNK, Context
from varco3d.pipeline.stages.clean import Clean, CleanSettings
from varco3d.pipeline.stages.decode import Decode, DecodeSettings, seed_cells
from varco3d.pipeline.stages.extract import Extract, ExtractSettings
from varco3d.pipeline.stages.prepare import Prepare, PrepareSettings
from varco3d.pipeline.stages.refine import Refine, RefineSettings
from varco3d.pipeline.stages.sample import Sample, SampleSettings
from varco3d.pipeline.stages.voxelize import Voxelize, VoxelizeSettings
from varco3d.pipeline.voxel_materials import VoxelMaterials


def decoded(shape="torus", bounds=1.0, voxels=None, **settings):
    context = Context(networks={"refine": FakeGenerator(shape, bounds)})
    asset = Asset(latents=Latents(np.zeros((8, 4), np.float32)), voxels=voxels)
    return Decode().run(asset, DecodeSettings(**{"resolution": 32, "start": 16, **settings}), context)


def extracted(**settings):
    return Extract().run(decoded(**settings), ExtractSettings(), Context())


def test_voxels_of_a_cube_are_its_shell():
    """The faces of a cube of half side 0.5 at resolution 16 lie on voxel borders 4 and 12: both neighbours touch."""
    grid = Voxelize().run(Asset(coarse=cube()), VoxelizeSettings(resolution=16), Context()).voxels
    index = np.indices((16, 16, 16)).reshape(3, -1).T
    near = ((index >= 3) & (index <= 12)).all(1)
    shell = near & ((index <= 4) | (index >= 11)).any(1)
    assert np.array_equal(grid.indices, index[shell]) and grid.resolution == 16
    assert np.allclose(grid.centres()[0], (3.5 * 2 / 16) - 1)


def test_a_mesh_outside_the_box_is_refused():
    far = dataclasses.replace(cube(), vertices=cube().vertices + 5)
    with pytest.raises(BadMeshError):
        Voxelize().run(Asset(coarse=far), VoxelizeSettings(resolution=16), Context())


@pytest.mark.parametrize("method", ["fps", "random"])
def test_sampling_picks_distinct_voxels_and_follows_the_seed(method):
    grid = Voxelize().run(Asset(coarse=cube()), VoxelizeSettings(resolution=16), Context()).voxels

    def pick(seed, tokens=100):
        asset = Sample().run(Asset(voxels=grid), SampleSettings(tokens=tokens, method=method), Context(seed=seed))
        return asset.queries.indices

    assert len(np.unique(pick(1), axis=0)) == 100
    assert np.array_equal(pick(1), pick(1)) and not np.array_equal(pick(1), pick(2))


def test_fewer_voxels_than_tokens_gives_all_of_them():
    grid = VoxelGrid(np.array([[1, 2, 3], [4, 5, 6]], np.int32), 16)
    for method in ("fps", "random"):
        asset = Sample().run(Asset(voxels=grid), SampleSettings(tokens=4096, method=method), Context())
        assert np.array_equal(asset.queries.indices, grid.indices)


@pytest.mark.parametrize("bounds", [1.0, 1.05])
def test_decoding_and_extraction_find_the_torus(bounds):
    asset = extracted(bounds=bounds, resolution=64)
    points = asset.mesh.vertices.astype(np.float64)
    ring = np.hypot(points[:, 0], points[:, 1])
    off = np.abs(np.hypot(ring - 0.55, points[:, 2]) - 0.25)
    assert off.max() < 0.01
    report = mesh_report(asset.mesh)
    assert report["watertight"] and report["genus"] == 1 and report["winding_consistent"]
    assert report["volume"] == pytest.approx(2 * np.pi**2 * 0.55 * 0.25**2, rel=0.01)


def test_any_chunk_gives_the_same_field():
    one, two = decoded(chunk=256), decoded(chunk=1_000_000)
    assert np.array_equal(one.field.samples.values, two.field.samples.values)


def test_voxels_lead_to_what_the_first_level_misses():
    """A start of 4 cells sees no sign change of a thin torus; its voxels show the way."""
    coarse = extracted(resolution=64)
    voxels = Voxelize().run(Asset(coarse=coarse.mesh), VoxelizeSettings(resolution=32), Context()).voxels
    led = decoded(resolution=64, start=4, voxels=voxels)
    assert len(led.field.samples.cells) == len(decoded(resolution=64, start=64).field.samples.cells)


def test_seeds_are_translated_to_a_wider_box():
    voxels = VoxelGrid(np.array([[0, 0, 0], [15, 15, 15], [8, 3, 5]], np.int32), 16)
    assert seed_cells(voxels, 1.0) == (voxels.indices, 16)
    cells, resolution = seed_cells(voxels, 1.05)
    centres = (cells + 0.5) * (2.1 / resolution) - 1.05
    for centre in voxels.centres():
        assert np.abs(centres - centre).max(axis=1).min() <= 1.05 / resolution + 1e-6
    assert cells.min() >= 0 and cells.max() < resolution


def test_a_field_without_surface_is_an_error():
    with pytest.raises(EmptyFieldError):
        extracted(shape="empty")


def ball(scale, at):
    from trimesh.creation import icosphere

    made = icosphere(subdivisions=3, radius=scale)
    return np.asarray(made.vertices, np.float32) + np.float32(at), np.asarray(made.faces, np.int32)


def two_balls():
    (a, f), (b, g) = ball(0.5, 0), ball(0.02, 0.8)
    return Mesh(np.concatenate([a, b]), np.concatenate([f, g + len(a)]))


def cleaned(mesh, **settings):
    said = []
    asset = Clean().run(Asset(mesh=mesh), CleanSettings(**settings), Context(warn=said.append))
    return asset.mesh, said


def test_small_parts_go_and_are_mentioned():
    mesh, said = cleaned(two_balls())
    assert mesh_report(mesh)["components"] == 1 and len(said) == 1 and said[0].startswith("1 small")
    mesh, said = cleaned(two_balls(), min_part=0.0)
    assert mesh_report(mesh)["components"] == 2 and not said


def test_the_face_budget_is_kept_and_the_shape_stays():
    mesh, _ = cleaned(extracted(resolution=64).mesh, faces=1000)
    report = mesh_report(mesh)
    assert 900 <= report["faces"] <= 1020 and report["watertight"] and report["genus"] == 1
    assert report["volume"] == pytest.approx(2 * np.pi**2 * 0.55 * 0.25**2, rel=0.03)
    assert len(cleaned(extracted(resolution=64).mesh, faces=0)[0].faces) > 5000


def test_flaws_are_mended():
    mesh = cube()
    vertices = np.concatenate([mesh.vertices[mesh.faces].reshape(-1, 3), [[np.nan, 0, 0]]]).astype(np.float32)
    faces = np.arange(36, dtype=np.int32).reshape(-1, 3)[:, ::-1]
    faces = np.concatenate([faces, [[0, 0, 1], [0, 1, 36]], faces[:1]]).astype(np.int32)
    report = mesh_report(cleaned(Mesh(vertices, faces))[0])
    assert report["vertices"] == 8 and report["faces"] == 12 and report["watertight"]
    assert report["volume"] == pytest.approx(1.0)


def test_clean_takes_the_coarse_mesh_when_there_is_no_other():
    assert len(Clean().run(Asset(coarse=cube()), CleanSettings(), Context()).mesh.faces) == 12


def test_an_open_mesh_is_closed_when_that_is_asked_for():
    pytest.importorskip("pymeshlab")
    whole = extracted(resolution=64).mesh
    opened = dataclasses.replace(whole, faces=whole.faces[whole.vertices[whole.faces][..., 1].max(axis=1) < 0.2])
    assert not mesh_report(cleaned(opened)[0])["watertight"]
    report = mesh_report(cleaned(opened, watertight=True, faces=0)[0])
    assert report["watertight"] and report["winding_consistent"]
    kept, _ = cleaned(whole, watertight=True, faces=0)
    assert len(kept.faces) == len(cleaned(whole, faces=0)[0].faces)


def right_half_seen(**slots) -> Asset:
    """A torus's latents with a picture that shows only what lies right of x = 0.1."""
    alpha = np.zeros((64, 64), np.float32)
    alpha[:, 36:] = 1
    subject = Subject(cutout(alpha), np.eye(3), (64, 64))
    return Asset(latents=Latents(np.zeros((8, 4), np.float32)), subject=subject, **slots)


def test_decode_holds_the_shape_to_the_outline_where_the_camera_is_known():
    front = PictureCamera(np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))
    generator = FakeGenerator()
    context, settings = Context(networks={"refine": generator}), DecodeSettings(resolution=32, start=16, outline=True)

    def left_end(asset: Asset) -> float:
        mesh = Extract().run(Decode().run(asset, settings, context), ExtractSettings(), Context()).mesh
        return float(mesh.vertices[:, 0].min())

    assert left_end(right_half_seen()) < -0.7  # a mesh from elsewhere: nobody knows how the picture sees it
    with pytest.raises(UsageError, match=r"decode\.outline"):
        left_end(right_half_seen(camera=front))
    generator.truncation = 1.0
    assert left_end(right_half_seen(camera=front)) == pytest.approx(36 / 32 - 1, abs=0.05)
    assert left_end(right_half_seen(camera=PictureCamera(-front.affine))) < -0.7


class Rough(FakeGenerator):
    """A ball of radius 0.5 with ripples."""

    truncation = 0.2

    def field(self, latents, anchors):
        def query(points):
            return (0.5 - points.norm(dim=-1)) / self.truncation + 0.15 * (points * 50).sin().prod(-1)

        return query


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_decode_evens_the_field_out_where_the_camera_is_known(level):
    front = PictureCamera(np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))
    subject = Subject(cutout(np.ones((64, 64), np.float32)), np.eye(3), (64, 64))
    asset = Asset(latents=Latents(np.zeros((8, 4), np.float32)), subject=subject, camera=front)

    def radii(asset: Asset, smooth: float) -> np.ndarray:
        settings = DecodeSettings(resolution=64, start=32, level=level, smooth=smooth)
        decoded = Decode().run(asset, settings, Context(networks={"refine": Rough()}))
        mesh = Extract().run(decoded, ExtractSettings(), Context()).mesh
        return np.linalg.norm(mesh.vertices, axis=1)

    rough, smooth = radii(asset, 0.0), radii(asset, 0.03)
    assert rough.std() > 0.005 and smooth.std() < 0.4 * rough.std()
    assert smooth.mean() == pytest.approx(0.5 - level * Rough.truncation, abs=0.01)
    elsewhere = radii(dataclasses.replace(asset, camera=None), 0.03)
    assert elsewhere.std() == pytest.approx(rough.std())


def test_decode_fills_what_the_coarse_surface_encloses():
    """Latents on the surface say nothing of the inside: a hollow that they make there is dropped."""

    class Hollow(FakeGenerator):
        def field(self, latents, anchors):
            return lambda points: 0.2 - (points.norm(dim=-1) - 0.5).abs()

    ball = trimesh.creation.icosphere(4, 0.7)
    coarse = Mesh(np.asarray(ball.vertices, np.float32), np.asarray(ball.faces, np.int32))
    asset = Voxelize().run(Asset(coarse=coarse), VoxelizeSettings(resolution=32), Context())
    asset = dataclasses.replace(asset, latents=Latents(np.zeros((8, 4), np.float32)))

    def radii(solid: bool) -> np.ndarray:
        settings = DecodeSettings(resolution=64, start=32, solid=solid)
        decoded = Decode().run(asset, settings, Context(networks={"refine": Hollow()}))
        mesh = Extract().run(decoded, ExtractSettings(), Context()).mesh
        return np.linalg.norm(mesh.vertices, axis=1)

    assert radii(False).min() == pytest.approx(0.3, abs=0.02)
    assert radii(True).min() == pytest.approx(0.7, abs=0.02) and radii(True).max() == pytest.approx(0.7, abs=0.02)


def test_refine_looks_at_the_picture_through_the_camera_of_the_coarse_mesh():
    class Told(FakeGenerator):
        camera = None

        def with_camera(self, condition, camera):
            self.camera = camera
            return condition

    front = PictureCamera(np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32))
    queries = Queries(np.array([[8, 8, 8], [9, 8, 8]], np.int32), 16)
    for camera, expected in ((front, front.affine), (None, None)):
        generator = Told()
        asset = dataclasses.replace(right_half_seen(camera=camera), queries=queries)
        Refine().run(asset, RefineSettings(steps=1), Context(networks={"refine": generator}))
        assert generator.camera is expected


def test_a_camera_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "camera.json").write_text('{"affine": [1, 2]}')
    with pytest.raises(BadInputError, match=r"camera\.json"):
        PictureCamera.load(tmp_path)


def test_every_artifact_survives_its_folder(tmp_path):
    asset = extracted(resolution=32)
    random = np.random.default_rng(0)
    textured = dataclasses.replace(
        cube(),
        uv=random.random((8, 2)).astype(np.float32),
        texture=random.integers(0, 255, (16, 16, 3), dtype=np.uint8),
        normal_map=random.integers(0, 255, (8, 8, 3), dtype=np.uint8),
        colors=random.integers(0, 255, (8, 3), dtype=np.uint8),
        roughness=0.4,
    )
    made = {
        "coarse": textured,
        "camera": PictureCamera(random.random((2, 4)).astype(np.float32)),
        "mesh": asset.mesh,
        "voxels": VoxelGrid(np.array([[1, 2, 3]], np.int32), 16),
        "queries": Queries(np.array([[1, 2, 3]], np.int32), 16),
        "latents": Latents(random.random((5, 4)).astype(np.float32), None),
        "field": asset.field,
        "materials": VoxelMaterials(np.array([[1, 2, 3]], np.int32), 16, np.uint8([[1, 2, 3, 4, 5, 6]])),
    }
    assert set(made) | {"subject"} == set(ARTIFACTS)
    for name, artifact in made.items():
        artifact.save(tmp_path / name)
        same(artifact, type(artifact).load(tmp_path / name))
    again = Field.load(tmp_path / "field")
    assert np.array_equal(Extract().run(Asset(field=again), ExtractSettings(), Context()).mesh.faces, asset.mesh.faces)
    assert not list(tmp_path.rglob("*.tmp"))


def same(one, two):
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if dataclasses.is_dataclass(a):
            same(a, b)
        elif isinstance(a, np.ndarray):
            assert np.array_equal(a, b) and a.dtype == b.dtype, field.name
        else:
            assert a == b, field.name


def test_the_cut_out_network_comes_from_the_pool(tmp_path):
    asked = []

    def network(rgb):
        asked.append(rgb.shape)
        return (rgb[..., 0] > 127).astype(np.float32)

    pixels = np.zeros((80, 60, 3), np.uint8)
    pixels[20:60, 15:45] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    context = Context(networks={"cutout": network})
    settings = PrepareSettings(size=64, method="network")
    subject = Prepare().run(Asset(source=tmp_path / "a.png"), settings, context).subject
    assert asked[0] == (80, 60, 3) and 0.25 < (subject.rgba[..., 3] > 0.5).mean() < 0.75


def test_draws_of_refine_have_their_own_seeds(monkeypatch):
    asked = []

    def sample(generator, condition, anchors, count, steps, guidance, seed, device, on_step):
        asked.append(seed)
        return torch.full((1, count, 4), float(seed))

    monkeypatch.setattr("varco3d.weights.generators.sampling.sample_latents", sample)
    asset = Asset(
        subject=Subject(np.ones((8, 8, 4), np.float32), np.eye(3), (8, 8)),
        queries=Queries(np.zeros((2, 3), np.int32), 4),
    )
    context = Context(networks={"refine": FakeGenerator()}, seed=7)
    made = Refine().run(asset, RefineSettings(draws=3), context).latents
    assert asked == [7, 8, 9]
    assert (made.tokens == 8).all(), "their mean"


def test_a_small_budget_means_small_queries():
    sizes = []

    class Counting(FakeGenerator):
        def point_bytes(self):
            return 2**20

        def field(self, latents, anchors):
            inner = super().field(latents, anchors)
            return lambda points: (sizes.append(len(points)), inner(points))[1]

    asset = Asset(latents=Latents(np.zeros((8, 4), np.float32), None))
    plain, tight = Context(networks={"refine": Counting()}), Context(networks={"refine": Counting()}, memory=1e-3)
    settings = DecodeSettings(resolution=32, start=16)
    wide = Decode().run(asset, settings, plain).field
    largest = max(sizes)
    sizes.clear()
    narrow = Decode().run(asset, settings, tight).field
    assert max(sizes) <= LEAST_CHUNK < largest
    assert np.array_equal(narrow.samples.values, wide.samples.values)
