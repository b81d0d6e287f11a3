"""Mails that wait to be sent, who wants them, and what stands in them."""

from __future__ import annotations

from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Outbox
from models.clock import now
from models.database import Database
from queues.run import run
from stage.cast import a_ticket, person
from workflow import notices

BASE = "https://whistle.example.org"
NOON = "2026-11-16T01:30:00Z"


def settle(db: Database) -> None:
    """Run everything but mail; what is left to send is for the tests."""
    with db.reading() as session:
        later = select(Outbox.id).where(Outbox.done_at.is_(None), Outbox.topic != "mail", Outbox.due <= now())
        rows = list(session.scalars(later.order_by(Outbox.id)))
    for row in rows:
        run(row)


def mails(db: Database) -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(select(Outbox).where(Outbox.topic == "mail").order_by(Outbox.id)))


def subscribe(session: Session, name: str, locale: str = "zh", **switched: bool) -> None:
    who = person(session, name)
    who.locale = locale
    notices.set_address(session, who, f"{name}@example.org")
    notices.switch(session, who, {(kind, "mail"): on for kind, on in switched.items()})


def a_letter(db: Database, name: str = "erin", locale: str = "zh") -> int:
    """A mail that waits to be sent, about a new ticket; its row."""
    with db.writing() as session:
        subscribe(session, name, locale, work=True)
        a_ticket(session, "assigned")
    settle(db)
    (row,) = mails(db)
    return row.id


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())
