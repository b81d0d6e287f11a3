"""Deadlines: near and over from columns alone, and tables that add up to the limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Ticket
from models.clock import now
from stage.cast import a_report, a_ticket, person, step
from tests.workflow.conftest import MONDAY
from tests.workflow.situations import in_workdays
from workflow import deadlines
from workflow.city_settings import calendar
from workflow.engine import fire
from workflow.report.clocks import add_minutes

MINUTE = timedelta(minutes=1)


def due(near: datetime | None, at: datetime | None) -> Ticket:
    """A ticket of which nothing but its deadline is known."""
    return Ticket(near_at=near, due_at=at)


def test_the_mark_comes_from_the_columns_alone() -> None:
    ticket = due(MONDAY, MONDAY + 60 * MINUTE)
    marks = [deadlines.mark(ticket, MONDAY + minutes * MINUTE) for minutes in (-1, 0, 59, 60, 61)]
    assert marks == ["calm", "near", "near", "near", "over"]


def test_without_a_clock_there_is_no_mark() -> None:
    assert deadlines.mark(due(None, None), MONDAY) is None


def test_a_clock_of_before_the_migration_is_calm_until_it_is_over() -> None:
    ticket = due(None, MONDAY)
    assert [deadlines.mark(ticket, MONDAY + MINUTE * each) for each in (-1, 0, 1)] == ["calm", "calm", "over"]


@pytest.mark.parametrize("minutes", [-1, 0, 45, 60, 61])
def test_lists_ask_what_the_mark_says(session: Session, monday: time_machine.Traveller, minutes: int) -> None:
    for state in ("submitted", "assigned", "suspended", "rewarded"):
        a_ticket(session, state)
    for ticket in session.scalars(select(Ticket).where(Ticket.due_at.is_not(None))):
        ticket.due_at, ticket.near_at = MONDAY + 60 * MINUTE, MONDAY + 45 * MINUTE
    session.flush()
    moment, everything = MONDAY + minutes * MINUTE, session.scalars(select(Ticket)).all()
    for name, condition in (("over", deadlines.overdue(moment)), ("near", deadlines.near(moment))):
        marked = {ticket.id for ticket in everything if deadlines.mark(ticket, moment) == name}
        assert set(session.scalars(select(Ticket.id).where(condition))) == marked


def test_a_quarter_of_the_limit_is_near(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_report(session)
    assert (ticket.clock_minutes, ticket.near_at, ticket.due_at) == (120, MONDAY + 90 * MINUTE, MONDAY + 120 * MINUTE)


def test_a_short_limit_is_near_for_ten_minutes_and_at_most_for_half_of_it(
    session: Session, monday: time_machine.Traveller
) -> None:
    urgent = a_report(session)
    fire(urgent, "triage", actor=person(session, "carol"), category="06010", priority="urgent")
    assert (urgent.clock, urgent.clock_minutes) == ("dispatch", 10)
    assert urgent.near_at == MONDAY + 5 * MINUTE
    usual = a_ticket(session, "triaged")
    assert (usual.clock_minutes, usual.near_at) == (30, MONDAY + 20 * MINUTE)


def test_what_rests_is_neither_near_nor_over(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "suspended")
    assert ticket.near_at is None
    assert deadlines.mark(ticket, MONDAY + timedelta(days=400)) is None
    step(session, ticket, "resume")
    assert ticket.near_at is not None
    assert ticket.due_at is not None
    assert MONDAY < ticket.near_at < ticket.due_at


def test_an_extension_moves_what_is_near(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    before = ticket.near_at
    step(session, ticket, "request_extension")
    step(session, ticket, "grant_extension")
    assert before is not None
    assert ticket.near_at is not None
    assert before < ticket.near_at < ticket.due_at
    left = calendar(session).working_minutes_between(ticket.near_at, ticket.due_at)
    assert left == ticket.clock_minutes // 4


def adds_up(session: Session, ticket: Ticket) -> deadlines.Table:
    """The table in both languages, held against the deadline that it explains."""
    table = deadlines.table(session, ticket, "zh")
    assert table is not None
    english = deadlines.table(session, ticket, "en")
    assert english is not None
    assert [row.minutes for row in english.rows] == [row.minutes for row in table.rows]
    for before, after in zip(table.rows, table.rows[1:], strict=False):
        assert before.end == after.start
    running = [row for row in table.rows if row.part != "earlier"]
    if ticket.due_at is not None and running:
        assert (running[0].start, running[-1].end) == (ticket.clock_started_at, ticket.due_at)
    assert table.limit_minutes == ticket.clock_minutes
    counted = sum(row.minutes for row in running if row.part == "limit")
    assert counted == (table.limit_minutes if ticket.due_at is not None else 0)
    assert table.counted_minutes == sum(row.minutes for row in running)
    assert all(row.minutes == 0 for row in table.rows if row.what not in ("work", "moved_workday", "always"))
    assert all(row.title and row.start < row.end for row in table.rows)
    return table


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)),
    minutes=st.integers(1, 6300),
    counts=st.sampled_from(["working", "calendar"]),
)
def test_the_table_adds_up_to_the_limit(session: Session, start: datetime, minutes: int, counts: str) -> None:
    begins = start.replace(tzinfo=UTC)
    ticket = a_report(session)
    ticket.clock_started_at, ticket.clock_minutes, ticket.clock_counts = begins, minutes, counts
    ticket.due_at = add_minutes(session, begins, minutes, counts)
    adds_up(session, ticket)


def test_a_holiday_and_a_moved_workday_have_their_names(session: Session) -> None:
    with time_machine.travel(datetime(2026, 9, 30, 2, tzinfo=UTC), tick=False):
        ticket = a_ticket(session, "assigned")
        ticket.clock_minutes = 420 * 5
        ticket.due_at = calendar(session).add_working_minutes(now(), 420 * 5)
        table = adds_up(session, ticket)
    holidays = [row for row in table.rows if row.what == "holiday"]
    moved = [row for row in table.rows if row.what == "moved_workday"]
    assert all("国庆" in row.name for row in [*holidays, *moved])
    assert holidays
    assert sum(row.minutes for row in moved) == 420
    assert {row.title for row in moved} == {"调休上班"}


def test_an_extension_stands_after_the_limit(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    step(session, ticket, "request_extension")
    step(session, ticket, "grant_extension")
    table = adds_up(session, ticket)
    parts = [row.part for row in table.rows]
    assert parts == sorted(parts, reverse=True)
    assert set(parts) == {"limit", "extension"}
    assert table.counted_minutes > table.limit_minutes
    why = deadlines.why(session, ticket, "zh")
    assert why is not None
    assert "延期" in why


def test_a_suspension_is_a_row_between_what_was_counted_before_and_after(
    session: Session, monday: time_machine.Traveller
) -> None:
    ticket = a_ticket(session, "in_progress")
    whole = ticket.clock_minutes
    monday.shift(90 * MINUTE)
    step(session, ticket, "request_suspension")
    step(session, ticket, "suspend")
    resting = adds_up(session, ticket)
    assert [(row.what, row.minutes) for row in resting.rows] == [("work", 90), ("pause", 0)]
    assert resting.rows[-1].end == ticket.review_at
    monday.shift(timedelta(days=1))
    step(session, ticket, "resume")
    table = adds_up(session, ticket)
    earlier = [row for row in table.rows if row.part == "earlier"]
    assert [row.what for row in earlier] == ["work", "pause"]
    assert earlier[-1].end == now() == ticket.clock_started_at
    assert sum(row.minutes for row in table.rows) == whole
    step(session, ticket, "send_back")
    again = adds_up(session, ticket)
    assert not [row for row in again.rows if row.part == "earlier"]


def test_without_a_clock_there_is_no_table(session: Session) -> None:
    assert deadlines.table(session, a_ticket(session, "rewarded"), "zh") is None


def test_two_suspensions_are_two_rows(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    whole = ticket.clock_minutes
    for _ in range(2):
        monday.shift(30 * MINUTE)
        soon = {"reason": "等施工", "review_on": in_workdays(session, 2)}
        fire(ticket, "request_suspension", actor=person(session, "erin"), **soon)
        fire(ticket, "suspend", actor=person(session, "sam"), review_on=soon["review_on"])
        monday.shift(10 * MINUTE)
        step(session, ticket, "resume")
    table = adds_up(session, ticket)
    assert [row.what for row in table.rows if row.part == "earlier"] == ["work", "pause", "work", "pause"]
    assert sum(row.minutes for row in table.rows) == whole
