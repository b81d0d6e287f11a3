import random
import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import piexif
import pytest

from workflow.photo_exif import Shot, read

SHANGHAI = ZoneInfo("Asia/Shanghai")

# pytest shows warnings that the product keeps quiet.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

LAT = ((31, 1), (18, 1), (18, 1))
LNG = ((120, 1), (39, 1), (18, 1))


def exif(*, taken=b"2026:05:01 10:11:12", offset=None, gps=None, orientation=1):
    details = {piexif.ExifIFD.DateTimeOriginal: taken}
    if offset is not None:
        details[piexif.ExifIFD.OffsetTimeOriginal] = offset
    return piexif.dump({"0th": {piexif.ImageIFD.Orientation: orientation}, "Exif": details, "GPS": gps or {}})


def place(lat=LAT, lng=LNG, lat_ref=b"N", lng_ref=b"E"):
    shot = read(exif(gps={1: lat_ref, 2: lat, 3: lng_ref, 4: lng}), SHANGHAI)
    return shot.latitude, shot.longitude


def test_a_time_without_an_offset_is_the_citys():
    assert read(exif(), SHANGHAI).taken_at == datetime(2026, 5, 1, 2, 11, 12, tzinfo=UTC)
    assert read(exif(), ZoneInfo("America/New_York")).taken_at == datetime(2026, 5, 1, 14, 11, 12, tzinfo=UTC)


def test_an_offset_counts_before_the_citys():
    assert read(exif(offset=b"+00:00"), SHANGHAI).taken_at == datetime(2026, 5, 1, 10, 11, 12, tzinfo=UTC)
    assert read(exif(offset=b"-03:30"), SHANGHAI).taken_at == datetime(2026, 5, 1, 13, 41, 12, tzinfo=UTC)


@pytest.mark.parametrize("offset", [b"", b"   :  ", b"CST", b"+8"])
def test_an_unreadable_offset_is_none(offset):
    assert read(exif(offset=offset), SHANGHAI).taken_at == datetime(2026, 5, 1, 2, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "taken",
    [b"", b"    :  :     :  :  ", b"0000:00:00 00:00:00", b"2026:02:30 10:00:00", b"0001:01:01 00:00:00", b"\xff\xfe"],
)
def test_a_time_that_never_was_is_none(taken):
    assert read(exif(taken=taken), SHANGHAI).taken_at is None


def test_an_offset_beyond_any_is_no_time():
    assert read(exif(offset=b"+99:00"), SHANGHAI).taken_at is None


def test_places_are_signed_degrees():
    assert place() == (31.305, 120.655)
    assert place(lat_ref=b"S", lng_ref=b"W") == (-31.305, -120.655)
    assert place(lat=((3_130_500, 100_000), (0, 1), (0, 1))) == (31.305, 120.655)


@pytest.mark.parametrize(
    "broken",
    [
        {"lat": ((31, 0), (18, 1), (18, 1))},
        {"lat": ((0, 0), (0, 0), (0, 0)), "lng": ((0, 0), (0, 0), (0, 0))},
        {"lat": ((91, 1), (0, 1), (0, 1))},
        {"lat": ((90, 1), (0, 1), (1, 1))},
        {"lng": ((180, 1), (1, 1), (0, 1))},
        {"lat": ((31, 1), (61, 1), (0, 1))},
        {"lat": ((31, 1), (0, 1), (61, 1))},
        {"lat": ((31, 1), (18, 1))},
        {"lat": (31, 1)},
        {"lat_ref": b""},
        {"lng_ref": b"N"},
        {"lat": ((0, 1), (0, 1), (0, 1)), "lng": ((0, 1), (0, 1), (0, 1))},
        {"lat": ((4_294_967_295, 1), (0, 1), (0, 1))},
    ],
)
def test_a_place_that_makes_no_sense_is_none(broken):
    assert place(**broken) == (None, None)


def test_half_a_place_is_none():
    shot = read(exif(gps={1: b"N", 2: LAT}), SHANGHAI)
    assert (shot.latitude, shot.longitude) == (None, None)


def test_a_broken_part_leaves_the_others():
    block = bytearray(exif(gps={1: b"N", 2: LAT, 3: b"E", 4: LNG}, orientation=6))
    pointer = block.index(struct.pack(">HH", 0x8825, 4))
    block[pointer + 8 : pointer + 12] = b"\xff\xff\xff\xf0"
    assert read(bytes(block), SHANGHAI) == Shot(6, datetime(2026, 5, 1, 2, 11, 12, tzinfo=UTC))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_is_none_turns_nothing(orientation):
    assert read(exif(orientation=orientation), SHANGHAI).orientation == 1


@pytest.mark.parametrize(
    "block", [b"", b"Exif\0\0", b"II*\0", b"nonsense", b"MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0" + b"\xff" * 99]
)
def test_nonsense_is_an_empty_shot(block):
    assert read(block, SHANGHAI) == Shot()


def test_damage_never_raises_and_never_gives_a_place_off_the_earth():
    block, chance = exif(gps={1: b"N", 2: LAT, 3: b"E", 4: LNG}, offset=b"+08:00"), random.Random(20261122)
    for _ in range(1500):
        damaged = bytearray(block)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.choice((0, 255, chance.randrange(256)))
        shot = read(bytes(damaged), SHANGHAI)
        assert shot.latitude is None or (-90 <= shot.latitude <= 90 and -180 <= shot.longitude <= 180)
