"""`report`: shards merged, a table, and a page that shows every asset in 3D without a network."""

import base64
import hashlib
import io
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
import trimesh
from chromium_pipe import Browser, find_chromium
from PIL import Image

from varco3d._files import sha256_of
from varco3d.cli.report.entries import describe, read_entries, sort_entries, totals
from varco3d.pipeline.batch.records import RecordBook


def glb(shape: str, colour: tuple[int, int, int]) -> bytes:
    mesh = {"box": trimesh.creation.box(), "ball": trimesh.creation.icosphere(2)}[shape]
    mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=np.array([*colour, 255], np.uint8))
    return mesh.export(file_type="glb")


def ok(book: RecordBook, name: str, data: bytes, seconds: float, **more: object) -> None:
    path = book.folder / f"{name}.glb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    output = {"path": f"{name}.glb", "format": "glb", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    mesh = {"faces": len(data) // 10, "watertight": True}
    record = {"id": name, "status": "ok", "outputs": [output], "mesh": mesh, "seconds": seconds, "finished": 10.0}
    book.append({**record, **more})


def failed(book: RecordBook, name: str, code: str, finished: float = 10.0) -> None:
    error = {"code": code, "message": f"<b>{name}</b> is </script> bad", "hint": "Look at it."}
    book.append({"id": name, "status": "failed", "error": error, "seconds": 0.5, "finished": finished})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two shards: three good items, one bad, one tried again with success, one whose file is gone."""
    folder = tmp_path / "out"
    folder.mkdir()
    picture = tmp_path / "input.png"
    Image.new("RGBA", (400, 300), (20, 120, 220, 255)).save(picture)
    one, two = RecordBook(folder, (0, 2)), RecordBook(folder, (1, 2))
    ok(one, "red box", glb("box", (220, 40, 40)), 3.0, input=str(picture), sha256=sha256_of(picture))
    ok(one, "sub/green ball", glb("ball", (40, 200, 40)), 9.5)
    failed(one, "again", "out_of_memory", 5.0)
    ok(two, "again", glb("box", (40, 40, 220)), 1.5)
    failed(two, "bro<i>ken & $x", "bad_input")
    ok(two, "vanished", b"gone soon", 2.0)
    (folder / "vanished.glb").unlink()
    one.close()
    two.close()
    return folder


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Thumbnails without the rasteriser, which need not be built for these tests; counts them."""
    calls: list[int] = []
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 200, 90)).save(buffer, "WEBP")
    monkeypatch.setattr(
        "varco3d.cli.report.thumbnails.mesh_thumbnail", lambda mesh: (calls.append(1), buffer.getvalue())[1]
    )
    return calls


def test_records_of_all_shards_are_merged(out: Path) -> None:
    entries = {entry.name: entry for entry in read_entries(out)}
    assert {name: entry.status for name, entry in entries.items()} == {
        "red box": "ok", "sub/green ball": "ok", "again": "ok", "bro<i>ken & $x": "failed", "vanished": "lost",
    }  # fmt: skip
    numbers = totals(out, list(entries.values()))
    assert numbers["counts"] == {"failed": 1, "lost": 1, "ok": 3} and numbers["errors"] == {"bad_input": 1}
    assert numbers["median_seconds"] == 3.0 and numbers["record_files"] == 2
    ordered = sort_entries(list(entries.values()), "time")
    assert [entry.seconds for entry in ordered] == sorted([3.0, 9.5, 1.5, 0.5, 2.0], reverse=True)
    assert [entry.status for entry in sort_entries(ordered, "status")] == ["failed", "lost", "ok", "ok", "ok"]


def test_long_times_are_told_in_minutes(out: Path) -> None:
    numbers = totals(out, read_entries(out)) | {"median_seconds": 754.2}
    assert "median 12 min 34 s" in describe(numbers)


def test_table_json_and_page(run, out: Path, drawn: list[int]) -> None:
    answer = run("report", out)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split() == ["item", "status", "time", "faces", "watertight", "what"]
    assert "failed" in lines[1] and "bad_input" in lines[1] and "lost" in lines[2]
    assert (
        lines[-1] == str(out / "report.html")
        and "3 ok, 1 failed (bad_input 1), 1 lost of 5; median 3.0 s; 2 record files" in answer.err
    )
    answer = run("report", out, "--json", "--status", "failed", "--no-page")
    value = json.loads(answer.out)
    assert value["schema"] == "varco3d.report/1" and value["counts"]["ok"] == 3 and value["page"] is None
    assert [item["id"] for item in value["list"]] == ["bro<i>ken & $x"]
    schema = json.loads((Path(__file__).parents[3] / "cli/schemas/report.schema.json").read_text())
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(schema).validate(value)


def test_a_folder_without_records(run, tmp_path: Path) -> None:
    answer = run("report", tmp_path)
    assert answer.code == 6 and "error[nothing_matched]" in answer.err
    assert run("report", tmp_path / "nowhere").code == 2


def test_page_is_self_contained_and_escapes_names(run, out: Path, drawn: list[int]) -> None:
    run("report", out, "--page", out / "a" / "page.html")
    text = (out / "a" / "page.html").read_text()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)
    items = re.search(r'<script id="items"[^>]*>(.*?)</script>', text, re.S)
    assert items is not None and "<" not in items[1]
    by_name = {item["name"]: item for item in json.loads(items[1])}
    assert by_name["bro<i>ken & $x"]["error"]["message"].endswith("</script> bad")
    assert by_name["red box"]["picture"].startswith("data:image/webp;base64,")
    assert by_name["sub/green ball"]["thumbnail"].startswith("data:image/webp;base64,")
    assert by_name["sub/green ball"]["files"] == [{"name": "green ball.glb", "href": "../sub/green%20ball.glb"}]
    assert by_name["vanished"]["asset"] is None and by_name["vanished"]["files"] == []
    assert text.count('id="asset-') == 3 and not (out / "a" / "page_assets").exists()
    kept = [path.name for path in (out / ".varco3d" / "thumbnails").iterdir()]
    assert sum(not name.startswith("input-") for name in kept) == len(drawn) == 3 and len(kept) == 4
    run("report", out)
    assert len(drawn) == 3  # kept from the first report


def test_a_mesh_is_drawn_by_our_rasteriser() -> None:
    from varco3d.cli.report.thumbnails import mesh_thumbnail
    from varco3d.pipeline.artifacts import Mesh

    box = trimesh.creation.box()
    picture = Image.open(io.BytesIO(mesh_thumbnail(Mesh(np.float32(box.vertices), np.int32(box.faces)), 48)))
    pixels = np.asarray(picture.convert("RGB"), np.float32)
    assert picture.size == (48, 48) and pixels[0, 0].min() > 250 and pixels[24, 24].max() < 230


def test_large_runs_keep_meshes_beside_the_page(run, out: Path, drawn: list[int]) -> None:
    run("report", out, "--embed", "0")
    text = (out / "report.html").read_text()
    assert 'id="asset-' not in text
    assert len(list((out / "report_assets").glob("*.js"))) == 3
    run("report", out)  # now small again: what lay beside is removed
    assert not (out / "report_assets").exists()


def test_embed_counts_megabytes(run, out: Path, drawn: list[int]) -> None:
    book = RecordBook(out, (2, 3))
    ok(book, "large", glb("box", (9, 9, 9)) + bytes(1_200_000), 1.0)
    book.close()
    for megabytes, beside in ((1, 1), (2, 0)):
        assert run("report", out, "--embed", megabytes).code == 0
        assert len(list((out / "report_assets").glob("*.js"))) == beside
        assert (out / "report.html").read_text().count('id="asset-') == 4 - beside


def test_damaged_files_do_not_stop_the_report(run, out: Path, tmp_path: Path, drawn: list[int]) -> None:
    book = RecordBook(out)
    ok(book, "junk", b"no mesh at all", 1.0, input=str(tmp_path / "no such picture.png"))
    book.append({"id": "odd", "status": "ok", "outputs": None, "mesh": None, "warnings": None, "seconds": "soon"})
    book.close()
    with (out / "varco3d.jsonl").open("a") as file:
        file.write('{"id": "cut sh')
    answer = run("report", out)
    assert answer.code == 0 and "junk: no thumbnail" in answer.err and "5 ok" in answer.err


def test_pictures_that_cannot_be_shown_are_left_out(tmp_path: Path) -> None:
    from varco3d.cli.report.thumbnails import picture_thumbnail

    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    Image.new("1", (9000, 9000)).save(tmp_path / "huge.png")
    for name in ("pipe.png", "text.png", "loop.png", "huge.png", "none.png"):
        assert picture_thumbnail(tmp_path / name) is None, name
    Image.new("CMYK", (900, 300), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    data = picture_thumbnail(tmp_path / "print.jpg", 90)
    assert data is not None and Image.open(io.BytesIO(data)).size == (90, 30)


def test_pictures_of_a_preview_sheet_show_the_front(tmp_path: Path) -> None:
    from varco3d.cli.report.thumbnails import sheet_thumbnail

    sheet = Image.new("RGB", (600, 200), (0, 0, 255))
    sheet.paste((255, 0, 0), (0, 0, 100, 100))
    sheet.save(tmp_path / "a.preview.png")
    data = sheet_thumbnail(tmp_path / "a.preview.png")
    assert data is not None
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert pixels.shape[:2] == (100, 100) and pixels[..., 0].min() > 200 and pixels[..., 2].max() < 60


def test_read_only_output_is_one_error(run, out: Path) -> None:
    (out / "report.html").mkdir()
    answer = run("report", out, "--no-thumbnails")
    assert answer.code == 2 or (answer.code == 1 and "error[output]" in answer.err)
    (out / "file").write_text("")
    answer = run("report", out, "--page", out / "file" / "x.html")
    assert answer.code == 1 and "error[output]" in answer.err


# in a browser --------------------------------------------------------------------------------------------------------

CHROMIUM = find_chromium()
browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def names(page: Browser) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.card')].map(c => c.dataset.id)")


def show(page: Browser, name: str) -> tuple[float, float, float, float]:
    """Clicks a card and waits until its mesh stands there; returns the viewer's box."""
    page.click(f'.card[data-id="{name}"]')
    page.wait("document.getElementById('stage').dataset.state === 'loaded'")
    page.wait("document.querySelector('model-viewer').modelIsVisible")
    page.wait("new Promise(r => setTimeout(() => r(true), 800))")
    return page.evaluate(
        "(() => { const r = document.querySelector('model-viewer').getBoundingClientRect();"
        "return [r.x, r.y, r.width, r.height]; })()"
    )


def colour_in_the_middle(page: Browser, box: tuple[float, float, float, float]) -> np.ndarray:
    """Mean colour [3] of the middle of the viewer in a screenshot."""
    x, y, width, height = box
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    corners = (x + width * 0.4, y + height * 0.4, x + width * 0.6, y + height * 0.6)
    return np.asarray(shot.crop(tuple(int(c) for c in corners))).reshape(-1, 3).mean(0)


@browser
def test_page_in_chromium(run, out: Path, tmp_path: Path, drawn: list[int]) -> None:
    assert run("report", out).code == 0
    assert run("report", out, "--embed", "0", "--page", out / "beside.html").code == 0
    with Browser(str(CHROMIUM), tmp_path / "profile") as page:
        page.open((out / "report.html").as_uri())
        page.wait("document.querySelectorAll('.card').length === 5")
        statuses = page.evaluate("[...document.querySelectorAll('.card')].map(c => c.dataset.status)")
        assert statuses == ["failed", "lost", "ok", "ok", "ok"]
        why = page.evaluate("document.querySelector('.card[data-status=failed] .none').textContent")
        assert why == "bad_input<b>bro<i>ken & $x</b> is </script> bad"  # the sentence, as text
        broken = (
            "[...document.querySelectorAll('.card .line span')].filter(s => s.getClientRects().length !== 1).length"
        )
        assert page.evaluate(broken) == 0  # a number stays beside its unit
        page.click("[data-sort=seconds]")
        assert names(page)[0] == "sub/green ball" and names(page)[-1] == "bro<i>ken & $x"
        page.click("[data-sort=seconds]")
        assert names(page)[-1] == "sub/green ball"
        box = show(page, "sub/green ball")
        red, green, blue = colour_in_the_middle(page, box)
        assert green > 1.5 * red and green > 1.5 * blue, (red, green, blue)
        before = page.evaluate("document.querySelector('model-viewer').getCameraOrbit().theta")
        x, y, width, height = box
        page.drag((x + width * 0.3, y + height * 0.5), (x + width * 0.7, y + height * 0.5))
        page.wait(f"Math.abs(document.querySelector('model-viewer').getCameraOrbit().theta - {before}) > 0.3")
        page.click("#close")
        page.click(".card[data-status=failed]")
        assert "bad_input" in page.evaluate("document.getElementById('facts').textContent")
        assert page.evaluate("document.querySelector('#facts b, #facts i') === null")  # names are text, not markup

        page.open((out / "beside.html").as_uri())
        page.wait("document.querySelectorAll('.card').length === 5")
        red, green, blue = colour_in_the_middle(page, show(page, "red box"))
        assert red > 1.5 * green and red > 1.5 * blue, (red, green, blue)

        asked = page.requested()
        assert asked and all(url.startswith(("file:", "data:", "blob:")) for url in asked), asked
        assert page.problems() == []


HOSTILE = {
    "above": {"path": "../secret.glb"},
    "absolute": {"path": "/SECRET/secret.glb"},
    "through a link": {"path": "link/secret.glb"},
    "of another kind": {"path": "own.txt"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_records_embed_only_meshes_below_the_folder(run, tmp_path: Path, kind: str) -> None:
    secret = b"TOP SECRET 12345"
    (tmp_path / "secret.glb").write_bytes(secret)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "own.txt").write_bytes(secret)
    path = HOSTILE[kind]["path"].replace("/SECRET", str(tmp_path))
    output = {"path": path, "format": "glb", "bytes": len(secret), "sha256": "0" * 64}
    (folder / "varco3d.jsonl").write_text(json.dumps({"id": "a", "status": "ok", "outputs": [output]}) + "\n")
    assert run("report", folder, "--embed", "64").code == 0
    assert run("report", folder, "--embed", "0").code == 0
    written = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "own.txt")
    assert base64.b64encode(secret) not in written and secret not in written.replace(b"\n", b"")


@pytest.mark.parametrize("digest", ["../../../EVIL", "/tmp/EVIL-thumbnail", "/../../../../EVIL"])
def test_records_name_no_files(run, out: Path, drawn: list[int], digest: str) -> None:
    picture = out.parent / "input.png"
    size = (out / "red box.glb").stat().st_size
    outputs = [{"path": "red box.glb", "format": "glb", "bytes": size, "sha256": digest}]
    record = {"id": "a", "status": "ok", "input": str(picture), "sha256": digest, "outputs": outputs}
    (out / "varco3d.jsonl").write_text(json.dumps(record) + "\n")
    assert run("report", out).code == 0
    assert not list(out.parent.rglob("*EVIL*")) and not list(Path("/tmp").glob("EVIL*"))


def test_a_report_replaces_no_foreign_file(run, out: Path, drawn: list[int]) -> None:
    mine = out / "mine.html"
    mine.write_text("<html>my own page</html>")
    assert run("report", out, "--page", mine).code == 2 and "my own" in mine.read_text()
    assert run("report", out, "--page", out / "red box.glb").code == 2
    (out / "page_assets").mkdir()
    script = out / "page_assets" / "7.js"
    script.write_text("alert(1)")
    assert run("report", out, "--page", out / "page.html").code == 0 and script.read_text() == "alert(1)"
    assert run("report", out, "--page", out / "page.html").code == 0
    for number in range(6):
        (out / "page_assets" / f"{number}.js").write_text("alert(0)")
    assert run("report", out, "--page", out / "page.html", "--embed", "0").code == 1
    assert {path.read_text() for path in (out / "page_assets").glob("?.js")} == {"alert(0)", "alert(1)"}


def test_a_picture_is_shown_only_while_it_is_the_recorded_one(run, out: Path, drawn: list[int]) -> None:
    Image.new("RGB", (64, 64), (200, 0, 0)).save(out.parent / "input.png")
    run("report", out)
    items = re.search(r'<script id="items"[^>]*>(.*?)</script>', (out / "report.html").read_text(), re.S)
    assert items is not None
    assert {item["name"]: item for item in json.loads(items[1])}["red box"]["picture"] is None
