"""The daily digest is written, where the last one still holds; else an administrator finds a dead letter that says why.

It reads for a second for every 25,000 finished reports, from one snapshot: nobody waits for it.
"""

from __future__ import annotations

from datetime import timedelta

from config import Settings
from models.clock import now
from models.database import database
from queues.blame import told
from queues.jobs import GivenUp, errand
from workflow.audit import snapshot
from workflow.audit.against import renew
from workflow.errors import Refused
from workflow.localtime import local_day


@errand("digest", timeout=300, every=timedelta(days=1))
def digest(row_id: int, ref: str) -> None:
    """Export where every history and account stands; again is the same."""
    with database.reading() as session:
        day = local_day(session, now())
    try:
        with snapshot(database) as connection:
            renew(connection, Settings.load().data_dir / "digests", day)
    except Refused as error:
        # What contradicts a digest now does so in an hour as well.
        raise GivenUp(told(error)) from error
