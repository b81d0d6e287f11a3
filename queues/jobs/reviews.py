"""Every day some of the awards that were paid on the day before are drawn for a second pair of eyes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from queues.jobs import job
from workflow import reviews


@job("draw_reviews", timeout=60, every=timedelta(days=1))
def draw_reviews(session: Session, ref: str) -> None:
    """Draw for each of the last days that has none."""
    reviews.draw(session)
