"""Every day what is over is forgotten; the files of uploads that nobody used go after the rows that named them, and
those that no row ever named after a day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from config import Settings
from models.database import database
from models.outbox import later
from models.storage import StorageUnavailable, open_storage
from queues.jobs import Postponed, errand, job
from workflow import housekeeping
from workflow.pictures import discard, unnamed


@job("forget", timeout=60, every=timedelta(days=1))
def forget(session: Session, ref: str) -> None:
    """Delete old sign-ins, counters, kept answers and unused uploads."""
    for key in housekeeping.forget(session):
        later(session, "discard_picture", key)


@job("discard_picture", timeout=60)
def discard_picture(session: Session, ref: str) -> None:
    """Remove a picture's files; again is the same."""
    discard(open_storage(Settings.load().storage_url), ref)


@errand("sweep_pictures", timeout=300, every=timedelta(hours=12))
def sweep_pictures(row_id: int, ref: str) -> None:
    """Remove the files that nobody came to name, or to end: listing all may take minutes, and nobody waits for it."""
    storage = open_storage(Settings.load().storage_url)
    try:
        with database.reading() as session:
            keys = unnamed(session, storage)
        for key in keys:
            discard(storage, key)
        storage.sweep()
    except StorageUnavailable as error:
        raise Postponed("the storage is away") from error
