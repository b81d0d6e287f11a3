"""Whoever runs an errand holds its row meanwhile, so that nobody else begins it.

A hold lasts a minute at most, and is put off while its process lives: whose worker was killed is begun anew as soon,
however long it may take. One shorter than that is held beyond its own limit: by then its process has been ended, also
for a machine whose clock is some seconds fast, so that no letter is sent by two at once. A longer one whose hold could
not be put off, since the database was away or being written anew, may run twice at once, which must not matter to it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from models.clock import now
from models.database import database
from models.outbox import Outbox
from queues.limits import GRACE_SECONDS

log = structlog.get_logger("queues.holding")

LONGEST_SECONDS = 60.0
BEYOND_SECONDS = GRACE_SECONDS + 10
PUT_OFF_EVERY_SECONDS = 15.0


def held_until(timeout: float) -> datetime:
    """Until when an errand that may take so many seconds is held from now on."""
    return now() + timedelta(seconds=min(timeout + BEYOND_SECONDS, LONGEST_SECONDS))


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
        until = held_until(timeout)
        mine = update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None), Outbox.held_until.is_not(None))
        try:
            with database.writing() as session:
                session.execute(mine.values(held_until=until, lease=until))
        except SQLAlchemyError as error:
            log.warning("not put off", row=row_id, error=type(error).__name__)
