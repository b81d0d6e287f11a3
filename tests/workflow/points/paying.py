"""What tests of points ask: which rule, who was promised what, who has what, what they were told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Award, Event, Notification, Rule, Ticket
from queues.jobs.reports import settle_report
from stage.cast import person, step
from workflow import points, telling
from workflow.say import say

USUAL = {
    "submitted": "triage", "triaged": "assign", "assigned": "accept", "in_progress": "resolve", "resolved": "confirm",
}  # fmt: skip


def award(session: Session, ticket: Ticket, who: str = "alice") -> Award | None:
    query = select(Award).where(Award.ticket_id == ticket.id, Award.user_id == person(session, who).id)
    return session.scalars(query).one_or_none()


def standing(session: Session, ticket: Ticket, who: str = "alice") -> tuple[int, str] | None:
    """How many points, and whether pending, paid or released."""
    row = award(session, ticket, who)
    return (row.points, row.state) if row else None


def to_the_end(session: Session, ticket: Ticket) -> Ticket:
    """From wherever it is on the usual way to rewarded or closed, as the job settles it."""
    for state, name in USUAL.items():
        if ticket.state == state:
            step(session, ticket, name)
    settle_report(session, str(ticket.id))
    return ticket


def balance(session: Session, who: str = "alice") -> int:
    return points.summary(session, person(session, who)).balance


def told(session: Session, ticket: Ticket, who: str) -> str:
    """What the last event of a ticket tells somebody."""
    event = session.scalars(select(Event).where(Event.subject_id == ticket.id).order_by(Event.seq.desc())).first()
    assert event is not None
    telling.deliver(session, event.id)
    query = select(Notification).where(Notification.cause == f"event:{event.id}")
    rows = session.scalars(query.where(Notification.user_id == person(session, who).id)).all()
    return "".join(telling.sentences(session, rows, "en"))


def closed(ticket: Ticket, why: str) -> str:
    return say("told.close", "en", number=ticket.number, why=say(f"unpaid.{why}", "en"))


def rule(session: Session, code: str) -> Rule:
    return session.scalars(select(Rule).where(Rule.kind == "reward", Rule.code == code)).one()
