"""Files that are whole or not there."""

import os
import stat
from pathlib import Path

import pytest

from varco3d._files import copy_hashed, sha256_of, write_json, write_whole


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_json(path, {"a": 1})
    with pytest.raises(ZeroDivisionError):
        write_whole(path, lambda file: file.write(b"half of it") / 0)
    assert path.read_text() == '{\n "a": 1\n}\n'
    assert os.listdir(tmp_path) == ["note.json"]


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    """Models in a folder that several people share are of no use to them when only their owner can open them."""
    source = tmp_path / "source"
    source.write_bytes(b"weights" * 1000)
    before = os.umask(0o022)
    try:
        digest = copy_hashed(source, tmp_path / "store" / "copy")
        write_json(tmp_path / "record.json", {}, durable=True)
    finally:
        os.umask(before)
    assert digest == sha256_of(tmp_path / "store" / "copy")
    for path in (tmp_path / "store" / "copy", tmp_path / "record.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
