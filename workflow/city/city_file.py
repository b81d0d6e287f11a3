"""city.yaml: whose city it is, its office hours, clocks and limits, and the years that its calendar covers."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from workflow.city.files import Folder
from workflow.city.pack import CityFile, Clock, Governance, Limit, Span, Year
from workflow.city.record import Record

FILE = "city.yaml"
CLOCKS = ("triage", "dispatch", "confirm", "arbitrate")
"""The steps that a city times; the time to resolve stands with each category."""
COUNTS = ("working", "calendar")
LONGEST_MINUTES = 1_000_000
GOVERNANCE = {
    "send_backs": (0, 20),
    "extension_workdays": (0, 250),
    "reopen_days": (0, 365),
    "appeals": (0, 10),
    "reports_per_hour": (1, 100_000),
    "near_percent": (0, 50),
    "near_minutes": (0, 1440),
    "escalate_workdays": (0, 60),
}


def read_city(folder: Folder) -> CityFile | None:
    """Read city.yaml; None where there is nothing to read on with."""
    record = folder.mapping(FILE)
    if record is None:
        return None
    latitude, longitude = _centre(record)
    city = CityFile(
        code=record.code("code"),
        prefix=_prefix(record),
        name=record.words("name", 64, 96),
        timezone=_timezone(record),
        latitude=latitude,
        longitude=longitude,
        office_hours=_office_hours(record),
        clocks=_clocks(record),
        governance=_governance(record),
        years=_years(record),
    )
    record.done()
    return city


def read_limit(record: Record, minutes: str = "minutes", counts: str = "counts") -> Limit:
    """A time limit of at least a minute from the record's two values."""
    length = record.whole(minutes, 1, LONGEST_MINUTES)
    return Limit(length, "working" if record.choice(counts, COUNTS) == "working" else "calendar")


def _prefix(record: Record) -> str:
    prefix = record.text("prefix", 8)
    if prefix and not re.fullmatch(r"[A-Z][A-Z0-9]*", prefix):
        record.wrong("prefix", "bad_prefix", value=prefix)
    return prefix


def _timezone(record: Record) -> str:
    name = record.text("timezone", 48)
    if name:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            record.wrong("timezone", "bad_timezone", value=name)
    return name


def _centre(record: Record) -> tuple[float, float]:
    inner = record.record("centre")
    if inner is None:
        return 0.0, 0.0
    centre = inner.number("latitude", -90, 90), inner.number("longitude", -180, 180)
    inner.done()
    return centre


def _office_hours(record: Record) -> tuple[Span, ...]:
    spans: list[Span] = []
    for text, line in record.texts("office_hours"):
        found = re.fullmatch(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", text)
        numbers = [int(part) for part in found.groups()] if found else [0, 0, 0, 0]
        span = Span(numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3])
        if not (spans[-1].closes if spans else 0) <= span.opens < span.closes <= 1440:
            record.mistakes.add(FILE, line, "bad_hours", value=text)
        else:
            spans.append(span)
    if record.has("office_hours") and not spans:
        record.wrong("office_hours", "missing_value")
    return tuple(spans)


def _clocks(record: Record) -> tuple[Clock, ...]:
    limits = record.record("limits")
    if limits is None:
        return ()
    clocks = []
    for name in CLOCKS:
        inner = limits.record(name)
        if inner is None:
            continue
        normal = read_limit(inner)
        urgent = inner.record("urgent") if inner.has("urgent") else None
        clocks.append(Clock(name, normal, read_limit(urgent) if urgent else normal))
        for part in filter(None, (inner, urgent)):
            part.done()
    limits.done()
    return tuple(clocks)


def _governance(record: Record) -> Governance:
    inner = record.record("governance")
    if inner is None:
        return Governance(**dict.fromkeys(GOVERNANCE, 0))
    governance = Governance(**{name: inner.whole(name, low, high) for name, (low, high) in GOVERNANCE.items()})
    inner.done()
    return governance


def _years(record: Record) -> tuple[Year, ...]:
    inner = record.record("calendar")
    if inner is None:
        return ()
    years = []
    for name in inner.values:
        declared = inner.record(name)
        if declared is None:
            continue
        if re.fullmatch(r"2[01][0-9]{2}", name):
            years.append(Year(int(name), declared.flag("published")))
            declared.done()
        else:
            inner.wrong(name, "bad_year")
    return tuple(years)
