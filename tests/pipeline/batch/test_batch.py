"""Many items: records, resume, isolated failures, executors with the same bytes, workers that die."""

import dataclasses
import errno
import json
import os
import re
import shutil
import time

import pytest
from fakes import load_fake, picture, write_recipe

from varco3d.errors import ModelMissingError, OutputError, QualityGateError, UsageError
from varco3d.pipeline.batch import records as records_module
from varco3d.pipeline.batch import run_folder
from varco3d.pipeline.batch.executors import processes
from varco3d.pipeline.batch.executors.retries import retry_of
from varco3d.pipeline.batch.inputs import resolve_inputs
from varco3d.pipeline.batch.naming import plan_items, single_item
from varco3d.pipeline.batch.records import RecordBook, latest_records, read_records
from varco3d.pipeline.batch.runner import Batch, BatchOptions
from varco3d.pipeline.batch.worker import Result, RunConfig, Task, Worker
from varco3d.pipeline.chain import Chain
from varco3d.pipeline.events import ItemFinished, ItemStarted, RunStarted, StageStarted
from varco3d.pipeline.recipe import load_recipe


@pytest.fixture
def place(tmp_path):
    for index in range(3):
        picture(tmp_path / f"in/p{index}.png", shift=3 * index)
    return tmp_path


def make_recipe(place, refine="torus", **settings):
    recipe = load_recipe(write_recipe(place), overrides=settings)
    return dataclasses.replace(recipe, models={**recipe.models, "refine": refine})


class Run:
    """One run over place/in into place/out; everything that happened is kept."""

    def __init__(self, place, recipe=None, out="out", config=None, emit=None, **options):
        self.events = []
        items = plan_items(resolve_inputs([str(place / "in")]).files, place / out)
        made = RunConfig(recipe or make_recipe(place), loader=load_fake, **(config or {}))
        self.batch = Batch(made, items, BatchOptions(folder=place / out, **options), emit or self.events.append)

    def __call__(self):
        self.summary = self.batch.execute()
        return self

    def finished(self):
        return {event.id: event for event in self.events if isinstance(event, ItemFinished)}

    def statuses(self):
        return {item: event.status for item, event in self.finished().items()}

    def codes(self):
        return {item: (event.error or {}).get("code") for item, event in self.finished().items()}

    def hashes(self):
        return {
            item: [output["sha256"] for output in event.outputs if output["format"] != "stages"]
            for item, event in self.finished().items()
        }


ALL_OK = {"p0": "ok", "p1": "ok", "p2": "ok"}
# Members of a record that no executor may change.
SAME = ("id", "sha256", "settings", "model", "seed", "item_seed", "mesh", "status", "warnings", "outputs")
SKIPPED = dict.fromkeys(ALL_OK, "skipped")


def test_a_run_leaves_meshes_and_one_record_each_and_nothing_else(place):
    run = Run(place, config={"previews": ("png",)})()
    assert run.statuses() == ALL_OK and run.summary.counts == {"ok": 3, "failed": 0, "skipped": 0}
    assert isinstance(run.events[0], RunStarted) and run.events[0].inputs == 3
    left = sorted(path.name for path in (place / "out").rglob("*"))
    assert left == sorted([*(f"p{i}.glb" for i in range(3)), *(f"p{i}.preview.png" for i in range(3)), "varco3d.jsonl"])
    records = list(read_records(place / "out/varco3d.jsonl"))
    assert [record["id"] for record in records] == ["p0", "p1", "p2"]
    for record in records:
        assert record["schema"] == "varco3d.record/1" and record["mesh"]["watertight"]
        glb = record["outputs"][0]
        assert (place / "out" / glb["path"]).stat().st_size == glb["bytes"] and glb["format"] == "glb"
        assert set(record["timings"]) == set(make_recipe(place).names())
    json.dumps([event.as_dict() for event in run.events])


def test_resume_skips_by_content_and_redoes_what_changed(place):
    first = Run(place)()
    again = Run(place)()
    assert again.statuses() == SKIPPED and again.hashes() == first.hashes()
    (place / "out/p1.glb").unlink()
    picture(place / "in/p2.png", colour=(0, 0, 9))
    assert Run(place)().statuses() == {"p0": "skipped", "p1": "ok", "p2": "ok"}
    assert Run(place, make_recipe(place, coarse={"steps": 3}))().statuses() == ALL_OK
    assert Run(place, make_recipe(place, coarse={"steps": 3}))().statuses() == SKIPPED
    assert Run(place, make_recipe(place, "other"))().statuses() == ALL_OK  # another model
    assert Run(place, make_recipe(place, "other"), force=True)().statuses() == ALL_OK
    assert Run(place, make_recipe(place, "other"), resume=False)().statuses() == ALL_OK
    assert len(list(read_records(place / "out/varco3d.jsonl"))) == 3 + 2 + 4 * 3


def test_failures_are_records_with_a_class_and_others_go_on(place):
    (place / "in/p0.png").write_text("no picture")
    (place / "in/zero.png").write_bytes(b"")
    (place / "in/loop.png").symlink_to(place / "in/loop.png")
    picture(place / "in/empty.png", colour=(1, 1, 1)).write_bytes(transparent(place))
    run = Run(place)()
    bad = {"p0": "bad_input", "zero": "bad_input", "loop": "bad_input", "empty": "no_subject"}
    assert run.codes() == {"p1": None, "p2": None, **bad}
    before = (place / "out/varco3d.jsonl").read_text()
    again = Run(place)()
    assert again.codes() == run.codes() and again.statuses()["p0"] == "failed"
    assert (place / "out/varco3d.jsonl").read_text() == before  # nothing is recorded twice
    picture(place / "in/p0.png")
    (place / "in/loop.png").unlink()
    picture(place / "in/loop.png")
    assert Run(place)().codes() == {"p0": None, "p1": None, "p2": None, "loop": None} | {
        "zero": "bad_input",
        "empty": "no_subject",
    }


def transparent(place):
    from PIL import Image

    Image.new("RGBA", (64, 64)).save(place / "t.png")
    return (place / "t.png").read_bytes()


def test_bugs_and_empty_fields_have_their_class(place):
    assert set(Run(place, make_recipe(place, "empty"), "a")().codes().values()) == {"empty_field"}
    run = Run(place, make_recipe(place, "bug"), "b")()
    assert set(run.codes().values()) == {"internal"}
    error = run.finished()["p0"].error
    assert "ZeroDivisionError: a bug" in error["message"] and "Traceback" in error["traceback"]


def test_every_executor_and_order_gives_the_same_bytes(place):
    one = Run(place, out="a")()
    two = Run(place, out="b", order="stage")()
    three = Run(place, out="c", executor="processes", jobs=2)()
    assert one.statuses() == two.statuses() == three.statuses() == ALL_OK
    assert one.hashes() == two.hashes() == three.hashes()
    records = [latest_records(place / out) for out in "abc"]
    for item in ALL_OK:
        assert len({json.dumps([record[item][name] for name in SAME]) for record in records}) == 1
    with pytest.raises(UsageError, match="for one worker"):
        Run(place, out="d", order="stage", jobs=2)()
    order = [event.stage for event in two.events if isinstance(event, StageStarted)]
    assert order == [name for name in make_recipe(place).names() for _ in range(3)]


def test_a_worker_that_dies_costs_its_item_one_attempt_and_no_byte(place):
    recipe = make_recipe(place, f"die:{place}/died")
    run = Run(place, recipe, executor="processes", jobs=1, recycle_after=2)()
    assert run.statuses() == ALL_OK
    (record,) = (r for r in read_records(place / "out/varco3d.jsonl") if r["attempts"])
    (note,) = record["attempts"]
    assert note["error"] == "worker_died" and "SIGKILL in stage decode" in note["message"] and "then" not in note
    attempts = [event.attempt for event in run.events if isinstance(event, ItemStarted)]
    assert sorted(attempts) == [1, 1, 1, 2]
    assert not (place / "out/.varco3d").exists()
    assert run.hashes() == Run(place, recipe, "undisturbed")().hashes()


def test_a_second_death_reduces_the_settings(place):
    config = RunConfig(make_recipe(place, decode={"resolution": 64, "start": 64}), retries=3)
    died = Result("failed", error={"code": "worker_died", "message": "", "hint": ""})
    first = retry_of(Task(None, ""), died, config)
    second = retry_of(first, died, config)
    assert (first.reductions, second.reductions) == (0, 1) and second.history[1]["then"]["decode.chunk"] == 16384
    assert retry_of(second, died, config).reductions == 2
    assert retry_of(dataclasses.replace(second, attempt=4), died, config) is None


def test_ray_gives_the_same_records_and_survives_a_killed_actor(place):
    pytest.importorskip("ray")
    recipe = make_recipe(place, f"die:{place}/died")
    with pytest.raises(UsageError, match=r"no Ray cluster answers at 127\.0\.0\.1:1"):
        Run(place, recipe, executor="ray", ray_address="127.0.0.1:1")()
    two = Run(place, recipe, "b", executor="ray", jobs=1)()
    one = Run(place, recipe, "a")()
    assert two.statuses() == ALL_OK and two.hashes() == one.hashes()
    records, undisturbed = latest_records(place / "b"), latest_records(place / "a")
    assert [r["attempts"][0]["error"] for r in records.values() if r["attempts"]] == ["worker_died"]
    for item, record in records.items():
        assert {name: record[name] for name in SAME} == {name: undisturbed[item][name] for name in SAME}
    assert {event.id for event in two.events if isinstance(event, ItemStarted)} == set(ALL_OK)


def test_without_retries_the_dead_workers_item_fails_and_a_hung_one_times_out(place, monkeypatch):
    monkeypatch.setattr(processes, "_GRACE", 0.5)
    config = {"retries": 0}
    run = Run(place, make_recipe(place, f"die:{place}/died"), "a", config, executor="processes")()
    assert sorted(run.codes().values(), key=str) == [None, None, "worker_died"]
    (place / "in/p1.png").unlink()
    (place / "in/p2.png").unlink()
    run = Run(place, make_recipe(place, f"hang:{place}/hung"), "b", {"timeout": 10.0})()
    assert run.codes() == {"p0": "timeout"} and "hung past 10 s" in run.finished()["p0"].error["message"]


def test_out_of_memory_is_tried_once_more_with_reduced_settings(place):
    recipe = make_recipe(place, "memory", decode={"resolution": 64, "start": 64})
    run = Run(place, recipe)()
    assert run.statuses() == ALL_OK and run.finished()["p0"].attempts == 2
    note = latest_records(place / "out")["p0"]["attempts"][0]
    assert note["error"] == "out_of_memory" and note["then"]["decode.chunk"] == 16384
    run = Run(place, recipe, "b", {"retries": 0})()
    assert set(run.codes().values()) == {"out_of_memory"}
    assert Run(place, recipe, "c", order="stage")().statuses() == ALL_OK


def test_batch_costs_little_beyond_the_stages(place, monkeypatch):
    def no_stage(self, state, emit, save=False):
        state.output.parent.mkdir(parents=True)
        state.output.with_suffix(".glb").write_bytes(bytes(200_000))

    monkeypatch.setattr(Chain, "run", no_stage)
    for index in range(3, 40):
        picture(place / f"in/p{index}.png")
    Run(place, out="imports")()
    before = time.process_time()
    run = Run(place)()
    spent = (time.process_time() - before) / 40
    assert list(run.statuses().values()) == ["ok"] * 40
    assert spent < 0.05, f"{1000 * spent:.0f} ms an item"


def test_fail_fast_and_max_failures_stop_the_flow(place):
    recipe = make_recipe(place, "empty")
    assert len(Run(place, recipe, "a", fail_fast=True)().finished()) == 1
    assert len(Run(place, recipe, "b", max_failures=2)().finished()) == 2


def test_causes_that_all_items_share_end_the_run(place):
    recipe = make_recipe(place)
    recipe = dataclasses.replace(recipe, models={"cutout": "u2netp", "coarse": "torus"})
    run = Run(place, recipe)
    with pytest.raises(ModelMissingError, match="no model for part 'refine'"):
        run()
    assert len(run.finished()) == 1 and not (place / "out/.varco3d").exists()
    (place / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        Run(place, out="file/out")()


def test_a_full_disk_ends_the_run_and_names_the_file(place, monkeypatch):
    def full(path, write):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("varco3d.pipeline.meshes.outputs.write_whole", full)
    run = Run(place)
    with pytest.raises(OutputError, match=re.escape(f"cannot write {place / 'out/p0.glb'}: No space left on device")):
        run()
    assert run.codes() == {"p0": "output"} and not (place / "out/.varco3d").exists()


def test_a_record_that_does_not_fit_is_an_error_and_not_half_a_line(place, monkeypatch):
    monkeypatch.setattr(records_module.os, "write", lambda file, data: 10)
    with pytest.raises(OutputError, match=r"varco3d\.jsonl: No space left on device"):
        Run(place)()


def test_interrupted_runs_keep_what_is_finished_and_leave_no_scraps(place):
    events = []

    def emit(event):
        events.append(event)
        if isinstance(event, StageStarted) and event.id == "p1" and event.stage == "decode":
            raise KeyboardInterrupt

    run = Run(place, emit=emit)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert run.batch.summary.counts == {"ok": 1, "failed": 0, "skipped": 0}
    assert sorted(path.name for path in (place / "out").iterdir()) == ["p0.glb", "varco3d.jsonl"]
    assert Run(place)().statuses() == {"p0": "skipped", "p1": "ok", "p2": "ok"}


def test_scraps_of_dead_runs_go_and_those_of_live_ones_stay(place):
    tmp = place / "out/.varco3d/tmp"
    dead, alive = "20250101-000000-aaaaaa", "20250101-000000-bbbbbb"
    for name in (dead, alive, "not-a-run"):
        (tmp / name).mkdir(parents=True)
        (tmp / name / "lock").touch()
    lock = os.open(tmp / alive / "lock", os.O_RDWR)
    assert run_folder._try_lock(lock)
    Run(place)()
    assert sorted(path.name for path in tmp.iterdir()) == [alive, "not-a-run"]
    os.close(lock)


def test_a_line_cut_short_by_a_crash_is_closed_and_passed_over(place):
    Run(place)()
    path = place / "out/varco3d.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    assert Run(place)().statuses() == {"p0": "skipped", "p1": "skipped", "p2": "ok"}
    assert [record["id"] for record in read_records(path)] == ["p0", "p1", "p2"]
    assert path.read_bytes().endswith(b"\n")


def test_shards_keep_their_own_records(place):
    Run(place, shard=(0, 2))()
    assert (place / "out/varco3d.shard-0-of-2.jsonl").is_file()
    book = RecordBook(place / "out", (1, 2))
    book.append({"id": "p9", "status": "ok", "finished": 1})
    book.append({"id": "p0", "status": "failed", "finished": 1})
    book.close()
    merged = latest_records(place / "out")
    assert set(merged) == {"p0", "p1", "p2", "p9"} and merged["p0"]["status"] == "ok"


def refuse(report):
    if report["faces"] > 10:
        raise QualityGateError("too many faces", "")


def test_a_quality_gate_fails_the_item_but_keeps_its_file(place):
    run = Run(place, config={"gate": refuse})()
    assert set(run.codes().values()) == {"quality_gate"} and (place / "out/p0.glb").is_file()


def test_a_gate_judges_what_was_made_before_it_was_set(place):
    Run(place)()
    gated = Run(place, config={"gate": refuse})()
    assert set(gated.codes().values()) == {"quality_gate"} and gated.batch.summary.codes == ["quality_gate"] * 3
    Run(place, out="b", config={"gate": refuse})()
    assert Run(place, out="b")().statuses() == SKIPPED  # made, and nobody asks for more now
    assert len(list(read_records(place / "b/varco3d.jsonl"))) == 3


def test_something_in_the_way_of_one_file_is_that_items_failure(place):
    (place / "out/p1.glb").mkdir(parents=True)
    run = Run(place)()
    assert run.codes() == {"p0": None, "p1": "output", "p2": None}
    assert "p1.glb: Is a directory" in run.finished()["p1"].error["message"]
    (place / "out/p1.glb").rmdir()
    assert Run(place)().statuses() == {"p0": "skipped", "p1": "ok", "p2": "skipped"}


def test_something_in_the_way_of_a_kept_stage_is_that_items_failure(place):
    (place / "out/p1.stages/prepare/stage.json").mkdir(parents=True)
    run = Run(place, config={"until": "prepare"})()
    assert run.codes() == {"p0": None, "p1": "output", "p2": None}
    assert "stage.json: Is a directory" in run.finished()["p1"].error["message"]


def test_known_failures_count_for_fail_fast(place):
    (place / "in/p0.png").write_text("no picture")
    Run(place)()
    (place / "out/p1.glb").unlink()
    assert list(Run(place, fail_fast=True)().codes().values()) == ["bad_input"]


def test_kept_stages_are_outputs(place):
    Run(place)()
    kept = Run(place, config={"save_stages": True})()
    assert kept.statuses() == ALL_OK  # the meshes were there, the stages were not
    (output,) = [o for o in kept.finished()["p0"].outputs if o["format"] == "stages"]
    assert output["path"] == str(place / "out/p0.stages") and output["bytes"] > 1000
    assert Run(place, config={"save_stages": True})().statuses() == SKIPPED
    early = {"until": "coarse"}
    assert [o["format"] for o in Run(place, out="b", config=early)().finished()["p0"].outputs] == ["stages"]
    assert Run(place, out="b", config=early)().statuses() == SKIPPED
    shutil.rmtree(place / "b/p0.stages")
    assert Run(place, out="b", config=early)().statuses() == {**SKIPPED, "p0": "ok"}


def test_waiting_for_others_is_not_an_items_time(place, monkeypatch):
    run_stage = Chain.run_stage

    def slow(self, name, *arguments, **more):
        time.sleep(0.2 if name == "prepare" else 0.0)
        run_stage(self, name, *arguments, **more)

    monkeypatch.setattr(Chain, "run_stage", slow)
    Run(place)()  # what is done once, is done
    plain = Run(place, out="b", config={"timeout": 30})().finished()["p0"].seconds
    staged = Run(place, out="c", order="stage", config={"timeout": 30})().finished()
    assert max(event.seconds for event in staged.values()) < plain + 0.35
    states = []
    begin = Worker.begin

    def kept(self, *arguments):
        states.append(begin(self, *arguments))
        return states[-1]

    monkeypatch.setattr(Worker, "begin", kept)
    before = time.monotonic()
    Run(place, out="d", order="stage", config={"timeout": 30})()
    assert states[0].deadline > before + 30 + 0.4  # p1 and p2 had their 0.2 s meanwhile


def test_a_single_output_file_leaves_no_record(place):
    item = single_item(resolve_inputs([str(place / "in/p0.png")]).files[0], place / "o/chair.glb")
    events = []
    config = RunConfig(make_recipe(place), loader=load_fake)
    for _ in range(2):
        Batch(config, (item,), BatchOptions(), events.append).execute()
    assert [path.name for path in (place / "o").iterdir()] == ["chair.glb"]
    assert [event.status for event in events if isinstance(event, ItemFinished)] == ["ok", "ok"]


def test_stages_are_kept_and_taken_up_again(place):
    first = Run(place, config={"save_stages": True})()
    marker = place / "out/p0.stages/decode/stage.json"
    assert json.loads(marker.read_text())["settings"]["resolution"] == 32
    again = Run(place, config={"start": "extract"})()
    assert again.statuses() == ALL_OK and again.hashes() == first.hashes()
    assert {event.stage for event in again.events if isinstance(event, StageStarted)} == {"extract", "clean", "export"}
    ended = Run(place, out="b", config={"until": "coarse"})()
    assert ended.statuses() == ALL_OK and (place / "b/p0.stages/coarse/coarse/mesh.npz").is_file()
