"""A timer's row has come due: its clock is looked at."""

from __future__ import annotations

from sqlalchemy.orm import Session

from queues.jobs import job
from workflow import escalation


@job("watch_clock")
def watch_clock(session: Session, ref: str) -> None:
    """Tell that a deadline is near, over or late, and ask for the next look."""
    escalation.watch(session, ref)
