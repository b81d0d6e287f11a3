"""What every audience may know of a ticket. Nothing here reads who reported it."""

from __future__ import annotations

from typing import Any

from models import Category, Photo, Ticket, Unit
from web.api.answers import moment, moment_or_none
from web.api.blueprint import PREFIX
from web.api.serializers.page import Page


def facts(ticket: Ticket, page: Page, *, internal: bool) -> dict[str, Any]:
    """The ticket without its reporter; `internal` with the pictures of internal comments."""
    title = page.state(ticket).title
    return {
        "number": ticket.number,
        "state": ticket.state,
        "state_title": title.en if page.locale == "en" else title.zh,
        "workflow": page.workflow(ticket),
        "category": named(ticket.category, page.locale),
        "description": ticket.description,
        "latitude": ticket.latitude,
        "longitude": ticket.longitude,
        "datum": ticket.datum,
        "accuracy_m": ticket.accuracy_m,
        "address": ticket.address,
        "unit": named(ticket.unit, page.locale),
        "department": named(ticket.department, page.locale),
        "assisting": [named(each.unit, page.locale) for each in ticket.assisting],
        "priority": ticket.priority,
        "reporter": None,
        "handler": {"name": ticket.handler.name} if ticket.handler is not None else None,
        "created_at": moment(ticket.created_at),
        "updated_at": moment(ticket.updated_at),
        "due_at": moment_or_none(ticket.due_at),
        "due_why": page.due_why(ticket),
        "overdue": page.overdue(ticket),
        "photos": [photo(each, ticket) for each in ticket.photos if internal or not each.internal],
        "points": page.points[ticket.id],
        "version": ticket.version,
    }


def named(row: Category | Unit | None, locale: str) -> dict[str, str] | None:
    """A code and its name."""
    return None if row is None else {"code": row.code, "name": row.name(locale)}


def photo(row: Photo, ticket: Ticket | None = None) -> dict[str, Any]:
    """A picture: of a ticket, or an upload that is not used yet."""
    place = f"tickets/{ticket.number}/photos" if ticket is not None else "uploads"
    return {
        "id": row.public_id,
        "kind": row.kind,
        "width": row.width,
        "height": row.height,
        "url": f"{PREFIX}/{place}/{row.public_id}",
    }
