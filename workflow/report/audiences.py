"""Who hears of what, as ids of people, as it stands when it is asked."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.people import Membership, User
from models.tickets import Assignment, Ticket
from models.units import Unit
from workflow import points
from workflow.alone import once
from workflow.city_settings import governance
from workflow.report.guards import bounced
from workflow.report.vocabulary import REPORT

_MEMBERS = (
    select(User.id)
    .join(Membership)
    .join(Unit, Unit.id == Membership.unit_id)
    .where(
        Membership.role.in_(bindparam("roles", expanding=True)),
        Unit.path.in_(bindparam("paths", expanding=True)),
        User.disabled_at.is_(None),
    )
    .distinct()
    .order_by(User.id)
)


def members(session: Session, unit: Unit | None, *roles: str, and_above: bool = False) -> list[int]:
    """The people with one of the roles in the unit itself, or also in the units above it."""
    if unit is None:
        return []
    parts = unit.path.rstrip("/").split("/")
    paths = ["/".join(parts[: end + 1]) + "/" for end in range(len(parts))] if and_above else [unit.path]
    asked = {"roles": roles, "paths": paths}
    return list(once(session, ("members", *paths, *roles), lambda: session.scalars(_MEMBERS, asked).all()))


@REPORT.audience
def reporter(_session: Session, ticket: Ticket) -> list[int]:
    """Who sent it."""
    return [ticket.reporter_id]


@REPORT.audience
def joiners(_session: Session, ticket: Ticket) -> list[int]:
    """Who met the same matter."""
    return sorted(each.user_id for each in ticket.joins)


@REPORT.audience
def paid_reporter(session: Session, ticket: Ticket) -> list[int]:
    """Who sent it, where a rule paid them for it."""
    return [ticket.reporter_id] if ticket.reporter_id in points.paid(session, ticket) else []


@REPORT.audience
def unpaid_reporter(session: Session, ticket: Ticket) -> list[int]:
    """Who sent it, where only joiners are paid for it."""
    return [ticket.reporter_id] if ticket.reporter_id not in points.paid(session, ticket) else []


@REPORT.audience
def paid_joiners(session: Session, ticket: Ticket) -> list[int]:
    """Who met the same matter and was paid for it."""
    paid = points.paid(session, ticket)
    return [each for each in joiners(session, ticket) if each in paid]


@REPORT.audience
def unpaid_joiners(session: Session, ticket: Ticket) -> list[int]:
    """Who met the same matter and was not paid: staff, and whoever has reached a cap."""
    paid = points.paid(session, ticket)
    return [each for each in joiners(session, ticket) if each not in paid]


@REPORT.audience
def lead(session: Session, ticket: Ticket) -> list[int]:
    """Its handler, or everybody of the lead department while nobody has accepted it or who did is there no more."""
    those = members(session, ticket.department, "officer", "head", and_above=True) if ticket.handler_id else []
    if ticket.handler_id in those:
        return [ticket.handler_id]
    return members(session, ticket.department, "officer", "head")


def heads(session: Session, ticket: Ticket) -> list[int]:
    """The heads of the lead department."""
    return members(session, ticket.department, "head")


def responsible(session: Session, ticket: Ticket) -> list[int]:
    """Who must act before the running clock ends."""
    if ticket.clock == "resolve":
        return lead(session, ticket)
    return supervisors(session, ticket) if ticket.clock == "arbitrate" else clerks(session, ticket)


@REPORT.audience
def last_lead(session: Session, ticket: Ticket) -> list[int]:
    """The department that led it last."""
    query = (
        select(Unit)
        .join(Assignment, Assignment.unit_id == Unit.id)
        .where(Assignment.ticket_id == ticket.id, Assignment.role == "lead")
        .order_by(Assignment.id.desc())
    )
    return members(session, session.scalars(query.limit(1)).first(), "officer", "head")


@REPORT.audience
def assisting(session: Session, ticket: Ticket) -> list[int]:
    """Everybody of the assisting departments."""
    return [person for each in ticket.assisting for person in members(session, each.unit, "officer", "head")]


@REPORT.audience
def clerks(session: Session, ticket: Ticket) -> list[int]:
    """The clerks of its street; of the city where it lies in none."""
    return members(session, ticket.unit, "clerk", and_above=ticket.unit.kind in ("community", "grid"))


@REPORT.audience
def supervisors(session: Session, ticket: Ticket) -> list[int]:
    """The supervisors above it."""
    return members(session, ticket.unit, "supervisor", and_above=True)


@REPORT.audience
def arbiters(session: Session, ticket: Ticket) -> list[int]:
    """The supervisors, once departments have sent it back too often."""
    return supervisors(session, ticket) if bounced(ticket, governance(session, "send_backs")) else []


@REPORT.audience
def extension_deciders(session: Session, ticket: Ticket) -> list[int]:
    """The clerk for the first extension, a supervisor for later ones."""
    return clerks(session, ticket) if ticket.extensions == 0 else supervisors(session, ticket)


@REPORT.audience
def commented_to(session: Session, ticket: Ticket) -> list[int]:
    """Who works on it now, and its reporter; whoever may not read a comment is left out when it is told."""
    working = lead(session, ticket) if ticket.department_id else clerks(session, ticket)
    return [ticket.reporter_id, *working]
