"""A city as its pack describes it, read and checked: plain values that nothing can change afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

Counts = Literal["working", "calendar"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: minutes of office hours (`working`) or of the clock on the wall (`calendar`)."""

    minutes: int
    counts: Counts

    def body(self) -> dict[str, Any]:
        """As stored: `{minutes, counts}`."""
        return {"minutes": self.minutes, "counts": self.counts}


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a step may take, and how long where the ticket is urgent."""

    name: str
    normal: Limit
    urgent: Limit

    def body(self) -> dict[str, Any]:
        """As stored: `{minutes, counts, urgent: {minutes, counts}}`."""
        return {**self.normal.body(), "urgent": self.urgent.body()}


@dataclass(frozen=True, slots=True)
class Span:
    """Office hours without a break, in minutes since local midnight: opens < closes ≤ 1440.

    Its text is as stored, `09:00-12:00`; an end at midnight reads 00:00.
    """

    opens: int
    closes: int

    def __str__(self) -> str:
        return "-".join(f"{minute // 60 % 24:02d}:{minute % 60:02d}" for minute in (self.opens, self.closes))


@dataclass(frozen=True, slots=True)
class Governance:
    """What keeps tickets from bouncing and waiting for ever."""

    send_backs: int
    extension_workdays: int
    reopen_days: int
    appeals: int
    reports_per_hour: int
    near_percent: int
    near_minutes: int
    escalate_workdays: int

    def body(self) -> dict[str, int]:
        """As stored: the fields by their names."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Year:
    """A year that the calendar covers; `published` is false while its moved workdays are not announced."""

    year: int
    published: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not what its weekday says."""

    day: date
    workday: bool
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation unit; `path` holds the codes from the city down, each followed by a slash."""

    code: str
    kind: str
    name: Words
    parent: str | None
    path: str


@dataclass(frozen=True, slots=True)
class Area:
    """The ground a unit covers: GeoJSON as it is stored, and the same as a shape. WGS-84 degrees, x is longitude."""

    unit: str
    geometry: dict[str, Any]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Group:
    """One of the few large groups that a rider chooses from; `icon` is a Lucide name."""

    code: str
    name: Words
    icon: str
    position: int


@dataclass(frozen=True, slots=True)
class Category:
    """A matter of a scheme. `usual` is its rank among the usual ones of its group, None for the rest."""

    scheme: str
    kind: str
    code: str
    class_name: str
    name_zh: str
    name_en: str | None
    group: str
    usual: int | None
    department: str
    limit: Limit
    urgent: bool
    photo_required: bool
    evidence_required: bool
    points: int
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in data. `body` is what its reader in the workflow takes, shaped as workflow.city.rules says."""

    kind: Literal["routing", "duplicates", "reward", "cap"]
    code: str
    title: Words
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CityFile:
    """What city.yaml says."""

    code: str
    prefix: str
    name: Words
    timezone: str
    latitude: float
    longitude: float
    office_hours: tuple[Span, ...]
    clocks: tuple[Clock, ...]
    governance: Governance
    years: tuple[Year, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack(CityFile):
    """A whole city. `sha256` is over the pack's files; `path` is its folder."""

    path: Path
    sha256: str
    days: tuple[Day, ...]
    units: tuple[Unit, ...]
    areas: tuple[Area, ...]
    groups: tuple[Group, ...]
    categories: tuple[Category, ...]
    rules: tuple[Rule, ...]

    def settings(self) -> dict[str, Any]:
        """What of city.yaml has no column of its own: `{centre, office_hours, limits, governance}`."""
        return {
            "centre": {"latitude": self.latitude, "longitude": self.longitude},
            "office_hours": [str(span) for span in self.office_hours],
            "limits": {clock.name: clock.body() for clock in self.clocks},
            "governance": self.governance.body(),
        }
