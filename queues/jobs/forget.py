"""Every day what is over is forgotten; the files of uploads that nobody used go after the rows that named them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from config import Settings
from models.outbox import later
from models.storage import open_storage
from queues.jobs import job
from workflow import housekeeping
from workflow.pictures import discard


@job("forget", every=timedelta(days=1))
def forget(session: Session, ref: str) -> None:
    """Delete old sign-ins, counters, kept answers and unused uploads."""
    for key in housekeeping.forget(session):
        later(session, "discard_picture", key)


@job("discard_picture")
def discard_picture(session: Session, ref: str) -> None:
    """Remove a picture's files; again is the same."""
    discard(open_storage(Settings.load().storage_url), ref)
