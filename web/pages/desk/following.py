"""Where to go on from a ticket that was opened from a list: what comes after it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from models import Ticket
from web.api.filters import Paged, next_cursor, ordered
from web.api.serializers import Page
from web.api.serializers.common import named
from web.pages.desk.asked import Asked
from workflow import access, deadlines
from workflow.errors import Invalid
from workflow.ticket_filters import conditions

MOST = 12


@dataclass(frozen=True)
class Next:
    """A ticket of the list, as little as is needed to choose it."""

    number: str
    category: dict[str, str] | None
    unit: dict[str, str] | None
    tone: str
    state_title: str
    priority: str
    due_at: datetime | None
    deadline: deadlines.Mark | None


def following(page: Page, asked: Asked, ticket: Ticket, *, moved: bool) -> list[Next]:
    """The list's tickets after this one, at most twelve, for the page's reader. Where this one was just `moved`, and so
    has lost its place by deadline or was the last, or is none of the list's, those at the list's beginning."""
    try:
        asked_for = conditions(page.session, page.actor, asked.wanted)
    except Invalid:
        return []
    query = asked.query.model_copy(update={"limit": MOST - 1, "cursor": None})
    after = query.model_copy(update={"cursor": next_cursor(ticket, query)})
    listed = access.visible_tickets(page.session, page.actor).where(*asked_for)
    others = listed.where(Ticket.id != ticket.id)
    found = [] if moved and query.sort == "due" else _read(page, others, after)
    if not found and (moved or _lacks(page, listed, ticket)):
        found = _read(page, others, query)
    return [_next(each, page) for each in found]


def _read(page: Page, listed: Select[Ticket], query: Paged) -> Sequence[Ticket]:
    light = ordered(listed, query).options(joinedload(Ticket.category), joinedload(Ticket.unit))
    return page.session.scalars(light).all()


def _lacks(page: Page, listed: Select[Ticket], ticket: Ticket) -> bool:
    return page.session.scalars(listed.where(Ticket.id == ticket.id)).one_or_none() is None


def _next(ticket: Ticket, page: Page) -> Next:
    state = page.state(ticket)
    return Next(
        number=ticket.number,
        category=named(ticket.category, page.locale),
        unit=named(ticket.unit, page.locale),
        tone=state.tone,
        state_title=getattr(state.title, page.locale),
        priority=ticket.priority,
        due_at=ticket.due_at,
        deadline=deadlines.mark(ticket, page.moment),
    )
