"""The same department again has what is left of its time; another one has all of it."""

from __future__ import annotations

import time_machine
from sqlalchemy.orm import Session

from stage.cast import a_ticket, person, step
from workflow.engine import fire


def test_the_same_lead_keeps_clock_extension_and_handler(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    step(session, ticket, "request_extension")
    step(session, ticket, "grant_extension")
    due = ticket.due_at
    ticket = a_ticket(session, "assigned")
    began = ticket.clock_started_at
    monday.shift(600)
    fire(ticket, "assign", actor=person(session, "carol"), department="enforcement", assisting=["fire"])
    assert ticket.clock_started_at == began
    fire(ticket, "assign", actor=person(session, "carol"), department="municipal")
    assert ticket.clock_started_at != began
    assert due is not None


def test_a_free_day_is_moved_and_said_as_what_it_became(session: Session, monday: time_machine.Traveller) -> None:
    ticket = a_ticket(session, "in_progress")
    fire(ticket, "request_extension", actor=person(session, "erin"), reason="等料", until="2026-11-28")
    event = fire(ticket, "grant_extension", actor=person(session, "carol"), until="2026-11-28")
    assert '"until":"2026-11-30"' in event.details
    assert ticket.extended_to is not None
    assert ticket.extended_to.isoformat() == "2026-11-30"
