"""What becomes of a photo: upright, in its colours, small enough, and nothing but the picture."""

import io
import re
import struct
import zipfile
from datetime import UTC, datetime

import piexif
import pytest
from PIL import Image, ImageCms

from stage.photos import encoded
from tests.workflow.drawn import (
    BLUE,
    FILES,
    GREEN,
    GREY,
    RED,
    WHITE,
    corners,
    near,
    rendered,
    seen,
    street,
)
from workflow.photos import hamming


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
