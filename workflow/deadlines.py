"""Why a ticket is due when it is: as a mark for lists, as a sentence, and as a table that adds up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from babel.lists import format_list
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from models.clock import now
from models.tickets import Event, Ticket
from workflow import moments
from workflow.city_settings import calendar
from workflow.engine.machines import machinery_of
from workflow.localtime import local_day, zone
from workflow.report.clocks import add_minutes
from workflow.say import say
from workflow.worktime import Segment

WORKDAY_FROM = 60  # minutes up to which a limit is said in minutes; beyond, in hours

Mark = Literal["calm", "near", "over"]


@dataclass(frozen=True)
class Row:
    """A stretch of time that a clock counted or did not; `start` and `end` in UTC.

    `what`: work, moved_workday and always are counted; break, night, weekend, holiday and pause are not. `title` is
    in the reader's language, `name` the day's own where it has one. `part`: `earlier` lies before a suspension and
    belongs to no clock that runs now, `limit` is the running clock's own time, `extension` what was granted beyond it.
    """

    start: datetime
    end: datetime
    what: str
    title: str
    minutes: int
    name: str
    part: Literal["earlier", "limit", "extension"]


@dataclass(frozen=True)
class Table:
    """The rows in order, without gaps. `counted_minutes` is what the rows after `earlier` count: the limit, and what an
    extension added to it; 0 where the clock rests."""

    rows: list[Row]
    limit_minutes: int
    counted_minutes: int


def mark(ticket: Ticket, moment: datetime) -> Mark | None:
    """How a ticket stands to its deadline; None where no clock runs. Clocks of before there was `near_at` are calm
    until they are over."""
    if ticket.due_at is None:
        return None
    if ticket.due_at < moment:
        return "over"
    return "near" if ticket.near_at is not None and ticket.near_at <= moment else "calm"


def overdue(moment: datetime) -> ColumnElement[bool]:
    """Tickets that `mark` as over."""
    return and_(Ticket.due_at.is_not(None), Ticket.due_at < moment)


def near(moment: datetime) -> ColumnElement[bool]:
    """Tickets that `mark` as near."""
    return and_(Ticket.due_at >= moment, Ticket.near_at <= moment)


def why(session: Session, ticket: Ticket, locale: str) -> str | None:
    """The sentence, or None while no clock runs."""
    if ticket.clock is None:
        return None
    moment, tz = now(), zone(session)
    today = local_day(session, moment)
    if ticket.due_at is None:
        day = moments.day(ticket.review_on, today, locale) if ticket.review_on else ""
        return say("due.paused", locale, left=amount(ticket.clock_left_minutes or 0, locale), day=day)
    if ticket.extended_to is not None:
        return say("due.extended", locale, day=moments.day(ticket.extended_to, today, locale))
    assert ticket.clock_started_at is not None
    assert ticket.clock_minutes is not None
    said = say(
        "due.limit",
        locale,
        clock=say(f"clock.{ticket.clock}", locale),
        start=moments.within(moments.near(ticket.clock_started_at, moment, tz, locale), locale),
        amount=amount(ticket.clock_minutes, locale),
        counts=say(f"counts.{ticket.clock_counts}", locale),
        due=moments.within(moments.near(ticket.due_at, moment, tz, locale), locale).rstrip(),
    )
    if ticket.clock_counts == "working":
        skipped = _skipped(session, ticket, locale)
        if skipped:
            said += say("due.skipped", locale, what=skipped)
    return said


def amount(minutes: int, locale: str) -> str:
    """A number of minutes in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    if minutes < WORKDAY_FROM:
        return say("amount.minutes", locale, minutes=minutes)
    if rest == 0:
        return say("amount.hours", locale, hours=hours)
    return say("amount.hours_minutes", locale, hours=hours, minutes=rest)


def _skipped(session: Session, ticket: Ticket, locale: str) -> str:
    assert ticket.clock_started_at is not None
    assert ticket.due_at is not None
    kinds: dict[str, None] = {}
    for segment in calendar(session).explain(ticket.clock_started_at, ticket.due_at):
        if not segment.counted and segment.kind != "break":
            named = segment.kind == "holiday" and segment.name and locale == "zh"
            kinds[segment.name if named else say(f"skipped.{segment.kind}", locale)] = None
    return "、".join(kinds) if locale == "zh" else format_list(list(kinds), "or", locale="en_GB")


def table(session: Session, ticket: Ticket, locale: str) -> Table | None:
    """The time from when the clock began to when it ends, stretch by stretch; None where none was started.

    Earlier stretches of a clock that was suspended come first, from the history. One query.
    """
    if ticket.clock is None or ticket.clock_started_at is None:
        return None
    rows = list(_earlier(session, ticket, locale))
    counted, limit_minutes = 0, ticket.clock_minutes or 0
    if ticket.due_at is not None:
        for row in _running(session, ticket, locale):
            rows.append(row)
            counted += row.minutes
    return Table(rows, limit_minutes, counted)


def _running(session: Session, ticket: Ticket, locale: str) -> Iterator[Row]:
    """The clock that runs now, cut where an extension begins."""
    start, due = ticket.clock_started_at, ticket.due_at
    assert start is not None
    assert due is not None
    counts = ticket.clock_counts or "working"
    limit_ends = add_minutes(session, start, ticket.clock_minutes or 0, counts)
    if ticket.extended_to is None or limit_ends >= due:
        yield from _rows(session, start, due, counts, "limit", locale)
        return
    yield from _rows(session, start, limit_ends, counts, "limit", locale)
    yield from _rows(session, limit_ends, due, counts, "extension", locale)


def _rows(
    session: Session,
    start: datetime,
    end: datetime,
    counts: str,
    part: Literal["earlier", "limit", "extension"],
    locale: str,
) -> Iterator[Row]:
    """Stretches whose whole minutes add up to those of all of them together: seconds are carried over, not lost."""
    if counts == "calendar":
        segments = [Segment("always", start, end)] if start < end else []
    else:
        segments = calendar(session).explain(start, end)
    counted, told = timedelta(0), 0
    for segment in segments:
        if segment.counted or segment.kind == "always":
            counted += segment.end - segment.start
        minutes = counted // timedelta(minutes=1) - told
        told += minutes
        title = say(f"stretch.{segment.kind}", locale)
        yield Row(segment.start, segment.end, segment.kind, title, minutes, segment.name, part)


def _earlier(session: Session, ticket: Ticket, locale: str) -> Iterator[Row]:
    """What the clock counted before it was suspended, and how long it rested, each time."""
    states = machinery_of(session, ticket).lifecycle.states
    query = select(Event.at, Event.action, Event.from_state, Event.to_state, Event.details)
    begun: datetime | None = None
    rests: list[tuple[datetime, datetime, datetime | None]] = []
    for at, action, from_state, to_state, details in session.execute(
        query.where(Event.subject_id == ticket.id).order_by(Event.seq)
    ):
        if from_state == to_state and not (action == "assign" and "from_department" in details):
            continue
        entered, left = states[to_state], states.get(from_state)
        if entered.tone == "paused" and begun is not None:
            rests.append((begun, at, None))
        elif left is not None and left.tone == "paused" and rests and entered.clock:
            begun, rests[-1] = at, (*rests[-1][:2], at)
        elif left is None or left.clock != entered.clock or from_state == to_state:
            begun, rests = (at if entered.clock else None), []
    for start, rested, resumed in rests:
        yield from _rows(session, start, rested, ticket.clock_counts or "working", "earlier", locale)
        end = resumed or ticket.review_at
        if end is not None:
            yield Row(rested, end, "pause", say("stretch.pause", locale), 0, "", "earlier")
