"""What is worked on and what the results are called."""

import functools
import operator
import os
from pathlib import Path

import numpy as np
import pytest
from fakes import picture
from PIL import Image

from varco3d.errors import BadInputError, NothingMatchedError, UsageError
from varco3d.pipeline.batch.inputs import InputFile, in_shard, list_lines, parse_shard, read_list, resolve_inputs
from varco3d.pipeline.batch.naming import plan_items, single_item
from varco3d.pipeline.batch.records import read_records
from varco3d.pipeline.meshes.writers.glb import encode_image
from varco3d.pipeline.pictures.reading import open_picture


@pytest.fixture
def tree(tmp_path):
    for name in ("b.png", "a.png", "sub/c.png", "sub/deep/d.jpg", ".hidden.png", ".git/e.png", "._a.png"):
        picture(tmp_path / name) if name.endswith("png") else (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / "sub/deep/d.jpg").write_bytes(b"\xff\xd8\xffbroken")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "wrong_suffix.dat").write_bytes((tmp_path / "a.png").read_bytes())
    return tmp_path


def names(found):
    return [file.relpath for file in found.files]


def test_a_folder_is_walked_sorted_without_hidden_files(tree):
    found = resolve_inputs([str(tree)])
    assert names(found) == ["a.png", "b.png", "sub/c.png", "sub/deep/d.jpg", "wrong_suffix.dat"]
    assert found.ignored == 1
    assert names(resolve_inputs([str(tree)], recursive=False)) == ["a.png", "b.png", "wrong_suffix.dat"]


def test_patterns(tree):
    assert names(resolve_inputs([f"{tree}/*.png"])) == ["a.png", "b.png"]
    assert names(resolve_inputs([f"{tree}/**/*.png"])) == ["a.png", "b.png", "sub/c.png"]
    assert names(resolve_inputs([f"{tree}/s?b"])) == ["sub/c.png", "sub/deep/d.jpg"]
    assert names(resolve_inputs([str(tree)], include=["sub/*"], exclude=["*.jpg"])) == ["sub/c.png"]
    assert names(resolve_inputs([str(tree)], limit=2)) == ["a.png", "b.png"]


def test_several_arguments_and_no_file_twice(tree):
    found = resolve_inputs([str(tree / "b.png"), str(tree), f"{tree}/*.png"])
    assert len(found.files) == 5


def test_a_lone_file_is_always_taken_but_one_of_many_is_looked_at(tree):
    assert names(resolve_inputs([str(tree / "notes.txt")])) == ["notes.txt"]
    found = resolve_inputs([str(tree / "notes.txt"), str(tree / "a.png")])
    assert names(found) == ["a.png"] and found.ignored == 1


def test_lists_keep_folders_and_missing_files(tree):
    found = resolve_inputs([], listed=[f"{tree}/sub/c.png\n", f"{tree}/a.png\n", "\n", f"{tree}/gone.png"])
    assert names(found) == ["a.png", "gone.png", "sub/c.png"]


def test_nothing_matched(tree):
    for arguments in ([f"{tree}/*.webp"], [str(tree / "gone.png")], []):
        with pytest.raises(NothingMatchedError):
            resolve_inputs(arguments)
    (tree / "empty").mkdir()
    with pytest.raises(NothingMatchedError):
        resolve_inputs([str(tree / "empty")])


def test_links_are_followed_once_and_loops_become_items(tree):
    (tree / "sub/up").symlink_to(tree)
    (tree / "loop.png").symlink_to(tree / "loop.png")
    found = names(resolve_inputs([str(tree)]))
    assert "loop.png" in found and len(found) == 6


def test_earlier_results_are_no_inputs(tree):
    picture(tree / "a.stages/prepare/subject.png")
    picture(tree / "a.preview.png")
    (tree / "x_texture.png").write_bytes(encode_image(np.zeros((8, 8, 3), np.uint8), "png", signed=True))
    (tree / ".varco3d").mkdir()
    assert len(resolve_inputs([str(tree)]).files) == 5
    picture(tree / "y_texture.png")  # somebody's own
    assert len(resolve_inputs([str(tree)]).files) == 6


def test_shards_are_a_partition():
    paths = [f"{i}.png" for i in range(200)]
    parts = [[path for path in paths if in_shard(path, index, 4)] for index in range(4)]
    assert sorted(functools.reduce(operator.iadd, parts, [])) == sorted(paths)
    assert all(30 < len(part) < 70 for part in parts)
    assert in_shard("\udcff.png", 0, 1)


def test_shard_syntax():
    assert parse_shard("1/4", {}) == (1, 4)
    slurm = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_STEP": "2"}
    assert parse_shard("auto", {**slurm, "SLURM_ARRAY_TASK_COUNT": "5"}) == (2, 5)
    assert parse_shard("auto", {"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "3"}) == (0, 3)
    with pytest.raises(UsageError, match="JOB_COMPLETIONS is not set"):
        parse_shard("auto", {"JOB_COMPLETION_INDEX": "0"})
    for name, text in (("SLURM_ARRAY_TASK_STEP", "0"), ("SLURM_ARRAY_TASK_ID", "x"), ("SLURM_ARRAY_TASK_MIN", "-1")):
        with pytest.raises(UsageError, match=f"{name} is '{text}', not a number"):
            parse_shard("auto", {**slurm, "SLURM_ARRAY_TASK_COUNT": "5", name: text})
    for wrong in ("4/4", "-1/4", "1", "x/y", "auto", "1/0"):
        with pytest.raises(UsageError):
            parse_shard(wrong, {})


def files(*relpaths):
    return [InputFile(Path("in") / path, path) for path in relpaths]


def test_names_keep_sub_folders(tmp_path):
    items = plan_items(files("a.png", "s/t/b.png"), tmp_path)
    assert [item.id for item in items] == ["a", "s/t/b"]
    assert items[1].target == tmp_path / "s/t/b"


def test_templates_and_seeds(tmp_path):
    items = plan_items(files("s/b.png"), tmp_path, "{model}_{seed}_{stem}.{ext}", 5, 2, "tiny")
    assert [(item.id, item.run_seed) for item in items] == [("tiny_5_b", 5), ("tiny_6_b", 6)]
    assert [item.id for item in plan_items(files("b.png"), tmp_path, num_seeds=2)] == ["b_s0", "b_s1"]


@pytest.mark.parametrize("pair", [("a.png", "A.png"), ("e\u0301.png", "\u00e9.png"), ("x\ny.png", "x_y.png")])
def test_collisions_are_found_before_work(tmp_path, pair):
    with pytest.raises(UsageError, match="would both become"):
        plan_items(files(*pair), tmp_path)


BAD_TEMPLATES = """
{stem}  {stem}.glb  {name}.{ext}  ../{stem}.{ext}  /x/{stem}.{ext}  {stem.{ext}  ..{relpath}/{stem}.{ext}
{relpath}..{relpath}/x/..{relpath}/{stem}.{ext}  {stem:999999999}.{ext}  {seed:.999999d}.{ext}  .varco3d/{stem}.{ext}
"""


@pytest.mark.parametrize("template", BAD_TEMPLATES.split())
def test_bad_templates(tmp_path, template):
    with pytest.raises(UsageError):
        plan_items(files("a.png"), tmp_path, template)


def test_names_never_leave_the_folder_nor_break_a_line(tmp_path):
    for item in plan_items(files("../x\ny.png", "..png"), tmp_path):
        assert os.path.commonpath([tmp_path, item.target]) == str(tmp_path) and "\n" not in item.id


def test_pictures_that_differ_in_their_suffix_only_get_it_into_their_name(tmp_path):
    items = plan_items(files("s/IMG_1.JPG", "s/IMG_1.png", "s/IMG_2.png"), tmp_path)
    assert [item.id for item in items] == ["s/IMG_1_jpg", "s/IMG_1_png", "s/IMG_2"]
    items = plan_items(files("a.jpg", "b.png"), tmp_path, "{suffix}/{stem:.1}_{seed:03d}.{ext}", 7, 2)
    assert [item.id for item in items] == ["jpg/a_007", "jpg/a_008", "png/b_007", "png/b_008"]
    with pytest.raises(UsageError, match="would both become"):
        plan_items(files("a.jpg", "a.png", "a_png.webp"), tmp_path)


LISTS = {
    "utf-16": "a.png\r\nb ü.png\r\n".encode("utf-16"),
    "bom": b"\xef\xbb\xbfa.png\nb \xc3\xbc.png\n",
    "nul": "a.png\0b ü.png\0".encode(),
    "plain": "a.png\nb ü.png".encode(),
}


@pytest.mark.parametrize("kind", LISTS)
def test_lists_of_every_program(kind):
    assert [line.strip() for line in list_lines(LISTS[kind], "x") if line.strip()] == ["a.png", "b ü.png"]


def test_a_list_without_end_and_a_picture_are_no_lists(tmp_path, monkeypatch):
    monkeypatch.setattr("varco3d.pipeline.batch.inputs.MAX_LIST", 2_000_000)
    with pytest.raises(UsageError, match="more than 2 MB"):
        read_list(Path("/dev/zero"))
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    with pytest.raises(UsageError, match="a picture, not a list"):
        read_list(tmp_path / "a.png")


@pytest.mark.parametrize("data", ["a.png\nb.png\n".encode("utf-16-le"), b"\xff\xfea\0b"])
def test_lists_that_cannot_be_read_are_named(data):
    with pytest.raises(UsageError, match=r"list p\.txt"):
        list_lines(data, "p.txt")


def test_names_that_begin_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture(tmp_path / "~tmp.png")
    assert names(resolve_inputs(["~tmp.png"], listed=["~tmp.png", "~nobody-of-that-name/x.png"])) == [
        "~nobody-of-that-name/x.png", "~tmp.png"
    ]  # fmt: skip


def test_very_long_names_leave_room_for_suffixes(tmp_path):
    long = ["é" * 125 + ".png", "é" * 124 + "x.png"]
    one, two = plan_items(files(*long), tmp_path)
    assert one.id != two.id and one.id == plan_items(files(long[0]), tmp_path)[0].id
    (tmp_path / f"{one.id}.preview.webp").touch()


def test_a_single_output():
    item = single_item(files("a.png")[0], Path("o/chair.v2.glb"), 3)
    assert (item.id, item.target, item.run_seed) == ("chair.v2", Path("o/chair.v2"), 3)


def test_a_folder_that_cannot_be_read_is_an_item_that_fails(tree, monkeypatch):
    scan, listdir = os.scandir, os.listdir

    def closed(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", lambda path: closed(path) or scan(path))
    monkeypatch.setattr(os, "listdir", lambda path: closed(path) or listdir(path))
    found = {file.relpath: file for file in resolve_inputs([str(tree)], recursive=True).files}
    assert {"a.png", "b.png", "sub"} <= set(found)
    with pytest.raises(BadInputError, match="sub cannot be opened: Permission denied"):
        open_picture(found["sub"].path)


def test_a_record_that_may_not_be_read_is_said(tmp_path, monkeypatch):
    def closed(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("varco3d.pipeline.batch.records.opened_regular", closed)
    with pytest.raises(BadInputError, match="Permission denied"):
        list(read_records(tmp_path / "varco3d.jsonl"))
