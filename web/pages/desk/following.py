"""Where to go on from a ticket that was opened from a list: what comes after it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload

from models import Ticket
from web.api.filters import next_cursor, ordered
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
    has lost its place by deadline or was the last, those at the list's beginning."""
    try:
        asked_for = conditions(page.session, page.actor, asked.wanted)
    except Invalid:
        return []
    query = asked.query.model_copy(update={"limit": MOST - 1, "cursor": None})
    others = access.visible_tickets(page.actor).where(*asked_for, Ticket.id != ticket.id)
    ways = []
    if not (moved and query.sort == "due"):
        ways.append(query.model_copy(update={"cursor": next_cursor(ticket, query)}))
    if moved:
        ways.append(query)
    for way in ways:
        light = ordered(others, way).options(joinedload(Ticket.category), joinedload(Ticket.unit))
        found = page.session.scalars(light).all()
        if found:
            return [_next(each, page) for each in found]
    return []


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
