"""Which clock runs, since when, until when. A clock is columns and a moment: nothing ticks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.outbox import later
from models.tickets import Ticket
from workflow.city_settings import Limit, calendar, governance, limit
from workflow.engine.move import Move
from workflow.report.guards import bounced
from workflow.report.vocabulary import REPORT


@REPORT.on_entering
def follow(move: Move) -> None:
    """Start, stop, go on with or keep the clock, as the states of a move ask for it."""
    ticket, states = move.subject, move.lifecycle.states
    entered, left = states[move.to_state], states.get(move.from_state)
    if entered.tone == "paused":
        _pause(move)
    elif left is not None and left.tone == "paused" and entered.clock and ticket.clock == entered.clock:
        _go_on(move)
    elif entered.clock is None:
        _stop(ticket)
    elif left is None or left.clock != entered.clock:
        start(move)


def start(move: Move) -> None:
    """The clock of the state that is entered begins with its whole time."""
    ticket, session = move.subject, move.session
    name = move.lifecycle.states[move.to_state].clock or ""
    if name == "dispatch" and bounced(ticket, governance(session, "send_backs")):
        name = "arbitrate"
    if name == "resolve":
        allowed = Limit(ticket.category.limit_minutes, ticket.category.limit_counts)
    else:
        allowed = limit(session, name, urgent=ticket.priority == "urgent")
    ticket.clock, ticket.clock_started_at = name, move.at
    ticket.clock_minutes, ticket.clock_counts = allowed.minutes, allowed.counts
    ticket.clock_left_minutes = ticket.extended_to = None
    ticket.due_at = add(session, move.at, allowed)
    if name == "confirm":
        later(session, "confirm_silence", ticket.id, ticket.due_at)


def add(session: Session, moment: datetime, allowed: Limit) -> datetime:
    """`allowed` after `moment`, in UTC."""
    if allowed.counts == "calendar":
        return moment + timedelta(minutes=allowed.minutes)
    return calendar(session).add_working_minutes(moment, allowed.minutes)


def _stop(ticket: Ticket) -> None:
    ticket.clock = ticket.clock_started_at = ticket.clock_minutes = ticket.clock_counts = None
    ticket.clock_left_minutes = ticket.due_at = ticket.extended_to = None


def _pause(move: Move) -> None:
    ticket = move.subject
    left = 0
    if ticket.due_at is not None and ticket.due_at > move.at:
        if ticket.clock_counts == "calendar":
            left = int((ticket.due_at - move.at).total_seconds() // 60)
        else:
            left = calendar(move.session).working_minutes_between(move.at, ticket.due_at)
    ticket.clock_left_minutes, ticket.due_at = left, None


def _go_on(move: Move) -> None:
    ticket = move.subject
    left = Limit(ticket.clock_left_minutes or 0, ticket.clock_counts or "working")
    ticket.clock_started_at, ticket.clock_minutes = move.at, left.minutes
    ticket.due_at = add(move.session, move.at, left)
    ticket.clock_left_minutes = ticket.extended_to = None
