"""Files that are not what they seem: bombs, halves, films and everything that is no photo."""

import struct
import time
import zlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stage.photos import encoded
from workflow.photo_files import MAX_MEGAPIXELS, MAX_SCANS, read
from workflow.photos import PhotoRefused, inspect_and_render

FILES = Path(__file__).parent / "files"

# pytest shows warnings that the product keeps quiet.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")


def noise(mode="RGB"):
    return Image.effect_noise((90, 60), 60).resize((180, 120)).convert(mode)


JPEG = encoded(noise(), "JPEG")
PROGRESSIVE = encoded(noise(), "JPEG", progressive=True, subsampling=0)
CMYK = encoded(noise("CMYK"), "JPEG", progressive=True)
PNG = encoded(noise(), "PNG")
WEBP = encoded(noise(), "WEBP")
WEBP_ALPHA = encoded(noise("RGBA").rotate(20), "WEBP")
WEBP_LOSSLESS = encoded(noise("RGBA").rotate(20), "WEBP", lossless=True)
HEIC = (FILES / "street.heic").read_bytes()
PHOTOS = {
    "jpeg": JPEG, "progressive": PROGRESSIVE, "cmyk": CMYK, "png": PNG,
    "webp": WEBP, "webp_alpha": WEBP_ALPHA, "webp_lossless": WEBP_LOSSLESS, "heic": HEIC,
}  # fmt: skip


def refused(data):
    """The refusal's key without `photo.`, or None where the photo is accepted."""
    try:
        inspect_and_render(data, "IMG_2041.jpg", tz=ZoneInfo("Asia/Shanghai"))
    except PhotoRefused as refusal:
        return refusal.key.removeprefix("photo.")
    return None


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def in_png(chunks):
    return PNG[:33] + chunks + PNG[33:]


def in_jpeg(segments):
    return JPEG[:2] + segments + JPEG[2:]


def resized_jpeg(data, width, height):
    """The same file, promising other sizes."""
    at = next(at for marker in (b"\xff\xc0", b"\xff\xc2") if (at := data.find(marker)) > 0)
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def resized_png(width, height):
    return PNG[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + PNG[24:29]) + PNG[33:]


@pytest.mark.parametrize("photo", PHOTOS)
def test_the_photos_themselves_are_accepted(photo):
    assert refused(PHOTOS[photo]) is None


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.97, -1])
def test_half_a_photo_is_broken(photo, kept):
    data = PHOTOS[photo]
    half = data[:kept] if kept < 0 else data[: max(40, int(kept * len(data)))]
    assert refused(half) == "broken"


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7\n",
        b"BM" + bytes(60),
        b"II*\0\x08\0\0\0" + bytes(20),
        b"\0\0\0\x20ftypisom" + bytes(40),
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(40),
        b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1miaf" + bytes(40),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        b"PK\x03\x04" + JPEG,
        b"\n" + PNG,
        b"photo",
        b"\0",
    ],
)
def test_what_is_no_photo_is_said_to_be_none(data):
    assert refused(data) == "not_a_photo"


def test_films_are_refused():
    frames = [Image.new("RGB", (20, 20), (number % 256, 0, 0)) for number in range(500)]
    for kind in ("PNG", "WEBP"):
        assert refused(encoded(frames[0], kind, save_all=True, append_images=frames[1:])) == "animated"
    assert refused((FILES / "two.heic").read_bytes()) == "animated"
    assert refused(HEIC.replace(b"ftypheic", b"ftyphevc")) == "animated"


def test_a_film_of_one_frame_is_a_photo():
    assert refused(in_png(chunk(b"acTL", struct.pack(">II", 1, 0)))) is None


@pytest.mark.parametrize(
    "data",
    [
        resized_jpeg(JPEG, 8192, 6144),
        resized_jpeg(PROGRESSIVE, 65500, 65500),
        resized_png(5001, 5000),
        resized_png(2**31 - 1, 2**31 - 1),
        b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L" + struct.pack("<IBI", 10, 0x2F, 4999 << 14 | 5000) + bytes(5),
    ],
)
def test_too_many_pixels_are_refused_by_the_header(data):
    begun = time.perf_counter()
    assert refused(data) == "too_many_pixels"
    assert time.perf_counter() - begun < 0.1


def test_pixels_are_counted_before_they_are_decoded():
    row = zlib.compressobj(1)
    packed = b"".join(row.compress(bytes(3751)) for _ in range(30_000)) + row.flush()
    bomb = PNG[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0))
    bomb += chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    with pytest.raises(PhotoRefused) as refusal:
        inspect_and_render(bomb, "bomb.png", tz=ZoneInfo("UTC"))
    assert refusal.value.key == "photo.too_many_pixels"
    assert refusal.value.params == {"name": "bomb.png", "megapixels": 900, "limit": 25}


def test_what_decoding_can_afford_depends_on_how_the_file_is_coded():
    limits = {name: read(data).max_megapixels for name, data in PHOTOS.items()}
    assert limits == {
        "jpeg": 50, "progressive": 50, "cmyk": 37, "png": 25,
        "webp": 25, "webp_alpha": 25, "webp_lossless": 25, "heic": 50,
    }  # fmt: skip
    assert read((FILES / "ten_bits.heic").read_bytes()).max_megapixels == 25
    largest = read((FILES / "largest.heic").read_bytes())
    assert MAX_MEGAPIXELS - 1 < largest.width * largest.height / 1e6 <= MAX_MEGAPIXELS


@pytest.mark.parametrize(
    "lie",
    [
        resized_jpeg(JPEG, 0, 120),
        resized_jpeg(JPEG, 180, 0),
        resized_png(0, 120),
        JPEG[:2] + JPEG[JPEG.index(b"\xff\xc0") : JPEG.index(b"\xff\xc4")] + JPEG[2:],  # two sizes
        WEBP_ALPHA.replace(b"VP8X" + WEBP_ALPHA[16:27], b"VP8X" + WEBP_ALPHA[16:24] + b"\xff\0\0"),  # canvas and frame
        HEIC.replace(b"ispe\0\0\0\0\0\0\0", b"ispe\0\0\0\0\0\0\1"),
    ],
)
def test_sizes_that_contradict_each_other_are_broken(lie):
    assert lie not in PHOTOS.values()
    assert refused(lie) == "broken"


@pytest.mark.parametrize(
    "bomb",
    [
        in_png(chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1_000_000), 9)) * 1000),
        in_png(chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(bytes(40_000_000), 1))),
        in_png(chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(40_000_000), 1))),
        in_png(chunk(b"iCCP", b"k\0\0nonsense")),
        in_png(chunk(b"eXIf", b"II*\0\x08\0\0\0\xff\xff" + bytes(14_000_000))),
        in_jpeg(segment(0xFE, bytes(65_000)) * 200),
        in_jpeg(
            segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\4\xff\xff\xff\xff\0\0\0\0" * 5000) * 200
        ),
        in_jpeg(segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(60_000)) * 200),
    ],
)
def test_what_does_not_draw_costs_nothing_and_spoils_nothing(bomb):
    begun = time.perf_counter()
    assert refused(bomb) is None
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    "bomb",
    [
        in_png(chunk(b"tEXt", b"") * 1_000_000),
        in_jpeg(segment(0xFE, b"") * 3_000_000),
        WEBP[:12] + b"JUNK\0\0\0\0" * 1_500_000 + WEBP[12:],
        PROGRESSIVE[:-2] + PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2][:60] * (MAX_SCANS + 1) + b"\xff\xd9",
    ],
)
def test_files_of_countless_parts_are_broken(bomb):
    if bomb.startswith(b"RIFF"):
        bomb = b"RIFF" + struct.pack("<I", len(bomb) - 8) + bomb[8:]
    begun = time.perf_counter()
    assert refused(bomb) == "broken"
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("photo", ["jpeg", "png", "webp", "webp_alpha", "heic"])
def test_the_decoder_sees_nothing_behind_the_picture(photo):
    data = PHOTOS[photo]
    body = read(data + (b"" if photo == "heic" else b"PK\x03\x04" * 100)).body
    assert b"PK\x03\x04" not in body
    assert len(body) <= len(data)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(PHOTOS)), st.data())
def test_no_damage_raises_anything_but_a_refusal(photo, data):
    damaged = bytearray(PHOTOS[photo])
    near_the_header = st.integers(0, min(400, len(damaged) - 1))
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(near_the_header | st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    refused(bytes(damaged[: data.draw(st.integers(0, len(damaged)))] if data.draw(st.booleans()) else damaged))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from([b"", JPEG[:20], PNG[:33], WEBP[:30], HEIC[:40]]), st.binary(min_size=1, max_size=300))
def test_no_nonsense_raises_anything_but_a_refusal(head, tail):
    assert refused(head + tail) in ("broken", "not_a_photo", "too_many_pixels", "animated")
