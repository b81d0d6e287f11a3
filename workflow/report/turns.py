"""Whose turn it is: the unit that must act so that a ticket goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from models.tickets import Ticket
from models.units import Unit
from workflow import directory
from workflow.say import say

AT_STREET = ("triage", "dispatch", "confirm")
UNLED = ("triage", "dispatch", "arbitrate")
"""The clocks of what no department has, whichever had it before it was opened again."""


@dataclass(frozen=True)
class Holder:
    """Whose a ticket is, as offices know it."""

    kind: Literal["person", "street", "department"]
    name: str


def answerable(session: Session, ticket: Ticket) -> Unit:
    """The lead department while it has the ticket; before and after, the street."""
    return ticket.department if ticket.clock == "resolve" and ticket.department is not None else street(session, ticket)


def street(session: Session, ticket: Ticket) -> Unit:
    """The street whose clerks have it, where it lies in one of its communities; the city, where it lies in none."""
    known = directory.units(session)
    above = (known.get(code) for code in reversed(ticket.unit.path.rstrip("/").split("/")))
    return next((each for each in above if each is not None and each.kind == "street"), ticket.unit)


def holder(session: Session, ticket: Ticket, locale: str) -> Holder | None:
    """Whoever must act; of what has ended, whoever did it. None where nobody did."""
    if ticket.clock == "arbitrate":
        return Holder("person", say("role.supervisor", locale))
    if ticket.clock in AT_STREET:
        return Holder("street", street(session, ticket).name(locale))
    if ticket.handler is not None:
        return Holder("person", ticket.handler.name)
    return Holder("department", ticket.department.name(locale)) if ticket.department is not None else None
