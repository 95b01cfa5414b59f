"""generate and plan: streams, events, outputs, exit codes, on a chain that needs no weights."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from standin import install

from varco3d.pipeline.meshes.glb_check import check_glb

ROOT = Path(__file__).parents[3]


def schema(name: str) -> dict:
    return json.loads((ROOT / "cli" / "schemas" / f"{name}.schema.json").read_text())


def picture(path: Path, colour: tuple[int, int, int] = (200, 40, 40)) -> Path:
    pixels = np.zeros((48, 48, 4), np.uint8)
    pixels[8:40, 8:40] = (*colour, 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def events(text: str) -> list[dict]:
    found = [json.loads(line) for line in text.splitlines()]
    for event in found:
        jsonschema.validate(event, schema("event"))
    assert [event["type"] for event in found].count("run_finished") == 1
    assert found[-1]["type"] == "run_finished"
    return found


@pytest.fixture
def go(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    recipe = install(monkeypatch, tmp_path)
    picture(Path("in/a/cat.png"))
    picture(Path("in/dog.png"), (40, 40, 200))

    def call(*arguments: object, verb: str = "generate"):
        return run(verb, *arguments, "-m", recipe)

    return call


def test_one_picture_to_one_file(go) -> None:
    answer = go("in/dog.png", "-o", "x/dog.glb", "--preview", "png")
    assert answer.code == 0, answer.err
    assert sorted(answer.out.split()) == ["x/dog.glb", "x/dog.preview.png"]
    assert check_glb(Path("x/dog.glb")) == []
    assert Image.open("x/dog.preview.png").size[0] > 100
    assert sorted(p.name for p in Path("x").rglob("*")) == ["dog.glb", "dog.preview.png", "varco3d.jsonl"]
    assert "chatter" not in answer.out


def test_without_output_the_mesh_lands_here(go) -> None:
    assert go("in/dog.png").out == "dog.glb\n"


def test_folder_keeps_its_structure_and_a_record(go) -> None:
    answer = go("in", "-o", "out", "-f", "glb,stl")
    assert answer.code == 0
    assert set(answer.out.split()) == {f"out/{name}.{kind}" for name in ("a/cat", "dog") for kind in ("glb", "stl")}
    records = [json.loads(line) for line in Path("out/varco3d.jsonl").read_text().splitlines()]
    assert [record["id"] for record in records] == ["a/cat", "dog"]
    assert "[1/2]" in answer.err and "[2/2]" in answer.err and "2 ok" in answer.err


def test_second_run_skips(go) -> None:
    go("in", "-o", "out")
    again = go("in", "-o", "out", "--json")
    found = events(again.out)
    assert again.code == 0 and found[-1]["counts"] == {"ok": 0, "failed": 0, "skipped": 2}
    assert events(go("in", "-o", "out", "--json", "--force").out)[-1]["counts"]["ok"] == 2
    assert events(go("in", "-o", "out", "--json", "--seed", "1").out)[-1]["counts"]["ok"] == 2


def test_events(go) -> None:
    answer = go("in", "-o", "out", "--json")
    found = events(answer.out)
    kinds = [event["type"] for event in found]
    assert kinds[0] == "run_started" and kinds.count("item_started") == 2 == kinds.count("item_finished")
    assert found[0]["inputs"] == 2 and found[0]["model"]["name"] == "standin"
    assert {event["stage"] for event in found if event["type"] == "stage_finished"} == {"prepare", "ball", "export"}
    done = next(event for event in found if event["type"] == "item_finished")
    assert done["outputs"][0]["bytes"] == Path(done["outputs"][0]["path"]).stat().st_size
    assert done["mesh"]["watertight"] is True
    assert found[-1]["ok"] is True and found[-1]["exit_code"] == 0


def test_one_bad_picture_does_not_end_the_run(go) -> None:
    Path("in/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    answer = go("in", "-o", "out", "--json")
    found = events(answer.out)
    assert answer.code == 1 and found[-1]["exit_code"] == 1
    assert found[-1]["counts"] == {"ok": 2, "failed": 1, "skipped": 0}
    failed = next(event for event in found if event.get("status") == "failed")
    assert failed["error"]["code"] == "bad_input" and failed["error"]["hint"]


def test_error_line_of_a_single_picture(go) -> None:
    Path("empty.png").write_bytes(b"")
    answer = go("empty.png", "-o", "x.glb")
    assert answer.code == 1 and answer.out == ""
    assert answer.err.splitlines()[-1].startswith("error[bad_input]: ")


def test_empty_alpha_is_no_subject(go) -> None:
    Image.new("RGBA", (32, 32)).save("nothing.png")
    answer = go("nothing.png", "-o", "x.glb", "--json")
    assert events(answer.out)[-2]["error"]["code"] == "no_subject" and answer.code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (["nowhere.png"], 6, "nothing_matched"),
        (["in", "-o", "x.glb"], 2, "usage"),
        (["in", "-o", "x.fbx"], 2, "usage"),
        (["in", "-o", "x.off"], 2, "usage"),
        (["in/dog.png", "--set", "ball.rings=1"], 2, "usage"),
        (["in/dog.png", "--set", "prepare.sise=1"], 2, "usage"),
        (["in/dog.png", "--require", "faces<=many"], 2, "usage"),
        (["in/dog.png", "--require", "face<=3"], 2, "usage"),
        (["in/dog.png", "--device", "cuda:7"], 4, "device_unavailable"),
        (["in/dog.png", "--from", "export", "--until", "prepare"], 2, "usage"),
        (["in/dog.png", "--no-such-flag"], 2, "usage"),
        (["in", "--order", "stage", "-j", "2"], 2, "usage"),
        (["in", "--name", "{stem:z}.{ext}"], 2, "usage"),
        (["in", "--name", "{stem!r}.{ext}"], 2, "usage"),
        (["in", "--shard", "auto"], 2, "usage"),
        ([], 2, "usage"),
    ],
)  # fmt: skip
def test_refused_before_work(go, arguments: list[str], code: int, name: str) -> None:
    answer = go(*arguments, "--json")
    (last,) = events(answer.out)
    assert (answer.code, last["exit_code"], last["ok"]) == (code, code, False)
    assert last["error"]["code"] == name, last
    assert f"error[{name}]" in answer.err


@pytest.mark.parametrize(
    "more",
    [["--json"], ["--preview", "png"], ["--save-stages"], ["--until", "prepare"], ["--num-seeds", "2"], ["-f", "stl"]],
)
def test_stdout_holds_one_glb_and_nothing_else(go, more: list[str]) -> None:
    answer = go("in/dog.png", "-o", "-", *more)
    assert answer.code == 2 and "-o -" in answer.err, answer.err
    assert "glTF" not in answer.out


def test_what_a_stopped_run_has_not_tried_is_said(go) -> None:
    Path("in/a/a.png").write_bytes(b"nothing")
    answer = go("in", "-o", "out", "--fail-fast")
    assert answer.code == 1 and "1 failed, 2 not tried" in answer.err


def test_a_requirement_holds_for_what_is_there_already(go) -> None:
    assert go("in", "-o", "out").code == 0
    assert go("in", "-o", "out", "--require", "faces<=3").code == 5
    assert go("in", "-o", "out", "--require", "bbox<3").code == 2
    again = go("in", "-o", "out", "--require", "watertight")
    assert again.code == 0 and "already done" in again.err


def test_short_names_of_number_types(go) -> None:
    plan = json.loads(go("in/dog.png", "--dtype", "bf16", "--json", verb="plan").out)
    assert plan["dtype"] == "bfloat16"
    assert go("in/dog.png", "--dtype", "fp8").code == 2


def test_two_inputs_with_one_output(go) -> None:
    picture(Path("in/DOG.png"))
    answer = go("in", "-o", "out")
    assert answer.code == 2 and "would both become" in answer.err and not Path("out").exists()


def test_quality_gate(go) -> None:
    answer = go("in/dog.png", "--set", "ball.hole=true", "--require", "watertight", "-o", "x.glb")
    assert answer.code == 5 and "error[quality_gate]" in answer.err and Path("x.glb").exists()
    assert go("in/dog.png", "--require", "watertight,faces<=1000", "-o", "y.glb").code == 0


def test_out_of_memory_of_everything_is_4(go) -> None:
    answer = go("in/dog.png", "--set", "ball.fault=memory", "--json", "-o", "x.glb")
    assert answer.code == 4 and events(answer.out)[-2]["error"]["code"] == "out_of_memory"


def test_internal_error_shows_a_traceback_only_with_v(go) -> None:
    quiet = go("in/dog.png", "--set", "ball.fault=bug", "-o", "x.glb")
    assert quiet.code == 1 and "error[internal]" in quiet.err and "Traceback" not in quiet.err
    assert "Traceback" in go("in/dog.png", "--set", "ball.fault=bug", "-o", "x.glb", "-v").err


def test_seed_reaches_the_stage_and_runs_repeat(go) -> None:
    def made(*arguments: object) -> bytes:
        assert go("in/dog.png", "-o", "x.glb", *arguments).code == 0
        return Path("x.glb").read_bytes()

    assert made() == made() != made("--seed", "1")


def test_num_seeds(go) -> None:
    answer = go("in/dog.png", "-o", "x/v.glb", "--num-seeds", "2")
    assert set(answer.out.split()) == {"x/v_s0.glb", "x/v_s1.glb"}
    assert "1 picture, 2 meshes, model standin" in answer.err and "[2/2]" in answer.err


def test_quiet(go) -> None:
    answer = go("in/dog.png", "-o", "x.glb", "-q")
    assert answer.err == "" and answer.out == "x.glb\n"


def test_from_and_until(go) -> None:
    assert go("in/dog.png", "-o", "w/dog.glb", "--until", "ball").code == 0
    assert Path("w/dog.stages/ball/mesh/mesh.npz").exists() and not Path("w/dog.glb").exists()
    answer = go("in/dog.png", "-o", "w/dog.glb", "--from", "export", "--json")
    stages = [event["stage"] for event in events(answer.out) if event["type"] == "stage_finished"]
    assert stages == ["export"] and Path("w/dog.glb").exists()


def test_dry_run_and_plan_write_nothing(go) -> None:
    before = sorted(Path().rglob("*"))
    plan, dry = go("in", "-o", "out", verb="plan"), go("in", "-o", "out", "-n")
    assert plan.out == dry.out == "in/a/cat.png -> out/a/cat.glb\nin/dog.png -> out/dog.glb\n"
    answer = json.loads(go("in", "-o", "out", "--json", "--preset", "draft", verb="plan").out)
    jsonschema.validate(answer, schema("plan"))
    assert answer["settings"]["ball"]["settings"]["rings"] == 6 and answer["counts"]["new"] == 2
    assert sorted(Path().rglob("*")) == before


def test_plan_takes_for_done_what_a_run_would_pass_over(go) -> None:
    def states(*arguments: str) -> set[str]:
        plan = json.loads(go("in", "-o", "out", "--json", *arguments, verb="plan").out)
        return {item["state"] for item in plan["items"]}

    assert states() == {"new"}
    go("in", "-o", "out")
    assert states() == {"done"} and states("--force") == {"new"} == states("--seed", "1")
    assert states("--size", "2") == {"new"} == states("--save-stages")


def test_plan_learns_from_the_record(go) -> None:
    go("in", "-o", "out")
    picture(Path("in/new.png"))
    answer = json.loads(go("in", "-o", "out", "--json", verb="plan").out)
    assert answer["counts"] == {"new": 1, "done": 2, "unreadable": 0}
    assert answer["estimate"]["seconds_per_item"] > 0 and "2 earlier items" in answer["estimate"]["basis"]


def test_plan_estimates_with_what_was_measured(go, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = {"seconds_per_item": 2.0, "start_seconds": 5.0, "peak_mb": 900.0, "bytes": 1000}
    (tmp_path / "measured.json").write_text(json.dumps({"machine": "on 2 cores", "standin": {"standard": row}}))
    monkeypatch.setattr("varco3d.cli.estimate.MEASURED", tmp_path / "measured.json")
    found = json.loads(go("in", "-o", "out", "--json", verb="plan").out)["estimate"]
    assert (found["seconds"], found["peak_mb"], found["disk_bytes"], found["basis"]) == (9.0, 900.0, 2000, "on 2 cores")
    assert "about 9.0 s (2.0 s an item, on 2 cores)" in go("in", "-o", "out", verb="plan").err
    draft = json.loads(go("in", "-o", "out", "--json", "--preset", "draft", verb="plan").out)
    assert draft["estimate"]["seconds"] is None


def test_levels_of_detail_lie_in_one_place(go) -> None:
    from varco3d.pipeline.meshes.reading import load_mesh

    answer = go("in/dog.png", "-o", "x/dog.glb", "--lod", "1,0.5", "--size", "2", "--origin", "base")
    assert answer.out.split() == ["x/dog_lod0.glb", "x/dog_lod1.glb"], answer.err
    whole, half = (load_mesh(Path(name)) for name in answer.out.split())
    assert abs(len(half.faces) - len(whole.faces) / 2) <= 4
    assert np.allclose(whole.vertices[:, 1].min(), 0, atol=1e-5) and np.ptp(whole.vertices, axis=0).max() == 2
    assert half.vertices[:, 1].min() >= -1e-3  # simplified after it was placed, not placed by itself
    plan = go("in/dog.png", "-o", "x/dog.glb", "--lod", "1,0.5", verb="plan")
    assert [line.split(" -> ")[1] for line in plan.out.splitlines()] == answer.out.split()
    assert go("in/dog.png", "-o", "x.glb", "--lod", "2").code == 2


def test_quads_are_for_obj(go) -> None:
    pytest.importorskip("pymeshlab")
    assert go("in/dog.png", "-o", "x.glb", "--quads").code == 2
    assert go("in/dog.png", "-o", "x.obj", "--quads").code == 0
    corners = [len(line.split()) - 1 for line in Path("x.obj").read_text().splitlines() if line.startswith("f ")]
    assert corners.count(4) > 0.6 * len(corners)


def test_lists(go, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    Path("list.txt").write_text("in/dog.png\n\n")
    assert go("--from-list", "list.txt", "-o", "x").out == "x/dog.glb\n"
    monkeypatch.setattr("sys.stdin", io.StringIO("in/a/cat.png\n"))
    assert go("-", "-o", "y").out == "y/cat.glb\n"
    monkeypatch.setattr("sys.stdin", None)
    assert "but stdin is closed. Pipe it" in go("-", "-o", "y").err


def test_missing_model_is_3(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "none"))
    monkeypatch.setattr("varco3d.cli.requests.request.needed_models", lambda request: ["hunyuan3d-2.1"])
    recipe = install(monkeypatch, tmp_path)
    picture(Path("dog.png"))
    answer = run("generate", "dog.png", "-m", recipe, "--json")
    assert answer.code == 3 and events(answer.out)[-1]["error"]["code"] == "model_missing"
    assert "models pull" in answer.err


def test_a_flag_for_two_stages_works_with_a_recipe_that_has_one(run, tmp_path: Path) -> None:
    picture(Path("dog.png"))
    recipe = tmp_path / "coarse_only.toml"
    recipe.write_text('name = "c"\norder = ["prepare", "coarse", "clean", "export"]\n[models]\ncoarse = "x"\n')
    answer = run("plan", "dog.png", "-m", recipe, "--steps", "3", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["settings"]["coarse"]["settings"]["steps"] == 3
    assert run("plan", "dog.png", "-m", recipe, "--tokens", "3").code == 2


def test_every_flag_sets_something_that_exists() -> None:
    from varco3d.cli.options.panels import RunOptions
    from varco3d.pipeline.stage import load_stage

    for flag in RunOptions.flags():
        for target in flag.sets:
            stage, key = target.split(".")
            assert key in load_stage(stage).Settings.__dataclass_fields__, f"{flag.option} sets {target}"
