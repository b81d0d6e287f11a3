"""Whoever leaves is erased: rows by a job, files after it, and within a day what the database's file still holds."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from models import User
from models.clock import now
from models.database import database
from models.outbox import later
from queues.jobs import Postponed, errand, job
from workflow import personal
from workflow.phones import PhoneBook

log = structlog.get_logger("queues.personal")

DAY = timedelta(days=1)
SINCE = 2 * DAY
"""How far a scrubbing looks back for whom it is done: over the last one, and over a night in which none was."""


@job("erase_person", timeout=300)
def erase_person(session: Session, ref: str) -> None:
    """Erase a person whom it was decided for; again finds only what came meanwhile."""
    keys = personal.erase(session, int(ref), PhoneBook(Settings.load().secret_key))
    for key in keys:
        later(session, "discard_picture", key)
    # Outside of the database, so that whoever restores an older one knows whom to erase again.
    log.info("erased", person=int(ref), pictures=len(keys))


@errand("scrub", timeout=300, every=DAY, nightly=True)
def scrub(row_id: int, ref: str) -> None:
    """Where somebody has left, leave nothing in the database's file but its rows. At night: whoever writes meanwhile
    waits, and is told to try again where it takes too long."""
    with database.reading() as session:
        left = session.scalar(select(User.id).where(User.erased_at > now() - SINCE).limit(1))
    if left is not None and not database.scrub():
        raise Postponed("the file is being read")
