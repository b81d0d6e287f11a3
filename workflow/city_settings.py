"""What the city has set, read once a session: limits, governance, calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.city import CalendarDay, CalendarYear, City
from workflow.known import find_city, known
from workflow.worktime import Calendar


@dataclass(frozen=True)
class Limit:
    """A time limit in minutes, of working hours or of the clock on the wall."""

    minutes: int
    counts: str


def city(session: Session) -> City:
    """The city of this database. Raises LookupError before one is loaded."""
    row = find_city(session)
    if row is None:
        raise LookupError("no city is loaded: run `bin/whistle city load`")
    return row


def limit(session: Session, clock: str, *, urgent: bool) -> Limit:
    """How long a clock of the city runs."""
    body = city(session).settings["limits"][clock]
    body = body.get("urgent", body) if urgent else body
    return Limit(body["minutes"], body["counts"])


def governance(session: Session, name: str) -> int:
    """A limit of the city's governance, by the name that `workflow.city.pack.Governance` gives it."""
    return int(city(session).settings["governance"][name])


def calendar(session: Session) -> Calendar:
    """The city's workdays and office hours."""
    return known(session, "calendar", _read_calendar, plain=True)


def _read_calendar(session: Session) -> Calendar:
    rows = session.scalars(select(CalendarDay)).all()
    published = session.scalars(select(CalendarYear.year).where(CalendarYear.published)).all()
    row = city(session)
    return Calendar(
        days={each.day: each.workday for each in rows},
        hours=[_span(each) for each in row.settings["office_hours"]],
        tz=ZoneInfo(row.timezone),
        years=frozenset(published),
        names={each.day: each.name for each in rows},
    )


def _span(text: str) -> tuple[time, time]:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def titles(row: Any) -> dict[str, str]:
    """A row's name in both languages, as a sentence's parameter."""
    return {"zh": row.name("zh"), "en": row.name("en")}


def as_day(value: str) -> date:
    """A day out of an event's details."""
    return date.fromisoformat(value)
