"""TRELLIS as a generator: its box, its guidance, several pictures, its files, its mesh."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_trellis import write_toy_trellis

from varco3d.errors import CheckpointError, ModelMissingError, NoSubjectError
from varco3d.weights.checkpoints.locations import Located
from varco3d.weights.checkpoints.zoo import BUNDLES, MODELS
from varco3d.weights.generators.folders import generator_from_folder
from varco3d.weights.generators.generator import MeshDrawer, StructureDrawer
from varco3d.weights.generators.sampling import sample_latents
from varco3d.weights.generators.trellis import Trellis, cut_to_object, from_trellis, trellis_from_parts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_trellis(tmp_path_factory.mktemp("models") / "trellis")


@pytest.fixture
def model(folder: Path) -> Trellis:
    made = generator_from_folder(folder, "cpu", "float32")
    assert isinstance(made, Trellis) and isinstance(made, StructureDrawer) and isinstance(made, MeshDrawer)
    return made


def picture(shade: float = 0.5) -> np.ndarray:
    rgba = np.zeros((64, 64, 4), np.float32)
    rgba[16:48, 16:48] = (shade, 0.5, 1 - shade, 1.0)
    return rgba


def test_voxels_turn_upright_and_back(model: Trellis) -> None:
    places = np.array([[1, 2, 3], [0, 15, 7]], np.int32)
    ours = from_trellis(places, 16)
    assert ours.tolist() == [[0, 7, 0], [1, 3, 13]]  # sorted; z up becomes y up, y becomes -z
    anchors = model.anchors(ours, 16)
    assert anchors is not None
    back = model.voxels(anchors).coords[:, 1:].numpy()
    assert {tuple(place) for place in back.tolist()} == {tuple(place) for place in places.tolist()}
    assert model.voxels(anchors) is model.voxels(anchors)  # tables are made once for all steps
    with pytest.raises(CheckpointError, match="16\\^3"):
        model.anchors(ours, 32)


def test_guidance_is_on_within_its_interval_only(model: Trellis) -> None:
    condition = model.condition(picture())
    x = torch.randn(1, model.structure_tokens, 4, generator=torch.Generator().manual_seed(0))
    plain, guided = (model.structure.velocity(x, 0.2, condition, None, g) for g in (1.0, 3.0))
    assert (plain - guided).abs().max() > 1e-3
    low, high = (model.structure.velocity(x, 0.6, condition, None, g) for g in (1.0, 3.0))
    assert torch.equal(low, high)  # noise level 0.4 lies below the interval
    edge, without = (model.structure.velocity(x, 0.5, condition, None, g) for g in (3.0, 1.0))
    assert (edge - without).abs().max() > 1e-4


def test_several_pictures_are_averaged_or_take_turns(model: Trellis) -> None:
    one, other = model.condition(picture(0.1)), model.condition(picture(0.9))
    both = model.condition_views({"front": picture(0.1), "back": picture(0.9)})
    x = torch.randn(1, model.structure_tokens, 4, generator=torch.Generator().manual_seed(0))
    flow = model.structure

    def velocity(condition, guidance):
        return flow.velocity(x, 0.2, condition, None, guidance)

    mean = (velocity(one, 1.0) + velocity(other, 1.0)) / 2
    torch.testing.assert_close(velocity(both, 1.0), mean, atol=1e-6, rtol=0)
    mean = (velocity(one, 3.0) + velocity(other, 3.0)) / 2
    torch.testing.assert_close(velocity(both, 3.0), mean, atol=1e-5, rtol=0)
    found = sample_latents(flow, [one, other], None, model.structure_tokens, 3, 3.0, seed=1)
    by_hand = torch.randn((1, model.structure_tokens, 4), generator=torch.Generator().manual_seed(1))
    for step, (t, following) in enumerate(pairwise(flow.schedule(3).tolist())):
        by_hand = by_hand + (following - t) * flow.velocity(by_hand, t, (one, other)[step % 2], None, 3.0)
    assert torch.equal(found, by_hand)


def test_mesh_has_colours_and_lies_upright_in_the_box(model: Trellis) -> None:
    cells = torch.stack(torch.meshgrid(*[torch.arange(4)] * 3, indexing="ij"), -1).view(-1, 3).numpy() + np.array(
        [0, 12, 3]
    )
    anchors = model.anchors(cells.astype(np.int32), 16)
    latents = torch.randn(1, len(cells), 4, generator=torch.Generator().manual_seed(0))
    assert anchors is not None
    mesh = model.mesh(latents, anchors, published=True)
    assert mesh.colours.dtype == np.uint8 and mesh.colours.shape == mesh.vertices.shape
    assert mesh.faces.max() < len(mesh.vertices)
    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    wanted = np.array([cells.min(0), cells.max(0) + 1]) * (2 / 16) - 1
    assert (low >= wanted[0] - 0.05).all() and (high <= wanted[1] + 0.05).all()


def test_half_precision_comes_close(folder: Path, model: Trellis) -> None:
    half = generator_from_folder(folder, "cpu", "bfloat16")
    assert isinstance(half, Trellis)
    x = torch.randn(1, model.structure_tokens, 4, generator=torch.Generator().manual_seed(0))
    exact, rounded = (g.structure.velocity(x, 0.2, g.condition(picture()), None, 3.0) for g in (model, half))
    assert 0 < (exact - rounded).abs().max() < 0.1 * exact.abs().max()


def test_pictures_without_an_object_are_refused() -> None:
    with pytest.raises(NoSubjectError, match="shows no object"):
        cut_to_object(np.full((8, 8, 4), 200, np.uint8))
    dot = np.zeros((8, 8, 4), np.uint8)
    dot[3, 3] = 255
    with pytest.raises(NoSubjectError, match="one pixel"):
        cut_to_object(dot)


def test_a_folder_without_its_image_encoder_is_refused(folder: Path, tmp_path: Path) -> None:
    lacking = Path(shutil.copytree(folder, tmp_path / "lacking"))
    (lacking / "dinov2_vitl14_reg.safetensors").unlink()
    (lacking / "dinov2_vitl14_reg.json").unlink()
    with pytest.raises(ModelMissingError, match="image encoder"):
        generator_from_folder(lacking, "cpu", "float32")


def test_another_pipeline_is_refused(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    settings = json.loads((other / "pipeline.json").read_text())
    del settings["args"]["models"]["slat_decoder_mesh"]
    (other / "pipeline.json").write_text(json.dumps(settings))
    with pytest.raises(CheckpointError, match="mesh_decoder"):
        generator_from_folder(other, "cpu", "float32")
    (other / "pipeline.json").write_text(json.dumps({**settings, "name": "SomethingElse"}))
    with pytest.raises(CheckpointError, match="SomethingElse"):
        generator_from_folder(other, "cpu", "float32")


def test_parts_of_the_store_take_settings_beside_them_or_as_published(folder: Path) -> None:
    keys = ("sparse_structure_flow_model", "sparse_structure_decoder", "slat_flow_model", "slat_decoder_mesh")
    located = []
    for name, key in zip(BUNDLES["trellis-image-large"].parts, (*keys, None), strict=True):
        path = folder / ("dinov2_vitl14_reg.safetensors" if key is None else f"ckpts/{key}.safetensors")
        sides = {path.with_suffix(".json").name: path.with_suffix(".json")}
        located.append(Located(MODELS[name], "store", path.parent, (path,), sides))
    model = trellis_from_parts(located, "cpu", "float32")
    assert model.condition(picture()).tokens.shape == (1, 1374, 64)
    # pipeline.json is not among them, so that the published normalisation holds.
    assert model.mean[0].item() == pytest.approx(-2.16875458)
