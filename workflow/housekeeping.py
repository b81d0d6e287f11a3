"""What is forgotten when its time is over: sign-ins, counters, kept answers, and uploads that nobody used."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Answer, Photo
from models.clock import now
from models.outbox import later
from workflow import throttle
from workflow.identity import sign_ins
from workflow.report.photos import USABLE_FOR

ANSWERS_KEPT = timedelta(days=35)
"""At least the thirty days that a phone's queue may count on."""
UPLOADS_KEPT = USABLE_FOR + timedelta(days=1)
BATCH = 1000
"""Rows a transaction: on SQLite everybody else waits for it."""


def forget(session: Session) -> list[str]:
    """Delete what is over, in the caller's transaction; at most a thousand kept answers and as many uploads, and where
    there may be more the job is asked for again in ten seconds.

    Returns the storage keys of the uploads: their files go after the commit, for a file too many harms nobody.
    """
    sign_ins.prune(session)
    throttle.prune(session)
    old = select(Answer.id).where(Answer.created_at < now() - ANSWERS_KEPT).order_by(Answer.id).limit(BATCH)
    answers = session.scalars(old).all()
    session.execute(delete(Answer).where(Answer.id.in_(answers)))
    unused = session.scalars(
        select(Photo)
        .where(Photo.ticket_id.is_(None), Photo.created_at < now() - UPLOADS_KEPT)
        .order_by(Photo.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    session.execute(delete(Photo).where(Photo.id.in_([row.id for row in unused])))
    if BATCH in (len(answers), len(unused)):
        later(session, "forget", "", due=now() + timedelta(seconds=10))
    return [row.storage_key for row in unused]
