"""calendar.csv: the days of the declared years that are not what their weekday says."""

from __future__ import annotations

from datetime import date

from workflow.city.files import Folder
from workflow.city.pack import Day, Year

FILE = "calendar.csv"
COLUMNS = ("date", "workday", "name")
SATURDAY = 5


def read_calendar(folder: Folder, years: tuple[Year, ...], file: str = FILE) -> tuple[Day, ...]:
    """Holidays and moved workdays, in the order of their dates."""
    declared = {year.year for year in years}
    days: dict[date, Day] = {}
    lines: dict[date, int] = {}
    for row in folder.rows(file, COLUMNS):
        day, workday, name = row.day("date"), row.flag("workday"), row.text("name", 64)
        if day is None:
            continue
        if day in days:
            row.wrong("date", "double_code", value=day.isoformat(), first=lines[day])
        elif day.year not in declared:
            row.wrong("date", "undeclared_year", value=day.isoformat(), year=day.year)
        elif workday and day.weekday() < SATURDAY:
            row.wrong("workday", "workday_anyway", value=day.isoformat())
        days[day], lines[day] = Day(day, workday, name), row.line
    return tuple(days[day] for day in sorted(days))
