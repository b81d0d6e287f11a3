"""When riders report: meal hours, quiet nights, workdays and rain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

HOURS = (2, 1, 1, 0.5, 0.5, 1, 3, 7, 11, 12, 15, 34, 38, 16, 12, 12, 16, 33, 36, 24, 14, 9, 6, 4)
"""How many of a day's reports fall into each hour: riders stop where they deliver, at noon and in the evening."""
WEEK = (1.05, 1.0, 1.0, 1.02, 1.12, 0.92, 0.85)
RAIN_DAYS = 0.24


@dataclass(frozen=True)
class Day:
    """A local day of the past: how busy it was, 1 on average, and whether it rained."""

    day: date
    weight: float
    rain: bool


def days(first: date, last: date, chance: Random) -> Iterator[Day]:
    """Each day from `first` to `last`. Rain comes in spells, and fewer ride in it. The programme grows a little."""
    rain, span = False, max(1, (last - first).days)
    for number in range(span + 1):
        day = first + timedelta(days=number)
        rain = chance.random() < (0.55 if rain else RAIN_DAYS * 0.6)
        growth = 0.85 + 0.3 * number / span
        weight = WEEK[day.weekday()] * growth * chance.uniform(0.75, 1.25) * (0.95 if rain else 1)
        yield Day(day, weight, rain)


def moment(day: date, zone: ZoneInfo, chance: Random) -> datetime:
    """A moment of a local day at which somebody reports."""
    hour = chance.choices(range(24), HOURS)[0]
    wall = time(hour, chance.randrange(60), chance.randrange(60))
    return datetime.combine(day, wall, zone)
