"""Which source wins, where each value came from, and what happens to mistakes."""

import json
from pathlib import Path

import pytest

from varco3d.cli.config import Resolved, literal, resolve
from varco3d.cli.flags import BY_NAME, FLAGS, STAGES
from varco3d.errors import UsageError

PRESETS = {"standard": {"coarse": {"steps": 20}}, "high": {"coarse": {"steps": 50}, "clean": {"faces": 9}}}


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_order_of_the_sources(tmp_path: Path) -> None:
    near = write(tmp_path / "near.toml", "seed = 3\n[coarse]\nsteps = 13\n")
    far = write(tmp_path / "far.toml", "seed = 4\nmodel = 'far'\n[coarse]\nsteps = 14\nguidance = 4.0\n")

    def steps(given: dict, environ: dict, files: list[Path]) -> tuple[Resolved, tuple]:
        found = resolve(given, environ, files, PRESETS)
        value = found.stages["coarse"]["steps"]
        return found, (value.value, value.origin)

    assert steps({"steps": 11}, {"VARCO3D_STEPS": "12"}, [near, far])[1] == (11, "flag")
    assert steps({}, {"VARCO3D_STEPS": "12"}, [near, far])[1] == (12, "VARCO3D_STEPS")
    found, value = steps({}, {}, [near, far])
    assert value == (13, str(near))
    assert found["seed"] == 3 and found["model"] == "far" and found.flags["model"].origin == str(far)
    assert found.stages["coarse"]["guidance"].value == 4.0
    assert steps({}, {}, [])[1] == (20, "preset standard")
    assert steps({"preset": "high"}, {}, [])[1] == (50, "preset high")
    assert resolve({}, {})["seed"] == 0 and resolve({}, {}).flags["seed"].origin == "default"


def test_a_flag_reaches_both_generators() -> None:
    settings = resolve({"steps": 7, "set": ("refine.steps=9",)}, {}).settings()
    assert settings["coarse"]["steps"] == 7
    assert settings["refine"]["steps"] == 9


def test_explicit_flags_win_over_the_preset() -> None:
    found = resolve({"preset": "high", "faces": 0}, {}, (), PRESETS)
    assert found.stages["clean"]["faces"].value == 0 and found.stages["coarse"]["steps"].value == 50


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sede = 1", ["sede", "did you mean 'seed'"]),
        ("[corase]\nsteps = 1", ["corase", "did you mean 'coarse'"]),
        ("output = 'x'", ["output"]),
        ("seed = 'many'", ["seed", "not a valid integer"]),
        ("seed = true", ["seed"]),
        ("preset = 'best'", ["preset", "best"]),
    ],
)
def test_mistakes_in_a_file_are_named(tmp_path: Path, text: str, words: list[str]) -> None:
    path = write(tmp_path / "varco3d.toml", text)
    with pytest.raises(UsageError) as caught:
        resolve({}, {}, [path])
    for word in [str(path), *words]:
        assert word in caught.value.message


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 2"):
        resolve({}, {}, [write(tmp_path / "c.toml", "seed = 1\nseed seed\n")])


def test_mistakes_in_the_environment() -> None:
    with pytest.raises(UsageError, match="VARCO3D_SEED"):
        resolve({}, {"VARCO3D_SEED": "x"})
    (warning,) = resolve({}, {"VARCO3D_SEDE": "1"}).warnings
    assert "VARCO3D_SEED" in warning


def test_lists_and_switches() -> None:
    assert resolve({"format": ("glb,obj", "stl")}, {})["format"] == ("glb", "obj", "stl")
    assert resolve({}, {"VARCO3D_FORMAT": "ply"})["format"] == ("ply",)
    assert resolve({}, {"VARCO3D_RESUME": "no"})["resume"] is False
    assert resolve({}, {"VARCO3D_TEXTURE": "off"})["texture"] == "off"


def test_texture_switch_as_a_truth_value(tmp_path: Path) -> None:
    assert resolve({}, {}, [write(tmp_path / "c.toml", "texture = false")])["texture"] == "off"


def test_set_keeps_commas_and_types() -> None:
    stages = resolve({"set": ("clean.ranges=1,2", "coarse.steps=3", "prepare.cutout=keep")}, {}).settings()
    assert stages["clean"]["ranges"] == "1,2"
    assert stages["coarse"]["steps"] == 3
    assert stages["prepare"]["cutout"] == "keep"
    assert literal("true") is True and literal("0.5") == 0.5 and literal("[1, 2]") == [1, 2]


@pytest.mark.parametrize("text", ["steps=3", "coarse.steps", "corse.steps=3"])
def test_wrong_set(text: str) -> None:
    with pytest.raises(UsageError):
        resolve({"set": (text,)}, {})


def test_names_are_unique_and_targets_are_stages() -> None:
    assert len(BY_NAME) == len(FLAGS)
    shorts = [flag.short for flag in FLAGS if flag.short]
    assert len(shorts) == len(set(shorts)) and not {"-q", "-v", "-n", "-h"} & set(shorts)
    for flag in FLAGS:
        for target in flag.settings:
            assert target.partition(".")[0] in STAGES


def test_stage_names_are_the_chain() -> None:
    from varco3d.pipeline.stage import ORDER

    assert STAGES == ORDER


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
    assert run("config", "show", "--config", "nowhere.toml").code == 2


def test_path_is_printed(run) -> None:
    assert run("config", "path").out.strip().endswith("config.toml")
