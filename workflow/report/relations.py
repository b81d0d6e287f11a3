"""How a person, or a person's unit, stands to a ticket. A unit above sees what those below see."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.people import Membership, User
from models.tickets import Ticket
from workflow.numbers import ticket_id
from workflow.report.vocabulary import REPORT


@REPORT.person("rider")
def reporter(ticket: Ticket, user: User) -> bool:
    """Who sent it, or on whose behalf it was entered."""
    return ticket.reporter_id == user.id


@REPORT.person("clerk")
def entering_clerk(ticket: Ticket, user: User) -> bool:
    """The clerk who typed in what a rider telephoned, until it is routed to whoever it concerns."""
    return ticket.entered_by_id == user.id and ticket.routed_at is None


@REPORT.relation
def in_street(ticket: Ticket, membership: Membership) -> bool:
    """The ticket lies in the unit's area, or in one below it."""
    return membership.unit.kind != "department" and membership.unit.contains(ticket.unit)


@REPORT.relation
def in_lead(ticket: Ticket, membership: Membership) -> bool:
    """The unit leads the ticket."""
    unit, lead = membership.unit, ticket.department
    return unit.kind == "department" and lead is not None and unit.contains(lead)


@REPORT.relation
def assisting(ticket: Ticket, membership: Membership) -> bool:
    """The unit assists with the ticket."""
    unit = membership.unit
    return unit.kind == "department" and any(unit.contains(each.unit) for each in ticket.assisting)


@REPORT.relation
def above(ticket: Ticket, membership: Membership) -> bool:
    """The unit stands above the ticket's street or its lead."""
    return in_street(ticket, membership) or in_lead(ticket, membership)


@REPORT.finder
def _find(session: Session, number: str) -> int | None:
    return ticket_id(session, number)


@REPORT.bound_to
def _what_it_follows(session: Session, ticket_id: int) -> list[int]:
    """What it was merged into, and what that was merged into: its people and their points go along."""
    found = [ticket_id]
    ticket = session.get(Ticket, ticket_id)
    while ticket is not None and ticket.merged_into_id is not None and ticket.merged_into_id not in found:
        found.append(ticket.merged_into_id)
        ticket = session.get(Ticket, ticket.merged_into_id)
    return found
