"""Which tickets the API's list holds, and for every list in which order, and where its next page begins."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import Session

from models import Ticket, User
from web.api.cursors import cursor, place
from web.api.schemas.incoming import TicketsQuery
from workflow.ticket_filters import TicketFilter, conditions


class Paged(Protocol):
    """How much of a list, in which order (`due`, `created`, `-created`), and from where on."""

    @property
    def sort(self) -> str: ...
    @property
    def limit(self) -> int: ...
    @property
    def cursor(self) -> str | None: ...


def filters(session: Session, actor: User, query: TicketsQuery) -> list[ColumnElement[bool]]:
    """The conditions that the query asks for. Raises Invalid naming each filter whose value is unknown."""
    wanted = TicketFilter(
        states=() if query.state is None else (query.state,),
        unit=query.unit,
        department=query.department,
        category=query.category,
        overdue=query.overdue,
        mine=query.mine,
        q=query.q,
        near=query.near,
        since=query.since,
        until=query.until,
    )
    return conditions(session, actor, wanted)


def ordered(tickets: Select[Ticket], query: Paged) -> Select[Ticket]:
    """The query in its order, from where the cursor stands, one row longer than the page."""
    if query.sort == "due":
        tickets = tickets.order_by(Ticket.due_at.asc().nulls_last(), Ticket.id)
        if query.cursor is not None:
            due, row = place("tickets due", query.cursor, (str, type(None)), int)
            later = and_(Ticket.due_at.is_(None), Ticket.id > row)
            if due is not None:
                at = _moment(due)
                after = or_(Ticket.due_at > at, and_(Ticket.due_at == at, Ticket.id > row))
                later = or_(after, Ticket.due_at.is_(None))
            tickets = tickets.where(later)
    elif query.sort == "created":
        tickets = tickets.order_by(Ticket.created_at, Ticket.id)
        if query.cursor is not None:
            created, row = place("tickets created", query.cursor, str, int)
            at = _moment(created)
            tickets = tickets.where(or_(Ticket.created_at > at, and_(Ticket.created_at == at, Ticket.id > row)))
    else:
        tickets = tickets.order_by(Ticket.created_at.desc(), Ticket.id.desc())
        if query.cursor is not None:
            created, row = place("tickets -created", query.cursor, str, int)
            at = _moment(created)
            tickets = tickets.where(or_(Ticket.created_at < at, and_(Ticket.created_at == at, Ticket.id < row)))
    return tickets.limit(query.limit + 1)


def next_cursor(ticket: Ticket, query: Paged) -> str:
    """Where the page after `ticket` begins."""
    at = ticket.due_at if query.sort == "due" else ticket.created_at
    return cursor(f"tickets {query.sort}", at.isoformat() if at is not None else None, ticket.id)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
