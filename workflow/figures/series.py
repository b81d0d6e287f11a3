"""What came in, what was dealt with and what was left, day by day."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import pairwise
from math import gcd
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func
from sqlalchemy.orm import Session

from models.tickets import Ticket
from workflow.figures.figure import Figure, Period, Scope


@dataclass(frozen=True)
class Day:
    """One of the city's days. `backlog` is what was open at its end, as far as is known now."""

    day: date
    reported: Figure
    resolved: Figure
    backlog: Figure


def series(scope: Scope, period: Period, open_then: int) -> list[Day]:
    """The days of the period, in order, in two queries. `open_then` is what was open as it began (`open_at`)."""
    bounds = period.bounds(scope.session)
    reported = _by_day(scope, bounds, Ticket.created_at)["all"]
    gone = _by_day(scope, bounds, Ticket.settled_at, resolved=Ticket.resolved_at.is_not(None))
    days = []
    for place, day in enumerate(period.days):
        open_then += reported[place] - gone["all"][place]
        days.append(
            Day(
                day,
                Figure(reported[place], scope.base.but(since=day, until=day)),
                Figure(gone["resolved"][place], scope.base.but(resolved_since=day, resolved_until=day)),
                Figure(open_then, scope.base.but(open_on=day)),
            )
        )
    return days


def epoch(session: Session, column: Any) -> ColumnElement[int]:
    """A moment's whole seconds since 1970."""
    if session.get_bind().dialect.name == "sqlite":
        # Without its fraction, which some versions round up, into the next day if need be.
        return cast(func.strftime("%s", func.substr(column, 1, 19)), BigInteger)
    return cast(func.floor(func.extract("epoch", column)), BigInteger)


def _by_day(
    scope: Scope, bounds: list[datetime], column: Any, **only: ColumnElement[bool]
) -> dict[str, Counter[int]]:
    """How many moments of `column` fall on each day, by the day's place in the period: `all`, and those of `only`.

    The database knows no city's days: it counts in equal steps of which every day is a whole number, one a day unless
    the clocks change meanwhile.
    """
    starts = [int(each.timestamp()) for each in bounds]
    step = reduce(gcd, (later - earlier for earlier, later in pairwise(starts)))
    place = ((epoch(scope.session, column) - starts[0]) // step).label("place")
    parts = {"all": func.count(), **{name: func.count().filter(holds) for name, holds in only.items()}}
    counted = scope.tickets.where(column >= bounds[0], column < bounds[-1]).with_only_columns(place, *parts.values())
    found: dict[str, Counter[int]] = {name: Counter() for name in parts}
    for number, *values in scope.session.execute(counted.group_by(place)):
        day = bisect_right(starts, starts[0] + number * step) - 1
        for name, value in zip(parts, values, strict=True):
            found[name][day] += value
    return found
