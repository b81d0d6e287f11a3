"""A suspended ticket: its clock stands and goes on with what was left, and a review lies ahead."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from sqlalchemy.orm import Session

from stage.cast import RUBBISH, a_ticket, person, step
from tests.workflow.offices import at, permitted_names, refusal, steps
from workflow.engine import fire

pytestmark = pytest.mark.usefixtures("monday")


def test_a_working_clock_stands_while_suspended_and_goes_on_with_what_was_left(
    session: Session, monday: time_machine.Traveller
) -> None:
    ticket = a_ticket(session, "in_progress")
    assert (ticket.due_at, ticket.clock_counts, ticket.clock_minutes) == (at(23, 15), "working", 240)
    monday.move_to(at(23, 11))
    steps(session, ticket, ["request_suspension", "suspend"])
    assert (ticket.due_at, ticket.clock, ticket.clock_left_minutes) == (None, "resolve", 180)
    assert ticket.review_on is not None
    assert permitted_names(ticket, person(session, "erin")) == {"resume", "comment"}
    monday.move_to(at(25, 14))
    step(session, ticket, "resume")
    assert (ticket.state, ticket.due_at, ticket.clock_left_minutes) == ("in_progress", at(25, 17), None)
    assert (ticket.review_on, ticket.review_at) == (None, None)


def test_a_clock_on_the_wall_stands_as_well(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session)
    fire(ticket, "triage", category="01001", actor=person(session, "carol"))
    steps(session, ticket, ["assign", "accept", "request_suspension"])
    assert (ticket.due_at, ticket.clock_counts) == (at(23, 12), "calendar")
    monday.move_to(at(23, 10, 30))
    step(session, ticket, "suspend")
    assert ticket.clock_left_minutes == 90
    monday.move_to(at(25, 20))
    step(session, ticket, "resume")
    assert ticket.due_at == at(25, 21, 30)


@pytest.mark.parametrize("category", [RUBBISH, "01001"])
def test_nobody_loses_a_minute_by_a_suspension(
    session: Session, monday: time_machine.Traveller, category: str
) -> None:
    """Seconds count for nobody: what was due at the close is neither due before it nor on the next morning."""
    ticket = a_ticket(session)
    fire(ticket, "triage", category=category, actor=person(session, "carol"))
    steps(session, ticket, ["assign", "accept", "request_suspension"])
    due = ticket.due_at
    monday.move_to(at(23, 10, 30).replace(second=41))
    step(session, ticket, "suspend")
    monday.move_to(at(23, 10, 30).replace(second=55))
    step(session, ticket, "resume")
    assert ticket.due_at == due


def test_what_was_late_when_suspended_is_due_when_resumed(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    monday.move_to(at(24, 10))
    steps(session, ticket, ["request_suspension", "suspend"])
    assert ticket.clock_left_minutes == 0
    monday.move_to(at(26, 10))
    step(session, ticket, "resume", "sam")
    assert ticket.due_at == at(26, 10)


@pytest.mark.parametrize(
    ("day", "right"),
    [("2026-11-22", False), ("2026-11-23", False), ("2026-11-24", True), ("2027-11-24", True), ("2027-11-25", False)],
)
def test_a_review_lies_ahead_and_within_a_year(session: Session, day: str, right: bool) -> None:
    ticket = a_ticket(session, "in_progress")
    erin, sam = person(session, "erin"), person(session, "sam")
    if not right:
        wrong = "review_on suspension.review_day"
        assert refusal(ticket, "request_suspension", erin, {"reason": "等", "review_on": day}) == wrong
        step(session, ticket, "request_suspension")
        assert refusal(ticket, "suspend", sam, {"review_on": day}) == wrong
        return
    fire(ticket, "request_suspension", reason="等", review_on=day, actor=erin)
    fire(ticket, "suspend", review_on=day, actor=sam)
    assert ticket.review_on == date.fromisoformat(day)


def test_a_refused_suspension_leaves_the_clock(session: Session) -> None:
    ticket = a_ticket(session, "in_progress")
    due = ticket.due_at
    assert refusal(ticket, "suspend", person(session, "sam"), {"review_on": "2026-11-27"}) == "refused.no_suspension"
    steps(session, ticket, ["request_suspension", "refuse_suspension"])
    assert (ticket.state, ticket.due_at, ticket.requests[0].decision) == ("in_progress", due, "refused")
    steps(session, ticket, ["request_suspension", "suspend"])
