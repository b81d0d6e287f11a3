"""The calendar as an administrator imports it: what is known, what is missing, what a file would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CalendarDay, CalendarYear, Override
from workflow.access import require
from workflow.actors import Actor
from workflow.administration import settings
from workflow.administration.acts import hold_seen, record
from workflow.administration.settings import Difference
from workflow.city.imported import put_year, read_days, remove_year
from workflow.city.lacks import missing_years
from workflow.city.pack import Day
from workflow.errors import NotFound
from workflow.known import forget

THING = "calendar"


@dataclass(frozen=True)
class Year:
    """A year as it is known: whether its moved workdays are announced, and the days that are not what they seem."""

    year: int
    published: bool
    days: list[CalendarDay]
    difference: Difference | None
    """Where it was imported by hand, with what the pack says of it."""


@dataclass(frozen=True)
class Change:
    """A day that an import would make another: what it is and what it would be, each None for an ordinary day."""

    day: date
    before: Day | None
    after: Day | None


@dataclass(frozen=True)
class Plan:
    """What an import would do. `published` as it was, by year; None where nothing was known of the year."""

    years: list[int]
    days: list[Day]
    changes: list[Change]
    published: dict[int, bool | None]


def index(session: Session, actor: Actor) -> tuple[list[Year], list[int]]:
    """The years that are known, the latest first, and those that will be needed and are not (or not announced).

    Five queries. Raises Forbidden.
    """
    require(actor, "city.manage")
    differing = settings.differences(session, THING)
    days: dict[int, list[CalendarDay]] = {}
    for day in session.scalars(select(CalendarDay).order_by(CalendarDay.day)):
        days.setdefault(day.day.year, []).append(day)
    rows = session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc()))
    known = [
        Year(row.year, row.published, days.get(row.year, []), next(iter(differing.get(str(row.year), [])), None))
        for row in rows
    ]
    return known, missing_years(session)


def plan(session: Session, actor: Actor, content: bytes, name: str = "calendar.csv") -> Plan:
    """What importing `content` (CSV: date, workday, name) would change. Raises PackError with every mistake by line."""
    require(actor, "city.manage")
    days = read_days(content, name)
    years = sorted({each.day.year for each in days})
    first, last = date(years[0], 1, 1), date(years[-1], 12, 31)
    rows = session.scalars(select(CalendarDay).where(CalendarDay.day.between(first, last)))
    before = {row.day: Day(row.day, row.workday, row.name) for row in rows if row.day.year in years}
    after = {each.day: each for each in days}
    changes = [
        Change(day, before.get(day), after.get(day))
        for day in sorted(before.keys() | after.keys())
        if before.get(day) != after.get(day)
    ]
    known = select(CalendarYear.year, CalendarYear.published).where(CalendarYear.year.in_(years))
    published = {row.year: row.published for row in session.execute(known).all()}
    return Plan(years, days, changes, {year: published.get(year) for year in years})


def take(
    session: Session, actor: Actor, content: bytes, *, published: bool, seen: int | None = None
) -> Plan:
    """Import `content`: its years replace what was known of them and stay when the pack is loaded again.

    Clocks that run keep the deadline that they were given. Raises PackError, and Refused where a year was imported by
    somebody else after the act `seen`.
    """
    settings.begin(session, actor)
    wanted = plan(session, actor, content)
    for year in wanted.years:
        hold_seen(session, THING, year, seen)
    for year in wanted.years:
        days = [day for day in wanted.days if day.day.year == year]
        changed = sum(1 for each in wanted.changes if each.day.year == year)
        put_year(session, year, days, published=published, by=actor.id)
        record(session, actor, "calendar.import", THING, year, days=len(days), changed=changed, published=published)
    return wanted


def restore(session: Session, actor: Actor, year: int, *, seen: int | None = None) -> None:
    """Give a year back to the pack; it is unknown again where the pack does not have it. Raises Refused, NotFound."""
    settings.begin(session, actor)
    hold_seen(session, THING, year, seen)
    row = session.scalars(select(Override).where(Override.thing == THING, Override.code == str(year))).one_or_none()
    if row is None:
        raise NotFound()
    remove_year(session, year)
    if row.pack is not None:
        session.add(CalendarYear(year=year, published=row.pack["published"]))
        for day, workday, name in row.pack["days"]:
            session.add(CalendarDay(day=date.fromisoformat(day), workday=workday, name=name))
    session.delete(row)
    record(session, actor, "calendar.restore", THING, year, known=row.pack is not None)
    forget(session)
