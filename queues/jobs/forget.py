"""Every day what is over is forgotten; the files of uploads that nobody used go after the rows that named them, and
those that no row ever named after a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.orm import Session

from config import Settings
from models.database import database
from models.outbox import later
from models.storage import StorageUnavailable, open_storage
from queues.jobs import GivenUp, Postponed, errand, job
from workflow import housekeeping
from workflow.pictures import discard, unnamed
from workflow.whose_files import is_ours


@job("forget", timeout=60, every=timedelta(days=1))
def forget(session: Session, ref: str) -> None:
    """Delete old sign-ins, counters, kept answers and unused uploads."""
    for key in housekeeping.forget(session):
        later(session, "discard_picture", key)


@errand("discard_picture")
def discard_picture(row_id: int, ref: str) -> None:
    """Remove a picture's files; again is the same. Those in another house's storage are its own to remove: where it is
    taken over, the sweep finds them."""
    storage = open_storage(Settings.load().storage_url)
    with _there():
        if is_ours(database, storage):
            discard(storage, ref)


@errand("sweep_pictures", timeout=300, every=timedelta(hours=12))
def sweep_pictures(row_id: int, ref: str) -> None:
    """Remove the files that nobody came to name, or to end: listing all may take minutes, and nobody waits for it."""
    storage = open_storage(Settings.load().storage_url)
    with _there():
        if not is_ours(database, storage):
            raise GivenUp("the storage is marked as another house's: see `bin/whistle storage`")
        with database.reading() as session:
            keys = unnamed(session, storage)
        for key in keys:
            discard(storage, key)
        storage.sweep()


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except StorageUnavailable as error:
        raise Postponed("the storage is away") from error
