"""Words that people look for: measures, other programs' formats, other names of flags; records of one file."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from varco3d.cli.console import Console
from varco3d.cli.reporter import Reporter, _Lines
from varco3d.pipeline.events import COMPILING, ItemFinished, ItemStarted, Progress, StageStarted
from varco3d.pipeline.machine import slow_number_type
from varco3d.pipeline.machine_speed import MachineSpeed


@pytest.fixture
def box(run) -> Path:
    """A box 1 wide, 2 high and 4 deep."""
    corners = [(x, y, z) for x in (0, 1) for y in (0, 2) for z in (0, 4)]
    faces = [(1, 2, 4), (1, 4, 3), (5, 7, 8), (5, 8, 6), (1, 5, 6), (1, 6, 2), (3, 4, 8), (3, 8, 7), (1, 3, 7),
             (1, 7, 5), (2, 6, 8), (2, 8, 4)]  # fmt: skip
    text = "".join("v {} {} {}\n".format(*corner) for corner in corners)
    Path("box.obj").write_text(text + "".join("f {} {} {}\n".format(*face) for face in faces))
    return Path("box.obj")


@pytest.mark.parametrize(("flag", "axis"), [("--width", 0), ("--height", 1), ("--depth", 2), ("--size", 2)])
def test_one_side_gets_the_measure(run, box, flag, axis):
    assert run("convert", box, "out.obj", flag, "1.8").code == 0
    lines = [line.split()[1:4] for line in Path("out.obj").read_text().splitlines() if line.startswith("v ")]
    extent = np.ptp(np.array(lines, float), axis=0)
    assert extent == pytest.approx(1.8 * np.array([1, 2, 4]) / [1, 2, 4][axis], rel=1e-4)


def test_two_measures_are_one_too_many(run, box):
    answer = run("convert", box, "out.obj", "--height", "1.8", "--width", "2")
    assert answer.code == 2 and "one measure" in answer.err


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("generate", "a.png", "-f", "fbx"), "Blender, Unity"),
        (("generate", "box.obj", "--polygons", "9"), "Use --faces"),
        (("make", "chair"), "varco3d generate"),
    ],
)
def test_other_words_lead_to_ours(run, arguments, answer):
    found = run(*arguments)
    assert found.code == 2 and answer in found.err


def test_config_show_refuses_what_plan_refuses(run):
    Path("varco3d.toml").write_text("[coarse]\nsteps = 99999\n")
    picture("x.png")
    shown, planned = run("config", "show"), run("plan", "x.png")
    assert shown.code == planned.code == 2
    assert "coarse.steps = 99999 is out of range" in shown.err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('require = "watertigth"', "--require: a mesh report has no 'watertigth'; did you mean 'watertight'?"),
        ('painter = "rembrandt"', "there is no painter 'rembrandt'"),
        ("quads = true", "only OBJ holds quads"),
        ('order = "stage"\njobs = 2', "--order stage is for one worker"),
        ('skip = ["colour"]', "colour"),
    ],
)
def test_config_show_checks_every_setting_like_plan(run, settings, words):
    Path("varco3d.toml").write_text(settings)
    picture("x.png")
    shown, planned = run("config", "show"), run("plan", "x.png")
    assert shown.code == planned.code == 2
    assert words in shown.err and words in planned.err


def picture(name: str, mode: str = "RGBA") -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[16:48, 20:44] = (200, 60, 40, 255)
    Image.fromarray(pixels).convert(mode).save(name)


def test_a_black_mask_says_so(run):
    picture("cat.png")
    Image.new("L", (64, 64)).save("mask.png")
    answer = run("generate", "cat.png", "--mask", "mask.png", "--until", "prepare", "-o", "out")
    assert "mask.png is black all over" in answer.err and "white" in answer.err


def test_a_single_file_keeps_a_record_and_tells_of_another_seed(run):
    picture("cat.png")
    flags = ("--until", "prepare", "-o", "cat.glb")
    assert run("generate", "cat.png", *flags).code == 0
    record = json.loads(Path("varco3d.jsonl").read_text().splitlines()[0])
    assert record["id"] == "cat" and record["status"] == "ok"
    again = run("generate", "cat.png", *flags)
    assert "already done" in again.err
    assert again.out.strip(), "the paths of what was done before are printed too"
    other = run("generate", "cat.png", *flags, "--seed", "7")
    assert "replaces the mesh of seed 0" in other.err and "--num-seeds" in other.err


def test_failures_reach_stderr_beside_json(run):
    Path("broken.png").write_bytes(b"no picture")
    answer = run("generate", "broken.png", "-o", "out", "--json")
    assert answer.err.count("error[bad_input]") == 1
    finished = [json.loads(line) for line in answer.out.splitlines() if '"item_finished"' in line]
    assert finished[0]["input"] == "broken.png"


def test_sides_are_refused_before_work_by_plan_too(run):
    picture("cat.png")
    answer = run("plan", "cat.png", "--back", "cat.png", "-m", "hunyuan3d-2.1")
    assert answer.code == 2 and "--views back=FILE" in answer.err
    wrong = run("plan", "cat.png", "--views", "back=nowhere.png")
    assert wrong.code != 0 and "nowhere.png" in wrong.err


def test_a_long_item_says_where_it_is(capsys):
    now = [0.0]
    lines = _Lines(Console(), every=30.0, clock=lambda: now[0])
    lines.show(ItemStarted("cat", "cat.png", None, 0))
    for now[0], event in [
        (5.0, StageStarted("cat", "coarse")),
        (20.0, Progress("cat", "coarse", 5, 50, 15.0)),
        (35.0, Progress("cat", "coarse", 10, 50, 30.0)),
        (50.0, Progress("cat", "coarse", 15, 50, 45.0)),
        (70.0, StageStarted("cat", "refine")),
    ]:
        lines.show(event)
    lines.show(ItemFinished("cat", "ok", [], {}, [], None))
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "cat: coarse 10/50, about 2 min 00 s left of it, 35.0 s so far",
        "cat: refine, 1 min 10 s so far",
    ]


def test_a_long_step_says_where_it_is(capsys):
    now = [0.0]
    lines = _Lines(Console(), clock=lambda: now[0])
    lines.show(ItemStarted("cat", "cat.png", None, None))
    lines.show(StageStarted("cat", "coarse"))
    for now[0], event in [(20.0, None), (40.0, Progress("cat", "coarse", 1, 4, 39.0)), (60.0, None), (80.0, None)]:
        lines.tick()
        if event is not None:
            lines.show(event)
    lines.show(ItemFinished("cat", "ok", [], {}, [], None))
    now[0] = 200.0
    lines.tick()
    assert capsys.readouterr().err.splitlines() == [
        "cat: coarse, 40.0 s so far",
        "cat: coarse 1/4, about 1 min 57 s left of it, 1 min 20 s so far",
    ]


def test_the_watch_ends_with_the_run(capsys):
    lines = _Lines(Console(), every=0.02)
    lines.show(ItemStarted("cat", "cat.png", None, None))
    lines.show(StageStarted("cat", "coarse"))
    lines.watch()
    deadline = time.monotonic() + 10
    while not (said := capsys.readouterr().err) and time.monotonic() < deadline:
        time.sleep(0.01)
    lines.close()
    assert said.startswith("cat: coarse, 0.")


def test_the_first_run_says_that_kernels_are_compiled_once(run, capsys):
    reporter = Reporter(Console())
    for item in ("cat", "dog"):
        reporter.emit(Progress(item, "decode", 0, 0, 0.1, COMPILING))
    said = capsys.readouterr().err
    assert said.count("compiling kernels, once per machine") == 1 and "doctor --warm" in said


def test_doctor_warm_names_every_module_that_it_compiles(run, monkeypatch):
    speed = MachineSpeed("m", "", {"float32": 123.0})
    monkeypatch.setattr("varco3d.pipeline.machine_speed.machine_speed", lambda device: speed)
    monkeypatch.setattr("varco3d.kernels.ahead.compile_all", lambda device, tell: tell(3, 22, "fields.bricks"))
    answer = run("doctor", "--warm", "--no-self-test")
    assert "fields.bricks (3 of 22)" in answer.err and "1 modules compiled" in answer.out
    assert "matrix products, GFLOP/s: float32 123" in answer.out


def test_plan_is_a_check_before_the_run(run):
    picture("cat.png")
    Path("broken.png").write_bytes(b"")
    lacking = run("plan", "cat.png", "-m", "hunyuan3d-2.1")
    assert lacking.code == 3 and "NOT HERE" in lacking.err
    assert run("plan", "cat.png", "-m", "hunyuan3d-2.1", "--pull").code == 0
    here = run("plan", "cat.png", "broken.png", "-o", "out")
    assert here.code == 0 and "broken.png is empty" in here.err and "GiB of" in here.err
    Path("letter.png").write_text("no picture")
    Image.new("RGB", (3, 3)).save("dot.png")
    more = run("plan", "cat.png", "letter.png", "dot.png", "-o", "out")
    assert "letter.png is not a picture" in more.err and "dot.png is only 3x3 pixels" in more.err
    assert "1 to do, 0 done before, 2 unreadable" in more.err


@pytest.mark.parametrize(("flags", "slow"), [("fma avx2", True), ("avx2 avx512_bf16", False), ("amx_bf16", False)])
def test_bfloat16_is_advised_by_what_the_processor_has(tmp_path, flags, slow):
    listed = tmp_path / "cpuinfo"
    listed.write_text(f"processor : 0\nflags : {flags}\n")
    said = slow_number_type("bfloat16", "cpu", listed)
    assert bool(said) == slow and slow_number_type("float32", "cpu", listed) == ""
    assert slow_number_type("bfloat16", "cuda:0", listed) == slow_number_type("bfloat16", "cpu", tmp_path / "no") == ""


def test_several_seeds_draw_singly_and_say_so(run):
    picture("cat.png")

    def coarse(*flags):
        return json.loads(run("plan", "cat.png", "--json", *flags).out)["settings"]["coarse"]["settings"]

    assert coarse()["combine"] == coarse("--num-seeds", "2", "--set", "coarse.combine=mean")["combine"] == "mean"
    drawn = coarse("--num-seeds", "2")
    assert (drawn["combine"], drawn["candidates"], drawn["steps"], drawn["second_look"]) == ("best", 1, 20, False)
    assert coarse("--num-seeds", "2", "--steps", "9")["steps"] == 9  # what a person sets stays
    said = run("plan", "cat.png", "--num-seeds", "2").err
    assert "2 seeds: tiny draws each shape singly, so that they differ (coarse.steps=20" in said
    assert "singly" not in run("plan", "cat.png").err
