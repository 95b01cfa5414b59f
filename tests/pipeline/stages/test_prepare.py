"""Pictures of every kind in, one framed subject out."""

import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from fakes import picture
from PIL import Image, ImageDraw

from varco3d.errors import BadInputError, CheckpointError, NoSubjectError
from varco3d.pipeline.artifacts import Asset, Subject
from varco3d.pipeline.pictures.cutout import plain_background
from varco3d.pipeline.pictures.reading import open_rgba, shrink
from varco3d.pipeline.stage import Context
from varco3d.pipeline.stages.prepare import Prepare, PrepareSettings, bounding_box, network_alpha
from varco3d.weights.cutout import SHA256, Cutout, load_cutout

EXAMPLES = Path(__file__).parents[3] / "examples"


def prepare(path, mask=None, warn=None, **settings):
    context = Context(networks={"cutout": load_cutout()}, warn=warn or (lambda text: None))
    return Prepare().run(Asset(source=path, mask=mask), PrepareSettings(**settings), context).subject


def longest(subject):
    x0, y0, x1, y1 = bounding_box(subject.rgba[..., 3])
    return max(x1 - x0, y1 - y0), ((x0 + x1) / 2, (y0 + y1) / 2)


@pytest.mark.parametrize(("size", "margin"), [(512, 0.1), (128, 0.1), (200, 0.25), (100, 0.0)])
def test_the_object_fills_the_frame_as_the_networks_expect(tmp_path, size, margin):
    subject = prepare(picture(tmp_path / "a.png", 300, shift=40), size=size, margin=margin)
    assert subject.rgba.shape == (size, size, 4) and subject.rgba.dtype == np.float32
    side, centre = longest(subject)
    assert abs(side - (1 - 2 * margin) * size) <= 2
    assert np.abs(np.array(centre) - size / 2).max() <= 1


def test_the_crop_maps_back_to_the_source(tmp_path):
    image = Image.new("RGBA", (400, 300))
    ImageDraw.Draw(image).rectangle((100, 50, 299, 149), fill=(0, 255, 0, 255))
    image.save(tmp_path / "a.png")
    subject = prepare(tmp_path / "a.png", size=100)
    x0, y0, x1, y1 = bounding_box(subject.rgba[..., 3])
    corners = subject.crop @ np.array([[x0, y0, 1], [x1, y1, 1]]).T
    assert np.abs(corners[:2].T - [[100, 50], [300, 150]]).max() <= 2.5
    assert subject.source_size == (400, 300)


def test_colours_are_straight_and_bled_outward(tmp_path):
    """A red object whose transparent surroundings are green: no green anywhere, also not at the soft rim."""
    big = Image.new("RGBA", (333, 333), (0, 255, 0, 0))
    ImageDraw.Draw(big).ellipse((60, 60, 270, 270), fill=(255, 0, 0, 255))
    big.save(tmp_path / "a.png")
    rgba = prepare(tmp_path / "a.png", size=64).rgba
    assert ((rgba[..., 3] > 0) & (rgba[..., 3] < 1)).any()
    assert rgba[..., 0].min() == 1.0 and rgba[..., 1].max() == 0.0


def test_the_subject_survives_its_folder_exactly(tmp_path):
    subject = prepare(picture(tmp_path / "a.png", 300), size=64)
    subject.save(tmp_path / "s")
    again = Subject.load(tmp_path / "s")
    assert np.array_equal(again.rgba, subject.rgba) and np.array_equal(again.crop, subject.crop)
    assert again.source_size == subject.source_size


def kinds():
    disc = Image.new("L", (96, 80), 0)
    ImageDraw.Draw(disc).ellipse((20, 20, 70, 60), fill=255)
    colour = Image.merge("RGB", (disc, Image.new("L", disc.size, 30), Image.new("L", disc.size, 60)))
    alpha = colour.copy()
    alpha.putalpha(disc)
    palette = colour.quantize(8)
    palette.info["transparency"] = palette.getpixel((0, 0))
    wide = Image.fromarray(np.asarray(disc).astype(np.uint16) * 257)
    yield "rgba.png", alpha, {}
    yield "rgba.webp", alpha, {"lossless": True}
    yield "la.png", Image.merge("LA", (disc, disc)), {}
    yield "palette.png", palette, {"transparency": palette.getpixel((0, 0))}
    yield "palette.gif", palette, {"transparency": palette.getpixel((0, 0))}
    yield "animated.gif", palette, {"save_all": True, "append_images": [palette.rotate(90)], "transparency": 0}
    yield "grey.png", disc, {}
    yield "one_bit.png", disc.convert("1"), {}
    yield "grey16.png", wide, {}
    yield "float.tiff", Image.fromarray(np.asarray(disc, np.float32) / 255), {}
    yield "cmyk.jpg", colour.convert("CMYK"), {"quality": 95}
    yield "cmyk.tiff", colour.convert("CMYK"), {}
    yield "key.png", colour, {"transparency": (0, 30, 60)}
    yield "plain.bmp", colour, {}
    yield "plain.jpg", colour, {"quality": 95}


@pytest.mark.parametrize(("name", "image", "options"), [pytest.param(*kind, id=kind[0]) for kind in kinds()])
def test_every_kind_of_picture_opens_and_is_cut_out(tmp_path, name, image, options):
    path = tmp_path / name
    image.save(path, **options)
    rgba = open_rgba(path)
    assert rgba.shape == (80, 96, 4) and rgba.dtype == np.uint8
    side, _ = longest(prepare(path, size=128))
    assert abs(side - 0.8 * 128) <= 3
    # 51 x 41 pixels: the mask is the disc and not the whole frame
    mask = prepare(path, size=128).rgba[..., 3] > 0.5
    assert abs(mask.sum() / (np.pi / 4 * 102.4 * 82.4) - 1) < 0.06


def test_sixteen_bits_keep_their_brightness(tmp_path):
    Image.fromarray(np.full((16, 16), 32896, np.uint16)).save(tmp_path / "a.png")
    assert abs(int(open_rgba(tmp_path / "a.png")[8, 8, 0]) - 128) <= 1


def linear_profile(space=b"RGB ") -> bytes:
    """An ICC profile with the primaries of sRGB, D50-adapted, and without its curve: 128 there is 188 in sRGB."""

    def point(*values):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    straight = b"curv" + bytes(8)
    text = b"desc" + bytes(4) + struct.pack(">I", 7) + b"linear\0" + bytes(79)
    tags = {b"wtpt": point(0.9642, 1.0, 0.8249), b"desc": text, b"cprt": b"text\0\0\0\0none\0"}
    if space == b"GRAY":
        tags[b"kTRC"] = straight
    else:
        tags |= {b"rXYZ": point(0.4361, 0.2225, 0.0139), b"gXYZ": point(0.3851, 0.7169, 0.0971)}
        tags |= {b"bXYZ": point(0.1431, 0.0606, 0.7139), b"rTRC": straight, b"gTRC": straight, b"bTRC": straight}
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", 132 + 12 * len(tags) + len(body), b"none", 0x02100000, b"mntr", space, b"XYZ ")
    white = struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(36, b"\0") + b"acsp".ljust(32, b"\0") + white.ljust(60, b"\0") + table + body


@pytest.mark.parametrize(
    ("mode", "space", "pixel", "expected"),
    [
        ("RGB", b"RGB ", (128, 128, 128), (188, 188, 188, 255)),
        ("RGBA", b"RGB ", (128, 0, 255, 77), (188, 0, 255, 77)),
        ("L", b"GRAY", 128, (188, 188, 188, 255)),
        ("LA", b"GRAY", (128, 77), (188, 188, 188, 77)),
        ("P", b"RGB ", 3, None),
        ("RGB", b"GRAY", (128, 128, 128), (128, 128, 128, 255)),  # not its own profile: left alone
    ],
)
def test_an_embedded_colour_profile_is_applied(tmp_path, mode, space, pixel, expected):
    image = Image.new(mode, (16, 16), pixel)
    if mode == "P":
        image.putpalette([128] * 768)
        expected = (188, 188, 188, 255)
    image.save(tmp_path / "a.png", icc_profile=linear_profile(space))
    found = open_rgba(tmp_path / "a.png")[8, 8]
    assert np.abs(found.astype(int) - expected).max() <= 1, found


def test_profiles_that_say_nothing_new_change_no_byte(tmp_path):
    from PIL import ImageCms

    noise = Image.merge("RGB", [Image.effect_noise((32, 32), 90)] * 3)
    noise.save(tmp_path / "plain.png")
    ordinary = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (ordinary, b"no profile at all", linear_profile()[:200]):
        noise.save(tmp_path / "a.png", icc_profile=profile)
        assert np.array_equal(open_rgba(tmp_path / "a.png"), open_rgba(tmp_path / "plain.png"))


def test_exif_rotation(tmp_path):
    image = Image.new("RGB", (60, 40), (255, 255, 255))
    ImageDraw.Draw(image).rectangle((0, 0, 29, 39), fill=(255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored turned: rotate 90 degrees clockwise to see it upright
    image.save(tmp_path / "a.png", exif=exif)
    rgba = open_rgba(tmp_path / "a.png")
    assert rgba.shape[:2] == (60, 40)
    assert rgba[5, 20, 1] == 0 and rgba[55, 20, 1] == 255


def bad_files(folder):
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "PNG")
    (folder / "truncated.png").write_bytes(buffer.getvalue()[:-600])
    (folder / "zero.png").write_bytes(b"")
    (folder / "text.png").write_text("I am not a picture, whatever my name says.\n" * 20)
    (folder / "header.png").write_bytes(buffer.getvalue()[:20])
    Image.new("RGB", (1, 1)).save(folder / "tiny.png")
    Image.new("1", (30000, 9)).save(folder / "wide.png")
    (folder / "bomb.png").write_bytes(png_header(60000, 60000))
    (folder / "junk.jpg").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(300))
    (folder / "folder.png").mkdir()
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "line\nbreak.png").write_bytes(b"")
    return [*sorted(folder.iterdir()), folder / "missing.png"]


def png_header(width, height):
    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 100)) + part(b"IEND", b"")


def test_every_broken_file_is_bad_input_that_names_it(tmp_path):
    paths = bad_files(tmp_path)
    assert len(paths) == 12
    for path in paths:
        with pytest.raises(BadInputError) as caught:
            open_rgba(path)
        assert caught.value.code == "bad_input", path
        assert path.name.replace("\n", "?") in caught.value.message
        assert "\n" not in caught.value.message and caught.value.hint


def test_an_empty_alpha_is_no_subject(tmp_path):
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "a.png")
    with pytest.raises(NoSubjectError):
        prepare(tmp_path / "a.png")


def test_an_opaque_alpha_is_no_cut_out(tmp_path):
    image = Image.new("RGBA", (100, 100), (255, 255, 255, 255))
    ImageDraw.Draw(image).rectangle((30, 30, 69, 69), fill=(0, 0, 200, 255))
    image.save(tmp_path / "a.png")
    mask = prepare(tmp_path / "a.png", size=100).rgba[..., 3] > 0.5
    assert abs(mask.mean() - 0.64) < 0.03


def test_plain_background_keeps_what_is_inside(tmp_path):
    """White in white: a small highlight stays, the hole of a ring goes."""
    image = Image.new("RGB", (200, 200), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 180, 180), fill=(180, 30, 30))
    draw.ellipse((70, 70, 130, 130), fill=(255, 255, 255))
    draw.ellipse((40, 98, 46, 104), fill=(255, 255, 255))
    alpha = plain_background(np.asarray(image))
    assert alpha[100, 100] == 0 and alpha[101, 43] == 1 and alpha[5, 5] == 0 and alpha[100, 60] == 1


def test_a_busy_border_is_not_plain():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert plain_background(noise) is None


def test_the_shipped_network_is_the_published_file():
    data = load_cutout().path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256
    assert (load_cutout().path.parent / "LICENCE.md").is_file()


def test_the_network_cuts_out_an_object_on_a_busy_ground():
    """A picture with known alpha, put on a gradient with noise."""
    cut = np.asarray(Image.open(sorted(EXAMPLES.glob("*.png"))[0]).convert("RGBA").resize((200, 200))).astype(
        np.float32
    )
    truth = np.zeros((300, 300), np.float32)
    truth[50:250, 50:250] = cut[..., 3] / 255
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[0:300, 0:300]
    ground = np.stack([rows * 0.3 + 90, columns * 0.2 + 100, 150 - rows * 0.1], -1) + random.normal(
        0, 12, (300, 300, 3)
    )
    colours = np.zeros((300, 300, 3), np.float32)
    colours[50:250, 50:250] = cut[..., :3]
    rgb = (truth[..., None] * colours + (1 - truth[..., None]) * ground).clip(0, 255).astype(np.uint8)
    assert plain_background(rgb) is None
    found = network_alpha(rgb, load_cutout()) > 0.5
    wanted = truth > 0.5
    assert (found & wanted).sum() / (found | wanted).sum() > 0.85


def test_warnings(tmp_path):
    said = []
    image = Image.new("RGBA", (300, 300))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 50, 100, 250), fill=(9, 9, 9, 255))
    draw.rectangle((200, 50, 260, 250), fill=(9, 9, 9, 255))
    image.save(tmp_path / "a.png")
    prepare(tmp_path / "a.png", warn=said.append)
    assert any("touches the left " in text for text in said) and any("2 separate parts" in text for text in said)
    said.clear()
    prepare(picture(tmp_path / "b.png", 300), warn=said.append)
    assert said == []
    prepare(picture(tmp_path / "c.png", 60), warn=said.append)
    assert any("30 pixels" in text or "31 pixels" in text for text in said)


def test_a_mask_file_overrides(tmp_path):
    image = Image.new("RGB", (100, 100), (10, 200, 10))
    image.save(tmp_path / "a.png")
    mask = Image.new("L", (50, 50))
    ImageDraw.Draw(mask).rectangle((10, 10, 19, 39), fill=255)
    mask.save(tmp_path / "m.png")
    subject = prepare(tmp_path / "a.png", mask=tmp_path / "m.png", size=100)
    x0, y0, x1, y1 = bounding_box(subject.rgba[..., 3])
    assert abs((y1 - y0) - 80) <= 2 and abs((x1 - x0) - 80 / 3) <= 2
    Image.new("L", (50, 90), 255).save(tmp_path / "odd.png")
    with pytest.raises(BadInputError, match="odd"):
        prepare(tmp_path / "a.png", mask=tmp_path / "odd.png")


def test_cutout_off_takes_the_whole_frame(tmp_path):
    subject = prepare(picture(tmp_path / "a.png", 100), cutout="off", size=100)
    assert abs((subject.rgba[..., 3] > 0.5).mean() - 0.64) < 0.02


def test_large_pictures_are_averaged_down_with_their_alpha():
    rgba = np.zeros((40, 90, 4), np.uint8)
    rgba[10:30, 30:60] = (200, 100, 50, 255)
    small, factor = shrink(rgba, 30)
    assert factor == 3 and small.shape == (14, 30, 4)
    assert tuple(small[6, 15]) == (200, 100, 50, 255)
    assert shrink(rgba, 90)[1] == 1


def test_the_crop_of_a_large_picture_maps_back_to_its_own_pixels(tmp_path, monkeypatch):
    monkeypatch.setattr("varco3d.pipeline.stages.prepare._WORK_SIDE", 100)
    image = Image.new("RGBA", (600, 300))
    ImageDraw.Draw(image).rectangle((150, 60, 449, 209), fill=(0, 255, 0, 255))
    image.save(tmp_path / "a.png")
    subject = prepare(tmp_path / "a.png", size=100)
    x0, y0, x1, y1 = bounding_box(subject.rgba[..., 3])
    corners = subject.crop @ np.array([[x0, y0, 1], [x1, y1, 1]]).T
    assert np.abs(corners[:2].T - [[150, 60], [450, 210]]).max() <= 12, "not of what was averaged"
    assert subject.source_size == (600, 300)


def test_the_second_look_is_closer_and_stands_where_it_agrees():
    rgb = np.zeros((200, 200, 3), np.uint8)
    rgb[80:120, 70:130] = 255
    looks = []

    def network(part):
        """Sees a wider object in a whole picture than in a part."""
        looks.append(part.shape[:2])
        mask = (part[..., 0] > 127).astype(np.float32)
        if part.shape[:2] == (200, 200):
            rows, columns = np.nonzero(mask)
            mask[rows.min() - 1 : rows.max() + 2, columns.min() - 1 : columns.max() + 2] = 1
        return mask

    assert np.array_equal(network_alpha(rgb, network) > 0.5, rgb[..., 0] > 127)
    assert len(looks) == 2 and looks[1] < looks[0]


def test_another_file_is_no_cut_out_network(tmp_path):
    data = bytearray((Path(load_cutout().path)).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "u2netp.onnx").write_bytes(data)
    with pytest.raises(CheckpointError, match="not the file that was published"):
        Cutout(tmp_path / "u2netp.onnx")(np.zeros((8, 8, 3), np.uint8))
