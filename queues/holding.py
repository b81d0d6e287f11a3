"""Whoever runs an errand holds its row meanwhile, so that nobody else begins it.

A hold lasts a minute at most, and is put off while its process lives: whose worker was killed is begun anew as soon,
however long it may take. One shorter than that is held beyond its own limit: by then its process has been ended, so
that no letter is sent by two at once. A longer one whose hold could not be put off, since the database was away or
being written anew, may run twice at once, which must not matter to it. Where several machines may work, the hold is by
the database's clock, whatever theirs say.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import DateTime, func, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues.limits import GRACE_SECONDS

log = structlog.get_logger("queues.holding")

LONGEST_SECONDS = 60.0
BEYOND_SECONDS = GRACE_SECONDS + 10
PUT_OFF_EVERY_SECONDS = 15.0


def clock(session: Session) -> Any:
    """What a hold is held against: PostgreSQL's clock, and on SQLite that of the machine on which all work."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    return func.clock_timestamp(type_=DateTime(timezone=True))


def span(timeout: float) -> timedelta:
    """For how long an errand that may take so many seconds is held."""
    return timedelta(seconds=min(timeout + BEYOND_SECONDS, LONGEST_SECONDS))


def held_until(session: Session, timeout: float) -> Any:
    """Until when such an errand is held from now on, for its row."""
    return clock(session) + span(timeout)


@contextmanager
def held(row_id: int, timeout: float) -> Iterator[None]:
    """Put the hold on a row off again and again while what runs inside may outlast it."""
    if timeout + BEYOND_SECONDS <= LONGEST_SECONDS:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_put_off, args=(row_id, timeout, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _put_off(row_id: int, timeout: float, over: threading.Event) -> None:
    while not over.wait(PUT_OFF_EVERY_SECONDS):
        mine = update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None), Outbox.held_until.is_not(None))
        try:
            with database.writing() as session:
                until = {"held_until": held_until(session, timeout), "lease": now() + span(timeout)}
                session.execute(mine.values(until))
        except SQLAlchemyError as error:
            log.warning("not put off", row=row_id, error=type(error).__name__)
