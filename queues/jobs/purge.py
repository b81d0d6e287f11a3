"""Rows of the outbox that are done go after a month, so that the table stays as small as the work."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.clock import now
from models.outbox import Outbox, later
from queues.jobs import job

KEPT = timedelta(days=30)
BATCH = 1000
"""Rows a transaction: on SQLite everybody else waits for it."""


@job("purge", timeout=60, every=timedelta(days=1))
def purge(session: Session, ref: str) -> None:
    """Delete the oldest done rows; dead ones stay until somebody has read them."""
    old = session.scalars(select(Outbox.id).where(Outbox.done_at < now() - KEPT).order_by(Outbox.id).limit(BATCH)).all()
    session.execute(delete(Outbox).where(Outbox.id.in_(old)))
    if len(old) == BATCH:
        later(session, "purge", ref, due=now() + timedelta(seconds=10))
