"""Which source wins, where each value came from, and what happens to mistakes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from varco3d.cli.commands.base import run_options
from varco3d.cli.config import StageSettings, merge, stage_settings, unknown_variables
from varco3d.cli.options.globals import GlobalFlags
from varco3d.cli.options.panels import RunOptions
from varco3d.cli.requests.request import make_recipe
from varco3d.cli.session import Session
from varco3d.errors import UsageError
from varco3d.pipeline.recipe import load_recipe
from varco3d.pipeline.stages.settings import ORDER

PRESETS = {"standard": {"coarse": {"steps": 20}}, "high": {"coarse": {"steps": 50}, "clean": {"faces": 9}}}


@dataclass(frozen=True)
class Found:
    """What all sources say."""

    options: RunOptions
    stages: StageSettings

    def origin(self, name: str) -> str:
        return {name: origin for panel in self.options.panels() for name, origin in panel.origins.items()}.get(
            name, "default"
        )


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """resolve("--steps 11", variables, files of the folder and the user, presets)"""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))

    def call(words: str = "", environ: Mapping[str, str] = {}, files=(), presets: Mapping[str, Any] = {}) -> Found:
        session = Session()
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            patch.setattr("varco3d.cli.config.config_paths", lambda explicit, folder: tuple(files))
            options = run_options(session, words.split())
        preset = presets.get(options.model.preset, {})
        return Found(options, merge(options, session.files, preset, ORDER))

    return call


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_order_of_the_sources(resolve, tmp_path: Path) -> None:
    near = write(tmp_path / "near.toml", "seed = 3\n[coarse]\nsteps = 13\n")
    far = write(tmp_path / "far.toml", "seed = 4\nmodel = 'far'\nsteps = 15\n[coarse]\nsteps = 14\nguidance = 4.0\n")

    def steps(words: str, environ: dict, files: list[Path]) -> tuple[Found, tuple]:
        found = resolve(words, environ, files, PRESETS)
        value = found.stages.values["coarse"]["steps"]
        return found, (value.value, value.origin)

    assert steps("--steps 11", {"VARCO3D_STEPS": "12"}, [near, far])[1] == (11, "flag")
    assert steps("", {"VARCO3D_STEPS": "12"}, [near, far])[1] == (12, "VARCO3D_STEPS")
    found, value = steps("", {}, [near, far])
    assert value == (13, str(near))
    assert found.options.model.seed == 3 and found.options.model.model == "far" and found.origin("model") == str(far)
    assert found.stages.values["coarse"]["guidance"].value == 4.0
    assert found.stages.values["refine"]["steps"].value == 15 and steps("", {}, [far])[1] == (14, str(far))
    assert steps("", {}, [])[1] == (20, "preset standard")
    assert steps("--preset high", {}, [])[1] == (50, "preset high")
    assert resolve().options.model.seed == 0 and resolve().origin("seed") == "default"


def test_a_flag_reaches_both_generators(resolve) -> None:
    found = resolve("--steps 7 --set refine.steps=8 --set refine.steps=9")
    settings = load_recipe("tiny", "standard", found.stages.plain())
    assert settings.stage("coarse").settings.steps == 7
    assert settings.stage("refine").settings.steps == 9


def test_explicit_flags_win_over_the_preset(resolve) -> None:
    found = resolve("--preset high --faces 0", {}, (), PRESETS).stages.values
    assert found["clean"]["faces"].value == 0 and found["coarse"]["steps"].value == 50


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sede = 1", ["sede", "did you mean 'seed'"]),
        ("[corase]\nsteps = 1", ["corase", "did you mean 'coarse'"]),
        ("output = 'x'", ["output"]),
        ("seed = 'many'", ["seed", "not a whole number"]),
        ("seed = true", ["seed"]),
        ("preset = 'best'", ["preset", "best"]),
        ("margin = 0.5", ["margin", "0.45"]),
        ("format = ['glb', 'fbx']", ["format", "fbx"]),
    ],
)
def test_mistakes_in_a_file_are_named(resolve, tmp_path: Path, text: str, words: list[str]) -> None:
    path = write(tmp_path / "varco3d.toml", text)
    with pytest.raises(UsageError) as caught:
        resolve("", {}, [path])
    for word in [str(path), *words]:
        assert word in caught.value.message


def test_broken_toml_names_the_line(resolve, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 2"):
        resolve("", {}, [write(tmp_path / "c.toml", "seed = 1\nseed seed\n")])


def test_a_file_of_any_size_or_mark_is_read_or_refused(resolve, tmp_path: Path) -> None:
    (tmp_path / "marked.toml").write_bytes("\ufeffseed = 5\r\n".encode())
    assert resolve("", {}, [tmp_path / "marked.toml"]).options.model.seed == 5
    with (tmp_path / "huge.toml").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageError, match=r"huge\.toml.*more than 16 MB"):
        resolve("", {}, [tmp_path / "huge.toml"])
    (tmp_path / "16.toml").write_text("seed = 5", encoding="utf-16")
    with pytest.raises(UsageError, match=r"16\.toml: it is no text in UTF-8"):
        resolve("", {}, [tmp_path / "16.toml"])


def test_what_is_no_file_is_not_said_to_be_missing(run, tmp_path: Path) -> None:
    assert f"the config file {tmp_path} is no file" in run("config", "show", "--config", tmp_path).err
    assert "the config file nope.toml does not exist" in run("config", "show", "--config", "nope.toml").err


def test_numbers_are_asked_for_in_plain_words(run) -> None:
    for flag, kind in (("--memory", "number"), ("--seed", "whole number"), ("--jobs", "whole number")):
        assert f"'2x' is not a {kind}." in run("plan", "a.png", flag, "2x").err
    assert "'half' is not a number." in run("convert", "a.glb", "b.obj", "--lod", "1,half").err


def test_mistakes_in_the_environment(resolve) -> None:
    with pytest.raises(UsageError, match="VARCO3D_SEED"):
        resolve("", {"VARCO3D_SEED": "x"})
    (warning,) = unknown_variables({"VARCO3D_SEDE": "1"})
    assert "VARCO3D_SEED" in warning
    assert not unknown_variables({"VARCO3D_SEED": "1", "VARCO3D_LOG_FILE": "x", "HOME": "y"})


def test_lists_and_switches(resolve) -> None:
    assert resolve("-f glb,OBJ -f stl").options.output.format == ("glb", "obj", "stl")
    assert resolve("", {"VARCO3D_FORMAT": "ply"}).options.output.format == ("ply",)
    assert resolve("", {"VARCO3D_INCLUDE": "my chairs/*.png, *.jpg"}).options.selection.include == (
        "my chairs/*.png",
        "*.jpg",
    )
    assert resolve("", {"VARCO3D_RESUME": "no"}).options.batch.resume is False
    assert resolve("", {"VARCO3D_TEXTURE": "off"}).options.mesh.texture == "off"
    assert resolve("--lod 1,0.5").options.mesh.lod == (1.0, 0.5)
    assert resolve("--dtype BF16").options.machine.dtype == "bfloat16"


def test_texture_switch_as_a_truth_value(resolve, tmp_path: Path) -> None:
    path = write(tmp_path / "c.toml", "texture = false\nresume = false\nbake_light = true\nformat = ['stl']\n")
    found = resolve("", {}, [path]).options
    assert found.mesh.texture == "off" and found.batch.resume is False and found.mesh.bake_light == "on"
    assert found.output.format == ("stl",)


def test_set_keeps_commas_and_types(resolve) -> None:
    found = resolve("--set clean.ranges=1,2 --set coarse.preview-steps=[3,4] --set prepare.cutout=keep").stages.plain()
    assert found["clean"]["ranges"] == "1,2"
    del found["clean"]
    recipe = load_recipe("tiny", "standard", found)
    assert recipe.stage("coarse").settings.preview_steps == (3, 4)
    assert recipe.stage("prepare").settings.cutout == "keep"


def test_a_preview_of_steps_needs_a_model_that_draws_shapes(resolve) -> None:
    for model in ("trellis-image-large", "varco3d-preview-trellis"):
        found = resolve(f"--model {model} --steps-preview")
        with pytest.raises(UsageError, match=f"{model} draws voxels first"):
            make_recipe(found.options, found.stages, ("glb",))


@pytest.mark.parametrize("text", ["steps=3", "coarse.steps", "corse.steps=3"])
def test_wrong_set(resolve, text: str) -> None:
    with pytest.raises(UsageError):
        resolve(f"--set {text}")


def test_global_flags_before_and_after_the_verb_add_up() -> None:
    before = GlobalFlags(json=True, log_file=Path("a"), origins={"json": "flag", "log_file": "flag"})
    after = GlobalFlags(quiet=True, log_file=Path("b"), origins={"quiet": "flag", "log_file": "VARCO3D_LOG_FILE"})
    both = after.over(before)
    assert both.json and both.quiet and both.log_file == Path("a"), "a flag is stronger than a variable"
    assert GlobalFlags(log_file=Path("c"), origins={"log_file": "flag"}).over(before).log_file == Path("c")


def test_names_are_unique_and_targets_are_stages() -> None:
    flags = [*RunOptions.flags(), *GlobalFlags.flags()]
    assert len({flag.name for flag in flags}) == len(flags) == len({flag.field for flag in flags})
    shorts = [flag.short for flag in flags if flag.short]
    assert len(shorts) == len(set(shorts)) and "-h" not in shorts
    for flag in flags:
        for target in flag.sets:
            assert target.partition(".")[0] in ORDER


def test_presets_of_the_model_are_a_source(resolve) -> None:
    options = resolve("--preset draft").options
    value = stage_settings(options, Session().files).values["decode"]["resolution"]
    assert value.origin == "preset draft"


def test_show_with_origin(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("varco3d.toml").write_text("seed = 5\n[clean]\nfaces = 7\n")
    monkeypatch.setenv("VARCO3D_JOBS", "2")
    lines = {line.split()[0]: line.split()[1:] for line in run("config", "show", "--origin").out.splitlines()}
    assert lines["seed"][0] == "5" and lines["seed"][1].endswith("varco3d.toml")
    assert lines["jobs"] == ["2", "VARCO3D_JOBS"]
    assert lines["clean.faces"][0] == "7"
    assert lines["model"] == ["tiny", "default"]
    monkeypatch.setenv("VARCO3D_PRESET", "draft")
    lines = {line.split()[0]: line.split()[1:] for line in run("config", "show", "--origin").out.splitlines()}
    assert lines["clean.faces"][1].endswith("varco3d.toml")  # stronger than the preset's
    assert lines["decode.resolution"][1:] == ["preset", "draft"]
    assert run("config", "show", "sede").code == 2 and run("config", "show", "clean.faces").out == "clean.faces = 7\n"
    answer = json.loads(run("--json", "config", "show").out)
    assert answer["settings"]["jobs"] == {"value": 2, "origin": "VARCO3D_JOBS"}


def test_config_flag_replaces_the_files(run, tmp_path: Path) -> None:
    Path("varco3d.toml").write_text("seed = 5\n")
    other = write(tmp_path / "other.toml", "seed = 6\n")
    assert run("config", "show", "seed", "--config", other).out == "seed = 6\n"
    assert run("--config", other, "config", "show", "seed").out == "seed = 6\n"
    assert run("config", "show", "--config", "nowhere.toml").code == 2


def test_path_is_printed(run) -> None:
    assert run("config", "path").out.strip().endswith("config.toml")
