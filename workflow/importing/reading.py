"""A row's cells made into a report: every cell that is wrong is a reason, and all reasons are given at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.clock import now
from workflow.errors import Invalid
from workflow.identity.accounts import spoken_name
from workflow.phones import normalise
from workflow.report.opening import FUTURE

LONGEST_TEXT = 2000
DATUMS = ("wgs84", "gcj02", "bd09")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)")
MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.]\d+)?)?)?"
    r"\s*(?:(Z)|([+-])(\d{2}):?(\d{2}))?",
    re.ASCII | re.IGNORECASE,
)
"""2026-11-27T08:00:00+08:00, 2017/4/9 14:21:13, 2017年4月9日: without a zone, in the city's time."""

Reason = tuple[str, str, dict[str, Any]]
"""A column, and a sentence as key and parameters."""


@dataclass
class Draft:
    """What a row says. `phone` is E.164 where the reporter is a number; `photo` lies in the table's folder."""

    text: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    datum: str = "wgs84"
    category: str | None = None
    taken_at: datetime | None = None
    photo: Path | None = None
    reporter: str = ""
    phone: str | None = None

    unread: dict[str, str] = field(default_factory=dict)
    """The cells that could not be made into a value, as they stand."""
    reasons: list[Reason] = field(default_factory=list)

    def refuse(self, column: str, key: str, **params: Any) -> None:
        """Note a reason why the row cannot be taken."""
        self.reasons.append((column, key, params))

    def content(self) -> list[Any]:
        """What makes the row this very row, however its cells were spelled."""
        content = [
            self.phone or self.reporter, self.text, self.latitude, self.longitude, self.datum, self.category,
            self.taken_at and self.taken_at.astimezone(UTC).isoformat(), self.photo and self.photo.as_posix(),
        ]  # fmt: skip
        return [*content, self.unread] if self.unread else content


Codes = Mapping[str, dict[str, str] | None]
"""The city's categories: the names of those that need a photo, None for the others."""


def read(cells: dict[str, str], codes: Codes, zone: ZoneInfo, reporter: str | None) -> Draft:
    """Read a row. `reporter` is whose the rows are that name nobody."""
    draft = Draft()
    values = {name: cell.strip() for name, cell in cells.items()}
    plain = {name: unicodedata.normalize("NFKC", cell) for name, cell in values.items()}
    _text(draft, values.get("text", ""))
    with_photo = bool(values.get("photo"))
    _place(draft, plain, with_photo=with_photo)
    _category(draft, plain.get("category", ""), codes, with_photo=with_photo)
    _taken_at(draft, plain.get("taken_at", ""), zone)
    _photo(draft, values.get("photo", ""))
    _reporter(draft, values.get("reporter", "") or reporter or "")
    return draft


def _text(draft: Draft, value: str) -> None:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        draft.refuse("text", "field.characters")
    elif len(value) > LONGEST_TEXT:
        draft.refuse("text", "field.too_long", maximum=LONGEST_TEXT)
    draft.text = value or None


def _place(draft: Draft, plain: dict[str, str], *, with_photo: bool) -> None:
    draft.datum = plain.get("datum", "").lower().replace("-", "") or "wgs84"
    if draft.datum not in DATUMS:
        draft.refuse("datum", "field.choice", value=draft.datum[:20])
    blank = [name for name in ("latitude", "longitude") if not plain.get(name)]
    if len(blank) == 2 and with_photo:
        return  # the picture may say where it was taken
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = plain.get(name, "")
        if not value:
            draft.refuse(name, "input.missing")
        elif not NUMBER.fullmatch(value) or abs(float(value)) > most:
            draft.unread[name] = value
            draft.refuse(name, "import.degrees", value=value[:20], most=most)
        else:
            setattr(draft, name, float(value))


def _category(draft: Draft, code: str, codes: Codes, *, with_photo: bool) -> None:
    draft.category = code or None
    if not code:
        if draft.text is None:
            draft.refuse("text", "report.category_or_description")
        return
    if code in codes:
        if not with_photo and (named := codes[code]) is not None:
            draft.refuse("photo", "photo.required", category=named)
        return
    likely = code.zfill(5)
    if likely in codes:
        draft.refuse("category", "import.category_zeros", code=code, likely=likely)
    else:
        draft.refuse("category", "report.unknown_category", code=code[:20])


def _taken_at(draft: Draft, value: str, zone: ZoneInfo) -> None:
    if not value:
        return
    match = MOMENT.fullmatch(value)
    try:
        if match is None:
            raise ValueError(value)
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        draft.taken_at = datetime(year, month, day, hour, minute, second, tzinfo=_offset(match, zone)).astimezone(UTC)
        if not 2000 <= year < 2200:
            raise ValueError(value)
    except (ValueError, OverflowError):
        draft.unread["taken_at"] = value
        draft.refuse("taken_at", "import.moment", value=value[:30])
        return
    if draft.taken_at > now() + FUTURE:
        draft.refuse("taken_at", "report.future")


def _offset(match: re.Match[str], zone: ZoneInfo) -> ZoneInfo | timezone:
    utc, sign, hours, minutes = match.groups()[6:]
    if utc:
        return UTC
    if not sign:
        return zone
    away = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-away if sign == "-" else away)


def _photo(draft: Draft, value: str) -> None:
    if not value:
        return
    draft.photo = Path(value.replace("\\", "/"))
    if draft.photo.is_absolute() or ".." in draft.photo.parts or "\x00" in value:
        draft.refuse("photo", "import.photo_outside", file=value[:80])


def _reporter(draft: Draft, value: str) -> None:
    draft.reporter = spoken_name(value)
    if not value:
        draft.refuse("reporter", "input.missing")
        return
    try:
        draft.phone = normalise(value)
    except Invalid:
        draft.phone = None
