"""A ticket as a row of an office's list, or a mark on its map: what, where, whose, by when. Nothing of who sent it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from models import Ticket
from web.api.serializers.common import named, photo
from web.api.serializers.page import Page
from workflow import access, deadlines
from workflow.errors import NotFound
from workflow.report.turns import holder

LISTED = (
    joinedload(Ticket.handler),
    selectinload(Ticket.photos),
    selectinload(Ticket.assignments),
)
"""What of a ticket a row reads: options of every query whose tickets are listed."""
MARKED = (LISTED[-1],)
"""The same of a mark."""


def row(ticket: Ticket, page: Page) -> dict[str, Any]:
    """The row for the page's reader, its moments as `datetime`. Raises NotFound where they may not see the ticket."""
    internal = access.audience(page.actor, ticket) != "reporter"
    shown = [each for each in ticket.photos if internal or not each.internal]
    return mark(ticket, page) | {
        "description": ticket.description,
        "address": ticket.address,
        "unit": named(ticket.unit, page.locale),
        "department": named(ticket.department, page.locale),
        "handler": ticket.handler.name if ticket.handler is not None and internal else None,
        "whose": holder(page.session, ticket, page.locale) if internal else None,
        "created_at": ticket.created_at,
        "due_at": ticket.due_at,
        "deadline": deadlines.mark(ticket, page.moment),
        "review_on": ticket.review_on if ticket.state == "suspended" else None,
        "photos": len(shown),
        "thumb": photo(shown[0], ticket)["url"] + "?size=thumb" if shown else None,
    }


def mark(ticket: Ticket, page: Page) -> dict[str, Any]:
    """The little that a map needs. Raises NotFound where the reader may not see the ticket."""
    if access.audience(page.actor, ticket) == "public":
        raise NotFound
    state = page.state(ticket)
    return {
        "number": ticket.number,
        "state": ticket.state,
        "state_title": getattr(state.title, page.locale),
        "tone": state.tone,
        "over": deadlines.mark(ticket, page.moment) == "over",
        "category": named(ticket.category, page.locale),
        "priority": ticket.priority,
        "latitude": ticket.latitude,
        "longitude": ticket.longitude,
    }
