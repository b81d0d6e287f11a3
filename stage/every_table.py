"""A row in every table, made through what the product does: people who sign in, join, are paid, are looked at again,
lose points and leave; and administrators who change what the city is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Answer, Event, Journal, Ticket
from models.clock import moved, now
from models.database import Database
from stage import cast
from stage.town import hire_riders
from workflow import ledger, notices, personal, reviews, telling, throttle
from workflow.administration import categories, invitations
from workflow.engine import fire
from workflow.identity import new_password, signing_in
from workflow.phones import PhoneBook
from workflow.report.joining import join
from workflow.report.opening import NewReport, open_report

SECRET = "every table has a row, and this is no secret"  # noqa: S105


def everything(database: Database) -> None:
    """Let it happen in a town (`stage.town`) in which nothing has happened yet, the day before yesterday and since."""
    with moved(now() - timedelta(days=2)), database.writing() as session:
        paid = cast.a_ticket(session, "rewarded")
        told = cast.a_ticket(session, "assigned")
        join(session, cast.person(session, "bob"), told.public_id)
        waiting = cast.a_report(session, "alice", photos=[cast.photo(session, cast.person(session, "alice"))])
        for event in session.scalars(select(Event.id).where(Event.subject_id == told.id)).all():
            telling.deliver(session, event)
        _be_administered(session)
        _keep_answers(session, waiting)
        throttle.count(session, signing_in.GUESSES, "somebody")
        session.flush()
    with moved(now() - timedelta(days=1)), database.writing() as session:
        reviews.draw(session)
        journal = session.scalars(select(Journal).where(Journal.ticket_id == paid.id, Journal.kind == "award")).one()
        ledger.reverse(session, journal, actor=cast.person(session, "ada"), reason="同一张照片")
    with database.writing() as session:
        new_password.set_password(session, cast.person(session, "alice"), cast.PASSWORD)
    signing_in.sign_in(database, "alice", cast.PASSWORD, kind="cookie")
    with database.writing() as session:
        _leave(session)


def _be_administered(session: Session) -> None:
    ada = cast.person(session, "ada")
    invitations.invite(session, ada, "newcomer", "新来的", "zh", [("officer", "market")])
    categories.change(session, ada, cast.RUBBISH, {"points": 12})
    notices.switch(session, cast.person(session, "erin"), {("work", "mail"): True})


def _keep_answers(session: Session, ticket: Ticket) -> None:
    alice = cast.person(session, "alice")
    body = f'{{"number": "{ticket.number}"}}'
    session.add(Answer(user_id=alice.id, key="first", request_hash="0" * 64, status=201, body=body, created_at=now()))


def _leave(session: Session) -> None:
    """A rider who wrote something and has points, and is erased."""
    (name,) = hire_riders(session, 1)
    person = cast.person(session, name)
    latitude, longitude = cast.LOUFENG
    said = NewReport(category=cast.RUBBISH, description="我写的话", latitude=latitude, longitude=longitude)
    report = open_report(session, person, said)
    fire(report, "comment", actor=person, note="还在那里")
    personal.ask(session, person, actor=person, let_go=True)
    personal.erase(session, person.id, PhoneBook(SECRET))
