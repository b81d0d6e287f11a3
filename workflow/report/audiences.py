"""Who hears of what, as ids of people; resolved by the job that tells them, not in the ticket's transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.ledger import Award
from models.people import Membership, User
from models.tickets import Assignment, Join, Ticket
from models.units import Unit
from workflow.city_settings import governance
from workflow.report.guards import bounced
from workflow.report.vocabulary import REPORT


def members(session: Session, unit: Unit | None, *roles: str, and_above: bool = False) -> list[int]:
    """The people with one of the roles in the unit itself, or also in the units above it."""
    if unit is None:
        return []
    parts = unit.path.rstrip("/").split("/")
    paths = ["/".join(parts[: end + 1]) + "/" for end in range(len(parts))] if and_above else [unit.path]
    query = (
        select(User.id)
        .join(Membership)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.role.in_(roles), Unit.path.in_(paths), User.disabled_at.is_(None))
        .distinct()
        .order_by(User.id)
    )
    return list(session.scalars(query))


@REPORT.audience
def reporter(_session: Session, ticket: Ticket) -> list[int]:
    """Who sent it."""
    return [ticket.reporter_id]


@REPORT.audience
def joiners(session: Session, ticket: Ticket) -> list[int]:
    """Who met the same matter."""
    return list(session.scalars(select(Join.user_id).where(Join.ticket_id == ticket.id).order_by(Join.user_id)))


def _paid(session: Session, ticket: Ticket) -> set[int]:
    query = select(Award.user_id).where(Award.ticket_id == ticket.id, Award.state == "paid", Award.points > 0)
    return set(session.scalars(query))


@REPORT.audience
def paid_reporter(session: Session, ticket: Ticket) -> list[int]:
    """Who sent it, where a rule paid them for it."""
    return [ticket.reporter_id] if ticket.reporter_id in _paid(session, ticket) else []


@REPORT.audience
def unpaid_reporter(session: Session, ticket: Ticket) -> list[int]:
    """Who sent it, where only joiners are paid for it."""
    return [ticket.reporter_id] if ticket.reporter_id not in _paid(session, ticket) else []


@REPORT.audience
def paid_joiners(session: Session, ticket: Ticket) -> list[int]:
    """Who met the same matter and was paid for it."""
    paid = _paid(session, ticket)
    return [each for each in joiners(session, ticket) if each in paid]


@REPORT.audience
def unpaid_joiners(session: Session, ticket: Ticket) -> list[int]:
    """Who met the same matter and was not paid: staff, and whoever has reached a cap."""
    paid = _paid(session, ticket)
    return [each for each in joiners(session, ticket) if each not in paid]


@REPORT.audience
def lead(session: Session, ticket: Ticket) -> list[int]:
    """Its handler, or everybody of the lead department while nobody has accepted it."""
    if ticket.handler_id is not None:
        return [ticket.handler_id]
    return members(session, ticket.department, "officer", "head")


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
