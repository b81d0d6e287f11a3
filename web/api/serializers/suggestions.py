"""What the router found out about a report, for whoever triages it: guesses, and never numbers that are not theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models import Ticket, User
from workflow import access
from workflow.numbers import parse_number


def suggestions(session: Session, actor: User, ticket: Ticket) -> dict[str, Any] | None:
    """Likely category and department, likely duplicates, other tickets with the same picture; None before routing."""
    found = ticket.routing
    if found is None or access.audience(actor, ticket) not in access.KNOWING:
        return None
    named = {each["number"] for each in found["duplicates"]} | set(found["same_picture"])
    ids = [parsed[1] for number in named if (parsed := parse_number(number))]
    query = access.visible_tickets(session, actor).where(Ticket.id.in_(ids))
    seen = {other.number for other in session.scalars(query)} if ids else set()
    return {
        "category": found["category"],
        "words": found["words"],
        "group": found["group"],
        "department": found["department"],
        "duplicates": [each for each in found["duplicates"] if each["number"] in seen],
        "same_picture": [number for number in found["same_picture"] if number in seen],
    }
