"""What happens to reports afterwards. Each looks again whether there is still something to do, then makes one call."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.clock import now
from models.tickets import Ticket
from queues.jobs import job
from workflow import directory, points, routing, telling
from workflow.actors import SYSTEM
from workflow.engine import fire, lock
from workflow.report import audiences


def _locked(session: Session, ref: str) -> Ticket:
    ticket: Ticket = lock(session, Ticket, [int(ref)])[int(ref)]
    directory.bring(session, ticket)
    return ticket


@job("route_report")
def route_report(session: Session, ref: str) -> None:
    """Find where a report belongs and what it may be, let the rules act, and tell the clerks who must."""
    ticket = _locked(session, ref)
    if ticket.routed_at is not None:
        return
    routing.route(session, ticket)
    if ticket.state == "submitted":
        telling.announce(session, ticket, "told.clerks.routed", audiences.clerks(session, ticket), "routed")


@job("apply_rules")
def apply_rules(session: Session, ref: str) -> None:
    """A rule may assign what was just triaged."""
    ticket = _locked(session, ref)
    if ticket.state == "triaged":
        routing.apply_rules(session, ticket, "assign")


@job("settle_report")
def settle_report(session: Session, ref: str) -> None:
    """Reward what is confirmed where a rule pays or has paid already; close it where none does, and say why."""
    ticket = _locked(session, ref)
    if ticket.state != "confirmed":
        return
    points.reserve(session, ticket, paying=True)
    if points.payable(session, ticket):
        fire(ticket, "reward", actor=SYSTEM)
    else:
        fire(ticket, "close", actor=SYSTEM, why=points.why_unpaid(session, ticket))


@job("tell_report")
def tell_report(session: Session, ref: str) -> None:
    """Write the inbox rows of an event."""
    telling.deliver(session, int(ref))


@job("confirm_silence")
def confirm_silence(session: Session, ref: str) -> None:
    """After the workdays of silence a resolution counts as confirmed."""
    ticket = _locked(session, ref)
    if ticket.state == "resolved" and ticket.due_at is not None and ticket.due_at <= now():
        fire(ticket, "confirm", actor=SYSTEM)


@job("review_suspension")
def review_suspension(session: Session, ref: str) -> None:
    """At the close of the day of review a suspended ticket goes on, and the supervisors are told."""
    ticket = _locked(session, ref)
    if ticket.state == "suspended" and ticket.review_at is not None and ticket.review_at <= now():
        event = fire(ticket, "resume", actor=SYSTEM)
        told = audiences.supervisors(session, ticket)
        telling.announce(session, ticket, "told.supervisors.review", told, f"review:{event.id}")
