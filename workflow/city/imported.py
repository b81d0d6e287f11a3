"""A calendar that an administrator imports: the years of the file as they were announced.

They are set by hand (`workflow.city.by_hand`): the next loading of the pack leaves them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete, extract, select
from sqlalchemy.orm import Session

from models import CalendarDay, CalendarYear, Override
from models.clock import now
from workflow.city.by_hand import DAYS, year_body
from workflow.city.calendar import read_calendar
from workflow.city.files import Folder, Given
from workflow.city.mistakes import Mistakes
from workflow.city.pack import Day, Year
from workflow.known import forget

ANY_YEAR = tuple(Year(year, published=True) for year in range(2000, 2201))


def import_calendar(session: Session, file: Path, *, published: bool = True) -> tuple[list[int], int]:
    """Replace what was known of the file's years; `published` says that moved workdays are announced.

    Returns the years and how many days are not what their weekday says. Raises PackError with every mistake by line.
    """
    mistakes = Mistakes()
    days = read_calendar(Folder(file.parent, mistakes), ANY_YEAR, file.name)
    mistakes.hold(str(file))
    years = sorted({each.day.year for each in days})
    for year in years:
        put_year(session, year, [each for each in days if each.day.year == year], published=published)
    return years, len(days)


def read_days(content: bytes, name: str) -> list[Day]:
    """The days of a calendar's content. Raises PackError with every mistake by line, under the file's `name`."""
    mistakes = Mistakes()
    days = read_calendar(Given({name: content}, mistakes), ANY_YEAR, name)
    mistakes.hold(name)
    return list(days)


def put_year(session: Session, year: int, days: Sequence[Day], *, published: bool, by: int | None = None) -> None:
    """Make a year what `days` say, by hand of the person `by`; what the pack said of it is kept beside it."""
    query = select(Override).where(Override.thing == "calendar", Override.code == str(year))
    row = session.scalars(query).one_or_none()
    if row is None:
        known = session.get(CalendarYear, year)
        there = session.scalars(select(CalendarDay).where(extract("year", CalendarDay.day) == year)).all()
        pack = year_body(known.published, there) if known is not None else None
        row = Override(thing="calendar", code=str(year), field=DAYS, pack=pack)
        session.add(row)
    row.value, row.set_at, row.set_by_id = year_body(published, days), now(), by
    remove_year(session, year)
    session.add(CalendarYear(year=year, published=published))
    session.add_all(CalendarDay(day=each.day, workday=each.workday, name=each.name) for each in days)
    session.flush()
    forget(session)


def remove_year(session: Session, year: int) -> None:
    """Forget what is known of a year."""
    session.execute(delete(CalendarDay).where(extract("year", CalendarDay.day) == year))
    session.execute(delete(CalendarYear).where(CalendarYear.year == year))
