import io
import os
import random
import re
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import piexif
import pytest
from PIL import Image, ImageCms

from workflow import photo_apart, photos
from workflow.errors import Busy
from workflow.photo_apart import decode_apart
from workflow.photo_files import Unreadable, read
from workflow.photo_pixels import decode
from workflow.photos import GATE, MAX_BYTES, PhotoRefused, Rendered, hamming, inspect_and_render
from workflow.say import LOCALES, say

FILES = Path(__file__).parent / "files"
ROOT = Path(__file__).parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (40, 90, 200), (255, 255, 255)


def corners(width=96, height=64, mode="RGB"):
    """Red top left, green top right, blue below."""
    picture = Image.new("RGB", (width, height), BLUE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    return picture.convert(mode)


def street(seed=7):
    """Something with light and shade all over, like a street."""
    spots = random.Random(seed).randbytes(12 * 9 * 3)
    return Image.frombytes("RGB", (12, 9), spots).resize((640, 480), Image.Resampling.BICUBIC)


GREY = (corners(mode="L").getpixel((9, 9)),) * 3


def encoded(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


HEAVY = encoded(corners().resize((3200, 2400)), "PNG")


def rendered(data, name="IMG_2041.jpg") -> Rendered:
    return inspect_and_render(data, name, tz=SHANGHAI)


def seen(data, x, y):
    """The colour at a share of width and height."""
    picture = Image.open(io.BytesIO(data))
    return picture.getpixel((int(x * picture.width), int(y * picture.height)))


def near(colour):
    return pytest.approx(colour, abs=12)


def refusal(data, name="IMG_2041.jpg"):
    with pytest.raises(PhotoRefused) as refused:
        rendered(data, name)
    return refused.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ["street.jpg", "street.gif", "", "街道"])
def test_it_judges_by_content_and_not_by_name(kind, name):
    photo = rendered(encoded(corners(), kind), name)
    for x, y, colour in ((0.2, 0.2, RED), (0.8, 0.2, GREEN), (0.5, 0.8, BLUE)):
        assert seen(photo.full, x, y) == near(colour)
        assert seen(photo.thumb, x, y) == near(colour)
    assert (photo.width, photo.height) == (96, 64)


def test_it_renders_heic_and_turns_it_once():
    photo = rendered((FILES / "street.heic").read_bytes(), "IMG_2041.HEIC")
    assert (photo.width, photo.height) == (64, 96)
    assert seen(photo.full, 0.8, 0.2) == near(RED)
    assert seen(photo.full, 0.8, 0.8) == near(GREEN)
    assert photo.taken_at == datetime(2026, 5, 1, 2, 11, 12, tzinfo=UTC)
    assert (photo.latitude, photo.longitude) == (31.305, 120.655)


def test_it_renders_ten_bits():
    photo = rendered((FILES / "ten_bits.heic").read_bytes())
    assert seen(photo.full, 0.2, 0.2) == near(RED)


@pytest.mark.parametrize("size", [(3300, 2400), (1500, 2000), (5000, 40), (1601, 1), (1600, 1200), (7, 3)])
def test_it_fits_the_long_side_and_enlarges_nothing(size):
    photo = rendered(encoded(Image.new("RGB", size, RED), "JPEG"))
    for data, most in ((photo.full, 1600), (photo.thumb, 400)):
        picture = Image.open(io.BytesIO(data))
        assert max(picture.size) == min(most, max(size))
        assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.01) or min(picture.size) < 50
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert (photo.width, photo.height) == Image.open(io.BytesIO(photo.full)).size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_upright(kind, orientation):
    upright = corners()
    # How a camera would have stored it, for each way of holding it.
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    held = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = piexif.dump({"0th": {piexif.ImageIFD.Orientation: orientation}})
    photo = rendered(encoded(held, kind, exif=exif, **({"quality": 95} if kind != "PNG" else {})))
    assert (photo.width, photo.height) == (96, 64)
    assert seen(photo.full, 0.2, 0.2) == near(RED)
    assert seen(photo.full, 0.8, 0.2) == near(GREEN)


@pytest.mark.parametrize("orientation", [0, 9, 6000])
def test_a_senseless_orientation_turns_nothing(orientation):
    photo = rendered(encoded(corners(), "JPEG", exif=piexif.dump({"0th": {piexif.ImageIFD.Orientation: orientation}})))
    assert seen(photo.full, 0.2, 0.2) == near(RED)


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("RGBA", "PNG", {}),
        ("LA", "PNG", {}),
        ("RGBA", "WEBP", {"quality": 90}),
        ("RGBA", "WEBP", {"lossless": True}),
    ],
)
def test_transparency_lies_on_white(mode, kind, options):
    picture = corners(mode=mode)
    hole = Image.new("L", picture.size, 255)
    hole.paste(0, (0, 32, 96, 64))
    picture.putalpha(hole)
    photo = rendered(encoded(picture, kind, **options))
    assert seen(photo.full, 0.5, 0.9) == near(WHITE)
    assert seen(photo.full, 0.2, 0.2) == near(RED if mode == "RGBA" else GREY)


def test_a_transparent_palette_and_a_transparent_colour_lie_on_white():
    palette = corners().quantize(8)
    blue = palette.getpixel((50, 60))
    for data in (
        encoded(palette, "PNG", transparency=bytes(0 if index == blue else 255 for index in range(8))),
        encoded(corners(), "PNG", transparency=BLUE),
    ):
        assert seen(rendered(data).full, 0.5, 0.9) == near(WHITE)
        assert seen(rendered(data).full, 0.2, 0.2) == near(RED)


@pytest.mark.parametrize(
    ("picture", "kind", "colour"),
    [
        (corners(mode="L"), "PNG", GREY),
        (corners(mode="L"), "JPEG", GREY),
        (corners().quantize(8), "PNG", RED),
        (corners(mode="CMYK"), "JPEG", RED),
        (corners(mode="YCbCr"), "JPEG", RED),
        (Image.new("1", (9, 9), 1), "PNG", WHITE),
        (Image.new("I;16", (9, 9), 0x8000), "PNG", (128, 128, 128)),
    ],
)
def test_it_reads_every_kind_of_pixels(picture, kind, colour):
    options = {"quality": 95} if kind == "JPEG" else {}
    assert seen(rendered(encoded(picture, kind, **options)).full, 0.2, 0.2) == near(colour)


def test_sixteen_bits_are_made_small_and_not_clipped():
    picture = Image.frombytes("I;16", (3000, 10), struct.pack("<30000H", *([0x4000] * 30000)))
    assert seen(rendered(encoded(picture, "PNG")).full, 0.5, 0.5) == near((64, 64, 64))


def other_profile():
    """sRGB with its red and green exchanged: what is tagged with it and shown as sRGB must exchange them back."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_are_shown_as_their_profile_means_them(kind):
    options = {} if kind == "PNG" else {"quality": 95}
    red = Image.new("RGB", (64, 64), (255, 0, 0))
    photo = rendered(encoded(red, kind, icc_profile=other_profile(), **options))
    assert seen(photo.full, 0.5, 0.5) == near((0, 255, 0))
    assert b"ICC_PROFILE" not in photo.full


@pytest.mark.parametrize("profile", [b"nonsense", b"", other_profile()[:200], b"\0" * 5000])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_that_is_broken_or_for_other_pixels_counts_as_none(profile, mode):
    photo = rendered(encoded(Image.new(mode, (64, 64)), "JPEG", icc_profile=profile))
    assert seen(photo.full, 0.5, 0.5) == near((0, 0, 0) if mode != "CMYK" else WHITE)
    rendered(encoded(Image.new("L", (64, 64)), "PNG", icc_profile=other_profile()))


def with_everything(kind):
    exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"SECRET"}, "Exif": {piexif.ExifIFD.UserComment: b"SECRET"}})
    options = {"exif": exif, "icc_profile": other_profile() + b"SECRET"}
    if kind == "JPEG":
        options |= {"comment": b"SECRET", "xmp": b"<x:xmpmeta>SECRET</x:xmpmeta>"}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("SECRET.html", "<script>SECRET</script>")
    return encoded(street(), kind, **options) + archive.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind):
    data = with_everything(kind)
    assert b"SECRET" in data
    photo = rendered(data)
    for kept in (photo.full, photo.thumb):
        assert b"SECRET" not in kept
        assert kept.endswith(b"\xff\xd9")
        assert kept.count(b"\xff\xd9") == 1
        markers = set(re.findall(rb"\xff([\xe0-\xef\xfe])", kept[: kept.index(b"\xff\xda")]))
        assert markers == {b"\xe0"}
        assert set(Image.open(io.BytesIO(kept)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
    assert not zipfile.is_zipfile(io.BytesIO(photo.full))


def test_a_phones_jpeg_with_a_second_picture_in_it_is_a_photo():
    data = encoded(corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert seen(rendered(data).full, 0.2, 0.2) == near(RED)


def test_the_hash_is_of_what_was_sent():
    data = encoded(corners(), "JPEG")
    assert rendered(data).sha256 == rendered(data).sha256 != rendered(data + b"\0").sha256


def test_the_same_picture_is_noticed_however_it_was_sent():
    original = rendered(encoded(street(), "PNG")).dhash
    assert re.fullmatch(r"[0-9a-f]{16}", original)
    smaller = street().resize((320, 240))
    for data in (encoded(street(), "JPEG", quality=30), encoded(smaller, "WEBP"), encoded(street(), "PNG")):
        assert hamming(rendered(data).dhash, original) <= 6
    assert hamming(rendered(encoded(street(seed=8), "JPEG")).dhash, original) > 16


def test_hamming_counts_places():
    assert hamming("0000000000000000", "ffffffffffffffff") == 64
    assert hamming("8000000000000001", "0000000000000000") == 2
    assert hamming("22c989240a204a34", "22c989240a204a34") == 0


def test_it_refuses_more_than_fifteen_megabytes():
    data = encoded(corners(), "JPEG")
    assert rendered(data + bytes(MAX_BYTES - len(data))).width == 96
    refused = refusal(data + bytes(MAX_BYTES - len(data) + 1), "D:\\照片\\大.jpg")
    assert (refused.key, refused.params) == ("photo.too_large", {"name": "大.jpg", "size": "15.1", "limit": "15"})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("/etc/../a.jpg", "a.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("", "photo"),
        ("\0", "photo"),
        ("x" * 300 + ".jpg", "x" * 60 + "…" + "x" * 15 + ".jpg"),
    ],
)
def test_it_says_whose_photo_it_was(name, shown):
    refused = refusal(b"", name)
    assert (refused.key, refused.params) == ("photo.empty", {"name": shown})


@pytest.mark.parametrize("key", ["empty", "too_large", "too_many_pixels", "animated", "broken", "not_a_photo"])
def test_every_refusal_names_the_photo_in_both_languages(key):
    names = {"name": "大.jpg", "size": "15.1", "limit": 50, "megapixels": 51}
    assert all("大.jpg" in say(f"photo.{key}", locale, **names) for locale in LOCALES)


def test_two_are_decoded_at_a_time_and_the_others_wait():
    assert GATE.acquire(blocking=False)
    assert GATE.acquire(blocking=False)
    done = threading.Event()
    waiting = threading.Thread(target=lambda: (rendered(encoded(corners(), "JPEG")), done.set()))
    waiting.start()
    try:
        assert not done.wait(0.15)
    finally:
        GATE.release()
    assert done.wait(5)
    GATE.release()
    waiting.join()


def test_heavy_ones_that_wait_for_each_other_stop_nobody_else(monkeypatch):
    monkeypatch.setattr(photos, "ALONE_SECONDS", 0.4)
    light, outcomes = encoded(corners(), "JPEG"), []

    def one():
        try:
            outcomes.append(rendered(HEAVY).width)
        except Busy:
            outcomes.append("busy")

    waiting = [threading.Thread(target=one) for _ in range(3)]
    with photos.ALONE:
        for each in waiting:
            each.start()
        started = time.monotonic()
        assert rendered(light).width == 96
        assert time.monotonic() - started < 0.3
        for each in waiting:
            each.join(5)
    assert outcomes == ["busy"] * 3
    assert rendered(HEAVY).width == 1600


def test_the_gate_opens_again_after_a_refusal():
    for _ in range(3):
        refusal(b"\xff\xd8\xff broken")
    assert rendered(encoded(corners(), "JPEG")).width == 96


def test_the_caller_may_bring_another_gate():
    data = encoded(corners(), "JPEG")
    with GATE, GATE:
        assert inspect_and_render(data, "a.jpg", tz=UTC, gate=nullcontext()).width == 96


def test_what_is_heavy_looks_the_same_decoded_apart():
    light, heavy = (FILES / "street.heic").read_bytes(), encoded(corners().resize((3200, 2400)), "PNG")
    assert (read(light).heavy, read(heavy).heavy) == (False, True)
    for data in (light, heavy):
        here, apart = decode(read(data), 800), decode_apart(data, 800)
        assert (here.size, here.mode, here.tobytes()) == (apart.size, apart.mode, apart.tobytes())


def test_what_a_decoder_apart_cannot_read_is_broken():
    heavy = encoded(corners().resize((3200, 2400)), "PNG")
    assert refusal(heavy[: len(heavy) // 2] + heavy[-12:]).key == "photo.broken"
    with pytest.raises(Unreadable, match="broken"):
        decode_apart(b"no picture", 800)


def test_who_has_no_time_to_decode_says_so_and_calls_nothing_broken(monkeypatch):
    monkeypatch.setattr(photo_apart, "PATIENCE_SECONDS", 0.001)
    with pytest.raises(Busy):
        rendered(encoded(corners().resize((3200, 2400)), "PNG"))


def kill_decoder_of(thread, how):
    """Send a signal to the first process that decodes for a thread of ours; within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for number in Path(f"/proc/self/task/{thread}/children").read_text().split():
            with suppress(OSError):
                if b"photo_apart" in Path(f"/proc/{number}/cmdline").read_bytes():
                    os.kill(int(number), how)
                    return


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("how", "outcome"), [(signal.SIGKILL, Busy), (signal.SIGTERM, Busy), (signal.SIGSEGV, Unreadable)]
)
def test_a_decoder_that_is_killed_calls_no_picture_broken(how, outcome):
    """As the kernel does to whoever holds most; one that falls over by itself has met a picture that does it."""
    killer = threading.Thread(target=kill_decoder_of, args=(threading.get_native_id(), how))
    killer.start()
    try:
        with pytest.raises(outcome):
            decode_apart(HEAVY, 800)
    finally:
        killer.join()


NO_ROOM = """
import pathlib, re, resource, sys
from workflow.errors import Busy
from workflow.photo_apart import decode_apart
from workflow.photos import inspect_and_render
from zoneinfo import ZoneInfo

data = pathlib.Path(sys.argv[1]).read_bytes()
used = int(re.search(r"VmSize:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 40_000_000, used + 40_000_000))
try:
    inspect_and_render(data, "a.png", tz=ZoneInfo("UTC"))
except Busy:
    print("busy")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("heavy", [True, False])
def test_no_memory_to_decode_calls_no_picture_broken(tmp_path, heavy):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(corners(mode="RGBA").resize((4900, 4900) if heavy else (2600, 2600)), "PNG"))
    assert read(path.read_bytes()).heavy == heavy
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("busy\n", "")
