"""`whistle points`: what somebody earned, and the audited decision to take an award back."""

from __future__ import annotations

import click
from sqlalchemy import select

from commands.house import acting, connected, local, person_called
from commands.spoken import argument, group, option, tell, told
from config import spoken_locale
from models import Award, Journal, Ticket
from models.database import database
from workflow import ledger
from workflow import points as rules
from workflow.access import require
from workflow.administration.acts import record
from workflow.engine import lock
from workflow.errors import Forbidden, NotFound
from workflow.numbers import ticket_id

points = group("points")
LONGEST_REASON = 300


@points.command("show", help=told("points.show"))
@argument("username", "user.who", metavar="USER")
def show(username: str) -> None:
    """Balance, caps, and the posted entries, newest first."""
    with connected() as settings, database.reading() as session:
        person = person_called(session, username, settings)
        summary = rules.summary(session, person)
        tell("points.balance", name=person.username or person.name, balance=summary.balance, pending=summary.pending)
        if summary.owed:
            tell("points.owed", owed=summary.owed)
        for name, cap in (("today", summary.today), ("month", summary.month)):
            tell(f"points.{name}", earned=cap.earned, cap="∞" if cap.cap is None else cap.cap)
        for entry in summary.items:
            rule = entry.rule.title(spoken_locale()) if entry.rule else ""
            number = entry.ticket.number if entry.ticket else "-"
            kind = told(f"points.kind_{entry.kind}")
            click.echo(f"{local(session, entry.at)}\t{entry.points:+d}\t{number}\t{kind}\t{rule}")


@points.command("reverse", help=told("points.reverse"))
@argument("number", "points.number", metavar="NUMBER")
@argument("username", "user.who", metavar="USER")
@option("--reason", key="points.reason", metavar="TEXT", required=True)
@option("--by", "admin", key="points.by", metavar="ADMIN", required=True)
def reverse(number: str, username: str, reason: str, admin: str) -> None:
    """Takes back what the ticket paid this person: up to the balance, the rest is owed."""
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise click.UsageError(told("points.reason_length", most=LONGEST_REASON), click.get_current_context())
    with connected() as settings, database.writing() as session:
        found = ticket_id(session, number)
        if found is None:
            raise NotFound("cli.no_ticket", number=number)
        lock(session, Ticket, [found])
        person = person_called(session, username, settings)
        decider = acting(session, admin, settings, "admin")
        require(decider, "points.reverse")
        if decider.id == person.id:
            raise Forbidden("cli.points.own")
        paid = select(Journal).join(Award, Award.journal_id == Journal.id).order_by(Journal.id)
        journals = session.scalars(paid.where(Award.ticket_id == found, Award.user_id == person.id)).all()
        if not journals:
            raise NotFound("cli.points.unpaid", number=number, name=username)
        for journal in journals:
            ledger.reverse(session, journal, actor=decider, reason=reason)
        record(session, decider, "points.reverse", "user", person.id, words={"reason": reason}, ticket=number)
        summary = rules.summary(session, person)
    tell("points.reversed", number=number, name=username, balance=summary.balance, owed=summary.owed)
