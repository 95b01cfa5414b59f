"""What several runs, dead runs, wrong clocks and odd records leave of a folder."""

import json
import os
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from fakes import picture
from test_batch import ALL_OK, SKIPPED, Run, make_recipe

from varco3d.errors import OutputError
from varco3d.pipeline.batch import run_folder as folders
from varco3d.pipeline.batch.executors.processes import ProcessExecutor
from varco3d.pipeline.batch.naming import plan_items
from varco3d.pipeline.batch.records import RecordBook, latest_records, parse_record
from varco3d.pipeline.batch.run_folder import ItemLocks, run_folder
from varco3d.pipeline.events import ItemFinished, ItemStarted

KEPT = {"config": {"until": "prepare"}}


@pytest.fixture
def place(tmp_path):
    for index in range(3):
        picture(tmp_path / f"in/p{index}.png", shift=3 * index)
    return tmp_path


def test_the_later_line_is_the_later_record_whatever_the_clock_said(place):
    Run(place, **KEPT)()
    record = place / "out/varco3d.jsonl"
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    record.write_text("".join(json.dumps({**line, "finished": 9e9}) + "\n" for line in lines))
    picture(place / "in/p1.png", colour=(0, 0, 9))
    assert Run(place, **KEPT)().statuses() == {"p0": "skipped", "p1": "ok", "p2": "skipped"}
    assert Run(place, **KEPT)().statuses() == SKIPPED
    with RecordBookOf(place / "out", (0, 2)) as other:  # another file, a clock that is right
        other.append({**lines[0], "finished": time.time(), "status": "failed"})
    assert latest_records(place / "out")["p0"]["status"] == "failed"


class RecordBookOf(RecordBook):
    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


ODD = """
{"id":[]}|{"id":"p0","finished":"x"}|{"id":"p0","finished":null,"outputs":5}|[[[|{"id":"p1","mesh":[1],"timings":[1]}|null
{"id":"p1","mesh":{"faces":NaN},"seconds":1e999,"status":[]}|{"id":"p2","outputs":[{"path":5},7,{"path":"a","bytes":"x"}]}
{"id":"p2","error":"boom","warnings":5,"timings":{"a":1,"b":{"seconds":"x"}}}|{"id":"p2","status":"ok","outputs":[{"path":""}]}
"""


@pytest.mark.parametrize("line", [*ODD.strip().replace("\n", "|").split("|"), "[" * 100_000, "\x00\xff", '{"id":"p0"'])
def test_an_odd_line_never_stops_a_run_or_a_report(run, line, tmp_path):
    (tmp_path / "varco3d.jsonl").write_text('{"id":"p9","status":"ok"}\n' + line + "\n")
    book = RecordBook(tmp_path)
    for name in ("p0", "p1", "p2"):
        assert book.done(name, "a", "b", "c") is None
    answer = run("report", tmp_path, "--json")
    assert answer.code == 0 and json.loads(answer.out)["schema"] == "varco3d.report/1", answer.err


@pytest.fixture
def run(capsys):
    from varco3d.cli.main import main

    class Answer:
        def __init__(self, *arguments):
            capsys.readouterr()
            self.code = main([str(argument) for argument in arguments])
            self.out, self.err = capsys.readouterr()

    return Answer


def test_members_of_a_record_have_their_types():
    record = parse_record(
        b'{"id":"a","mesh":3,"error":[],"seconds":true,"finished":1e400,"outputs":[{"path":"x","bytes":-1}]}'
    )
    assert record is not None
    assert (record["mesh"], record["seconds"], record["finished"]) == ({}, 0.0, 0.0)
    assert record["outputs"] == [{"path": "x", "bytes": None}] and record["error"]["code"] == ""


def test_a_removed_output_folder_ends_the_run(place):
    seen = []

    def emit(event):
        seen.append(event)
        if isinstance(event, ItemStarted) and event.id == "p1":
            (place / "out/varco3d.jsonl").unlink()

    with pytest.raises(OutputError, match=r"removed or replaced|No such file"):
        Run(place, emit=emit, **KEPT)()
    assert [event.status for event in seen if isinstance(event, ItemFinished)] == ["ok"]


def link_to_a_letter(record):
    (record.parent.parent / "letter").write_text("dear")
    record.symlink_to("../letter")


def make_pipe(record):
    os.mkfifo(record)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize(
    ("make", "words"), [(link_to_a_letter, "it is a link"), (Path.mkdir, "directory"), (make_pipe, "it is no file")]
)
def test_a_record_that_cannot_be_written_ends_a_run_before_any_work(place, make, words):
    (place / "out").mkdir()
    make(place / "out/varco3d.jsonl")
    run = Run(place, **KEPT)
    with pytest.raises(OutputError, match=words):
        run()
    assert not [event for event in run.events if isinstance(event, ItemStarted)]
    assert {path.name for path in (place / "out").iterdir()} <= {"varco3d.jsonl", ".varco3d"}
    assert not (place / "letter").exists() or (place / "letter").read_text() == "dear"


def test_a_picture_changed_between_hash_and_use_fails_and_is_done_again(place):
    before = (place / "in/p1.png").read_bytes()

    def emit(event):
        run.events.append(event)
        if isinstance(event, ItemStarted) and event.id == "p1":
            picture(place / "in/p1.png", colour=(255, 0, 0))

    run = Run(place, emit=emit, **KEPT)
    run.events = []
    run()
    assert run.codes() == {"p0": None, "p1": "input_changed", "p2": None}
    (place / "in/p1.png").write_bytes(before)
    assert Run(place, **KEPT)().statuses() == {"p0": "skipped", "p1": "ok", "p2": "skipped"}


SECOND = """
    import sys, time
    sys.path[:0] = {paths!r}
    from pathlib import Path
    from test_batch import Run
    run = Run(Path({place!r}), config={{"until": "prepare"}}{more})
    run()
    print(sorted(run.statuses().items()))
"""


def other_process(place: Path, more: str = "") -> subprocess.Popen:
    here = Path(__file__).parent
    code = textwrap.dedent(SECOND).format(place=str(place), paths=[str(here), str(here.parent)], more=more)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_two_runs_over_one_folder_do_nothing_twice(place):
    for index in range(3, 12):
        picture(place / f"in/p{index}.png", shift=index)
    other = other_process(place)
    while not (place / "out/varco3d.jsonl").exists():
        assert other.poll() is None
        time.sleep(0.01)
    ours = Run(place, **KEPT)()
    theirs, _ = other.communicate(timeout=300)
    lines = (place / "out/varco3d.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == sorted(f"p{n}" for n in range(12))
    assert theirs.count("'ok'") + list(ours.statuses().values()).count("ok") == 12
    assert not (place / "out/.varco3d").exists()


def test_an_item_in_work_elsewhere_is_left_to_that_run(place):
    (place / "out/.varco3d").mkdir(parents=True)
    locks = ItemLocks(place / "out")
    assert locks.take("p1") and locks.take("p1")  # byte ranges belong to a process
    answer, _ = other_process(place).communicate(timeout=300)
    assert "('p0', 'ok'), ('p1', 'skipped'), ('p2', 'ok')" in answer
    locks.close()
    answer, _ = other_process(place).communicate(timeout=300)
    assert "('p0', 'skipped'), ('p1', 'ok'), ('p2', 'skipped')" in answer


def test_a_run_starts_while_the_last_one_ends(tmp_path, monkeypatch):
    made = Path.mkdir
    tries = []

    def late(self, *arguments, **options):
        made(self, *arguments, **options)
        if self.name == "20250101-000000-aaaaaa" and len(tries) < 3:  # the other run's clean-up comes in between
            tries.append(self)
            self.rmdir()
            self.parent.rmdir()

    monkeypatch.setattr(Path, "mkdir", late)
    with run_folder(tmp_path, "20250101-000000-aaaaaa") as home:
        assert (home / "lock").exists() and len(tries) == 3
    assert not list(tmp_path.iterdir())


def test_nothing_is_removed_through_links(tmp_path):
    victim, hour = tmp_path / "victim", time.time() - 9999
    name = "20250101-000000-cccccc"
    (victim / name / "thesis").mkdir(parents=True)
    (victim / name / "lock").touch()
    os.utime(victim / name, (hour, hour))
    (tmp_path / "out/.varco3d").mkdir(parents=True)
    (tmp_path / "out/.varco3d/tmp").symlink_to(victim)
    with run_folder(tmp_path / "out", "20250101-000000-aaaaaa"):
        pass
    assert (victim / name / "thesis").exists()
    (tmp_path / "out/.varco3d/tmp").unlink()
    (tmp_path / "out/.varco3d/tmp").mkdir()
    (tmp_path / "out/.varco3d/tmp" / name).symlink_to(victim / name)
    with run_folder(tmp_path / "out", "20250101-000000-aaaaaa"):
        pass
    assert (victim / name / "thesis").exists()


def test_a_group_can_go_on(place):
    before = os.umask(0o002)
    try:
        Run(place, **KEPT)()
    finally:
        os.umask(before)
    for path in [place / "out", *(place / "out").rglob("*")]:
        wanted = 0o775 if path.is_dir() else 0o664
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_unfinished_files_of_killed_runs_go_and_change_no_hash(place):
    first = Run(place, **KEPT)()
    scrap = place / "out/p0.stages/prepare/subject" / f".subject.png.{folders.__name__}.tmp"
    scrap = scrap.with_name(".subject.png.0a1b2c-999999999-1.tmp")
    scrap.write_bytes(b"half")
    again = Run(place, force=True, **KEPT)()
    assert not scrap.exists()
    kept = [{i: e.outputs[0]["sha256"] for i, e in run.finished().items()} for run in (first, again)]
    assert kept[0] == kept[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_devices_and_endless_files_are_items_that_fail(place):
    os.mkfifo(place / "in/pipe.png")
    (place / "in/zero.png").symlink_to("/dev/zero")
    os.truncate(os.open(place / "in/sparse.png", os.O_CREAT | os.O_WRONLY), 1 << 40)
    run = Run(place, **KEPT)()
    assert run.codes() == {**dict.fromkeys(ALL_OK), **dict.fromkeys(("pipe", "zero", "sparse"), "bad_input")}
    assert Run(place, **KEPT)().statuses()["pipe"] == "failed"


def test_reading_a_picture_counts_against_its_time(place):
    run = Run(place, config={"until": "prepare", "timeout": -1.0}, executor="inline")()
    assert set(run.codes().values()) == {"timeout"}


def test_a_changed_side_or_mask_or_view_is_done_again(place):
    from varco3d.pipeline.batch.digests import input_hashes, recipe_digest, settings_digest

    mask, views = place / "mask.png", place / "views"
    picture(mask)
    picture(views / "back.png")
    items = plan_items([], place)
    assert items == ()
    run = Run(place)
    item = run.batch._items[0]
    import dataclasses

    item = dataclasses.replace(item, mask=mask)
    config = run.batch._config

    def digest():
        return settings_digest(config, item, "recipe", input_hashes(item))

    first = digest()
    picture(mask, colour=(1, 2, 3))
    assert digest() != first
    from varco3d.pipeline.recipe import load_recipe

    recipe = load_recipe("tiny", overrides={"texture": {"painter": "folder", "views": str(views)}})
    before = recipe_digest(recipe)
    picture(views / "back.png", colour=(1, 2, 3))
    assert recipe_digest(recipe) != before
    assert make_recipe(place).digest() == recipe_digest(make_recipe(place))


def test_an_item_is_told_of_when_its_record_is_written(place):
    def emit(event):
        if isinstance(event, ItemFinished):
            written.append(latest_records(place / "out").get(event.id, {}).get("status"))

    written = []
    Run(place, emit=emit, **KEPT)()
    assert written == ["ok"] * 3


def test_an_output_that_was_cut_short_is_made_again(place):
    first = Run(place)()
    path = place / "out" / "p1.glb"
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert Run(place)().statuses() == {"p0": "skipped", "p1": "ok", "p2": "skipped"}
    assert path.read_bytes() == whole and first.statuses()["p1"] == "ok"


def test_workers_get_the_devices_in_turn(place, monkeypatch):
    given = []

    class Process:
        pid = 0

        def __init__(self, target, args, **more):
            given.append(args[2])

        def start(self):
            pass

    executor = ProcessExecutor(Run(place).batch._config, 3, ("cuda:0", "cuda:1"))
    monkeypatch.setattr(executor._context, "Process", Process, raising=False)
    for index in range(3):
        executor._spawn(index).pipe.close()
    assert given == ["cuda:0", "cuda:1", "cuda:0"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_in_a_kept_stage_are_replaced_and_not_written_to(place):
    subject = place / "out/p1.stages/prepare/subject"
    subject.mkdir(parents=True)
    os.mkfifo(subject / "subject.png")
    assert Run(place, config={"until": "prepare"})().statuses()["p1"] == "ok"
    assert (subject / "subject.png").is_file()
