"""When and where a photo was taken and which way up it is, from its EXIF block (CIPA DC-008, sections 4.6.3 to 4.6.6).

read(exif, ZoneInfo("Asia/Shanghai"))  # -> Shot(orientation=6, taken_at=…, latitude=31.305, longitude=120.655)
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_FAULTS = (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, struct.error)

# A hostile block would fill the log with a line for each of its thousands of broken entries.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin")


@dataclass(frozen=True, slots=True)
class Shot:
    """What EXIF knows. `taken_at` is UTC, the place WGS-84 degrees; None where it is missing or makes no sense."""

    orientation: int = 1
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


def read(exif: bytes, tz: tzinfo) -> Shot:
    """Reads an EXIF block, with or without `Exif\\0\\0` before it. A time without an offset is `tz`'s. Never raises."""
    tags = Image.Exif()
    try:
        tags.load(exif)
    except _FAULTS:
        return Shot()
    details = _directory(tags, IFD.Exif)
    latitude, longitude = _place(_directory(tags, IFD.GPSInfo))
    return Shot(
        _orientation(tags.get(Base.Orientation)),
        _moment(details.get(Base.DateTimeOriginal), details.get(Base.OffsetTimeOriginal), tz),
        latitude,
        longitude,
    )


def _directory(tags: Image.Exif, kind: IFD) -> Mapping[int, Any]:
    try:
        return tags.get_ifd(kind)
    except _FAULTS:
        return {}


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _moment(taken: object, offset: object, tz: tzinfo) -> datetime | None:
    try:
        local = datetime.strptime(str(taken).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (its zone is found below)
        if sign := _OFFSET.fullmatch(str(offset).strip("\0 ")):
            shift = timedelta(hours=int(sign[2]), minutes=int(sign[3]))
            tz = timezone(shift if sign[1] == "+" else -shift)
        return local.replace(tzinfo=tz).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | tuple[None, None]:
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "NS", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "EW", 180)
    # 0, 0 is what cameras write that know no place.
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(angle: object, side: object, sides: str, most: int) -> float | None:
    """Degrees, minutes and seconds as degrees, below 0 on the second side. A zero below a fraction reads as NaN."""
    side = str(side).strip("\0 ")
    try:
        degrees, minutes, seconds = (float(part) for part in angle)  # type: ignore[attr-defined]
    except _FAULTS:
        return None
    total = degrees + minutes / 60 + seconds / 3600
    if side not in tuple(sides) or not isfinite(total) or min(degrees, minutes, seconds) < 0:
        return None
    if minutes > 60 or seconds > 60 or total > most:
        return None
    return round(total if side == sides[0] else -total, 7)
