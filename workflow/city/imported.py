"""A calendar that an administrator imports: the years of the file as they were announced."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, extract
from sqlalchemy.orm import Session

from models import CalendarDay, CalendarYear
from workflow.city.calendar import read_calendar
from workflow.city.files import Folder
from workflow.city.mistakes import Mistakes
from workflow.city.pack import Year

ANY_YEAR = tuple(Year(year, published=True) for year in range(2000, 2201))


def import_calendar(session: Session, file: Path, *, published: bool = True) -> tuple[list[int], int]:
    """Replace what was known of the file's years; `published` says that moved workdays are announced.

    Returns the years and how many days are not what their weekday says. Raises PackError with every mistake by line.
    """
    mistakes = Mistakes()
    days = read_calendar(Folder(file.parent, mistakes), ANY_YEAR, file.name)
    mistakes.hold(str(file))
    years = sorted({each.day.year for each in days})
    session.execute(delete(CalendarDay).where(extract("year", CalendarDay.day).in_(years)))
    session.execute(delete(CalendarYear).where(CalendarYear.year.in_(years)))
    session.add_all(CalendarYear(year=year, published=published) for year in years)
    session.add_all(CalendarDay(day=each.day, workday=each.workday, name=each.name) for each in days)
    session.flush()
    session.info.pop("calendar", None)
    return years, len(days)
