"""Nothing that lies where results go is lost: runs of the whole program beside the user's own files."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import standin
from PIL import Image

from varco3d import _files
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.outputs import write_mesh


@pytest.fixture
def go(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The program with the stand-in recipe, in a folder with the picture chair.png."""
    recipe = standin.install(monkeypatch, tmp_path)
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[16:48, 16:48] = (200, 80, 40, 255)
    Path("photos").mkdir()
    for path in ("chair.png", "photos/chair.png", "photos/table.png"):
        Image.fromarray(picture).save(path)
    return lambda verb, *arguments: run(verb, *arguments, *(["-m", recipe] if verb == "generate" else []))


def test_a_folder_of_pictures_may_take_the_results_too(go) -> None:
    before = {path: path.read_bytes() for path in Path("photos").glob("*.png")}
    for _ in range(2):  # the second run takes neither textures nor previews for pictures
        answer = go("generate", "photos", "-o", "photos", "-f", "obj,glb", "--preview", "png")
        assert answer.code == 0 and "2 pictures" in answer.err, answer.err
        assert all(path.read_bytes() == data for path, data in before.items())
    assert "2 skipped" in answer.err
    made = {path.name for path in Path("photos").glob("chair*")}
    assert made == {"chair.png", "chair.obj", "chair.mtl", "chair_texture.png", "chair.glb", "chair.preview.png"}


def test_somebody_elses_file_refuses_the_run_before_any_work(go) -> None:
    Path("photos/table_texture.png").write_bytes(Path("chair.png").read_bytes())
    answer = go("generate", "photos/table.png", "-o", "photos", "-f", "obj")
    assert answer.code == 2 and "photos/table_texture.png is there already" in answer.err
    assert go("plan", "photos/table.png", "-o", "photos", "-f", "obj").code == 2
    assert not Path("photos/table.obj").exists() and not Path("photos/varco3d.jsonl").exists()


def test_convert_leaves_the_picture_beside_it(go, run) -> None:
    mesh = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))
    mesh = Mesh(mesh.vertices, mesh.faces, uv=mesh.vertices[:, :2], texture=np.zeros((4, 4, 3), np.uint8))
    write_mesh(mesh, Path("my chair"), ("glb",))
    Path("my_chair.png").write_bytes(b"somebody's picture")
    for _ in range(2):  # what it made itself it may make again
        assert run("convert", "my chair.glb", "my chair.obj").code == 0
    assert Path("my_chair.png").read_bytes() == b"somebody's picture"
    assert Path("my chair.obj").exists() and Path("my_chair_texture.png").exists()
    Path("x_lod0.mtl").write_text("newmtl mine")
    answer = run("convert", "my chair.glb", "x.obj", "--lod", "1,0.5")
    assert answer.code == 2 and "x_lod0.mtl" in answer.err and not Path("x_lod0.obj").exists()
    os.link("my chair.glb", "same.glb")
    answer = run("convert", "my chair.glb", "same.glb")
    assert answer.code == 2 and "same.glb would replace my chair.glb, which is read. Give OUT another" in answer.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_get_the_bytes_and_links_are_followed(go, run) -> None:
    answer = go("generate", "chair.png", "-o", "real.glb")
    assert answer.code == 0, answer.err
    os.mkfifo("pipe.glb")
    got: list[bytes] = []
    for arguments in (("convert", "real.glb", "pipe.glb"), ("generate", "chair.png", "-o", "pipe.glb")):
        reader = threading.Thread(target=lambda: got.append(Path("pipe.glb").read_bytes()), daemon=True)
        reader.start()
        assert go(*arguments).code == 0
        reader.join(10)
    assert [data[:4] for data in got] == [b"glTF", b"glTF"] and Path("pipe.glb").is_fifo()
    Path("there.stl").touch()
    Path("link.stl").symlink_to("there.stl")
    assert run("convert", "real.glb", "link.stl").code == 0
    assert Path("link.stl").is_symlink() and Path("there.stl").read_bytes().startswith(b"varco3d")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_nobody_else_opens_is_an_error_that_says_so(go, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files, "PATIENCE", 0.1)
    os.mkfifo("lonely")
    answer = go("generate", "--from-list", "lonely", "-o", "out")
    assert answer.code == 2 and "cannot read the list lonely: nobody writes to this named pipe" in answer.err
    answer = go("generate", "chair.png", "--log-file", "lonely")
    assert answer.code == 1 and "cannot write the log lonely: nobody reads from this named pipe" in answer.err
    os.mkfifo("lonely.glb")
    answer = go("generate", "chair.png", "-o", "lonely.glb")
    assert answer.code == 1 and "cannot write lonely.glb: nobody reads from this named pipe" in answer.err
    assert Path("lonely.glb").is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("text", [b"chair.png", b""])
def test_a_pipe_waits_for_a_writer_that_comes_late_and_pauses(go, text: bytes) -> None:
    os.mkfifo("list")

    def write() -> None:
        time.sleep(0.1)
        with Path("list").open("wb", buffering=0) as pipe:
            time.sleep(0.1)
            pipe.write(text[:3])
            time.sleep(0.1)
            pipe.write(text[3:])

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    answer = go("generate", "--from-list", "list", "-o", "out")
    writer.join(10)
    assert answer.code == (0 if text else 6), answer.err
    assert Path("out/chair.glb").is_file() if text else "the list of pictures is empty" in answer.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_log_goes_to_a_pipe_that_somebody_reads(run) -> None:
    os.mkfifo("log")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(Path("log").read_text()), daemon=True)
    reader.start()
    assert run("config", "show", "seed", "--log-file", "log").code == 0
    reader.join(10)
    assert "result: " in got[0]


def test_a_log_is_appended_to_logs_only(go, run) -> None:
    before = Path("chair.png").read_bytes()
    answer = run("generate", "chair.png", "--log-file", "chair.png")
    assert answer.code == 2 and Path("chair.png").read_bytes() == before
    for _ in range(2):
        assert run("config", "show", "seed", "--log-file", "my.log").code == 0
    assert len(Path("my.log").read_text().splitlines()) >= 2
