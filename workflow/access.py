"""Who may do and see what: the one place that decides. Everything that is not granted here is refused.

Moving a ticket is granted by its definition (`workflow.engine.permitted`), seeing one by `sees`, seeing many by
`visible_tickets`, and all else by the table of actions below.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from models.people import Membership, User
from models.tickets import Assignment, Ticket
from models.units import Unit
from workflow import directory
from workflow.actors import SYSTEM, Actor
from workflow.errors import Forbidden, NotFound
from workflow.numbers import parse_number

Audience = Literal["reporter", "street", "department", "admin", "public"]
KNOWING = ("street", "admin")
"""Who may know whom a report comes from, where it was not sent without a name."""

EVERYBODY = ("rider", "clerk", "officer", "head", "supervisor", "guard", "admin")
STAFF = ("clerk", "officer", "head", "supervisor", "admin")
ACTIONS: dict[str, tuple[str, ...]] = {
    "me.read": EVERYBODY,
    "me.export": EVERYBODY,
    "me.erase": ("rider",),
    "token.revoke": EVERYBODY,
    "unit.list": EVERYBODY,
    "upload.create": EVERYBODY,
    "report.create": ("rider", "clerk"),
    "report.send": ("rider",),
    "report.mine": ("rider",),
    "desk.read": STAFF,
    "desk.enter": ("clerk",),
    "dashboard.read": ("supervisor", "head", "admin"),
    "ticket.list": EVERYBODY,
    "ticket.read": EVERYBODY,
    "ticket.move": EVERYBODY,
    "ticket.add_photo": EVERYBODY,
    "nearby.list": ("rider",),
    "nearby.join": ("rider",),
    "notification.list": EVERYBODY,
    "notification.read": EVERYBODY,
    "points.read": ("rider",),
    "points.reverse": ("admin",),
    "award.review": ("supervisor", "admin"),
    "outbox.manage": ("admin",),
    "user.manage": ("admin",),
    "user.erase": ("admin",),
    "city.manage": ("admin",),
    "act.list": ("admin",),
    "reporter.look": ("admin",),
}


def can(actor: Actor, action: str, thing: Any = None) -> bool:
    """Whether the actor may do `action`, and may do it to `thing` where one is given. An unknown action: nobody."""
    if actor is SYSTEM:
        return action in ACTIONS
    if not isinstance(actor, User) or actor.disabled_at is not None:
        return False
    if not actor.has_role(*ACTIONS.get(action, ())):
        return False
    if not isinstance(thing, Ticket):
        return True
    if action == "ticket.add_photo":
        return thing.reporter_id == actor.id or (audience(actor, thing) in ("street", "department") and works(actor))
    return sees(actor, thing)


def works(actor: User) -> bool:
    """Whether the person handles tickets, rather than watching over them."""
    return actor.has_role("clerk", "officer", "head")


def require(actor: Actor, action: str, thing: Any = None) -> None:
    """Raise Forbidden unless the actor may."""
    if not can(actor, action, thing):
        raise Forbidden()


def visible_tickets(session: Session, actor: Actor, *among: ColumnElement[bool]) -> Select[Ticket]:
    """The tickets that the actor may see: every list starts from this query. `among` which is said with each reason
    for seeing one: an index of just those is used for each."""
    if actor is SYSTEM:
        return select(Ticket).where(*among)
    if not isinstance(actor, User) or actor.disabled_at is not None:
        return select(Ticket).where(false())
    staff = [each for each in actor.memberships if each.role in STAFF]
    if any(_sees_all(each) for each in staff):
        return select(Ticket).where(*among)
    own = [Ticket.reporter_id == actor.id, and_(Ticket.entered_by_id == actor.id, Ticket.routed_at.is_(None))]
    reasons = [*own, *(reason for each in staff for reason in _scope(session, each))]
    if among and any(_helps(each) for each in staff):
        # Within an OR PostgreSQL uses no index by a subquery.
        seen = union_all(*(select(Ticket.id).where(*among, each).correlate(None) for each in reasons))
        return select(Ticket).where(Ticket.id.in_(seen))
    return select(Ticket).where(or_(*(and_(*among, each) for each in reasons)))


def _sees_all(membership: Membership) -> bool:
    """Whether the role shows the whole city, which needs no condition: the database then uses its indexes."""
    return membership.unit.kind == "city" and membership.role not in ("officer", "head")


def _helps(membership: Membership) -> bool:
    """Whether the role shows tickets that the unit assists with."""
    return membership.unit.kind == "department" and membership.role != "clerk"


def _scope(session: Session, membership: Membership) -> list[ColumnElement[bool]]:
    """The reasons for which a role shows a ticket."""
    ids = directory.below(session, membership.unit)
    if _helps(membership):
        part = select(Assignment.ticket_id).where(
            Assignment.unit_id.in_(ids), Assignment.role == "assisting", Assignment.ended_at.is_(None)
        )
        return [Ticket.department_id.in_(ids), Ticket.id.in_(part)]
    clerks = membership.unit.kind != "department" and membership.role not in ("officer", "head")
    return [Ticket.unit_id.in_(ids)] if clerks else []


def reaches(actor: User, unit: Unit) -> bool:
    """Whether tickets that the actor's roles show may lie in the unit, or be led by it: what filters offer them."""
    return any(_reaches(each, unit) for each in actor.memberships if each.role in STAFF)


def _reaches(membership: Membership, unit: Unit) -> bool:
    departments = unit.kind == "department"
    if membership.unit.kind == "department":
        return membership.role != "clerk" and (not departments or membership.unit.contains(unit))
    return membership.role not in ("officer", "head") and (departments or membership.unit.contains(unit))


def get_ticket(session: Session, actor: Actor, number: str, *options: ExecutableOption) -> Ticket:
    """The ticket of this number, if the actor may see it; `options` say what is loaded with it. Raises NotFound, the
    same for unknown and foreign."""
    named = parse_number(number)
    ticket = None
    if named is not None:
        asked = {"series": named[0], "number": named[1]}
        ticket = session.scalars(_named(*options), asked).unique().first()
    if ticket is not None:
        directory.bring(session, ticket)
    if ticket is None or not sees(actor, ticket):
        raise NotFound()
    return ticket


@cache
def _named(*options: ExecutableOption) -> Select[Ticket]:
    named = select(Ticket).where(Ticket.series == bindparam("series"), Ticket.id == bindparam("number"))
    return named.options(*options)


def sees(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor may see the ticket now: what `visible_tickets` asks of the database, of one in hand."""
    return not (isinstance(actor, User) and actor.disabled_at is not None) and audience(actor, ticket) != "public"


def audience(actor: Actor, ticket: Ticket) -> Audience:
    """As what the actor sees the ticket: which serializer and which events are theirs."""
    if actor is SYSTEM:
        return "admin"
    if not isinstance(actor, User):
        return "public"
    if ticket.reporter_id == actor.id:
        return "reporter"
    seen: set[Audience] = {_audience(each, ticket) for each in actor.memberships}
    if ticket.entered_by_id == actor.id and ticket.routed_at is None:
        seen.add("street")
    order: tuple[Audience, ...] = ("admin", "street", "department")
    return next((each for each in order if each in seen), "public")


def _audience(membership: Membership, ticket: Ticket) -> Audience:
    unit, role = membership.unit, membership.role
    if role not in STAFF:
        return "public"
    if unit.kind == "department":
        led = ticket.department is not None and unit.contains(ticket.department)
        # Asked in this order: who leads has not to look at who assists.
        takes_part = led or any(unit.contains(each.unit) for each in ticket.assisting)
        return "department" if role != "clerk" and takes_part else "public"
    if role in ("officer", "head") or not unit.contains(ticket.unit):
        return "public"
    return "admin" if role == "admin" else "street"
