"""Which clock runs, since when, until when. A clock is columns and a moment: nothing ticks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from models.outbox import later
from models.tickets import Ticket
from workflow.city_settings import Limit, calendar, governance, limit
from workflow.engine.move import Move
from workflow.report.guards import bounced
from workflow.report.settling import settle
from workflow.report.vocabulary import REPORT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@REPORT.on_entering
def follow(move: Move) -> None:
    """Start, stop, go on with or keep the clock, as the states of a move ask for it."""
    settle(move)
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
    _begin(move)
    if name == "confirm":
        later(session, "confirm_silence", ticket.id, ticket.due_at)


def add(session: Session, moment: datetime, allowed: Limit) -> datetime:
    """`allowed` after `moment`, in UTC."""
    return add_minutes(session, moment, allowed.minutes, allowed.counts)


def add_minutes(session: Session, moment: datetime, minutes: int, counts: str) -> datetime:
    """So many minutes after `moment`, in UTC: of office hours, or of the wall's clock where it `counts` calendar."""
    if counts == "calendar":
        return moment + timedelta(minutes=minutes)
    return calendar(session).add_working_minutes(moment, minutes)


def _begin(move: Move) -> None:
    """From when the clock is near its end, and a timer that looks at it then (`workflow.escalation`)."""
    ticket = move.subject
    ticket.warned = None
    stamp_near(move.session, ticket, move.at)
    later(move.session, "watch_clock", running(ticket), ticket.near_at)


def running(ticket: Ticket) -> str:
    """Which clock of which ticket runs since when, in microseconds: a clock that starts anew is another one."""
    if ticket.due_at is None or ticket.clock_started_at is None:
        return ""
    return f"{ticket.id}:{ticket.clock}:{(ticket.clock_started_at - EPOCH) // timedelta(microseconds=1)}"


def stamp_near(session: Session, ticket: Ticket, since: datetime) -> None:
    """Set `near_at`: the city's share of the limit before `due_at`, and not before `since`."""
    assert ticket.due_at is not None
    limit_minutes = ticket.clock_minutes or 0
    share = limit_minutes * governance(session, "near_percent") // 100
    lead = min(max(share, governance(session, "near_minutes")), limit_minutes // 2)
    if ticket.clock_counts == "calendar":
        ticket.near_at = max(since, ticket.due_at - timedelta(minutes=lead))
    else:
        left = calendar(session).working_minutes_between(since, ticket.due_at)
        ticket.near_at = calendar(session).add_working_minutes(since, max(left - lead, 0))


def _stop(ticket: Ticket) -> None:
    ticket.clock = ticket.clock_started_at = ticket.clock_minutes = ticket.clock_counts = None
    ticket.clock_left_minutes = ticket.due_at = ticket.near_at = ticket.warned = ticket.extended_to = None


def _pause(move: Move) -> None:
    """The clock stops with what was left at the beginning of the minute: nobody loses what is shorter than one."""
    ticket, at = move.subject, _minute(move.at)
    left = 0
    if ticket.due_at is not None and ticket.due_at > move.at:
        counts = ticket.clock_counts or "working"
        if counts == "calendar":
            left = int((ticket.due_at - at).total_seconds() // 60)
        else:
            left = calendar(move.session).working_minutes_between(at, ticket.due_at)
        left += add_minutes(move.session, at, left, counts) < ticket.due_at
    ticket.clock_left_minutes, ticket.due_at, ticket.near_at, ticket.warned = left, None, None, None


def _go_on(move: Move) -> None:
    """The clock goes on with what was left, from the beginning of the minute: what was due at the office's close and
    rested within one is due then still."""
    ticket = move.subject
    left = Limit(ticket.clock_left_minutes or 0, ticket.clock_counts or "working")
    ticket.clock_started_at, ticket.clock_minutes = move.at, left.minutes
    ticket.due_at = add(move.session, _minute(move.at), left) if left.minutes else move.at
    ticket.clock_left_minutes = ticket.extended_to = None
    _begin(move)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
