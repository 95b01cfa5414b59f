"""Settings, --set assignments, recipes."""

from dataclasses import dataclass

import pytest
from fakes import write_recipe

from varco3d.errors import UsageError
from varco3d.pipeline.machine import resolve_dtype
from varco3d.pipeline.recipe import load_recipe, recipe_names
from varco3d.pipeline.settings import (
    change_settings,
    describe_settings,
    make_settings,
    parse_assignments,
    setting,
)
from varco3d.pipeline.stage import load_stage


@dataclass(frozen=True)
class Sample:
    steps: int = setting(20, "steps", 1, 100)
    guidance: float = setting(3.0, "guidance", 0.0, 30.0)
    mode: str = setting("a", "mode", choices=("a", "bee"))
    on: bool = setting(True, "switch")
    size: float | None = setting(None, "size", 0.1, 10.0)
    formats: tuple[str, ...] = setting(("glb",), "formats", choices=("glb", "stl"))
    numbers: tuple[int, ...] = setting((), "numbers", 1, 9)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("steps", "30", 30),
        ("guidance", "2", 2.0),
        ("mode", "bee", "bee"),
        ("on", "off", False),
        ("size", "none", None),
        ("size", "2.5", 2.5),
        ("formats", "stl,glb", ("stl", "glb")),
        ("formats", ["stl"], ("stl",)),
        ("numbers", "3, 4", (3, 4)),
    ],
)
def test_strings_become_typed_values(key, text, value):
    made = getattr(make_settings(Sample, {key: text}), key)
    assert made == value and type(made) is type(value)


@pytest.mark.parametrize(
    ("key", "text", "needle"),
    [
        ("steps", "0", "Choose from 1 to 100"),
        ("steps", "many", "whole number"),
        ("steps", "2.5", "whole number"),
        ("steps", True, "whole number"),
        ("guidance", "nan", "number"),
        ("guidance", "-1", "Choose from 0 to 30"),
        ("mode", "be", "Did you mean 'bee'"),
        ("on", "maybe", "on or off"),
        ("formats", "glb,fbx", "glb"),
        ("numbers", "3,10", "Choose from 1 to 9"),
        ("stepz", "3", "Did you mean 'steps'"),
    ],
)
def test_wrong_values_are_refused_with_a_hint(key, text, needle):
    with pytest.raises(UsageError) as caught:
        make_settings(Sample, {key: text}, "coarse")
    assert needle in caught.value.message + caught.value.hint
    assert "coarse." in caught.value.message


def test_change_keeps_the_rest():
    first = make_settings(Sample, {"steps": 5})
    second = change_settings(first, {"mode": "bee"})
    assert (first.mode, second.mode, second.steps) == ("a", "bee", 5)


def test_assignments():
    assert parse_assignments(["coarse.steps=5", "coarse.chunk-size = 8 ", "prepare.mask=a=b"]) == {
        "coarse": {"steps": "5", "chunk_size": "8"},
        "prepare": {"mask": "a=b"},
    }
    for wrong in ("coarse.steps", "steps=5", ".steps=5", "coarse.=5"):
        with pytest.raises(UsageError):
            parse_assignments([wrong])


def test_describe_lists_every_setting_with_its_range():
    rows = {row["name"]: row for row in describe_settings(Sample)}
    assert rows["steps"]["min"] == 1 and rows["steps"]["default"] == 20
    assert rows["mode"]["choices"] == ("a", "bee") and rows["size"]["help"] == "size"


def test_unknown_stage_gets_a_suggestion():
    with pytest.raises(UsageError, match="no stage 'refin'") as caught:
        load_stage("refin")
    assert "refine" in caught.value.hint


def test_a_foreign_stage_comes_in_by_its_entry_point(monkeypatch):
    from varco3d.pipeline import stage

    class Point:
        name = "melt"

        def load(self):
            members = {"name": "melt", "Settings": Sample, "needs": (), "gives": (), "networks": (), "run": None}
            return type("Melt", (), members)

    monkeypatch.setattr(stage, "_foreign", lambda: {"melt": Point()})
    assert load_stage("melt").Settings is Sample
    assert "melt" in stage.stage_names()


def test_layers_of_a_recipe(tmp_path):
    text = """
    order = ["prepare", "voxelize"]
    [stages.voxelize]
    settings = { resolution = 16 }
    [presets.high]
    voxelize = { resolution = 32, band = 2 }
    """
    name = write_recipe(tmp_path, text)
    assert load_recipe(name).stage("voxelize").settings.resolution == 16
    high = load_recipe(name, "high", {"voxelize": {"band": "1.5"}})
    assert (high.stage("voxelize").settings.resolution, high.stage("voxelize").settings.band) == (32, 1.5)
    assert load_recipe(name, "high").digest() != high.digest()
    assert load_recipe(name, "high", {"voxelize": {"band": 1.5}}).digest() == high.digest()


def test_a_preset_may_name_other_models_and_implementations(tmp_path):
    text = """
    order = ["coarse", "decode"]
    [models]
    coarse = "small"
    refine = "small"
    [presets.high]
    models = { refine = "large" }
    use = { decode = "decode_mesh" }
    coarse = { steps = 7 }
    """
    name = write_recipe(tmp_path, text)
    plain, high = load_recipe(name), load_recipe(name, "high")
    assert plain.models == {"coarse": "small", "refine": "small"} and plain.stage("decode").use == "decode"
    assert high.models == {"coarse": "small", "refine": "large"} and high.stage("decode").use == "decode_mesh"
    assert high.stage("coarse").settings.steps == 7 and plain.digest() != high.digest()


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("[presets.high]\nuse = { voxelise = 'x' }", "voxelise"),
        ("[presets.high]\nmodels = { coarse = 3 }", "hold names"),
        ("nam = 'x'", "nam"),
        ("[stages.prepar]\n", "prepar"),
        ("[stages.prepare]\nsetings = {}", "setings"),
        ("[stages.prepare]\nsettings = { sise = 3 }", "prepare.sise"),
        ("[presets.high]\nvoxelise = {}", "voxelise"),
        ("[[[", "not valid TOML"),
    ],
)
def test_mistakes_in_a_recipe_are_named(tmp_path, text, needle):
    with pytest.raises(UsageError, match=needle):
        load_recipe(write_recipe(tmp_path, text), "high")


def test_the_shipped_recipes_exist():
    assert "tiny" in recipe_names()
    with pytest.raises(UsageError, match="no recipe 'tinny'") as caught:
        load_recipe("tinny")
    assert "tiny" in caught.value.hint
    with pytest.raises(UsageError, match="preset"):
        load_recipe("tiny", "hihg")


def test_number_type_follows_the_device():
    assert resolve_dtype("auto", "cuda:0") == "float16" and resolve_dtype("auto", "cpu") == "float32"
    assert resolve_dtype("bfloat16", "cuda:0") == "bfloat16"


def test_every_built_in_stage_has_its_settings_in_the_light_module() -> None:
    from varco3d.pipeline.stage import ORDER
    from varco3d.pipeline.stages.settings import SETTINGS

    more = {"structure_mesh", "cascade", "decode_mesh", "decode_voxels", "decode_grid"}
    assert set(SETTINGS) == {*ORDER, "generate", "structure", *more}
    for name, kind in SETTINGS.items():
        assert load_stage(name).Settings is kind
