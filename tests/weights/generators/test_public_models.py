"""Public checkpoints through our chain: a tiny Hunyuan3D-2.1 makes the shape, a tiny UltraShape refines it."""

import dataclasses
import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from varco3d.errors import CheckpointError, ModelMissingError, UsageError
from varco3d.pipeline.artifacts import Asset, Subject
from varco3d.pipeline.chain import Chain, ItemState
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.recipe import load_recipe, recipe_names
from varco3d.weights.checkpoints.zoo import BUNDLES
from varco3d.weights.generators.conditions.clip_words import ClipWords
from varco3d.weights.generators.folders import generator_from_folder, guessed_config
from varco3d.weights.generators.loading import load_generator
from varco3d.weights.generators.triposg import on_white_square
from varco3d.weights.networks.encoders.dino import view_embedding

FIXTURES = Path(__file__).parents[2] / "parity" / "fixtures"
WEIGHTS = {
    "hy20_pipeline": ("model.fp16.safetensors", "config.yaml"),
    "hy21_pipeline": ("model.fp16.ckpt", "config.yaml"),
    "ultra_pipeline": ("ultrashape_v1.pt", "config.yaml"),
}


@pytest.fixture
def model(tmp_path: Path):
    """A fixture's weights alone, as a user would have them."""

    def copy(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for file in WEIGHTS[name]:
            shutil.copy(FIXTURES / name / file, folder)
        return folder

    return copy


def subject() -> Subject:
    image = np.asarray(Image.open(FIXTURES / "hy21_pipeline" / "image.png").convert("RGBA"), np.float32) / 255
    return Subject(image, np.eye(3), (image.shape[1], image.shape[0]))


def run(recipe: str, until: tuple[str, ...], overrides: dict, seed: int = 3) -> Asset:
    resolved = load_recipe(recipe, overrides=overrides)
    state = ItemState("item", Asset(source=None, subject=subject()), seed=seed)
    return Chain(resolved, NetworkPool(resolved.models), until).run(state, lambda event: None)


def write_recipe(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_one_generator_from_picture_to_mesh(tmp_path: Path, model) -> None:
    folder = model("hy21_pipeline")
    recipe = write_recipe(
        tmp_path / "one.toml",
        f"""
        order = ["coarse", "decode", "extract"]
        [models]
        coarse = "{folder}"
        refine = "{folder}"
        [stages.coarse]
        use = "generate"
        settings = {{ steps = 3, guidance = 2.0 }}
        [stages.decode]
        settings = {{ resolution = 24, start = 8 }}
        """,
    )
    chain = ("coarse", "decode", "extract")
    asset = run(recipe, chain, {})
    assert asset.latents.tokens.shape == (16, 8) and len(asset.mesh.faces) > 100
    again = run(recipe, chain, {})
    assert np.array_equal(asset.mesh.vertices, again.mesh.vertices)
    other = run(recipe, chain, {}, seed=4)
    assert not np.array_equal(asset.latents.tokens, other.latents.tokens)
    # The public code makes 23 cells of 24, and divides their index by 25.
    published = run(recipe, chain, {"decode": {"compat": "reference"}})
    exact, shifted = asset.mesh.vertices.max(), published.mesh.vertices.max()
    assert shifted == pytest.approx(-1.01 + (exact + 1.01) * 23 / 25, abs=0.03)


def test_a_refiner_chained_to_another_models_coarse_shape(tmp_path: Path, model) -> None:
    recipe = write_recipe(
        tmp_path / "two.toml",
        f"""
        order = ["coarse", "voxelize", "sample", "refine", "decode", "extract"]
        [models]
        coarse = "{model("hy21_pipeline")}"
        refine = "{model("ultra_pipeline")}"
        [stages.coarse]
        settings = {{ steps = 2, guidance = 2.0, resolution = 16 }}
        [stages.voxelize]
        settings = {{ resolution = 16, fit = 0.99 }}
        [stages.sample]
        settings = {{ tokens = 30, method = "random" }}
        [stages.refine]
        settings = {{ steps = 3, guidance = 2.0 }}
        [stages.decode]
        settings = {{ resolution = 16, start = 8 }}
        """,
    )
    chain = ("coarse", "voxelize", "sample", "refine", "decode", "extract")
    asset = run(recipe, chain, {})
    # Fewer tokens than the 40 of the config: noise is drawn for the tokens that exist.
    assert asset.latents.tokens.shape == (30, 8) and len(asset.mesh.faces) > 20
    assert np.abs(asset.latents.anchors).max() <= 0.99


def test_only_the_network_in_use_is_loaded(model) -> None:
    generator = load_generator(str(model("hy20_pipeline")), "coarse")
    assert generator.parts._loaded == {}
    generator.condition(subject().rgba)
    assert list(generator.parts._loaded) == ["image"]
    generator.field(torch.zeros(1, 16, 8), None)
    assert "dit" not in generator.parts._loaded


def test_lower_precision_follows_float32(model) -> None:
    folder = model("hy20_pipeline")
    velocities = []
    for dtype in ("float32", "bfloat16"):
        generator = load_generator(str(folder), "coarse", dtype=dtype)
        x = torch.randn(1, 16, 8, generator=torch.Generator().manual_seed(0))
        velocities.append(generator.velocity(x, 0.4, generator.condition(subject().rgba), None, 1.0))
        field = generator.field(x, None)(torch.zeros(3, 3))
        assert field.dtype == velocities[-1].dtype == torch.float32
    assert generator.transformer().latent_in.weight.dtype == torch.bfloat16
    assert generator.vae().from_latents.weight.dtype == torch.bfloat16
    error = (velocities[0] - velocities[1]).abs().mean() / velocities[0].abs().mean()
    assert 0 < error < 0.05


def test_the_idle_last_step_is_left_out(model) -> None:
    generator = load_generator(str(model("hy20_pipeline")), "coarse")
    times = generator.schedule(50)
    assert len(times) == 50 and times[0] == 0 and times[-1] == 1
    assert bool((times[1:] > times[:-1]).all())


def test_a_refiner_needs_voxels(model) -> None:
    generator = load_generator(str(model("ultra_pipeline")), "refine")
    with pytest.raises(UsageError, match="coarse"):
        generator.anchors(None, 0)
    indices = np.array([[0, 5, 15]])
    assert torch.equal(generator.positions(generator.anchors(indices, 16)), torch.tensor([[0.0, 5.0, 15.0]]))


def test_a_config_that_names_something_else(model) -> None:
    folder = model("hy20_pipeline")
    config = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(config.replace("Hunyuan3DDiT\n", "os.system\n", 1))
    with pytest.raises(CheckpointError, match="system, which is not known"):
        load_generator(str(folder), "coarse")
    (folder / "config.yaml").write_text("!!python/object/apply:os.system ['true']")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_generator(str(folder), "coarse")
    (folder / "config.yaml").write_text(config.replace("hidden_size: 32", "hidden_size: 48", 1))
    with pytest.raises(CheckpointError, match="misshapen"):
        load_generator(str(folder), "coarse").velocity(torch.zeros(1, 16, 8), 0.0, condition_of(folder), None, 1.0)


def condition_of(folder: Path):
    shutil.copy(FIXTURES / "hy20_pipeline" / "config.yaml", folder)
    condition = load_generator(str(folder), "coarse").condition(subject().rgba)
    return dataclasses.replace(condition)


def test_several_views_stand_in_a_row(model) -> None:
    folder = model("hy20_pipeline")
    text = (folder / "config.yaml").read_text().replace("type: DinoImageEncoder", "type: DinoImageEncoderMV")
    (folder / "config.yaml").write_text(text)
    generator = generator_from_folder(folder, "cpu", "float32")
    rgba = subject().rgba
    both = generator.condition_views({"left": rgba, "front": rgba})
    front = generator.condition(rgba)
    assert both.tokens.shape[1] == 2 * front.tokens.shape[1]
    assert torch.allclose(both.tokens[:, : front.tokens.shape[1]], front.tokens)
    with pytest.raises(UsageError, match="views"):
        generator.condition_views({"below": rgba})
    # The published table of sides: front, left, back, right.
    numbers = view_embedding(4, generator.image_width)
    for number, side in enumerate(("front", "left", "back", "right")):
        told = generator.condition_views({side: rgba}).tokens - front.tokens
        assert torch.allclose(told, (numbers[number] - numbers[0]).expand_as(told), atol=1e-5), side


def test_recipes_name_models_of_the_zoo() -> None:
    names = set(recipe_names())
    assert {name for name, bundle in BUNDLES.items() if bundle.use == "recipe"} <= names
    for name in names - {"tiny"}:
        recipe = load_recipe(name)
        assert recipe.licence and recipe.models["coarse"] in BUNDLES
        assert "decode" in recipe.names()


def test_a_file_of_unknown_structure_needs_a_config(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "ultra_pipeline" / "ultrashape_v1.pt", tmp_path)
    with pytest.raises(ModelMissingError, match=r"no config\.yaml"):
        guessed_config(tmp_path / "ultrashape_v1.pt")


def test_the_object_fills_the_square() -> None:
    rgba = np.zeros((40, 60, 4), np.uint8)
    rgba[10:30, 5:45] = (10, 20, 30, 255)
    square = on_white_square(rgba)
    assert square.shape == (48, 48, 3) and (square[0] == 255).all()
    assert (square[14:34, 4:44] == (10, 20, 30)).all()


@pytest.mark.parametrize(("height", "width", "top", "left"), [(64, 75, 4, 9), (67, 64, 5, 4), (64, 64, 4, 4)])
def test_the_middle_is_cut_out_rounding_down(height: int, width: int, top: int, left: int) -> None:
    """As transformers' image processor does; the one of the Hunyuan models rounds a half to the even side."""
    generator = generator_from_folder(FIXTURES / "triposg_pipeline", "cpu", "float32")
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    expected = (picture[top : top + 56, left : left + 56] / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    assert np.allclose(generator.pixels(picture)[0].permute(1, 2, 0), expected, atol=1e-5)


def test_words_become_the_pieces_learned_first(tmp_path: Path) -> None:
    pieces = ["<|startoftext|>", "<|endoftext|>", "a", "c", "t", "a</w>", "t</w>", "ca", "cat</w>", "!</w>"]
    (tmp_path / "vocab.json").write_text(str({piece: place for place, piece in enumerate(pieces)}).replace("'", '"'))
    (tmp_path / "merges.txt").write_text("#version: 0.2\nc a\nca t</w>\n")
    ids = ClipWords.load(tmp_path).ids("A  CAT!", 8)
    assert [pieces[place] for place in ids] == ["<|startoftext|>", "a</w>", "cat</w>", "!</w>", *["<|endoftext|>"] * 4]
    assert len(ClipWords.load(tmp_path).ids("cat " * 50, 8)) == 8


def test_recorded_noise_gives_recorded_latents(model) -> None:
    """The generator as the product loads it, against the public run."""
    recorded = load_file(FIXTURES / "hy21_pipeline" / "io.safetensors")
    generator = load_generator(str(model("hy21_pipeline")), "coarse")
    image = np.asarray(Image.open(FIXTURES / "hy21_pipeline" / "image.png").convert("RGBA"), np.float32) / 255
    condition, x = generator.condition(image), recorded["in.noise"]
    times = generator.schedule(6).tolist()
    for t, t_next in itertools.pairwise(times):
        x = x + (t_next - t) * generator.velocity(x, t, condition, None, 5.0)
    assert (x - recorded["out.latents"]).abs().max() < 2e-4
