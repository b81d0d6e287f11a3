"""Whose turn it is: the unit that must act so that a ticket goes on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.tickets import Ticket
from models.units import Unit
from workflow import directory
from workflow.say import say

AT_STREET = ("triage", "dispatch", "confirm")
UNLED = ("triage", "dispatch", "arbitrate")
"""The clocks of what no department has, whichever had it before it was opened again."""


def answerable(session: Session, ticket: Ticket) -> Unit:
    """The lead department while it has the ticket; before and after, the street."""
    return ticket.department if ticket.clock == "resolve" and ticket.department is not None else street(session, ticket)


def street(session: Session, ticket: Ticket) -> Unit:
    """The street whose clerks have it, where it lies in one of its communities; the city, where it lies in none."""
    known = directory.units(session)
    above = (known.get(code) for code in reversed(ticket.unit.path.rstrip("/").split("/")))
    return next((each for each in above if each is not None and each.kind == "street"), ticket.unit)


def holder(session: Session, ticket: Ticket, locale: str) -> str | None:
    """Whose it is, as offices know it: whoever must act; of what has ended, whoever did it. None where nobody did."""
    if ticket.clock == "arbitrate":
        return say("role.supervisor", locale)
    if ticket.clock in AT_STREET:
        return street(session, ticket).name(locale)
    if ticket.handler is not None:
        return ticket.handler.name
    return ticket.department.name(locale) if ticket.department is not None else None
