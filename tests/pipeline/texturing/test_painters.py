"""Learned painters in the texture stage: which one paints, where its views land, colours that agree, further passes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_texture import box, figure, subject_of

from varco3d.errors import MissingDependencyError, ModelMissingError, UsageError
from varco3d.kernels.atlas.bake import View
from varco3d.kernels.atlas.unwrap import unwrap
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.artifacts import Asset, Mesh
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe
from varco3d.pipeline.settings import make_settings
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.texture import Texture
from varco3d.pipeline.texturing.paint import paint
from varco3d.pipeline.texturing.painters import bridge as learned
from varco3d.pipeline.texturing.painters import choice
from varco3d.pipeline.texturing.painters.agree import disagreement, settled
from varco3d.pipeline.texturing.painters.bridge import ready_views
from varco3d.pipeline.texturing.painters.choice import Asked, choose_painter
from varco3d.pipeline.texturing.painters.match import matched
from varco3d.pipeline.texturing.painters.passes import turn_of, turned_back
from varco3d.pipeline.texturing.register import Registration
from varco3d.pipeline.texturing.synthesis import Conditions
from varco3d.weights.painters import PaintedViews, Room, load_painter

SIZE = 256


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3] / "scripts"))
    import check_painters

    return check_painters


def joined(*parts) -> Mesh:
    """Boxes as one mesh."""
    offset = np.cumsum([0, *(len(part[0]) for part in parts)])
    return Mesh(
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] + offset[k] for k, part in enumerate(parts)]),
        colors=np.concatenate([part[2] for part in parts]).astype(np.uint8),
    )


def lopsided() -> Mesh:
    """A figure with another colour on every side of it, so that no exchange of views goes unseen."""
    mesh = figure()
    place = mesh.vertices / np.abs(mesh.vertices).max(0)
    tint = 90 * np.stack([place[:, 0], place[:, 1], place[:, 2]], 1)
    return replace(mesh, colors=np.clip(mesh.colors * 0.5 + 70 + tint, 0, 255).astype(np.uint8))


def true_painter(scripts, truth: Mesh, name: str = "mvadapter", **more):
    shape = Mesh(truth.vertices, truth.faces)
    layout = replace(scripts.LAYOUTS[name], size=256)
    return scripts.TruePainter(load_painter(name, Room()), layout, truth, shape, **more), shape


@pytest.mark.parametrize(
    ("name", "picture"),
    [("mvadapter", True), ("mvadapter", False), ("hunyuan3d-paint-2.0", False), ("hunyuan3d-paint-2.1", False)],
)
def test_true_views_land_where_they_belong(scripts, name, picture):
    truth = lopsided()
    painter, shape = true_painter(scripts, truth, name)
    asset = scripts.painted(truth, shape, painter, SIZE, picture, passes=0)
    cameras = painter.layout.cameras(shape.vertices)
    assert scripts.score(truth, shape, asset.mesh, cameras)["psnr_seen"] > scripts.BAR
    if name == "hunyuan3d-paint-2.1":
        assert scripts.material_score(truth, shape, asset.mesh, cameras)["psnr_material"] > scripts.BAR
    facts = asset.report["texture"]
    assert facts["painter"] == name and facts["further_passes"] == 0
    assert facts["views"] == 6 + picture and (facts["camera"] is not None) == picture


@pytest.mark.parametrize("wrong", ["left and right exchanged", "top turned", "mirrored"])
def test_the_check_sees_views_in_the_wrong_place(scripts, wrong, monkeypatch):
    truth = lopsided()
    painter, shape = true_painter(scripts, truth)
    right = painter.paint

    def paint(task):
        views = dict(right(task).views)
        if wrong == "left and right exchanged":
            views = {**views, "left": replace(views["left"], picture=views["right"].picture),
                     "right": replace(views["right"], picture=views["left"].picture)}  # fmt: skip
        elif wrong == "top turned":
            views["top"] = replace(views["top"], picture=views["top"].picture[::-1, ::-1])
        else:
            views = {name: replace(view, picture=view.picture[:, ::-1]) for name, view in views.items()}
        return PaintedViews(views)

    monkeypatch.setattr(painter, "paint", paint)
    asset = scripts.painted(truth, shape, painter, SIZE, False, passes=0)
    assert scripts.score(truth, shape, asset.mesh, painter.layout.cameras(shape.vertices))["psnr_seen"] < scripts.BAR


def test_colours_of_views_are_brought_to_the_pictures(scripts):
    """Views of other exposure and white balance: those that share no surface with the picture follow those between."""
    truth = lopsided()
    tints = [np.array([1.25, 1.0, 0.8]) * (1 + 0.04 * number) for number in range(6)]
    painter, shape = true_painter(scripts, truth, tint=lambda number: tints[number])
    scores, camera = [], Camera(35, 30, 1.2)  # sees front, right and top
    for matching in (True, False):
        views = ready_views(painter.paint(scripts_task(shape)).views, shape.vertices, shape.faces)
        front = render_view(truth, camera, 256, light=0.0, background=None).astype(np.float32) / 255
        first = ready_views({"input": View(camera, front[..., :3])}, shape.vertices, shape.faces)
        given = [replace(first["input"], priority=1.0), *views.values()]
        if matching:
            found, factors = matched(given, shape.vertices, shape.faces, 1)
            assert np.array_equal(found[0].picture, given[0].picture) and np.allclose(factors[0], 1)
            off = np.abs(factors[1:] * np.stack(tints) - 1).max(1)
            assert off[[0, 1, 4]].max() < 0.03 and off.max() < 0.15
            back = found[3]
        else:
            back = given[3]
        true_back = render_view(truth, back.camera, 256, light=0.0, background=None).astype(np.float32) / 255
        sure = (back.confidence > 0.9)[..., None]
        scores.append(float(np.abs((back.picture - true_back[..., :3]) * sure).sum() / sure.sum()))
    assert scores[0] < 0.4 * scores[1]


def scripts_task(shape: Mesh):
    from varco3d.kernels.meshes.normals import smooth_normals
    from varco3d.weights.painters import PaintTask

    return PaintTask(shape.vertices, shape.faces, smooth_normals(shape.vertices, shape.faces))


def test_views_tell_apart_what_outlines_cannot(scripts):
    """A plate with another colour on each side, seen from the right: its outline fits from the left as well."""
    vertices, faces, _ = box((-0.5, -0.6, -0.15), (0.5, 0.6, 0.15), (0, 0, 0))
    colours = np.where(vertices[:, :1] > 0, [[220, 40, 40]], [[40, 60, 220]])
    colours = np.where(vertices[:, 2:] < 0, 255 - colours, colours).astype(np.uint8)
    truth = Mesh(vertices, faces, colors=colours)
    painter, shape = true_painter(scripts, truth)
    views = list(ready_views(painter.paint(scripts_task(shape)).views, shape.vertices, shape.faces).values())
    true = Camera(24.0, 0.0, 1.2)
    rgba = subject_of(truth, true, 192).rgba
    wrong = Registration(true.moved(azimuth=-24.0), 0.97, True)
    task = scripts_task(shape)
    conditions = Conditions(rgba, wrong, task.vertices, task.faces, task.normals, {})
    told: list[str] = []
    assert disagreement(conditions, views) > 0.05
    found = settled(conditions, views, 30.0, 0.5, told.append)
    assert abs(found.camera.azimuth - 24) < 8 and len(told) == 1, "about: the outline of a plate hardly tells"
    again = settled(replace(conditions, registration=found), views, 30.0, 0.5, told.append)
    assert again is found and len(told) == 1


def caged() -> Mesh:
    """A box whose sides are hidden from straight ahead by plates, and seen past them from aslant."""
    parts = [box((-0.3, -0.3, -0.3), (0.3, 0.3, 0.3), (220, 60, 40))]
    for axis in (0, 2):
        for sign in (-1, 1):
            low, high = np.full(3, -0.32), np.full(3, 0.32)
            low[axis], high[axis] = sorted((sign * 0.8, sign * 0.85))
            parts.append(box(low, high, (60, 90, 200)))
    return joined(*parts)


def test_a_further_pass_paints_what_six_views_leave_out(scripts):
    truth = caged()
    painter, shape = true_painter(scripts, truth)
    asked = []
    right = painter.paint
    painter.paint = lambda task: asked.append(task) or right(task)
    made = {}
    for passes in (0, 2):
        asset = scripts.painted(truth, shape, painter, SIZE, False, passes=passes)
        made[passes] = asset.report["texture"]["made"]
    assert made[0] < 0.85 and made[2] > made[0] + 0.1
    known = asked[2].known
    assert known is not None and known.pictures.shape == (6, 256, 256, 3)
    assert 0.3 < known.share.mean() < 1.0, "what is painted already stays, the rest is free"
    shown = render_view(truth, Camera(45, 0, 1.2), 200, light=0.0, background=None)
    got = render_view(asset.mesh, Camera(45, 0, 1.2), 200, light=0.0, background=None)
    inner = (shown[..., 0] > 200) & (got[..., 3] == 255)
    assert inner.sum() > 500 and np.abs(shown[inner].astype(int) - got[inner])[:, :3].mean() < 12


def test_materials_of_further_views_are_known_and_baked_like_colours(scripts):
    truth = caged()
    # A band around the box that no filling from above and below could guess.
    band = (np.abs(truth.vertices[:, 1]) < 0.2) & (np.abs(truth.vertices[:, [0, 2]]).max(1) < 0.31)
    truth = replace(truth, colors=np.where(band[:, None], np.uint8([40, 200, 90]), truth.colors))
    painter, shape = true_painter(scripts, truth, "hunyuan3d-paint-2.1")
    asked, right = [], painter.paint
    painter.paint = lambda task: asked.append(task) or right(task)
    cameras = painter.layout.cameras(shape.vertices)
    scores = []
    for passes in (0, 1):
        asset = scripts.painted(truth, shape, painter, SIZE, False, passes=passes)
        scores.append(scripts.material_score(truth, shape, asset.mesh, cameras)["psnr_material_all"])
    assert scores[1] > scores[0] + 2
    known, (front, *_) = asked[2].known, right(asked[2]).views.values()
    sure = known.share[0] * (render_maps(asked[2].vertices, shape.faces, front.camera, 256, maps=()).mask) > 0
    assert known.materials.shape == (6, 256, 256, 2) and sure.sum() > 500
    assert np.abs(known.materials[0] - front.material)[sure].mean() < 0.03
    assert np.abs(known.pictures[0] - front.picture)[sure].mean() < 0.03


def test_turned_cameras_see_the_mesh_as_it_stands_turned():
    mesh = figure()
    for yaw, pitch in ((30, 35), (-110, -20), (45, 0), (0, 90)):
        turn = turn_of(yaw, pitch)
        assert np.allclose(turn @ turn.T, np.eye(3)) and np.linalg.det(turn) == pytest.approx(1)
        assert (turn @ Camera(yaw, pitch).axes()[2])[2] == pytest.approx(1)
        turned = (mesh.vertices @ turn.T).astype(np.float32)
        for camera in (Camera(0, 0, 1.2), Camera(90, 0, 1.2), Camera(180, 89.99, 1.2)):
            one = render_maps(turned, mesh.faces, camera, 96, maps=()).mask
            two = render_maps(mesh.vertices, mesh.faces, turned_back(camera, turn), 96, maps=()).mask
            assert (one != two).sum() <= 4


def lacks(monkeypatch, model: str) -> None:
    """Let a model be missing, or nothing where it is empty."""
    found = (model,) if model else ()
    monkeypatch.setattr(choice, "missing_weights", lambda name, picture, base: found)


@pytest.mark.parametrize(
    ("asked", "own", "views", "picture", "words", "lacking", "chosen"),
    [
        ("auto", None, None, True, False, "mvadapter", "mirror"),
        ("auto", "mvadapter", None, True, False, "", "mvadapter"),
        ("auto", "mvadapter", None, True, False, "mvadapter", "mirror!"),
        ("auto", "mvadapter", "sides/", True, False, "", "folder"),
        ("auto", None, None, False, True, "", "mvadapter"),
        ("auto", None, None, True, True, "mvadapter", ModelMissingError),
        ("tiny", None, None, True, False, "", "mirror!"),
        ("mirror", None, None, False, True, "", UsageError),
        ("mvadapter", None, None, True, False, "mvadapter", "mvadapter"),
    ],
)
def test_who_paints(monkeypatch, asked, own, views, picture, words, lacking, chosen):
    lacks(monkeypatch, lacking)
    wish, warnings = Asked(asked, own, views, picture, words), []
    if isinstance(chosen, type):
        with pytest.raises(chosen):
            choose_painter(wish, warnings.append)
        return
    assert choose_painter(wish, warnings.append) == chosen.rstrip("!")
    assert len(warnings) == chosen.endswith("!")
    if lacking and warnings:
        assert f"varco3d models pull {lacking}" in warnings[0]


@pytest.mark.parametrize(
    ("own", "chosen"), [(None, "mvadapter"), ("hunyuan3d-paint-2.0", "mvadapter"), ("trellis2", "trellis2")]
)
def test_a_base_of_the_user_selects_a_painter_that_takes_it(monkeypatch, own, chosen):
    lacks(monkeypatch, "")
    told: list[str] = []
    assert choose_painter(Asked("auto", own, None, True, False, "mine.safetensors"), told.append) == chosen
    assert choose_painter(Asked("auto", None, None, True, False, loras=True), told.append) == "mvadapter"
    lacks(monkeypatch, "sdxl-unet")
    with pytest.raises(ModelMissingError, match="another base or a LoRA needs the painter"):
        choose_painter(Asked("auto", own, None, True, False, "mine.safetensors"), told.append)
    assert told == []


@pytest.mark.parametrize(
    ("recipe", "painter"),
    [
        ("hunyuan3d-2.0", "hunyuan3d-paint-2.0"),
        ("hunyuan3d-2mini-turbo", "hunyuan3d-paint-2.0-turbo"),
        ("hunyuan3d-2mv", "hunyuan3d-paint-2.0"),
        ("hunyuan3d-2.1", "hunyuan3d-paint-2.1"),
        ("ultrashape", "hunyuan3d-paint-2.1"),
        ("triposg", "mvadapter"),
        ("tiny", None),
    ],
)
def test_recipes_name_the_painter_of_their_family(monkeypatch, recipe, painter):
    named = load_recipe(recipe).models.get("painter")
    assert named == painter
    for lacking, chosen in ((painter or "", "mirror"), ("", painter or "mirror")):
        lacks(monkeypatch, lacking)
        warnings: list[str] = []
        assert choose_painter(Asked("auto", named, None, True, False), warnings.append) == chosen
        assert len(warnings) == bool(lacking) and all(f"models pull {painter}" in text for text in warnings)


def test_without_the_libraries_auto_says_what_to_install(monkeypatch):
    lacks(monkeypatch, "")
    monkeypatch.setattr(choice.importlib.util, "find_spec", lambda name: None)
    warnings: list[str] = []
    assert choose_painter(Asked("auto", "mvadapter", None, True, False), warnings.append) == "mirror"
    assert "pip install 'varco3d[painter]'" in warnings[0]
    from varco3d.weights.painters import libraries

    monkeypatch.setattr(libraries.importlib, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    with pytest.raises(MissingDependencyError, match="diffusers"):
        libraries.diffusers()


def test_a_picture_that_fits_nowhere_is_not_baked(scripts):
    truth = lopsided()
    painter, shape = true_painter(scripts, truth)
    ball = Mesh(*box((-0.2, -0.9, -0.2), (0.2, 0.9, 0.2), (255, 0, 255))[:2], colors=None)
    subject = subject_of(replace(ball, colors=np.full((len(ball.vertices), 3), 255, np.uint8)), Camera(0, 0, 1.1))
    told: list[str] = []
    settings = make_settings(Texture.Settings, {"size": SIZE, "painter": "mvadapter", "passes": 0})
    context = Context(load=lambda part, model: painter, warn=told.append)
    asset = Texture().run(Asset(mesh=shape, subject=subject), settings, context)
    assert asset.report["texture"]["views"] == 6
    assert any("no part of it is baked" in text for text in told)


def test_maps_and_views_are_kept_and_enlarged_by_a_plug_in(scripts, monkeypatch, tmp_path):
    truth = lopsided()
    painter, shape = true_painter(scripts, truth)
    sizes = []

    class Twice:
        name = "twice"

        @staticmethod
        def load():
            return lambda: lambda picture: sizes.append(picture.shape) or picture.repeat(2, 0).repeat(2, 1)

    monkeypatch.setattr(learned, "entry_points", lambda group: [Twice] if group == "varco3d.upscalers" else [])
    settings = {"size": 256, "painter": "mvadapter", "prompt": "bronze", "passes": 0, "upscaler": "twice"}
    context = Context(load=lambda part, model: painter, folder=tmp_path)
    Texture().run(Asset(mesh=shape), make_settings(Texture.Settings, settings), context)
    assert sizes == [(256, 256, 3)] * 6
    assert Image.open(tmp_path / "painter" / "view_front.png").size == (256, 256)
    assert (tmp_path / "conditions" / "normal_front.png").exists()
    with pytest.raises(UsageError, match="nothing"):
        learned.find_upscaler("nothing")


def test_materials_are_cut_out_like_colours_and_enlarged_with_them():
    """White beside the object is no material of it; pictures may be larger than materials."""
    mesh = figure()
    camera = Camera(0, 0, 1.2)
    mask = render_maps(mesh.vertices, mesh.faces, camera, 64, maps=()).mask
    material = np.where(mask[..., None], np.float32([0.3, 0.8]), np.float32(1.0))
    view = View(camera, np.zeros((128, 128, 3), np.float32), material=material)
    ready = ready_views({"front": view}, mesh.vertices, mesh.faces)["front"]
    assert ready.material.shape == (128, 128, 2) and ready.confidence.shape == (128, 128)
    assert np.abs(ready.material[ready.confidence > 0.01] - [0.3, 0.8]).max() < 0.02


def test_the_colours_of_a_mesh_are_no_material_of_it():
    whole = figure()
    atlas = unwrap(whole.vertices, whole.faces, 64)
    mesh = Mesh(whole.vertices[atlas.vertex], atlas.faces)
    normals = smooth_normals(mesh.vertices, mesh.faces)
    material = np.full((64, 64, 2), 0.4, np.float32)
    views = [View(Camera(0, 0, 1.2), np.full((64, 64, 3), 0.5, np.float32), material=material)]
    colours = np.random.default_rng(0).random((len(mesh.vertices), 3)).astype(np.float32)
    plain, coloured = (
        paint(mesh.vertices, mesh.faces, atlas.uv, normals, views, 64, base=base) for base in (None, colours)
    )
    assert np.array_equal(plain.material, coloured.material)
    assert not np.array_equal(plain.texture, coloured.texture)


def test_a_stage_may_load_another_network_than_the_recipes():
    loaded = []

    def loader(model, part, device, dtype):
        loaded.append((model, part))
        return object()

    pool = NetworkPool({"painter": "one"}, loader=loader, offload="stage")
    first = pool.load("painter", "one")
    assert pool.load("painter", "one") is first and pool.load("painter", "two") is not first
    assert loaded == [("one", "painter"), ("two", "painter")]
    pool.release()
    assert pool.loaded() == ()


def test_a_budget_reaches_the_painter():
    pool = NetworkPool({}, memory=7.0)
    assert pool.load("painter", "mvadapter").room == Room("cpu", "float32", 7.0)


def test_the_painter_of_the_guide_paints(monkeypatch):
    text = (Path(__file__).parents[3] / "docs" / "texture.md").read_text(encoding="utf-8")
    space: dict = {}
    exec(text.partition("```python\n")[2].partition("```")[0], space)

    class Point:
        name = "bands"

        @staticmethod
        def load():
            return space["Bands"]

    monkeypatch.setattr("varco3d.weights.painters._foreign", lambda: {"bands": Point})
    mesh = figure()
    pool = NetworkPool({})
    settings = make_settings(Texture.Settings, {"size": SIZE, "painter": "bands", "passes": 0, "prompt": "any"})
    asset = Texture().run(Asset(mesh=Mesh(mesh.vertices, mesh.faces)), settings, Context(load=pool.load))
    seen = render_view(asset.mesh, Camera(90, 0, 1.2), 64, light=0.0, background=None)
    inside = seen[..., 3] == 255
    assert asset.report["texture"]["painter"] == "bands" and seen[inside].std(0)[:3].min() > 20
