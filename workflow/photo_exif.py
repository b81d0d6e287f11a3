"""When and where a photo was taken and which way up it is, from its EXIF block.

    read(exif, ZoneInfo("Asia/Shanghai"))  # -> Shot(orientation=6, taken_at=…, latitude=31.305, longitude=120.655)

Reads six entries and nothing else: a general reader takes gigabytes for a hostile block of 60 kB. Tags and types as in
CIPA DC-008 (Exif 2.32), sections 4.6.3 to 4.6.6.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
_TAKEN_AT, _TAKEN_OFFSET = 0x9003, 0x9011
_LAT_REF, _LAT, _LNG_REF, _LNG = 1, 2, 3, 4

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_ASCII, _SHORT, _LONG, _RATIONAL = 2, 3, 4, 5
_MAX_ENTRIES, _MAX_VALUE = 1000, 64

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")

Entries = dict[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Shot:
    """What EXIF knows. `taken_at` is UTC, the place WGS-84 degrees; None where it is missing or makes no sense."""

    orientation: int = 1
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


def read(exif: bytes, tz: tzinfo) -> Shot:
    """Reads a TIFF block, with or without `Exif\\0\\0` before it. A time without an offset is `tz`'s. Never raises."""
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return Shot()
    tiff = _Tiff(block, order)
    first = tiff.entries(tiff.number(4, "I"))
    details = tiff.entries(tiff.pointer(first, _EXIF_IFD))
    place = tiff.place(tiff.entries(tiff.pointer(first, _GPS_IFD)))
    orientation = tiff.pointer(first, _ORIENTATION)
    return Shot(
        orientation if 1 <= orientation <= 8 else 1,
        _moment(_text(details, _TAKEN_AT), _text(details, _TAKEN_OFFSET), tz),
        *(place or (None, None)),
    )


@dataclass(frozen=True, slots=True)
class _Tiff:
    block: bytes
    order: str

    def number(self, at: int, code: str) -> int:
        """The number at an offset; 0, which no offset is, beyond the end."""
        try:
            return int(struct.unpack_from(self.order + code, self.block, at)[0])
        except struct.error:
            return 0

    def entries(self, at: int) -> Entries:
        """The directory at an offset: type and bytes by tag, without what is large, unknown or out of bounds."""
        found: Entries = {}
        for number in range(min(self.number(at, "H"), _MAX_ENTRIES) if at else 0):
            entry = at + 2 + 12 * number
            tag, kind = self.number(entry, "H"), self.number(entry + 2, "H")
            size = _SIZES.get(kind, 0) * self.number(entry + 4, "I")
            start = entry + 8 if size <= 4 else self.number(entry + 8, "I")
            if 0 < size <= _MAX_VALUE and start + size <= len(self.block):
                found.setdefault(tag, (kind, self.block[start : start + size]))
        return found

    def pointer(self, entries: Entries, tag: int) -> int:
        kind, value = entries.get(tag, (0, b""))
        code = {_SHORT: "H", _LONG: "I"}.get(kind)
        return int(struct.unpack_from(self.order + code, value)[0]) if code else 0

    def place(self, entries: Entries) -> tuple[float, float] | None:
        """(lat, lng), or None. 0, 0 is what cameras write that know no place."""
        lat = self.angle(entries, _LAT, _text(entries, _LAT_REF), "NS", 90)
        lng = self.angle(entries, _LNG, _text(entries, _LNG_REF), "EW", 180)
        return None if lat is None or lng is None or (lat == 0 and lng == 0) else (lat, lng)

    def angle(self, entries: Entries, tag: int, side: str, sides: str, most: int) -> float | None:
        kind, value = entries.get(tag, (0, b""))
        if kind != _RATIONAL or len(value) < 24 or side not in tuple(sides):
            return None
        numbers = struct.unpack_from(self.order + "6I", value)
        if 0 in numbers[1::2]:
            return None
        degrees, minutes, seconds = (above / below for above, below in zip(numbers[::2], numbers[1::2], strict=True))
        angle = degrees + minutes / 60 + seconds / 3600
        if minutes > 60 or seconds > 60 or angle > most:
            return None
        return round(float(angle if side == sides[0] else -angle), 7)


def _text(entries: Entries, tag: int) -> str:
    kind, value = entries.get(tag, (0, b""))
    return value.partition(b"\0")[0].decode("ascii", "replace").strip() if kind == _ASCII else ""


def _moment(taken: str, offset: str, tz: tzinfo) -> datetime | None:
    try:
        local = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (its zone is found below)
        if sign := _OFFSET.fullmatch(offset):
            shift = timedelta(hours=int(sign[2]), minutes=int(sign[3]))
            tz = timezone(shift if sign[1] == "+" else -shift)
        return local.replace(tzinfo=tz).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
