"""Lists of what somebody should act on: what is late, what bounces, what waits for a decision; and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from models.tickets import Request, Ticket
from workflow.city_settings import governance
from workflow.figures.dashboard import SHOWN
from workflow.figures.figure import Scope
from workflow.report.turns import UNLED
from workflow.ticket_filters import TicketFilter

Turn = Literal["clerk", "department", "supervisor", "nobody"]
MOST = 100


@dataclass(frozen=True)
class Waiting:
    """A ticket, whose turn it is, since when, and the requests that wait for a decision.

    `since` is UTC: from when it has been late, going back and forth, or waiting.
    """

    ticket: Ticket
    turn: Turn
    since: datetime
    requests: list[Request] = field(default_factory=list)


def late(scope: Scope, most: int = MOST) -> list[Waiting]:
    """What is over its time, the latest first."""
    tickets = scope.narrowed(TicketFilter(overdue=True)).order_by(Ticket.due_at, Ticket.id)
    return [
        Waiting(each, turn(scope, each), each.due_at)
        for each in _shown(scope, tickets, most)
        if each.due_at is not None
    ]


def bouncing(scope: Scope, most: int = MOST) -> list[Waiting]:
    """What departments have sent back and nobody has dealt with, most often sent back first."""
    tickets = scope.narrowed(TicketFilter(bouncing=True))
    ordered = tickets.order_by(Ticket.send_backs.desc(), Ticket.created_at, Ticket.id)
    return [Waiting(each, turn(scope, each), each.created_at) for each in _shown(scope, ordered, most)]


def decisions(scope: Scope, most: int = MOST) -> list[Waiting]:
    """What waits for somebody's decision, the longest first."""
    wanted = scope.narrowed(TicketFilter(waiting_for="decision")).order_by(Ticket.updated_at, Ticket.id)
    tickets = _shown(scope, wanted, most)
    asked = select(Request).where(Request.decision.is_(None), Request.ticket_id.in_([each.id for each in tickets]))
    requests: dict[int, list[Request]] = {}
    for each in scope.session.scalars(asked.order_by(Request.asked_at, Request.id)):
        requests.setdefault(each.ticket_id, []).append(each)
    found = [_decision(scope, each, requests.get(each.id, [])) for each in tickets]
    return sorted(found, key=lambda each: each.since)


def turn(scope: Scope, ticket: Ticket) -> Turn:
    """Who must act so that a ticket goes on."""
    if ticket.settled_at is not None:
        return "clerk" if ticket.state == "resolved" else "nobody"
    if ticket.department_id is None or ticket.clock in UNLED:
        bounced = ticket.state == "triaged" and ticket.send_backs >= governance(scope.session, "send_backs")
        return "supervisor" if bounced else "clerk"
    return "supervisor" if ticket.state == "suspended" else "department"


def _decision(scope: Scope, ticket: Ticket, requests: list[Request]) -> Waiting:
    if not requests:
        return Waiting(ticket, turn(scope, ticket), ticket.clock_started_at or ticket.updated_at)
    by_clerk = all(each.kind == "extension" for each in requests) and ticket.extensions == 0
    return Waiting(ticket, "clerk" if by_clerk else "supervisor", requests[0].asked_at, requests)


def _shown(scope: Scope, tickets: Select[Ticket], most: int) -> list[Ticket]:
    return list(scope.session.scalars(tickets.limit(most).options(*SHOWN, joinedload(Ticket.handler))))
