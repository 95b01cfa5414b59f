"""Pictures of real life: compressed, see-through, framed, of many formats, hostile."""

import io
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from test_prepare import png_header, prepare

from varco3d._files import opened_regular
from varco3d.errors import BadInputError, OutOfMemoryError
from varco3d.pipeline.pictures import reading
from varco3d.pipeline.pictures.cutout import plain_background
from varco3d.pipeline.pictures.formats import PictureCodecError, is_picture
from varco3d.pipeline.pictures.own_alpha import own_cutout
from varco3d.pipeline.pictures.reading import open_picture, open_rgba


def scene(ground: tuple[int, int, int], size: int = 320) -> tuple[Image.Image, np.ndarray]:
    """A ball on a box with a thin handle, anti-aliased, and its true alpha [H,W]."""
    big = Image.new("RGB", (size * 4, size * 4), ground)
    mask = Image.new("L", big.size, 0)
    for image, colours in ((big, [(200, 40, 30), (40, 90, 200), (90, 60, 30)]), (mask, [255, 255, 255])):
        draw = ImageDraw.Draw(image)
        draw.rectangle((380, 560, 900, 1080), fill=colours[0])
        draw.ellipse((420, 200, 840, 620), fill=colours[1])
        draw.line((880, 900, 1100, 500), fill=colours[2], width=20)
    return big.resize((size, size), Image.Resampling.BOX), np.asarray(
        mask.resize((size, size), Image.Resampling.BOX)
    ) / 255


SAVED = {"png": {}, "jpeg": {"quality": 75}, "webp": {"quality": 75}, "poor jpeg": {"quality": 40}}


@pytest.mark.parametrize("kind", SAVED)
@pytest.mark.parametrize("ground", [(255, 255, 255), (200, 210, 220), (0, 200, 0)])
def test_compression_leaves_no_fringe(kind, ground):
    image, alpha = scene(ground)
    buffer = io.BytesIO()
    image.save(buffer, kind.split()[-1], **SAVED[kind])
    found = plain_background(np.asarray(Image.open(buffer).convert("RGB")))
    assert found is not None
    true, mine = alpha > 0.5, found > 0.5
    limit = 0.03 if kind.startswith("poor") else 0.012
    assert (mine & ~true).sum() < limit * true.sum() and (true & ~mine).sum() < 0.02 * true.sum()
    assert abs(found.sum() / alpha.sum() - 1) < limit


def test_pale_parts_and_white_insides_stay():
    """A nearly white box with a black outline on white, and one a shade darker than its ground."""
    image = Image.new("RGB", (200, 200), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 120, 120), outline=(0, 0, 0), width=2, fill=(249, 249, 249))
    draw.rectangle((120, 60, 170, 100), fill=(232, 232, 232))
    found = plain_background(np.asarray(image))
    assert (
        found is not None and found[80, 80] == found[80, 45] == 1.0 and found[80, 150] == 1.0 and found[20, 20] == 0.0
    )


def test_a_large_picture_is_cut_out_at_a_smaller_size():
    image, alpha = scene((255, 255, 255))
    large = np.asarray(image.resize((2560, 2560), Image.Resampling.BICUBIC))
    found = plain_background(large)
    assert found is not None and found.shape == (2560, 2560)
    assert abs(found.sum() / 64 / alpha.sum() - 1) < 0.01


@pytest.mark.parametrize("level", [0.12, 0.4, 0.7, 0.9])
def test_glass_is_as_solid_as_wood(tmp_path, level):
    alpha = Image.new("L", (256, 256), 0)
    ImageDraw.Draw(alpha).ellipse((60, 30, 200, 220), fill=255)
    solid = Image.new("RGB", (256, 256), (80, 160, 200))
    solid.putalpha(alpha)
    clear = solid.copy()
    clear.putalpha(alpha.point(lambda value: round(value * level)))
    solid.save(tmp_path / "solid.png")
    clear.save(tmp_path / "clear.png")
    one, two = prepare(tmp_path / "solid.png", size=128).rgba, prepare(tmp_path / "clear.png", size=128).rgba
    assert abs((one[..., 3] > 0.5).mean() - (two[..., 3] > 0.5).mean()) < 0.005
    assert two[64, 64, 3] == 1.0 and np.abs(one[64, 64] - two[64, 64]).max() < 0.02


def test_glass_with_an_opaque_cap_and_shadows_of_solid_things():
    alpha = np.zeros((100, 100), np.float32)
    alpha[10:90, 30:70] = 0.4
    alpha[10:25, 40:60] = 1.0
    found = own_cutout(alpha)
    assert found is not None and (found[10:90, 30:70] >= 0.99).all()
    shadow = np.zeros((100, 100), np.float32)
    shadow[20:80, 20:80] = 1.0
    shadow[80:90, 30:90] = 0.3
    found = own_cutout(shadow)
    assert found is not None and found[85, 50] < 0.5 and np.array_equal(found, shadow)


@pytest.mark.parametrize("radius", [8, 30, 50])
def test_rounded_corners_are_no_cut_out(tmp_path, radius):
    shot = Image.new("RGB", (400, 300), (240, 240, 245))
    ImageDraw.Draw(shot).ellipse((150, 80, 260, 220), fill=(200, 60, 40))
    mask = Image.new("L", shot.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 399, 299), radius, fill=255)
    framed = Image.new("RGBA", shot.size)  # transparent black corners
    framed.paste(shot, mask=mask)
    framed.save(tmp_path / "a.png")
    rgba = prepare(tmp_path / "a.png", size=128).rgba
    share = (rgba[..., 3] > 0.5).mean()
    assert abs(share - np.pi / 4 * 0.8 * (0.8 * 111 / 141)) < 0.03  # the ellipse, not the board


def test_a_cut_out_that_reaches_the_corners_stays_one():
    star = np.zeros((100, 100), np.float32)
    for shift in range(-9, 10):
        star[np.arange(100), np.clip(np.arange(100) + shift, 0, 99)] = 1.0
    assert own_cutout(star) is not None
    disc = np.hypot(*(np.mgrid[:100, :100] - 49.5)) < 50
    assert own_cutout(disc.astype(np.float32)) is not None


def heif(tmp_path: Path) -> Path:
    pillow_heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "photo.heic"
    pillow_heif.from_pillow(scene((255, 255, 255))[0]).save(path, quality=80)
    return path


def test_heic_opens_or_says_what_it_needs(tmp_path, monkeypatch):
    path = heif(tmp_path)
    renamed = tmp_path / "renamed.jpg"
    renamed.write_bytes(path.read_bytes())
    assert open_rgba(path).shape == open_rgba(renamed).shape == (320, 320, 4)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(PictureCodecError, match="needs pillow-heif") as caught:
        open_rgba(renamed)
    assert "varco3d[heif]" in caught.value.hint and not caught.value.lasting


def test_avif_opens(tmp_path):
    scene((255, 255, 255))[0].save(tmp_path / "a.avif")
    (tmp_path / "b").write_bytes((tmp_path / "a.avif").read_bytes())
    assert is_picture(tmp_path / "b") and open_rgba(tmp_path / "b").shape == (320, 320, 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_wide_tiffs(tmp_path, dtype, channels):
    top = 1.0 if np.issubdtype(dtype, np.floating) else 65535
    pixels = np.full((20, 30, channels), 0.5 * top, dtype)
    pixels[:, 15:] = top
    alpha = {"extrasamples": ["unassalpha"]} if channels in (2, 4) else {}
    space = "rgb" if channels > 2 else "minisblack"
    stored = pixels[..., 0] if channels == 1 else pixels
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric=space, planarconfig="contig", **alpha)
    rgba = open_rgba(tmp_path / "a.tif")
    assert rgba.shape == (20, 30, 4) and abs(int(rgba[5, 5, 0]) - 128) <= 1 and rgba[5, 20, 0] == 255
    if channels == 4:
        assert abs(int(rgba[5, 5, 3]) - 128) <= 1


REFUSED = {
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n",
    "fits": b"SIMPLE  =                    T".ljust(80) + b"END".ljust(2800),
    "wmf": b"\xd7\xcd\xc6\x9a" + bytes(60),
    "pdf": b"%PDF-1.4\n",
    "im": b"Image type: Greyscale image\r\nFile size (no of images): 1\r\n",
    "jp2": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_only_listed_formats_are_opened(tmp_path, kind, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *a, **k: pytest.fail("a program was started"))
    path = tmp_path / "photo.png"
    path.write_bytes(REFUSED[kind])
    with pytest.raises(BadInputError, match=r"photo\.png"):
        open_rgba(path)


def test_much_text_beside_a_picture_is_told(tmp_path):
    """Programs keep their whole workflow there; what is unpacked from it is bounded."""
    about = PngInfo()
    about.add_text("workflow", "x" * 2_000_000, zip=True)
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png", pnginfo=about)
    with pytest.raises(BadInputError, match=r"a\.png holds too much text beside the picture") as caught:
        open_rgba(tmp_path / "a.png")
    assert "metadata" in caught.value.hint


def test_a_damaged_file_is_never_out_of_memory(tmp_path, monkeypatch):
    Image.new("RGB", (16, 16)).save(tmp_path / "a.png")
    monkeypatch.setattr(reading, "_shrunk", lambda *_: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(BadInputError, match="cannot be read"):
        open_rgba(tmp_path / "a.png")
    monkeypatch.setattr(reading, "free_memory", lambda: 0.0)
    with pytest.raises(MemoryError):
        open_rgba(tmp_path / "a.png")


def test_large_pictures_are_held_once(tmp_path):
    """Averaged down before it is copied: 64 megapixels in less than ten bytes each."""
    import tracemalloc

    Image.new("RGB", (8000, 8000), (90, 20, 20)).save(tmp_path / "a.png", compress_level=1)
    tracemalloc.start()
    picture = open_picture(tmp_path / "a.png", 3072)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert picture.size == (8000, 8000) and picture.factor == 3 and picture.rgba.shape == (2667, 2667, 4)
    assert peak < 120e6  # of NumPy; Pillow holds 256 MB beside


def test_a_picture_beyond_the_budget_is_refused_before_it_is_decoded(tmp_path):
    Image.new("RGB", (2000, 2000)).save(tmp_path / "a.png")
    assert open_picture(tmp_path / "a.png", room=0.1).size == (2000, 2000)
    with pytest.raises(OutOfMemoryError, match="4 megapixels"):
        open_picture(tmp_path / "a.png", room=0.02)


def test_limits_are_kept(tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_header(60000, 60000))
    huge = struct.pack("<2sIIIIIIHHIIIIII", b"BM", 54, 0, 54, 40, 30000, 30000, 1, 24, 0, 0, 0, 0, 0, 0)
    (tmp_path / "bomb.bmp").write_bytes(huge)
    started = time.monotonic()
    for name in ("bomb.png", "bomb.bmp"):
        with pytest.raises(BadInputError, match="too large"):
            open_rgba(tmp_path / name)
    assert time.monotonic() - started < 5


def test_other_kinds_of_files_are_refused_at_once(tmp_path):
    with pytest.raises(OSError, match="a device"), opened_regular(Path("/dev/zero")):
        pass
