"""The daily digest is written, where the last one still holds; else an administrator finds a dead letter that says why.

On SQLite whoever writes waits for it meanwhile: a second for 25,000 finished reports.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from config import Settings
from models.clock import now
from queues.jobs import job
from workflow.audit.against import renew
from workflow.localtime import local_day


@job("digest", timeout=300, every=timedelta(days=1))
def digest(session: Session, ref: str) -> None:
    """Export where every history and account stands."""
    renew(session.connection(), Settings.load().data_dir / "digests", local_day(session, now()))
