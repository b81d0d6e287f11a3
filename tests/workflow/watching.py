"""The timers of running clocks, looked at as time passes, and who was told because of them."""

from __future__ import annotations

from datetime import datetime

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Notification, Outbox, Ticket, User
from models.clock import now
from workflow import escalation

TOLD = select(Notification).where(Notification.key.startswith("told.deadline.")).order_by(Notification.id)


def timers(session: Session) -> list[Outbox]:
    waiting = select(Outbox).where(Outbox.topic == "watch_clock", Outbox.done_at.is_(None), Outbox.due <= now())
    return list(session.scalars(waiting.order_by(Outbox.due, Outbox.id)))


def look(session: Session, *, twice: bool = False) -> None:
    """Run the timers that are due, as the worker would; or each of them twice, as if it had not been known."""
    while rows := timers(session):
        for row in rows:
            row.done_at = now()
            for _ in range(1 + twice):
                escalation.watch(session, row.ref)
        session.flush()


def pass_time(session: Session, clock: time_machine.Traveller, until: datetime, *, twice: bool = False) -> None:
    """Let the time pass, and every timer be looked at in its own moment."""
    while True:
        due = session.scalar(
            select(Outbox.due)
            .where(Outbox.topic == "watch_clock", Outbox.done_at.is_(None), Outbox.due <= until)
            .order_by(Outbox.due)
        )
        if due is None:
            break
        clock.move_to(max(due, now()))
        look(session, twice=twice)
    clock.move_to(max(until, now()))


def warned(session: Session, *names: str) -> dict[str, list[str]]:
    """Of what steps of deadlines people heard, in order."""
    query = (
        select(User.username, Notification.key)
        .join(User, User.id == Notification.user_id)
        .where(Notification.key.startswith("told.deadline."))
        .order_by(Notification.id)
    )
    heard: dict[str, list[str]] = {name: [] for name in names}
    for name, key in session.execute(query):
        heard.setdefault(name, []).append(key.rpartition(".")[2])
    return heard


def urges(session: Session, ticket: Ticket) -> list[Event]:
    query = select(Event).where(Event.subject_id == ticket.id, Event.action == "urge").order_by(Event.seq)
    return list(session.scalars(query))
