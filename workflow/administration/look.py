"""The audited look: an administrator reads, once and for a reason, who reported without giving a name.

Who is told of it at once: the reporter, the supervisors above the report, and every other administrator. The reason
stands in the record of acts; inboxes hold no word of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import User
from workflow import access, telling
from workflow.access import require
from workflow.actors import Actor
from workflow.administration.acts import record
from workflow.administration.watching import watching
from workflow.errors import Forbidden, Invalid, Refused

SHORTEST, LONGEST = 5, 300
"""A reason's letters at least, and all that it is made of at most."""


@dataclass(frozen=True)
class Reporter:
    """Who reported it, as far as anybody needs to know."""

    number: str
    name: str
    username: str | None
    phone_tail: str | None


def look(session: Session, actor: Actor, number: str, reason: str) -> Reporter:
    """Who sent the anonymous report `number`; the look is recorded and told in the same transaction.

    Raises Forbidden, NotFound, Invalid for a reason that says nothing, Refused where the report has a name anyway.
    """
    require(actor, "reporter.look")
    ticket = access.get_ticket(session, actor, number)
    if not isinstance(actor, User) or access.audience(actor, ticket) != "admin":
        raise Forbidden()
    reason = " ".join(reason.split())
    letters = sum(map(str.isalpha, reason))
    if letters < SHORTEST or len(reason) > LONGEST or not reason.isprintable():
        raise Invalid.field("reason", "look.reason", least=SHORTEST, most=LONGEST)
    if not ticket.anonymous:
        raise Refused("look.not_anonymous")
    act = record(session, actor, "ticket.look", "ticket", ticket.number, words={"reason": reason})
    cause, params = f"look:{act.id}", {"number": ticket.number, "name": actor.name}
    telling.write(session, ticket.reporter_id, cause, "told.look", {"number": ticket.number}, ticket.id)
    for person, role in watching(session, ticket.unit.path).items():
        if person not in (actor.id, ticket.reporter_id):
            telling.write(session, person, cause, f"told.{role}.look", params, ticket.id)
    reporter = ticket.reporter
    return Reporter(ticket.number, reporter.name, reporter.username, reporter.phone_tail)
